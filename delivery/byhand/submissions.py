"""Rows of what waits for a second person. Decides nothing but who was first: every change of state is conditional."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from alerts.vocabulary import Hazard
from storage import times
from storage.connection import Connection
from storage.rows import Row

_ALL = "SELECT * FROM submissions"
#: how the submissions of sources of CAP messages are signed
BY_SOURCE = "cap:"
#: of one who submits
_LOOK_BACK = 500


class Kind(StrEnum):
    """What two people sign."""

    ALERT = "alert"  #: evacuation or notice
    CORRECT = "correct"  #: takes a broadcast of an alert back, or puts it right
    RETRACT = "retract"  #: takes a lesson or a welcome back, or puts it right
    RELEASE = "release"  #: lets a held broadcast go


class State(StrEnum):
    """Where a submission is."""

    WAITING = "waiting"
    APPROVED = "approved"  #: signed twice, about to be told
    DONE = "done"
    REJECTED = "rejected"
    TAKEN_BACK = "taken_back"  #: by whoever submitted it
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"  #: what it speaks of is not so any more
    FAILED = "failed"  #: our fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One text as both people saw it."""

    language: str
    text: str
    encoding: str
    segments: int
    #: how many get it
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What will be told, and the correction that lies ready."""

    message: tuple[Shown, ...] = ()
    correction: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What is written when somebody submits."""

    kind: Kind
    municipality: str
    areas: tuple[str, ...]
    #: None for what was no warning
    hazard: Hazard | None
    grade: str
    body: Mapping[str, Any]
    texts: Texts
    people: int
    expected: int
    explanation: str
    reason: str
    broadcast_id: int | None
    submitted_by: str
    #: whose first signature it is: the submitter's, or of the user who answers for a program; '' for nobody's yet
    owner: str
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(New):
    """One row; times are UTC."""

    id: int
    state: State
    submitted_at: datetime
    decided_by: str
    decided_at: datetime | None
    decided_why: str
    #: the broadcasts it led to
    made: tuple[int, ...]
    called_at: datetime | None
    reminded_at: datetime | None

    @property
    def name(self) -> str:
        """How people and reports call it."""
        return f"s{self.id}"

    @property
    def what(self) -> str:
        """What is wanted, in few words."""
        return f"{self.kind} {self.about}"

    @property
    def about(self) -> str:
        """The hazard and its grade, or what was told that was no warning."""
        return f"{self.hazard} {self.grade}" if self.hazard is not None else str(self.body.get("says", ""))

    @property
    def author(self) -> str:
        """Who submitted it, as people read it; behind a program the user who answers for it."""
        name = self.submitted_by.removeprefix("user:")
        return name if self.owner in ("", self.submitted_by) else f"{name} ({self.owner.removeprefix('user:')})"

    @property
    def signers(self) -> str:
        """All who have signed it, in their order."""
        return " and ".join(dict.fromkeys(name for name in (self.submitted_by, self.owner, self.decided_by) if name))


def add(db: Connection, new: New, now: datetime) -> int:
    """A new submission that waits; its id."""
    rows = db.execute(
        "INSERT INTO submissions (kind, state, municipality, areas, hazard, grade, body, texts, people, expected,"
        " explanation, reason, broadcast_id, submitted_by, owner, submitted_at, deadline) VALUES (:kind, 'waiting',"
        " :municipality, :areas, :hazard, :grade, :body, :texts, :people, :expected, :explanation, :reason,"
        " :broadcast_id, :submitted_by, :owner, :now, :deadline) RETURNING id",
        {
            "kind": new.kind,
            "municipality": new.municipality,
            "areas": ",".join(new.areas),
            "hazard": new.hazard or "",
            "grade": new.grade,
            "body": json.dumps(dict(new.body), ensure_ascii=False),
            "texts": _texts_to_json(new.texts),
            "people": new.people,
            "expected": new.expected,
            "explanation": new.explanation,
            "reason": new.reason,
            "broadcast_id": new.broadcast_id,
            "submitted_by": new.submitted_by,
            "owner": new.owner,
            "now": times.to_text(now),
            "deadline": times.to_text(new.deadline),
        },
    )
    return rows[0].integer("id")


