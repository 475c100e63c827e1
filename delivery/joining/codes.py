"""The text with a code: queued with the priority of replies, never sent after the code's end.

The outbox holds the words with a gap; the sender fills it when it hands the text over, so that neither database nor
log ever holds a code.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery import broadcasts, messages, priority
from delivery.broadcasts import Origin
from delivery.joining import gap, wording
from delivery.joining.sentences import Sentence
from delivery.messages import Draft
from delivery.twoway.answering import Words
from delivery.writing import Written
from storage.connection import Connection
from subscribers import asked, own
from subscribers.asked import Asked, Asking, Limit, Purpose
from subscribers.sealing import Sealer

KIND = "code"
#: as many digits as a code has, to be counted
_SAMPLE = "000000"
BUDGET = "codes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What codes are made and worded with."""

    sealer: Sealer
    words: Words
    #: where residents reach our pages, without a slash at its end; '' where they do not
    pages: str
    #: codes in an hour, of all people together
    budget: int


def ask(db: Connection, desk: Desk, asking: Asking, language: str, now: datetime) -> Asked | Limit:
    """Send a code, or the word that there is nothing to open; one text in every case."""
    number_hash = desk.sealer.fingerprint(asking.number)
    asking, more = _settled(db, desk, asking, number_hash)
    found = asked.ask(db, asking, desk.sealer, now)
    if isinstance(found, Limit):
        _note(db, found, desk.budget, now)
        return found
    _queue(db, found, _text(desk, asking.purpose, more, language), desk.words.version, language, now)
    return found


def _settled(db: Connection, desk: Desk, asking: Asking, number_hash: str) -> tuple[Asking, Sentence | None]:
    """What the code opens, and what the text says besides; both look-ups always run."""
    themself = own.is_registered(db, number_hash, by_themself=True)
    anybody = own.person(db, number_hash) is not None
    match asking.purpose:
        case Purpose.JOIN:
            return asking, Sentence.KNOWN if themself else None
        case Purpose.ME | Purpose.NOBODY:
            purpose = Purpose.ME if anybody else Purpose.NOBODY
            return replace(asking, purpose=purpose), None if anybody else Sentence.UNKNOWN
        case _ as never:
            assert_never(never)


def _text(desk: Desk, purpose: Purpose, more: Sentence | None, language: str) -> Written:
    link = f"{desk.pages}/me" if purpose is Purpose.JOIN else f"{desk.pages}/join"
    if purpose is Purpose.NOBODY:
        return wording.say(desk.words.catalogue(), language, Sentence.UNKNOWN, link=link)
    code = desk.words.say("code", language, code=_SAMPLE)
    return code if more is None else wording.behind(desk.words.catalogue(), code, more, link=link)


def _queue(db: Connection, found: Asked, text: Written, version: str, language: str, now: datetime) -> None:
    broadcast_id = _broadcast(db, now)
    body = text.text.replace(_SAMPLE, gap.GAP)
    digest = hashlib.sha256(body.encode()).hexdigest()[:12]
    draft = Draft(
        broadcast_id=broadcast_id,
        change_key=gap.key(found.salt),
        kind=KIND,
        language=language,
        written=replace(text, text=body),
        text_key=f"{broadcast_id}|code|{text.language}|{version}|{digest}",
        priority=priority.SERVICE,
        expires_at=found.expires_at,
    )
    messages.add(db, [(draft, [found.addressee])], version, now)


def _broadcast(db: Connection, now: datetime) -> int:
    """One for all codes of a day."""
    return broadcasts.of_day(
        db,
        origin=Origin.REPLY,
        what="codes",
        reason="codes that people asked for",
        priority=priority.SERVICE,
        now=now,
        expires_at=now + timedelta(days=1) + asked.VALID,
    )


def _note(db: Connection, limit: Limit, budget: int, now: datetime) -> None:
    """Those in charge hear of a limit that shuts everybody out."""
    if limit is not Limit.TOTAL:
        return
    notice = Notice(
        kind=NoticeKind.CODES,
        subject=BUDGET,
        text=f"{budget} codes were asked for within an hour: no more are sent until fewer are. Somebody may be asking"
        " for codes to run up costs; if it is a day of registration, raise TOMOSHIBI_CODES_PER_HOUR.",
        urgent=True,
    )
    noticeboard.add(db, notice, now)


def full(db: Connection) -> bool:
    """Whether the limit for all shuts people out."""
    return BUDGET in noticeboard.open_subjects(db, NoticeKind.CODES)


def relax(db: Connection, budget: int, now: datetime) -> None:
    """The limit is over when fewer codes were asked for."""
    if asked.in_last_hour(db, now) < budget:
        noticeboard.resolve(db, NoticeKind.CODES, BUDGET, now)
