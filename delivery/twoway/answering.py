"""Answers: words of the catalogue in the reader's language, queued with the priority of replies (design §4)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.places import PlaceTable
from delivery import broadcasts, messages, priority
from delivery.broadcasts import Origin
from delivery.messages import Draft
from delivery.writing import Written, counted, written
from storage.connection import Connection
from templates_i18n import placing, service_texts
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import PlaceStyle

KIND = "reply"
#: an answer that comes later answers nothing
_KEEP = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Makes the texts of answers."""

    catalogue: Callable[[], Catalogue]
    places: PlaceTable

    @property
    def version(self) -> str:
        """Of all words together."""
        return self.catalogue().version

    def say(self, key: str, language: str, **values: str) -> Written:
        """A text of [service]."""
        made = service_texts.service_text(self.catalogue(), key, language, **values)
        return written(made.text, made.language, "", made.segmentation)

    def names(self, codes: Sequence[str], language: str) -> str:
        """Places, as a sentence in this language names them."""
        style = self._style(language)
        return ("、" if style.is_japanese_script else " / ").join(self._name(code, style) for code in codes)

    def choices(self, codes: Sequence[str], language: str) -> str:
        """Places to choose from by digit, with their prefectures."""
        style = self._style(language)
        return " ".join(f"{digit}) {self._in_prefecture(code, style)}" for digit, code in enumerate(codes, start=1))

    def languages(self) -> Written:
        """What may stand behind LANG; no words, so that everybody can read it."""
        return counted("LANG " + " / ".join(self.catalogue().names), "en")

    def _style(self, language: str) -> PlaceStyle:
        return self.catalogue().fallback(language).languages[-1].place

    def _name(self, code: str, style: PlaceStyle) -> str:
        return placing.name(placing.known(self.places, (code,))[0], style)

    def _in_prefecture(self, code: str, style: PlaceStyle) -> str:
        name, prefecture = self._name(code, style), code[:2]
        if style is PlaceStyle.KANA:
            return f"{self.places.prefecture_name(prefecture, 'kana') or ''} {name}"
        if style.is_japanese_script:
            return f"{self.places.prefecture_name(prefecture, 'ja') or ''}{name}"
        return f"{name} ({(self.places.prefecture_name(prefecture, 'en') or '').rsplit(' ', 1)[0]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One text to one or more people who read the same language."""

    text: Written
    people: Sequence[int]
    #: nobody gets an answer of the same key twice
    key: str
    language: str
    kind: str = KIND


def queue(db: Connection, answer: Answer, version: str, now: datetime) -> None:
    """Put an answer into the outbox."""
    if not answer.people:
        return
    broadcast_id = _broadcast(db, now)
    digest = hashlib.sha256(answer.text.text.encode()).hexdigest()[:12]
    draft = Draft(
        broadcast_id=broadcast_id,
        change_key=answer.key,
        kind=answer.kind,
        language=answer.language,
        written=answer.text,
        text_key=f"{broadcast_id}|reply|{answer.text.language}|{version}|{digest}",
        priority=priority.SERVICE,
        expires_at=now + _KEEP,
    )
    messages.add(db, [(draft, answer.people)], version, now)


def _broadcast(db: Connection, now: datetime) -> int:
    """One for all answers of a day."""
    return broadcasts.of_day(
        db,
        origin=Origin.REPLY,
        what="replies",
        reason="answers to people's texts",
        priority=priority.SERVICE,
        now=now,
        expires_at=now + timedelta(days=1) + _KEEP,
    )