def find(db: Connection, identity: int) -> Submission | None:
    """One of them."""
    rows = db.execute("SELECT * FROM submissions WHERE id = :id", {"id": identity})
    return _submission(rows[0]) if rows else None


def open_ones(db: Connection) -> list[Submission]:
    """Those that wait, the nearest deadline first."""
    return [_submission(row) for row in db.execute(f"{_ALL} WHERE state = 'waiting' ORDER BY deadline, id")]


def approved(db: Connection) -> list[Submission]:
    """Signed twice, and not told yet, in the order of the second signature."""
    return [_submission(row) for row in db.execute(f"{_ALL} WHERE state = 'approved' ORDER BY decided_at, id")]


def signed_alerts(db: Connection) -> list[Submission]:
    """Everything that was told by hand, or corrects it: what the state is worked out again from."""
    where = "WHERE state = 'done' AND kind IN ('alert', 'correct') ORDER BY decided_at, id"
    return [_submission(row) for row in db.execute(f"{_ALL} {where}")]


def count_done(db: Connection) -> int:
    """Grows with each that is told."""
    return db.execute("SELECT count(*) AS n FROM submissions WHERE state = 'done'")[0].integer("n")


def latest(db: Connection, limit: int) -> list[Submission]:
    """The newest that wait no more."""
    rows = db.execute(f"{_ALL} WHERE state <> 'waiting' ORDER BY id DESC LIMIT :limit", {"limit": limit})
    return [_submission(row) for row in rows]


def of_broadcast(db: Connection, broadcast_id: int) -> list[Submission]:
    """What people wanted of a broadcast, oldest first."""
    rows = db.execute(f"{_ALL} WHERE broadcast_id = :id ORDER BY id", {"id": broadcast_id})
    return [_submission(row) for row in rows]


def that_made(db: Connection, broadcast_id: int) -> Submission | None:
    """The submission that led to a broadcast; None for one that came from a feed."""
    rows = db.execute(
        f"{_ALL} WHERE ',' || made || ',' LIKE :made AND kind <> 'release' ORDER BY id DESC LIMIT 1",
        {"made": f"%,{broadcast_id},%"},
    )
    return _submission(rows[0]) if rows else None


def decide(
    db: Connection, identity: int, state: State, *, by: str, why: str, now: datetime, other_than_submitter: bool
) -> bool:
    """Leave `waiting`, once: False where somebody was first, the time is over, or the submitter may not.

    Nobody signs twice, whatever they call themselves: the condition stands in the one statement that decides. What a
    program submitted is nobody's until somebody answers for it, and is not approved before.
    """
    return (
        db.execute_count(
            "UPDATE submissions SET state = :state, decided_by = :by, decided_at = :now, decided_why = :why"
            " WHERE id = :id AND state = 'waiting' AND (:anybody = 1 OR (submitted_by <> :by AND owner <> :by))"
            " AND (owner <> '' OR :state <> 'approved')"
            " AND (deadline > :now OR :state = 'expired')",
            {
                "id": identity,
                "state": state,
                "by": by,
                "why": why,
                "now": times.to_text(now),
                "anybody": int(not other_than_submitter),
            },
        )
        == 1
    )


def own(db: Connection, identity: int, by: str, now: datetime) -> bool:
    """Put the first signature under what is nobody's yet; False where somebody was first, or the time is over."""
    return (
        db.execute_count(
            "UPDATE submissions SET owner = :by WHERE id = :id AND state = 'waiting' AND owner = ''"
            " AND submitted_by <> :by AND deadline > :now",
            {"id": identity, "by": by, "now": times.to_text(now)},
        )
        == 1
    )


