"""Safe or need help: asked only where a municipality has named who is on duty; a list by place, without numbers.

This is not 119, and every answer says so. Those on duty answer with fixed phrases through the service, by the
command line or by SMS ("12 1": to number 12 the first phrase). Owns the rows of duty, of cases and of kept texts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery import chunks, operators, own_texts, priority
from delivery.broadcasts import Origin
from delivery.inbound import Inbound
from delivery.own_texts import OwnText
from delivery.twoway import answering
from delivery.twoway.answering import Answer, Words
from delivery.writing import Written, counted
from storage import times
from storage.connection import Connection
from subscribers import choices
from subscribers import store as subscribers
from subscribers.choices import Known

KIND = "safety"
#: what those on duty may say, by its number: keys of [service]
PHRASES = ("help_ack", "safe_or_help_offer")
#: people on duty get no more than one text in this time, whatever many ask for help
_DUTY_PAUSE = timedelta(minutes=1)
_DUTY_KEEP = timedelta(hours=2)
_FROM_DUTY = re.compile(r"#?(\d{1,9})\s*[:,.\s]\s*([12])\W*")
#: how keys of questions begin, before the municipality or the case
_OFFER, _DUTY = "safety", "duty"
#: the digit of whoever needs help
HELP = "2"
_SAYS = {"1": "safe", HELP: "help"}


_TO_ASK = """
SELECT s.id FROM subscriber_places p JOIN registrations r ON r.id = p.registration_id
JOIN subscribers s ON s.id = p.subscriber_id
WHERE p.place = :m AND (r.municipality = :m OR (r.standing = 1 AND r.places LIKE :home)) AND s.state = 'active'
  AND s.id > :after
GROUP BY s.id ORDER BY s.id LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A chunk of people who were asked."""

    people: int
    #: the last of them; None where none was left to ask
    last: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person's word, as those on duty see it: no number."""

    id: int
    municipality: str
    place: str
    says: str
    said_at: datetime
    answer: str
    reveal_asked_by: str


def add_duty(db: Connection, municipality: str, number_hash: str, sealed: bytes, now: datetime) -> bool:
    """Name somebody on duty; False if they are already."""
    made = db.execute(
        "INSERT INTO duty (municipality, number_hash, number_sealed, added_at) VALUES (:m, :hash, :sealed, :now)"
        " ON CONFLICT (municipality, number_hash) DO NOTHING RETURNING number_hash",
        {"m": municipality, "hash": number_hash, "sealed": sealed, "now": times.to_text(now)},
    )
    return bool(made)


def remove_duty(db: Connection, municipality: str, number_hash: str) -> bool:
    """Somebody is no longer on duty; False if they were not."""
    params = {"m": municipality, "hash": number_hash}
    return db.execute_count("DELETE FROM duty WHERE municipality = :m AND number_hash = :hash", params) > 0


def duty(db: Connection, municipality: str) -> list[tuple[str, bytes]]:
    """Fingerprints and sealed numbers of those on duty."""
    rows = db.execute("SELECT number_hash, number_sealed FROM duty WHERE municipality = :m", {"m": municipality})
    return [(row.text("number_hash"), row.blob("number_sealed")) for row in rows]


def keep(db: Connection, known: Known, sealed: bytes, now: datetime) -> None:
    """Keep another text, where the registering municipality has switched that on."""
    for municipality in known.municipalities:
        db.execute(
            "INSERT INTO kept_texts (municipality, subscriber_id, sealed, received_at)"
            " SELECT municipality, :person, :sealed, :now FROM keeping WHERE municipality = :m",
            {"m": municipality, "person": known.subscriber_id, "sealed": sealed, "now": times.to_text(now)},
        )


def offer(db: Connection, municipality: str, name: str, words: Words, now: datetime, after: int = 0) -> Offered:
    """Ask a chunk of the municipality's people who live in it whether they are safe; nobody twice under one name.

    To be called again with `last` until nobody is left. Nobody is asked where nobody is on duty.
    """
    if not duty(db, municipality):
        return Offered(people=0, last=None)
    rows = db.execute(_TO_ASK, {"m": municipality, "home": f"{municipality}%", "after": after, "limit": chunks.SIZE})
    people = [found for row in rows if (found := choices.of(db, row.integer("id"))) is not None]
    by_language: dict[str, list[int]] = {}
    for one in people:
        by_language.setdefault(one.language, []).append(one.subscriber_id)
    for language, part in by_language.items():
        text = words.say("safe_or_help_offer", language)
        key = f"{_OFFER}:{municipality}:{name}"
        answering.queue(db, Answer(text=text, people=part, key=key, language=language, kind=KIND), words.version, now)
    return Offered(people=len(people), last=rows[-1].integer("id") if rows else None)


def said(db: Connection, known: Known, question: str, digit: str, words: Words, now: datetime) -> Written | None:
    """Somebody has answered whether they are safe; `question` is the key of the text that asked.

    The municipality that asked hears of it, before others that look after the same person.
    """
    says = _SAYS.get(digit)
    answering_for = dict.fromkeys(filter(None, (_asked_by(db, question), *known.municipalities, known.own_home)))
    on_duty = [one for one in answering_for if duty(db, one)]
    if says is None or not on_duty:
        return words.say("help", known.language)
    db.execute(
        "INSERT INTO triage (municipality, subscriber_id, place, says, said_at)"
        " VALUES (:m, :person, :place, :says, :now)"
        " ON CONFLICT (municipality, subscriber_id) DO UPDATE SET says = excluded.says, said_at = excluded.said_at,"
        " told_at = CASE WHEN triage.says = 'safe' THEN NULL ELSE triage.told_at END",
        {
            "m": on_duty[0],
            "person": known.subscriber_id,
            "place": known.places[0],
            "says": says,
            "now": times.to_text(now),
        },
    )
    return words.say("safe_ack" if says == "safe" else "help_ack", known.language)


