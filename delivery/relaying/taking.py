"""Takes what sources sent: reads it, notes what became of it, and has what it changes signed. One at a time decides.

A look at rows, so that a crash or a missed look loses nothing. Whatever cannot be understood stops nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from alerts import noticeboard
from alerts import store as in_force
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard
from delivery.byhand import submissions
from delivery.byhand.previews import Desk
from delivery.byhand.submissions import State as Signed
from delivery.relaying import approvals, limits, submitting
from delivery.relaying.submitting import Settled
from feeds.cap import folding, store, understanding
from feeds.cap.source import Source
from feeds.cap.store import Raw, State
from feeds.cap.understanding import Does, Recorded, Strange, Understood, Verdict, Word
from storage.connection import Connection
from storage.database import Database
from storage.errors import StorageError

_log = logging.getLogger(__name__)
_FAULT = "our program failed at it"
Read: TypeAlias = tuple[Raw, Verdict]


@dataclass(slots=True, kw_only=True)
class Taker:
    """Takes until there is nothing more."""

    db: Database
    places: PlaceTable
    sources: Mapping[str, Source]
    desk: Callable[[], Desk]
    clock: Callable[[], datetime]
    #: something is signed and can be told
    on_signed: Callable[[], None] = lambda: None
    #: something waits for people
    on_submitted: Callable[[], None] = lambda: None
    #: sources at which our program fails
    _failing: set[str] = field(default_factory=set)

    async def step(self) -> bool:
        """Take what there is; whether there was anything."""
        busy = False
        for source in self.sources.values():
            try:
                busy |= await self._of(source)
            except Exception as error:  # noqa: BLE001 -- one source must not keep the others waiting
                _log.exception("source_failed", extra={"source": source.name, "error": type(error).__name__})
                await self._say_failed(source)
        return busy

    async def _say_failed(self, source: Source) -> None:
        """Whoever is in charge hears that nothing of the source is told."""
        text = f"What {source.name} sends is not read: our program fails at it. Call them, and tell people by hand."
        whose = tuple(sorted(source.municipalities))
        subject = f"cap {source.name}"
        notice = Notice(kind=NoticeKind.UNREADABLE, subject=subject, text=text, urgent=True, places=whose)
        self._failing.add(source.name)
        with contextlib.suppress(StorageError):  # then the log has it, and the next look tries again
            await self.db.write(noticeboard.add_once, notice, self.clock())

    async def _of(self, source: Source) -> bool:
        now = self.clock()
        raw, again, busy = await self.db.read(_look, source, now)
        if busy or not (raw or again):  # what is signed is told first: the next change is counted from there
            return False
        verdicts = await asyncio.to_thread(self._understand, raw, source, now)
        settled = await self._settle(source, list(zip(raw, verdicts, strict=True)), self.desk(), now)
        if source.name in self._failing:
            await self.db.write(noticeboard.resolve, NoticeKind.UNREADABLE, f"cap {source.name}", now)
            self._failing.discard(source.name)
        if settled.signed:
            self.on_signed()
        if settled.submitted:
            self.on_submitted()
        return True

    async def _settle(self, source: Source, read: Sequence[Read], desk: Desk, now: datetime) -> Settled:
        """All at once; where our code fails, one after the other, without the one at fault."""
        try:
            return await self.db.write(_take, source, read, desk, now)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 -- one message must not keep the others waiting
            _log.exception("messages_failed", extra={"source": source.name, "error": type(error).__name__})
            settled = await self.db.write(_take, source, [], desk, now)  # a fault of no message is raised here
        for raw, verdict in read:
            if settled.signed:  # what is signed is told first: the rest is read at the next look
                break
            settled = await self._settle_one(source, (raw, verdict), desk, now, settled)
        return settled

    async def _settle_one(self, source: Source, one: Read, desk: Desk, now: datetime, so_far: Settled) -> Settled:
        try:
            made = await self.db.write(_take, source, [one], desk, now)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 -- as above
            _log.exception("message_failed", extra={"source": source.name, "error": type(error).__name__})
            strange = Strange(reason=f"{_FAULT} ({type(error).__name__})")
            await self.db.write(_mark, source, one[0], strange, now)
            return so_far
        return replace(made, submitted=(*so_far.submitted, *made.submitted))

    def _understand(self, raw: Sequence[Raw], source: Source, now: datetime) -> list[Verdict]:
        return [self._verdict(one, source, now) for one in raw]

    def _verdict(self, raw: Raw, source: Source, now: datetime) -> Verdict:
        try:
            return understanding.understand(raw.body, source, self.places, now)
        except Exception as error:  # noqa: BLE001 -- as above
            _log.exception("message_failed", extra={"source": source.name, "error": type(error).__name__})
            return Strange(reason=f"{_FAULT} ({type(error).__name__})")


def _look(db: Connection, source: Source, now: datetime) -> tuple[list[Raw], bool, bool]:
    """(what is to be read, the whole is to be looked at again, something of it is about to be told)."""
    busy = any(one.state is Signed.APPROVED for one in submissions.of_source(db, source.name))
    return store.pending(db, source.name, now), store.asked(db, source.name) is None, busy


def _take(db: Connection, source: Source, read: Sequence[Read], desk: Desk, now: datetime) -> Settled:
    for raw, verdict in read:
        _mark(db, source, raw, verdict, now)
    settled = submitting.settle(db, source, approvals.of(db, source), desk, now)
    for place in settled.too_late:
        text = (
            f"What {source.name} says of {place} expired before it could be told. Look; if it is so, tell it by hand."
        )
        _tell(db, source, NoticeKind.UNDECIDED, f"cap {source.name} {place}", text, now)
    said = [one.word for _, one in read if isinstance(one, Understood) and one.due is None]
    _look_at_ends(db, source, said, now)
    limits.keep(db, source, now)
    return settled


def _look_at_ends(db: Connection, source: Source, said: Sequence[Word], now: datetime) -> None:
    """An end that ends nothing, while something is in force there or waits, is seen by people: does it mean that?"""
    ends = [word.key for word in said if word.does is not Does.SAYS or NONE in word.places.values()]
    if not ends:
        return
    words = store.words(db, source.name)
    so = folding.fold(words)
    for place, sent in sorted(folding.idle_ends(words, so, ends).items()):
        held = in_force.in_force(db, Hazard.EVACUATION, "", [place]).get(place)
        if (place in so and so[place].grade != NONE) or (held is not None and held.grade != NONE):
            text = (
                f"{source.name} said at {sent:%Y-%m-%d %H:%M} UTC that it is over in {place}, in a message that refers"
                " to none which ordered it. What was ordered stays in force, and nobody is told of an end. Ask them; if"
                " it is over, lift it by hand."
            )
            _tell(db, source, NoticeKind.UNDECIDED, f"cap {source.name} {place} all-clear", text, now)


def _mark(db: Connection, source: Source, raw: Raw, verdict: Verdict, now: datetime) -> None:
    """Note what became of a message; who is in charge hears of what is not told."""
    name = f"cap {source.name} {raw.digest[:12]}"
    key = verdict.word.key if isinstance(verdict, Understood) else verdict.key
    if key is not None and store.named(db, source.name, key):
        again = f"{key.identifier} came before with other content: the first one counts"
        store.mark(db, raw.id, State.QUARANTINED, again, now, key=None, word=None)
        _tell(db, source, NoticeKind.UNREADABLE, name, f"A message of {source.name}: {again}.", now)
        return
    match verdict:
        case Understood(due=due) if due is not None:
            store.postpone(db, raw.id, due)
        case Understood(word=word, left_out=left_out):
            store.mark(db, raw.id, State.COUNTS, "; ".join(left_out), now, key=key, word=word)
            noticeboard.resolve(db, NoticeKind.UNREADABLE, name, now)
            if left_out:
                text = f"{word.key.identifier} of {source.name}: {'; '.join(left_out)}. Nobody is told there."
                _tell(db, source, NoticeKind.NO_AREA, name, text, now)
        case Recorded(reason=reason, look=look):
            store.mark(db, raw.id, State.RECORDED, reason, now, key=key, word=None)
            if look:
                _tell(
                    db,
                    source,
                    NoticeKind.NO_AREA,
                    name,
                    f"A message of {source.name} is told to nobody: {reason}.",
                    now,
                )
        case Strange(reason=reason):
            store.mark(db, raw.id, State.QUARANTINED, reason, now, key=None, word=None)
            text = (
                f"A message of {source.name} cannot be understood: {reason}. Nobody is told. Look whether people must"
                " be told by hand; declare the word in the settings of the source, then `sources reread`."
            )
            _tell(db, source, NoticeKind.UNREADABLE, name, text, now)


def _tell(db: Connection, source: Source, kind: NoticeKind, subject: str, text: str, now: datetime) -> None:
    whose = tuple(sorted(source.municipalities))
    noticeboard.add(db, Notice(kind=kind, subject=subject, text=text, urgent=True, places=whose), now)
