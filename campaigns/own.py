"""Lessons of a coordinator's own among the others: signed texts, called by a key that names their very words.

A campaign that was approved tells the words of then, or nothing: after a change there is another key.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from alerts.places import PlaceTable
from campaigns import telling
from campaigns.plan import Plan
from campaigns.telling import Teller
from delivery.byhand.drafts import NEEDED, Wrong
from delivery.byhand.signing import Person
from delivery.owntexts import signing, texts
from delivery.owntexts.texts import OwnText, Purpose
from storage.connection import Connection
from subscribers.languages import TAGS
from templates_i18n import catalogue
from templates_i18n.freetext.gates import Tables, Weight
from templates_i18n.request import Form

_KEY = re.compile(r"own:([0-9]{1,15}):[0-9a-f]{12}")


def key(text: OwnText) -> str | None:
    """How plans call a text; None while Easy Japanese, Japanese or English is not signed, or a text is too long."""
    words = _words(text)
    if text.purpose is not Purpose.LESSON or any(tag not in words for tag in NEEDED):
        return None
    if any(telling.own_words(words, tag).segmentation.segments > Form.FULL.budget for tag in TAGS):
        return None
    said = "\n".join(f"{tag}\t{one}" for tag, one in sorted(words.items()))
    return f"own:{text.id}:{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def among(plan: Plan) -> bool:
    """Whether a plan has lessons that are somebody's own."""
    return any(_KEY.fullmatch(lesson) for lesson in plan.lessons)


def of(db: Connection, municipalities: Iterable[str]) -> dict[str, str]:
    """Key -> title of the lessons that some municipalities can plan, the newest first."""
    named = ((key(text), text.title) for text in texts.latest(db, municipalities))
    return {lesson: title for lesson, title in named if lesson is not None}


def title(db: Connection, lesson: str) -> str | None:
    """What its people call a text; None for another lesson, or other words than the key names."""
    text = _find(db, lesson)
    return text.title if text is not None else None


def known(db: Connection, lessons: Iterable[str], who: Person, places: PlaceTable) -> frozenset[str]:
    """Those of some lessons that are texts of this person's municipalities, with the words that the key names."""
    found = {lesson: _find(db, lesson) for lesson in lessons}
    return frozenset(
        lesson for lesson, text in found.items() if text is not None and who.covers(text.municipality, places)
    )


def stopped(db: Connection, lessons: Iterable[str], places: PlaceTable) -> Iterator[Wrong]:
    """Signed words that nobody could sign any more: a gate came later than the signature."""
    tables = Tables(catalogue=catalogue.load(), places=places)
    for lesson in dict.fromkeys(lessons):
        text = _find(db, lesson)
        if text is None:
            continue
        for tag in text.signed():
            found = [one for one in signing.findings(text, tag, tables) if one.weight is Weight.STOPS]
            if found:
                why = "; ".join(f"{one.key}: {one.what}" for one in found)
                told = f"{lesson}: its words in {tag} may not be sent ({why}): put them right and sign them again"
                yield Wrong(field="lessons", key="own_stopped", text=told)


def speaking(db: Connection, teller: Teller, lessons: Iterable[str]) -> Teller:
    """A teller that also has the words of those of these lessons that are somebody's own."""
    found = {lesson: _words(text) for lesson in lessons if (text := _find(db, lesson)) is not None}
    return replace(teller, own={**teller.own, **found}) if found else teller


def _find(db: Connection, lesson: str) -> OwnText | None:
    match = _KEY.fullmatch(lesson)
    text = texts.find(db, int(match[1])) if match else None
    return text if text is not None and key(text) == lesson else None


def _words(text: OwnText) -> dict[str, str]:
    return {tag: one.words for tag, one in text.signed().items()}
