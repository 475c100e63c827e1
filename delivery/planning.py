"""Plans an alert's broadcast: chunk by chunk, each one transaction with its cursor, to be run again safely.

Worst places first, then by subscriber id. Who is told what is `telling`'s decision; this module brings it the
people and keeps what it says. Places whose state has changed again are left to the newer broadcast.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import hazards, noticeboard, store
from alerts.changes import PlaceChange
from alerts.hazards import Ends
from alerts.store import InForce
from delivery import audience, broadcasts, chunks, forms, ledger, messages, newcomers
from delivery.audience import Candidate
from delivery.broadcasts import Advance, Broadcast, BroadcastState
from delivery.drafting import Drafter, Groups, Scope
from delivery.forms import Rates
from delivery.ledger import Known, Standing, Text
from delivery.sheltering import Sheltering
from delivery.telling import Excluded, Telling, tell
from delivery.writing import Writer
from storage.connection import Connection
from templates_i18n.render import Form

_log = logging.getLogger(__name__)
_NO_TEXT = "no text could be made"
_ASIDE = "put aside by a fault, to be told on their own"
_TOO_LATE = "too late: the time limit of the broadcast has passed"
_ACTIVE = "active"
_Answer = tuple[Telling, ...] | Excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Live:
    """What of a broadcast can be told now."""

    #: the revision of all of Japan's state that this was read at
    revision: int
    changes: Mapping[str, PlaceChange]
    standings: Mapping[str, Standing]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """The people of a chunk and where planning stands behind them."""

    #: subscriber id -> index of the place that brought them
    ids: Mapping[int, int]
    cursor: str
    finished: bool
    #: registrations in places that were left out
    left_out: int


def begin(db: Connection, broadcast_id: int, writer: Writer, rates: Rates, now: datetime) -> Broadcast:
    """Choose the form for all, and renew the time limit of what waited too long but is still in force."""
    broadcast = broadcasts.load(db, broadcast_id)
    if broadcast.form:
        return broadcast
    rule = hazards.rule(broadcast.hazard)
    expires = broadcast.expires_at
    if expires <= now and rule.ends is Ends.LIFTED:
        expires = now + rule.keep
    chosen = forms.choose(db, broadcast, order(broadcast)[0], writer, rates)
    broadcasts.begin(db, broadcast.id, chosen.form, expires)
    return replace(broadcast, form=chosen.form, expires_at=expires)


def order(broadcast: Broadcast) -> list[str]:
    """Places by the worse of what is in force there now and before, worst first."""
    rule = hazards.rule(broadcast.hazard)

    def weight(change: PlaceChange) -> tuple[int, str]:
        grade = change.after if rule.is_told(change.after) else change.before
        return (-rule.rank(grade), change.place)

    return [change.place for change in sorted(broadcast.changes.values(), key=weight)]


class Plan:
    """One broadcast being planned.

    Keeps decisions and texts that many people share, and nothing that would be missed after a crash.
    """

    def __init__(self, broadcast: Broadcast, writer: Writer) -> None:
        """The broadcast as `begin` gave it."""
        self._broadcast = broadcast
        self._writer = writer
        self._rule = hazards.rule(broadcast.hazard)
        self._order = order(broadcast)
        self._index = {place: index for index, place in enumerate(self._order)}
        self._people = audience.People()
        self._live = _Live(revision=-1, changes={}, standings={})
        self._answers: dict[str, _Answer] = {}
        self._sheltering = Sheltering(broadcast.hazard)
        self._drafter = Drafter(writer, _scope(broadcast), lambda: broadcast.changes, self._sheltering.of)

    def chunk(self, db: Connection, now: datetime) -> Advance:
        """Plan the next people; `finished` says whether these were the last."""
        state, cursor = broadcasts.position(db, self._broadcast.id)
        if state is not BroadcastState.PLANNING:
            return Advance(cursor=cursor, planned=0, segments=0, excluded={}, finished=True)
        self._look(db, now)
        if self._sheltering.look(db, now):
            self._drafter.forget()
        reached = self._reach(db, cursor, now)
        excluded: Counter[str] = Counter()
        groups = self._tell_all(db, reached, excluded, now)
        late = self._broadcast.expires_at <= now
        excluded.update({_TOO_LATE if late else Excluded.SUPERSEDED: reached.left_out, _NO_TEXT: groups.textless})
        messages.add(db, list(groups.drafts.values()), self._writer.version, now)
        for notice in groups.notices:
            noticeboard.add(db, notice, now)
        step = Advance(
            cursor=reached.cursor,
            planned=groups.planned,
            segments=groups.segments,
            excluded=+excluded,
            finished=reached.finished,
        )
        broadcasts.advance(db, self._broadcast.id, step, now)
        if reached.finished:
            broadcasts.complete(db, [self._broadcast.id])
        return step

    def _look(self, db: Connection, now: datetime) -> None:
        """Which changes are still the newest word on their place; read again only when any state has changed."""
        broadcast = self._broadcast
        revision = audience.revision(db)
        if broadcast.expires_at <= now:
            self._live, self._answers = _Live(revision=revision, changes={}, standings={}), {}
        if revision == self._live.revision:
            return
        rows = store.in_force(db, broadcast.hazard, broadcast.event)
        live = {
            place: change
            for place, change in broadcast.changes.items()
            if (row := rows.get(place)) is None or self._is_live(change, row, now)
        }
        standings = {place: Standing(grade=row.grade, revision=row.revision) for place, row in rows.items()}
        self._live, self._answers = _Live(revision=revision, changes=live, standings=standings), {}

    def _is_live(self, change: PlaceChange, row: InForce, now: datetime) -> bool:
        """A later change below what people are told of has no broadcast of its own: the end is still to be told."""
        if not self._rule.is_told(change.after):
            return row.revision <= self._broadcast.revision or not self._rule.is_told(row.grade)
        return row.revision <= self._broadcast.revision and (row.ends_at is None or row.ends_at > now)

    def _reach(self, db: Connection, cursor: str, now: datetime) -> _Reached:
        """The next people of the audience, none twice."""
        index, after = (int(part) for part in cursor.split(":")) if cursor else (0, 0)
        size = chunks.SIZE * chunks.GROWTH if cursor else chunks.SIZE
        ids: dict[int, int] = {}
        left_out = 0
        hazard, event = self._broadcast.hazard, self._broadcast.event
        while index < len(self._order) and len(ids) < size:
            place, limit = self._order[index], size - len(ids)
            if place not in self._live.changes:
                left_out += audience.registered(db, [place]) if after == 0 else 0
                index, after = index + 1, 0
                continue
            found = audience.candidates(db, hazard, event, place, after, limit, now)
            for identity in found:
                ids.setdefault(identity, index)
            index, after = (index, found[-1]) if len(found) == limit else (index + 1, 0)
        finished = index >= len(self._order)
        return _Reached(ids=ids, cursor=f"{index}:{after}", finished=finished, left_out=left_out)

    def _tell_all(self, db: Connection, reached: _Reached, excluded: Counter[str], now: datetime) -> Groups:
        groups = Groups()
        if not reached.ids:
            return groups
        ids, broadcast = list(reached.ids), self._broadcast
        texts = audience.texts(db, ids, broadcast.hazard, broadcast.event, now)
        recent = audience.last_earthquake_texts(db, ids, broadcast.event, now) if self._is_earthquake else {}
        people = self._people.read(db, ids)
        faults: dict[int, Exception] = {}
        for identity, someone in people:
            try:
                answer = self._answer_for(someone, texts.get(identity), recent.get(identity), now)
                if isinstance(answer, tuple):
                    self._drafter.add(groups, identity, answer)
                elif self._is_first_place(someone, reached.ids[identity]):
                    excluded[answer] += 1
            except Exception as fault:  # noqa: BLE001 -- one person at fault must not silence those behind
                faults[identity] = fault
        if faults:
            self._put_aside(db, faults, len(people), excluded, now)
        return groups

    def _put_aside(
        self, db: Connection, faults: Mapping[int, Exception], people: int, excluded: Counter[str], now: datetime
    ) -> None:
        """People at fault are brought up to date on their own; where all are, the fault is the broadcast's."""
        first = next(iter(faults.values()))
        if len(faults) == people:
            raise first
        _log.error("people_put_aside", exc_info=first, extra={"people": len(faults), "broadcast": self._broadcast.id})
        newcomers.add(db, faults, now)
        excluded[_ASIDE] += len(faults)

    def _answer_for(
        self, someone: Candidate, own: Sequence[Text] | None, last: datetime | None, now: datetime
    ) -> _Answer:
        if own is None and last is None:
            return self._first_answer(someone, now)
        known = ledger.fold(self._rule, own or (), self._live.standings)
        return self._answer(someone, known, last, now)

    @property
    def _is_earthquake(self) -> bool:
        return self._broadcast.hazard == "earthquake"

    def _is_first_place(self, someone: Candidate, index: int) -> bool:
        """People with several places are reached several times, and counted once."""
        mine = [self._index[place] for place in someone.person.places if place in self._live.changes]
        return not mine or index == min(mine)

    def _first_answer(self, someone: Candidate, now: datetime) -> _Answer:
        """People who were told nothing yet and are registered alike get the same answer."""
        if not someone.alike:
            return self._answer(someone, ledger.NOTHING, None, now)
        answer = self._answers.get(someone.alike)
        if answer is None:
            answer = self._answers[someone.alike] = self._answer(someone, ledger.NOTHING, None, now)
        return answer

    def _answer(self, someone: Candidate, known: Known, last: datetime | None, now: datetime) -> _Answer:
        if someone.state != _ACTIVE:
            return Excluded.UNREACHABLE if someone.state == "unreachable" else Excluded.STOPPED
        mine = [place for place in {*someone.person.places, *known.revisions} if place in self._live.changes]
        fresh = {
            place: self._live.changes[place]
            for place in mine
            if known.revisions.get(place, -1) < self._broadcast.revision
        }
        if mine and not fresh:
            return Excluded.ALREADY_TOLD
        return tell(self._rule, fresh, someone.person, known.told, last, now)


def _scope(broadcast: Broadcast) -> Scope:
    return Scope(
        broadcast_id=broadcast.id,
        hazard=broadcast.hazard,
        event=broadcast.event,
        revision=broadcast.revision,
        form=Form(broadcast.form),
        expires_at=broadcast.expires_at,
        alert_id=broadcast.alert_id,
        doubtful_since=broadcast.doubtful_since,
    )