def _asked_by(db: Connection, question: str) -> str:
    """The municipality whose people asked; '' where nobody knows any more."""
    kind, _, rest = question.partition(":")
    about = rest.partition(":")[0]
    if kind == _OFFER:
        return about
    if kind != _DUTY or not about.isdigit():
        return ""
    rows = db.execute("SELECT municipality FROM triage WHERE id = :id", {"id": int(about)})
    return rows[0].text("municipality") if rows else ""


def cases(db: Connection, municipality: str) -> list[Case]:
    """The list: who needs help first, by place, then by time."""
    rows = db.execute(
        "SELECT id, municipality, place, says, said_at, answer, reveal_asked_by FROM triage"
        " WHERE municipality = :m ORDER BY says, place, said_at, id",
        {"m": municipality},
    )
    return [
        Case(
            id=row.integer("id"),
            municipality=row.text("municipality"),
            place=row.text("place"),
            says=row.text("says"),
            said_at=row.time("said_at"),
            answer=row.text("answer"),
            reveal_asked_by=row.text("reveal_asked_by"),
        )
        for row in rows
    ]


def answer(db: Connection, municipality: str, case: int, phrase: str, words: Words, now: datetime) -> bool:
    """Say a fixed phrase to the person of a case; False if there is no such case."""
    rows = db.execute(
        "UPDATE triage SET answer = :phrase, answered_at = :now WHERE id = :id AND municipality = :m"
        " RETURNING subscriber_id",
        {"phrase": phrase, "now": times.to_text(now), "id": case, "m": municipality},
    )
    for row in rows:
        kind = KIND if phrase == PHRASES[-1] else answering.KIND
        say_to(db, row.integer("subscriber_id"), phrase, f"{_DUTY}:{case}:{times.to_text(now)}", words, now, kind=kind)
    return bool(rows)


def say_to(
    db: Connection,
    subscriber_id: int,
    phrase: str,
    key: str,
    words: Words,
    now: datetime,
    kind: str = answering.KIND,
    **values: str,
) -> None:
    """Queue a text of [service] for somebody, in their language."""
    known = choices.of(db, subscriber_id)
    if known is None:
        return
    text = words.say(phrase, known.language, **values)
    queued = Answer(text=text, people=[subscriber_id], key=key, language=known.language, kind=kind)
    answering.queue(db, queued, words.version, now)


def from_duty(db: Connection, number_hash: str, text: Inbound, words: Words, now: datetime) -> bool:
    """Whether somebody on duty has answered a case by SMS ("12 1"), which is done then."""
    found = _FROM_DUTY.fullmatch(text.body.strip())
    if found is None:
        return False
    rows = db.execute(
        "SELECT t.municipality FROM triage t JOIN duty d ON d.municipality = t.municipality"
        " WHERE t.id = :id AND d.number_hash = :hash",
        {"id": int(found[1]), "hash": number_hash},
    )
    return bool(rows) and answer(
        db, rows[0].text("municipality"), int(found[1]), PHRASES[int(found[2]) - 1], words, now
    )


def untold(db: Connection) -> list[str]:
    """Municipalities with cries for help of which nobody on duty was told."""
    rows = db.execute(
        "SELECT DISTINCT municipality FROM triage WHERE says = 'help' AND told_at IS NULL ORDER BY municipality"
    )
    return [row.text("municipality") for row in rows]


def tell_duty(db: Connection, municipality: str, words: Words, now: datetime) -> int:
    """Tell those on duty of the cries for help that are new; how many texts. At most one text in a while."""
    recent = db.execute(
        "SELECT 1 AS one FROM triage WHERE municipality = :m AND told_at > :since LIMIT 1",
        {"m": municipality, "since": times.to_text(now - _DUTY_PAUSE)},
    )
    people = duty(db, municipality)
    if recent or not people:
        return 0
    new = db.execute(
        "UPDATE triage SET told_at = :now WHERE municipality = :m AND says = 'help' AND told_at IS NULL"
        " RETURNING id, place",
        {"now": times.to_text(now), "m": municipality},
    )
    if not new:
        return 0
    text = _call(municipality, [(row.integer("id"), row.text("place")) for row in new], words)
    ids = [subscribers.ensure_operator(db, number_hash, sealed, now) for number_hash, sealed in people]
    _queue_for_duty(db, f"duty:{municipality}:{new[0].integer('id')}:{times.to_text(now)}", text, ids, now)
    return len(ids)


def _call(municipality: str, new: Sequence[tuple[int, str]], words: Words) -> Written:
    named = ", ".join(f"#{case} {words.names([place], 'en')}" for case, place in new[:2])
    more = f" (+{len(new) - 2})" if len(new) > 2 else ""
    first = new[0][0]
    return counted(
        f"TOMOSHIBI {municipality}: need help: {named}{more}. Reply {first} 1 = we know, call 119;"
        f" {first} 2 = ask again\n助けを求めている人がいます",
        "en",
    )


def _queue_for_duty(db: Connection, key: str, text: Written, people: Sequence[int], now: datetime) -> None:
    own = OwnText(
        text=text,
        people=people,
        name=key,
        kind=operators.KIND,
        origin=Origin.OPERATOR,
        reason="somebody needs help",
        priority=priority.SERVICE,
        keep=_DUTY_KEEP,
    )
    own_texts.queue(db, own, "", now)
