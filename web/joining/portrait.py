"""What is stored about one person, in words for their page and as a file to take away. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.japan import JST
from subscribers.further import Further
from subscribers.own import Registered, Stored, Text
from web.joining.answers import Answers
from web.joining.words import Tongue
from web.residents import speech

_STATES = {"active": "me_active", "stopped": "me_stopped", "unreachable": "me_unreachable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How the reader's language names things."""

    tongue: Tongue
    #: of a municipality's code
    place: Callable[[str], str]
    #: of a language's tag
    language: Callable[[str], str]
    #: words of the tags, and of their heading
    fitting: Mapping[str, str]
    #: words of the catalogue's pages
    common: Callable[[str], str]


def state(stored: Stored, tongue: Tongue) -> str:
    """Whether texts come."""
    if stored.paused_until is not None:
        return tongue("me_paused", **speech.clock(stored.paused_until))
    return tongue(_STATES.get(stored.state, "me_active"))


def facts(stored: Stored, masked: str, naming: Naming) -> list[tuple[str, str]]:
    """Names and values of everything, for a page and as text."""
    tongue = naming.tongue
    rows = [(tongue("number"), masked)]
    for one in stored.registrations:
        rows += _registration(one, naming)
    rows += [
        (tongue("me_agreed"), f"{_date(at)} ({c.wording}, {naming.language(c.language)})") for at, c in stored.consents
    ]
    rows.append((tongue("me_texts"), str(len(stored.texts))))
    if stored.received:
        rows.append((tongue("me_received"), str(len(stored.received))))
    return rows


def _registration(one: Registered, naming: Naming) -> Iterator[tuple[str, str]]:
    tongue = naming.tongue
    yield tongue("me_by"), naming.place(one.municipality) if one.municipality else tongue("me_yourself")
    yield tongue("me_since"), _date(one.created_at)
    if one.language:
        yield naming.common("language"), naming.language(one.language)
    if one.places:
        yield naming.common("places"), " / ".join(map(naming.place, one.places))
    if one.groups:
        yield tongue("me_groups"), ", ".join(one.groups)
    if one.municipality or one.chosen:
        yield tongue("level"), tongue("level_4" if one.min_level == "L4" else "level_3")
        yield tongue("lessons"), tongue("yes" if one.lessons else "no")
    if one.tags:
        yield naming.fitting["heading"], ", ".join(naming.fitting[tag] for tag in one.tags)


def as_text(stored: Stored, more: Further, masked: str, naming: Naming) -> str:
    """Everything as plain text, with every SMS word for word; what the log says of the person is in `as_json` alone."""
    tongue = naming.tongue
    lines = [f"Tomoshibi: {tongue('me_kept')}", ""]
    lines += [f"{name}: {value}" for name, value in facts(stored, masked, naming)]
    lines += [
        f"{tongue('me_agreed')}: {_date(one.agreed_at)} (drill, {naming.place(one.municipality)})"
        for one in more.drills
    ]
    lines += ["", state(stored, tongue), "", f"{tongue('me_texts')}:"]
    for one in sorted((*stored.texts, *more.drill_texts), key=lambda text: text.at):
        lines += ["", _minute(one.at), one.text]
    if received := sorted(_received(stored, more, naming)):
        lines += ["", f"{tongue('me_received')}:"]
        lines += [f"{_minute(at)} {what}" for at, what in received]
    return "\n".join(lines) + "\n"


def _received(stored: Stored, more: Further, naming: Naming) -> Iterator[tuple[datetime, str]]:
    """What the person wrote: what it was understood as, its words where they are kept, and whether they are safe."""
    yield from stored.received
    for wrote in more.wrote:
        yield wrote.at, wrote.text
    for safety in more.safety:
        said = "OK" if safety.says == "safe" else "SOS"
        yield safety.said_at, f"{said} ({naming.place(safety.place)})"


def as_json(stored: Stored, more: Further, masked: str) -> str:
    """Everything as JSON; the number, which the person knows, masked."""
    document = {
        "number": masked,
        "state": stored.state,
        "since": _stamp(stored.since),
        "paused_until": _stamp(stored.paused_until) if stored.paused_until else None,
        "registrations": [
            {
                "by": one.municipality or "self",
                "language": one.language,
                "places": list(one.places),
                "groups": list(one.groups),
                "lessons": one.lessons,
                "min_level": one.min_level,
                "tags": list(one.tags),
                "created_at": _stamp(one.created_at),
                "updated_at": _stamp(one.updated_at),
            }
            for one in stored.registrations
        ],
        "consents": [
            {
                "at": _stamp(at),
                "wording": consent.wording,
                "language": consent.language,
                "way": consent.way,
                "invited_by": consent.invited_by,
            }
            for at, consent in stored.consents
        ],
        "texts": [_text(one) for one in (*stored.texts, *more.drill_texts)],
        "received": [{"at": _stamp(at), "understood_as": command} for at, command in stored.received],
        **_further(more),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _text(one: Text) -> dict[str, object]:
    return {
        "at": _stamp(one.at),
        "kind": one.kind,
        "state": one.state,
        "handed_over_at": _stamp(one.handed_at) if one.handed_at else None,
        "settled_at": _stamp(one.settled_at) if one.settled_at else None,
        "text": one.text,
    }


def _further(more: Further) -> dict[str, object]:
    return {
        "carrier": more.carrier,
        "wrote": [{"at": _stamp(one.at), "kept_by": one.municipality, "text": one.text} for one in more.wrote],
        "safety": [
            {
                "asked_by": one.municipality,
                "place": one.place,
                "says": one.says,
                "at": _stamp(one.said_at),
                "answer": one.answer,
                "answered_at": _stamp(one.answered_at) if one.answered_at else None,
            }
            for one in more.safety
        ],
        "asked_back": list(more.asked_back),
        "drills": [{"by": one.municipality, "agreed_at": _stamp(one.agreed_at)} for one in more.drills],
        "log": [{"at": _stamp(one.at), "by": one.municipality, "action": one.action} for one in more.log],
    }


def chosen(stored: Stored, language: str) -> Answers:
    """What the form of the page begins with: the person's own choices, else what municipalities registered."""
    mine = stored.own
    others = [one for one in stored.registrations if one.municipality]
    base = mine if mine is not None and (mine.chosen or not others) else others[0]
    return Answers(
        language=(mine.language if mine is not None else "") or language,
        places=mine.places if mine is not None else (),
        min_level=base.min_level,
        lessons=base.lessons,
        tags=mine.tags if mine is not None else (),
    )


def _date(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    return f"{_date(moment)} {moment.astimezone(JST):%H:%M}"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
