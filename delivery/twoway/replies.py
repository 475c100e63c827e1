"""What one inbound text does, and what is answered. Everything in the transaction that notes the text as taken.

Whoever is not registered gets no answer but to JOIN: nothing is paid for strangers. Their STOP is kept, so that no
import can register them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery import stopping
from delivery.byhand import retracting
from delivery.drilling import answers
from delivery.inbound import Inbound
from delivery.joining import by_sms
from delivery.joining.by_sms import Stranger
from delivery.twoway import answering, received, triage
from delivery.twoway.answering import Answer
from delivery.twoway.quiz import Question, Quiz
from delivery.twoway.received import Entry
from delivery.writing import Written
from storage import times
from storage.connection import Connection
from storage.rows import Row
from subscribers import areas, choices, keywords, msisdn
from subscribers import store as subscribers
from subscribers.choices import Added, Known
from subscribers.keywords import Command, Said
from subscribers.languages import LanguageNames
from subscribers.msisdn import Msisdn
from subscribers.refusal import Refused

#: how long a digit answers a lesson or the question whether somebody is safe
_QUESTION_STANDS = timedelta(hours=24)
#: takes away the places that the person has added
_NO_PLACES = "0"
_LAST_QUESTION = """
SELECT id, kind, grade, language, place, change_key, coalesce(handed_at, created_at) AS asked_at FROM messages
WHERE subscriber_id = :id AND kind IN ('lesson', 'safety') AND coalesce(handed_at, created_at) >= :since
  AND state IN ('handing', 'accepted', 'sent', 'delivered', 'uncertain')
  AND NOT EXISTS (SELECT 1 FROM messages c WHERE c.subscriber_id = messages.subscriber_id
    AND c.change_key = :taken_back || messages.broadcast_id)
