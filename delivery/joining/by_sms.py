"""Registering by SMS alone: JOIN, a place, and YES to the words of consent. For numbers that are not registered.

The answers go to the row that stands for an unproved number. Only JOIN begins, so that no machine is answered; the
limits of replies count here too, and all strangers together have a budget.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery.inbound import Inbound
from delivery.joining import sentences, wording
from delivery.joining.sentences import Sentence
from delivery.twoway import answering, received
from delivery.twoway.answering import Answer, Words
from delivery.writing import Written
from storage import times
from storage.connection import Connection
from subscribers import areas, asked, keywords, own
from subscribers.importing import PostalReader
from subscribers.keywords import Command, Said
from subscribers.msisdn import Msisdn
from subscribers.own import Consent
from subscribers.registration import Registration
from subscribers.sealing import Sealer

#: how long JOIN waits for what follows
_STANDS = timedelta(hours=1)
_HOUR = timedelta(hours=1)
#: what the notice is about
_BUDGET = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Who writes, and what; not registered."""

    number: Msisdn
    number_hash: str
    text: Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What strangers' texts are read and answered with."""

    sealer: Sealer
    words: Words
    postal: PostalReader
    #: SMS goes through a provider abroad
    abroad: bool
    #: answers to strangers in an hour
    budget: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joining:
    """How far somebody has come."""

    addressee: int
    language: str
    #: none, several to choose from by digit, or the one chosen
    places: tuple[str, ...]


def take(db: Connection, stranger: Stranger, said: Said, language: str, desk: Desk, now: datetime) -> bool:
    """Do what a stranger's text asks for; whether it was answered. `language` is what LANG asks for, or ''."""
    before = _read(db, stranger.number_hash, now)
    if before is None and said.command is not Command.JOIN:
        return False
    if not _may_answer(db, stranger.number_hash, desk.budget, now):
        return False
    if before is not None and len(before.places) == 1 and keywords.agrees(stranger.text.body, before.language):
        _register(db, stranger, before, desk, now)
        return False
    after = _next(db, stranger, said, language, before, desk, now)
    if after is None:
        return False
    _keep(db, stranger.number_hash, after, now)
    answer = Answer(
        text=_question(after, desk),
        people=[after.addressee],
        key=f"reply:{stranger.text.provider_id}",
        language=after.language,
    )
    answering.queue(db, answer, desk.words.version, now)
    return True


def _next(
    db: Connection, stranger: Stranger, said: Said, language: str, before: _Joining | None, desk: Desk, now: datetime
) -> _Joining | None:
    """How far they are after this text; None for one that says nothing here."""
    if before is None or said.command is Command.JOIN:
        addressee = asked.addressed(db, stranger.number, desk.sealer, now)
        spoken = keywords.language_of_join(stranger.text.body)
        return _Joining(addressee=addressee, language=spoken, places=_places(said.argument, desk))
    match said.command:
        case Command.LANG if language:
            return _Joining(addressee=before.addressee, language=language, places=before.places)
        case Command.AREA:
            places = _places(said.argument, desk)
        case Command.DIGIT if 1 <= int(said.argument[:3]) <= len(before.places):
            places = (before.places[int(said.argument[:3]) - 1],)
        case Command.OTHER if len(before.places) != 1:
            places = _places(stranger.text.body, desk)
        case _:
            return None
    return _Joining(addressee=before.addressee, language=before.language, places=places)


def _places(text: str, desk: Desk) -> tuple[str, ...]:
    return areas.find(desk.words.places, desk.postal, text) if text.strip() else ()


def _question(joining: _Joining, desk: Desk) -> Written:
    """What is asked next: which place, which of several, or whether they agree."""
    catalogue = desk.words.catalogue()
    match joining.places:
        case ():
            return wording.say(catalogue, joining.language, Sentence.JOIN_PLACE)
        case (place,):
            tag = catalogue.fallback(joining.language).languages[-1].tag
            return wording.say(
                catalogue,
                joining.language,
                Sentence.JOIN_CONSENT,
                place=desk.words.names((place,), joining.language),
                provider=sentences.line(tag, Sentence.PROVIDER) if desk.abroad else "",
                version=own.WORDING,
            )
        case several:
            choices = desk.words.choices(several, joining.language)
            return desk.words.say("place_choose", joining.language, choices=choices)


def _register(db: Connection, stranger: Stranger, joining: _Joining, desk: Desk, now: datetime) -> None:
    """They agreed; the welcome is the answer."""
    consent = Consent(wording=own.WORDING, language=joining.language, way="sms")
    wanted = Registration(language=joining.language, places=joining.places)
    own.register(db, (stranger.number_hash, desk.sealer.seal(stranger.number)), wanted, consent, now)
    db.execute("DELETE FROM joining WHERE number_hash = :hash", {"hash": stranger.number_hash})


def _may_answer(db: Connection, number_hash: str, budget: int, now: datetime) -> bool:
    if not received.may_answer(db, number_hash, now, is_other=False):
        return False
    if _answered(db, now) < budget:
        return True
    notice = Notice(
        kind=NoticeKind.CODES,
        subject=_BUDGET,
        text=f"{budget} texts of people who are not registered were answered within an hour: no more are until there"
        " are fewer. Somebody may be sending JOIN to run up costs.",
        urgent=True,
    )
    noticeboard.add(db, notice, now)
    return False


def full(db: Connection) -> bool:
    """Whether strangers get no answer any more."""
    return _BUDGET in noticeboard.open_subjects(db, NoticeKind.CODES)


def relax(db: Connection, budget: int, now: datetime) -> None:
    """The limit is over when fewer strangers were answered."""
    if _answered(db, now) < budget:
        noticeboard.resolve(db, NoticeKind.CODES, _BUDGET, now)


def _answered(db: Connection, now: datetime) -> int:
    """Answers to strangers in the last hour."""
    rows = db.execute(
        "SELECT count(*) AS n FROM messages m JOIN subscribers s ON s.id = m.subscriber_id"
        " WHERE s.role = 'asking' AND m.kind = :kind AND m.created_at > :since",
        {"kind": answering.KIND, "since": times.to_text(now - _HOUR)},
    )
    return rows[0].integer("n")


def _read(db: Connection, number_hash: str, now: datetime) -> _Joining | None:
    rows = db.execute(
        "SELECT addressee, language, places FROM joining WHERE number_hash = :hash AND asked_at > :since",
        {"hash": number_hash, "since": times.to_text(now - _STANDS)},
    )
    if not rows:
        return None
    return _Joining(
        addressee=rows[0].integer("addressee"),
        language=rows[0].text("language"),
        places=tuple(filter(None, rows[0].text("places").split(","))),
    )


def _keep(db: Connection, number_hash: str, joining: _Joining, now: datetime) -> None:
    db.execute(
        "INSERT INTO joining (number_hash, addressee, language, places, asked_at)"
        " VALUES (:hash, :addressee, :language, :places, :now)"
        " ON CONFLICT (number_hash) DO UPDATE SET addressee = excluded.addressee, language = excluded.language,"
        " places = excluded.places, asked_at = excluded.asked_at",
        {
            "hash": number_hash,
            "addressee": joining.addressee,
            "language": joining.language,
            "places": ",".join(joining.places),
            "now": times.to_text(now),
        },
    )
