"""An entry of the log of changes in a reader's language. What people wrote, and names, stay as they are."""

from dataclasses import dataclass

from alerts.places import PlaceTable
from storage.audit import Entry
from web import sayings
from web.words import Words

#: details whose value is a key of a section of the words
_SECTIONS = {
    "hazard": ("hazard",),
    "kind": ("byhand_kind", "kind"),
    "state": ("byhand_state", "campaign_state", "shelter_state"),
    "before": ("shelter_state",),
    "reason": ("byhand_reason",),
    "role": ("role",),
}
_PLACES = frozenset({"areas", "places", "municipality", "municipalities"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry, ready to be shown."""

    entry: Entry
    actor: str
    action: str
    subject: str
    details: tuple[tuple[str, str], ...]


def line(entry: Entry, words: Words, places: PlaceTable) -> Line:
    """An entry in words."""
    return Line(
        entry=entry,
        actor=actor(entry.actor, words),
        action=words.named("audit_action", entry.action),
        subject=_subject(entry.subject, words),
        details=tuple(
            (words.named("audit_key", key), _value(key, value, entry, words, places))
            for key, value in entry.details.items()
        ),
    )


def actor(name: str, words: Words) -> str:
    """Who did it: a user's name, or what else changes something."""
    return words.named("audit_actor", name.removeprefix("user:"))


def _subject(subject: str, words: Words) -> str:
    kind, colon, name = subject.partition(":")
    return f"{words.named('audit_subject', kind)}{colon}{name}"


def _value(key: str, value: object, entry: Entry, words: Words, places: PlaceTable) -> str:
    if isinstance(value, list):
        return ("、" if words.language == "ja" else ", ").join(_value(key, one, entry, words, places) for one in value)
    text = str(value)
    if key in _PLACES:
        return words.place(places, text)
    if key == "grade":
        return words.grade(str(entry.details.get("hazard", "")), text)
    for section in _SECTIONS.get(key, ()):
        if words.knows(f"{section}.{text}"):
            return words(f"{section}.{text}")
    return (sayings.say(words, text) or text) if key == "why" else text