ORDER BY coalesce(handed_at, created_at) DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(by_sms.Desk):
    """What replies are read and answered with; strangers' texts as well."""

    languages: LanguageNames
    abroad: bool = False
    budget: int = 2000
    #: a digit sent to it answers a drill and nothing else; '' for none
    drill_sender: str = ""
    #: answers to lessons; None where this service asks nothing
    quiz: Quiz | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Who writes, and what they wrote."""

    number: Msisdn
    number_hash: str
    known: Known
    text: Inbound


def take(db: Connection, text: Inbound, desk: Desk, now: datetime) -> str:
    """Do what a text asks for; the words of a farewell that the provider has to hand over itself, or ''.

    Nothing leaves our outbox to a person who has stopped, so that the word that they have stopped goes with the
    answer to the provider's request.
    """
    number = msisdn.parse(text.sender)
    if isinstance(number, Refused) or not received.is_new(db, text.provider_id):
        return ""
    number_hash = desk.sealer.fingerprint(number)
    said = _said(text)
    known = choices.find(db, number_hash)
    if said.command is not Command.STOP and triage.from_duty(db, number_hash, text, desk.words, now):
        _note(db, text, number_hash, said, answered=False, now=now)
        return ""
    if known is None:
        stranger = Stranger(number=number, number_hash=number_hash, text=text)
        said, answered = _of_stranger(db, stranger, said, desk, now)
        _note(db, text, number_hash, said, answered=answered, now=now)
        return ""
    return _of_resident(db, _Person(number=number, number_hash=number_hash, known=known, text=text), said, desk, now)


def _said(text: Inbound) -> Said:
    return Said(command=Command.STOP) if text.opted_out else keywords.understand(text.body)


def _note(db: Connection, text: Inbound, number_hash: str, said: Said, *, answered: bool, now: datetime) -> None:
    entry = Entry(provider_id=text.provider_id, number_hash=number_hash, command=said.command, answered=answered)
    received.add(db, entry, now)


def _of_stranger(db: Connection, stranger: Stranger, said: Said, desk: Desk, now: datetime) -> tuple[Said, bool]:
    """What it was taken for, and whether it was answered."""
    if said.command is Command.STOP:
        stopping.stop(db, stranger.number_hash, now)
        return said, False
    said = _meant(said, desk.languages, stranger.text.body)
    language = desk.languages.read(said.argument) if said.command is Command.LANG else ""
    return said, by_sms.take(db, stranger, said, "" if isinstance(language, Refused) else language, desk, now)


def _of_resident(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> str:
    known, farewell = person.known, ""
    said = _meant(said, desk.languages, person.text.body)
    allowed = received.may_answer(db, person.number_hash, now, is_other=said.command is Command.OTHER)
    was_active = known.state == "active"
    answer = _ACTS[said.command](db, person, said, desk, now)
    silent = person.text.answered_by_provider or not allowed
    if said.command is Command.STOP:
        # said once: who has stopped before, or is told by the provider, hears nothing more
        silent = silent or not was_active
        farewell = "" if silent or answer is None else answer.text
    elif answer is not None and not silent and (was_active or said.command in (Command.START, Command.JOIN)):
        key = f"reply:{person.text.provider_id}"
        queued = Answer(text=answer, people=[known.subscriber_id], key=key, language=known.language)
        answering.queue(db, queued, desk.words.version, now)
    else:
        silent = True
    _note(db, person.text, person.number_hash, said, answered=answer is not None and not silent, now=now)
    return farewell


def _meant(said: Said, languages: LanguageNames, body: str) -> Said:
    """The name of a language alone is a wish for it; its short tag alone may be any word."""
    if said.command is Command.OTHER and 3 < len(body.strip()) <= 40 and not isinstance(languages.read(body), Refused):
        return Said(command=Command.LANG, argument=body)
    return said


def _stop(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    stopping.stop(db, person.number_hash, now)
    return desk.words.say("stopped", person.known.language)


def _start(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    subscribers.start_again(db, person.number_hash, desk.sealer.seal(person.number), now)
    return desk.words.say("started_again", person.known.language)


def _help(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    """Whoever is asked whether they are safe, and calls for help, has answered."""
    asked = _last_question(db, person.known.subscriber_id, now) if said.command is Command.HELP else None
    if asked is not None and asked.text("kind") == triage.KIND:
        return triage.said(db, person.known, asked.text("change_key"), triage.HELP, desk.words, now)
    return desk.words.say("help", person.known.language)


def _join(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    """Whoever is registered already: JOIN starts again, or adds a place.

    Behind it only a place may stand: in "cancel registration" a word for JOIN may come first.
    """
    if person.known.state != "active":
        if said.argument and not areas.find(desk.words.places, desk.postal, said.argument):
            return _help(db, person, said, desk, now)
        return _start(db, person, said, desk, now)
    return _area(db, person, said, desk, now)


def _other(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    """An answer to a lesson in words, a cry for help in more than a digit, or what no program can answer.

    "2 my leg" is a cry; "1 person is hurt" does not say that somebody is safe.
    """
    asked = _last_question(db, person.known.subscriber_id, now)
    if asked is not None and asked.text("kind") == triage.KIND:
        if keywords.leading_digit(person.text.body) == triage.HELP:
            return triage.said(db, person.known, asked.text("change_key"), triage.HELP, desk.words, now)
    elif asked is not None and desk.quiz is not None:
        answered = desk.quiz.answer(db, _question(asked), person.text.body)
        if answered is not None:
            return answered
    triage.keep(db, person.known, desk.sealer.seal_text(person.text.body), now)
    return _help(db, person, said, desk, now)


def _language(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    tag = desk.languages.read(said.argument)
    if isinstance(tag, Refused):
        return desk.words.languages()
    choices.set_language(db, person.known.subscriber_id, tag, now)
    return desk.words.say("language_changed", tag)


def _area(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    known = person.known
    if said.argument == _NO_PLACES:
        choices.clear_places(db, known.subscriber_id, now)
        return _listed(db, person, desk)
    if not said.argument:
        return _listed(db, person, desk)
    found = areas.find(desk.words.places, desk.postal, said.argument)
    if len(found) == 1:
        return _added(db, person, found[0], desk, now)
    if not found:
        return desk.words.say("place_unknown", known.language)
    choices.ask(db, known.subscriber_id, found, now)
    return desk.words.say("place_choose", known.language, choices=desk.words.choices(found, known.language))


def _added(db: Connection, person: _Person, place: str, desk: Desk, now: datetime) -> Written | None:
    match choices.add_place(db, person.known, place, now):
        case Added.FULL:
            return desk.words.say("places_full", person.known.language)
        case Added.ADDED | Added.THERE:
            return _listed(db, person, desk)


def _listed(db: Connection, person: _Person, desk: Desk) -> Written | None:
    places = (choices.find(db, person.number_hash) or person.known).places
    return desk.words.say("places_are", person.known.language, places=desk.words.names(places, person.known.language))


def _digit(db: Connection, person: _Person, said: Said, desk: Desk, now: datetime) -> Written | None:
    """An answer to whatever was asked last: a drill's question, which place, is somebody safe, a lesson's question."""
    identity = person.known.subscriber_id
    if desk.drill_sender and desk.drill_sender in person.text.to and answers.take(db, identity, said.argument[:3], now):
        return None
    place = choices.asked(db, identity, now)
    asked = _last_question(db, identity, now)
    if place is not None and (asked is None or place[0] >= asked.time("asked_at")):
        index = int(said.argument[:3]) - 1
        if not 0 <= index < len(place[1]):
            return desk.words.say("place_unknown", person.known.language)
        choices.answered(db, identity)
        return _added(db, person, place[1][index], desk, now)
    if asked is None:
        return _help(db, person, said, desk, now)
    if asked.text("kind") == triage.KIND:
        return triage.said(db, person.known, asked.text("change_key"), said.argument, desk.words, now)
    if desk.quiz is None:
        return None
    question = _question(asked)
    return desk.quiz.answer(db, question, person.text.body) or desk.quiz.hint(question)


def _last_question(db: Connection, subscriber_id: int, now: datetime) -> Row | None:
    since = times.to_text(now - _QUESTION_STANDS)
    rows = db.execute(_LAST_QUESTION, {"id": subscriber_id, "since": since, "taken_back": retracting.KEY})
    return rows[0] if rows else None


def _question(asked: Row) -> Question:
    return Question(
        message_id=asked.integer("id"),
        lesson=asked.text("grade"),
        language=asked.text("language"),
        place=asked.text("place"),
    )


_Act = Callable[[Connection, _Person, Said, Desk, datetime], Written | None]
_ACTS: dict[Command, _Act] = {
    Command.STOP: _stop,
    Command.START: _start,
    Command.HELP: _help,
    Command.LANG: _language,
    Command.AREA: _area,
    Command.DIGIT: _digit,
    Command.JOIN: _join,
    Command.OTHER: _other,
}