def of_source(db: Connection, source: str) -> list[Submission]:
    """What a source submitted and is not settled: it waits, or is about to be told."""
    rows = db.execute(
        f"{_ALL} WHERE submitted_by = :by AND state IN ('waiting', 'approved') ORDER BY id",
        {"by": f"{BY_SOURCE}{source}"},
    )
    return [_submission(row) for row in rows]


def done_by(db: Connection, by: str) -> list[Submission]:
    """What somebody submitted and was told, the newest first, as far as anybody looks back."""
    where = "WHERE submitted_by = :by AND state = 'done' ORDER BY id DESC LIMIT :most"
    rows = db.execute(f"{_ALL} {where}", {"by": by, "most": _LOOK_BACK})
    return [_submission(row) for row in rows]


def decided_of(db: Connection, by: str) -> list[Submission]:
    """What somebody submitted, and was told or rejected, the newest first, as far as anybody looks back."""
    where = "WHERE submitted_by = :by AND state IN ('done', 'rejected') ORDER BY id DESC LIMIT :most"
    return [_submission(row) for row in db.execute(f"{_ALL} {where}", {"by": by, "most": _LOOK_BACK})]


def finish(db: Connection, identity: int, state: State, made: Iterable[int], why: str, now: datetime) -> None:
    """What was approved is told, or could not be."""
    db.execute(
        "UPDATE submissions SET state = :state, made = :made, done_at = :now,"
        " decided_why = CASE WHEN :why = '' THEN decided_why ELSE :why END WHERE id = :id AND state = 'approved'",
        {"id": identity, "state": state, "made": _joined(made), "why": why, "now": times.to_text(now)},
    )


def note_call(db: Connection, identity: int, *, reminder: bool, now: datetime) -> None:
    """People on duty were told."""
    column = "reminded_at" if reminder else "called_at"
    db.execute(
        f"UPDATE submissions SET {column} = :now WHERE id = :id",  # noqa: S608 -- one of two names
        {"id": identity, "now": times.to_text(now)},
    )


def _joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _texts_to_json(texts: Texts) -> str:
    def rows(shown: Sequence[Shown]) -> list[list[object]]:
        return [[one.language, one.text, one.encoding, one.segments, one.people] for one in shown]

    return json.dumps({"message": rows(texts.message), "correction": rows(texts.correction)}, ensure_ascii=False)


def _texts(text: str) -> Texts:
    def shown(rows: Iterable[Sequence[Any]]) -> tuple[Shown, ...]:
        return tuple(
            Shown(language=language, text=words, encoding=encoding, segments=segments, people=people)
            for language, words, encoding, segments, people in rows
        )

    row = json.loads(text)
    return Texts(message=shown(row["message"]), correction=shown(row["correction"]))


def _submission(row: Row) -> Submission:
    made = row.text("made")
    return Submission(
        id=row.integer("id"),
        kind=Kind(row.text("kind")),
        state=State(row.text("state")),
        municipality=row.text("municipality"),
        areas=tuple(row.text("areas").split(",")),
        hazard=Hazard(row.text("hazard")) if row.text("hazard") else None,
        grade=row.text("grade"),
        body=json.loads(row.text("body")),
        texts=_texts(row.text("texts")),
        people=row.integer("people"),
        expected=row.integer("expected"),
        explanation=row.text("explanation"),
        reason=row.text("reason"),
        broadcast_id=row.optional_integer("broadcast_id"),
        submitted_by=row.text("submitted_by"),
        owner=row.text("owner"),
        submitted_at=row.time("submitted_at"),
        deadline=row.time("deadline"),
        decided_by=row.text("decided_by"),
        decided_at=row.optional_time("decided_at"),
        decided_why=row.text("decided_why"),
        made=tuple(int(one) for one in made.split(",")) if made else (),
        called_at=row.optional_time("called_at"),
        reminded_at=row.optional_time("reminded_at"),
    )
