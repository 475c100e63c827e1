"""Who answers for the words of an own text in one language, and what they have to answer for. Every step is in the log.

A signature is for the words and the source that were seen: after a change of either there is none.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from delivery.owntexts import texts
from delivery.owntexts.texts import New, OwnText
from storage import audit
from storage.connection import Connection
from templates_i18n.freetext import commands, gates
from templates_i18n.freetext.gates import Finding, Pair, Tables, Weight


class Outcome(StrEnum):
    """What became of a signature."""

    DONE = "done"
    GONE = "gone"  #: there are no words to sign
    CHANGED = "changed"  #: since they were looked at
    STOPPED = "stopped"  #: a gate lets nobody sign
    ASKED = "asked"  #: a gate asks, and no answer was given


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody has looked at and signs."""

    language: str
    #: of `seen`
    mark: str
    #: keys of what the gates ask
    answered: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The outcome, and what the gates see."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()


def begin(db: Connection, new: New, by: str, now: datetime) -> int:
    """A new text; its id."""
    identity = texts.add(db, new, by, now)
    _log(db, identity, new.municipality, by, "own text begun", {"language": new.source_language}, now)
    return identity


def write(db: Connection, text: OwnText, language: str, words: str, by: str, now: datetime) -> None:
    """A person's words. With another source every signature falls."""
    if (there := text.words.get(language)) is not None and there.words == words:
        return
    texts.hold(db, text.id)
    texts.write(db, text.id, language, words, by, now)
    if language == text.source_language:
        texts.unsign_all(db, text.id)
    _log(db, text.id, text.municipality, by, "own text written", {"language": language}, now)


def findings(text: OwnText, language: str, tables: Tables) -> list[Finding]:
    """What the gates see in the words of one language; of the source only what no text may hold."""
    words = text.words[language].words
    said = commands.commanded(words, language)
    commanded = [Finding(key="level", weight=Weight.STOPS, what=said)] if said else []
    if language == text.source_language:
        return commanded + gates.alone(words, language, tables)
    pair = Pair(source=text.source, source_language=text.source_language, text=words, language=language)
    return commanded + gates.compare(pair, tables)


def seen(text: OwnText, language: str) -> str:
    """Stands for what somebody looks at: the source and the words of one language."""
    pair = f"{text.source_language}\n{text.source}\n{language}\n{text.words[language].words}"
    return hashlib.sha256(pair.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def sign(db: Connection, identity: int, given: Seen, by: str, tables: Tables, now: datetime) -> Signed:
    """Answer for the words of one language."""
    language = given.language
    texts.hold(db, identity)  # or its source changes while it is signed
    text = texts.find(db, identity)
    words = text.words.get(language) if text is not None else None
    if text is None or words is None:
        return Signed(outcome=Outcome.GONE)
    if seen(text, language) != given.mark or words.signed:
        return Signed(outcome=Outcome.CHANGED)
    found = tuple(findings(text, language, tables))
    asked = {one.key for one in found if one.weight is Weight.ASKS}
    if gates.stops(found):
        return Signed(outcome=Outcome.STOPPED, findings=found)
    if not asked <= given.answered:
        return Signed(outcome=Outcome.ASKED, findings=found)
    if not texts.put_signature(db, identity, words, by, asked, now):
        return Signed(outcome=Outcome.CHANGED)
    details: dict[str, object] = {"language": language, "drafted_by": words.drafted_by, "answered": sorted(asked)}
    _log(db, identity, text.municipality, by, "own text signed", details, now)
    return Signed(outcome=Outcome.DONE, findings=found)


def discard(db: Connection, text: OwnText, by: str, now: datetime) -> None:
    """Throw it away."""
    texts.discard(db, text.id, now)
    _log(db, text.id, text.municipality, by, "own text discarded", {}, now)


def _log(
    db: Connection, identity: int, municipality: str, by: str, action: str, details: dict[str, object], now: datetime
) -> None:
    audit.append(
        db, now=now, actor=by, action=action, subject=f"text:{identity}", municipality=municipality, details=details
    )
