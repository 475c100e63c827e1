"""What other programs are told of: an alert or a broadcast, as JSON without anything of a person. Pure."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from alerts.vocabulary import NONE, Kind, MsgType
from delivery.bulletins.bulletin import Bulletin, Standing


class Type(StrEnum):
    """The kinds of events."""

    ALERT_STARTED = "alert.started"
    ALERT_UPDATED = "alert.updated"
    ALERT_ENDED = "alert.ended"
    ALERT_CANCELLED = "alert.cancelled"
    BROADCAST_STARTED = "broadcast.started"
    BROADCAST_ENDED = "broadcast.ended"
    BROADCAST_CANCELLED = "broadcast.cancelled"
    PING = "ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `key` is the same however often it is looked at."""

    key: str
    type: Type
    at: datetime
    #: municipality -> what is said of it
    places: Mapping[str, str]
    data: Mapping[str, Any]

    def body(self, within: Collection[str] | None) -> str | None:
        """The request's body for a reader of some places, None for all; None where nothing of it is theirs."""
        places = {place: grade for place, grade in self.places.items() if within is None or place in within}
        if self.places and not places:
            return None
        data = {**self.data, "places": places} if self.places else dict(self.data)
        return json.dumps(
            {"type": self.type, "timestamp": _time(self.at), "data": data},
            ensure_ascii=False,
            separators=(",", ":"),
        )


def of_bulletin(one: Bulletin, before: Bulletin | None, public_url: str) -> Event:
    """An alert has begun, changed, ended, or was taken back; what only `before` names is over there."""
    over = one.standing is Standing.ENDED or all(
        word.kind in (Kind.LIFTED, Kind.CANCELLED) for word in one.words.values()
    )
    return Event(
        key=f"alert.{one.identifier}",
        type=_type(one.msg_type, over=over),
        at=one.sent,
        places=dict.fromkeys(before.words if before else (), NONE)
        | {place: NONE if over else word.grade for place, word in one.words.items()},
        data={
            "identifier": one.identifier,
            "hazard": one.chain.hazard,
            "event": one.chain.event or None,
            "prefecture": one.chain.prefecture,
            "expires": _time(one.expires),
            "references": [each.identifier for each in one.references],
            "cap": f"{public_url}/cap/{one.identifier}.xml" if public_url else None,
        },
    )


def _type(msg_type: MsgType, *, over: bool) -> Type:
    match msg_type:
        case MsgType.ALERT:
            return Type.ALERT_STARTED
        case MsgType.CANCEL:
            return Type.ALERT_CANCELLED
        case MsgType.UPDATE:
            return Type.ALERT_ENDED if over else Type.ALERT_UPDATED


def of_broadcast(number: int, kind: Type, at: datetime, hazard: str, event: str, places: Mapping[str, str]) -> Event:
    """People are being told, have been told, or are told no more."""
    return Event(
        key=f"broadcast.{number}.{kind.rpartition('.')[2]}",
        type=kind,
        at=at,
        places=places,
        data={"id": number, "hazard": hazard, "event": event or None},
    )


def ping(key: str, at: datetime) -> Event:
    """To see whether it arrives."""
    return Event(key=key, type=Type.PING, at=at, places={}, data={})


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
