"""The probe: a training telegram of our own runs through all steps to a test number; its silence is an alarm.

It is stored, read and decided like any other. Being a training telegram it is recorded and tells nobody (design, rule
1); only from that record a text is written, as a drill, for the test number alone. It never meets an audience.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind, Status
from delivery import own_texts, priority
from delivery.broadcasts import Origin
from delivery.operators import Operator
from delivery.own_texts import OwnText
from delivery.states import MessageState
from delivery.writing import Written, written
from feeds import telegrams
from feeds.jma import compose
from feeds.jma.compose import Item
from feeds.store.telegrams import add_telegram
from storage import times
from storage.connection import Connection
from storage.rows import Row
from subscribers import store as subscribers
from templates_i18n.catalogue import Catalogue
from templates_i18n.render import Form, TextRequest, render

KIND = "probe"
SUBJECT = "probe"
#: by then it must have arrived
LIMIT = timedelta(minutes=5)
#: Wajima, heavy rain of level 3: any place will do
_REGION, _AREA, _PLACE, _GRADE, _CODE = "170000", "1720400", "17204", "L3", "03"
_ARRIVED = frozenset({MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED})
_LOST = frozenset({MessageState.UNDELIVERED, MessageState.FAILED, MessageState.EXPIRED, MessageState.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What to probe with."""

    every: timedelta
    phone: Operator
    catalogue: Callable[[], Catalogue]
    places: PlaceTable


def is_due(db: Connection, probe: Probe, now: datetime) -> bool:
    """Whether `step` may have anything to do; cheap."""
    last = _last(db)
    return last is None or last["settled_at"] is None or last.time("started_at") <= now - probe.every


def step(db: Connection, probe: Probe, now: datetime) -> bool:
    """Begin a probe, or follow the one that is under way; True if there is something to read or to send."""
    last = _last(db)
    if last is None or (last["settled_at"] is not None and last.time("started_at") <= now - probe.every):
        _begin(db, now)
        return True
    if last["settled_at"] is not None:
        return False
    if last.text("state") == "reading" and _is_recorded(db, last.text("digest")):
        _send(db, last.integer("id"), probe, last.time("started_at"), now)
        return True
    _judge(db, last, now)
    return False


def _last(db: Connection) -> Row | None:
    rows = db.execute("SELECT * FROM probes ORDER BY id DESC LIMIT 1")
    return rows[0] if rows else None


def _begin(db: Connection, now: datetime) -> None:
    """Store the telegram as the collector does; the one before has served."""
    for table in ("alerts", "reports", "telegrams"):
        db.execute(f"DELETE FROM {table} WHERE digest IN (SELECT digest FROM probes)")  # noqa: S608 -- our own names only
    at = now.replace(microsecond=0)
    body = compose.rain_report(region=_REGION, kinds={_AREA: Item(code=_CODE)}, at=at, status=Status.EXERCISE)
    packed = telegrams.pack(body, file_name=f"{at:%Y%m%d%H%M%S}_0_VPWW55_probe.xml", received_at=now)
    add_telegram(db, packed)
    db.execute(
        "INSERT INTO probes (digest, started_at, state) VALUES (:digest, :now, 'reading')"
        " ON CONFLICT (digest) DO NOTHING",
        {"digest": packed.digest, "now": times.to_text(now)},
    )


def _is_recorded(db: Connection, digest: str) -> bool:
    """Whether the telegram was read as training and decided to be recorded: nothing else is followed."""
    rows = db.execute("SELECT status, decision FROM alerts WHERE digest = :digest", {"digest": digest})
    return bool(rows) and all(
        row.text("status") == Status.EXERCISE and row.text("decision") == "record" for row in rows
    )


def _send(db: Connection, probe_id: int, probe: Probe, issued: datetime, now: datetime) -> None:
    person = subscribers.ensure_operator(db, probe.phone.number_hash, probe.phone.number_sealed, now)
    own = OwnText(
        text=_text(probe, issued),
        people=[person],
        name=f"probe:{probe_id}",
        kind=KIND,
        origin=Origin.PROBE,
        reason="our own training telegram, to the test number",
        priority=priority.OPERATOR,
        keep=LIMIT,
    )
    broadcast_id = own_texts.queue(db, own, probe.catalogue().version, now)
    db.execute(
        "UPDATE probes SET state = 'sending', message_id ="
        " (SELECT id FROM messages WHERE broadcast_id = :broadcast) WHERE id = :id",
        {"broadcast": broadcast_id, "id": probe_id},
    )


def _text(probe: Probe, issued: datetime) -> Written:
    request = TextRequest(hazard=Hazard.HEAVY_RAIN, grade=_GRADE, kind=Kind.DRILL, places=(_PLACE,), issued=issued)
    made = render(probe.catalogue(), request, "en", Form.CORE, probe.places)
    return written(made.text, made.language, made.form, made.segmentation)


def _judge(db: Connection, last: Row, now: datetime) -> None:
    """Whether it has arrived, or has been silent for too long."""
    state = _message(db, last.optional_integer("message_id"))
    if state in _ARRIVED:
        _settle(db, last, "arrived", now)
        noticeboard.resolve(db, NoticeKind.PROBE, SUBJECT, now)
    elif state in _LOST or now - last.time("started_at") > LIMIT:
        _settle(db, last, "silent", now)
        where = "was not read and recorded" if state is None else f"was queued and is {state}"
        notice = Notice(
            kind=NoticeKind.PROBE,
            subject=SUBJECT,
            text=f"The training telegram of {last.time('started_at'):%H:%M} UTC {where}: warnings may not arrive "
            "either. Look at the console and at the log.",
            urgent=True,
            since=last.time("started_at"),
        )
        noticeboard.add(db, notice, now)


def _message(db: Connection, message_id: int | None) -> MessageState | None:
    rows = db.execute("SELECT state FROM messages WHERE id = :id", {"id": message_id}) if message_id else []
    return MessageState(rows[0].text("state")) if rows else None


def _settle(db: Connection, last: Row, state: str, now: datetime) -> None:
    db.execute(
        "UPDATE probes SET state = :state, settled_at = :now WHERE id = :id",
        {"state": state, "now": times.to_text(now), "id": last.integer("id")},
    )
