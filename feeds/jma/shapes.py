"""Tells a telegram's type by what stands inside, for telegrams without a type in their name and a title we know.

The shapes are data (`types.toml`). Refuses to choose: several types that fit are as good as none.
"""

from collections.abc import Iterable

from feeds.jma import envelope, types
from feeds.jma.envelope import Envelope
from feeds.jma.types import Shape, TelegramType


def fitting(telegram: Envelope, known: Iterable[TelegramType] | None = None) -> list[TelegramType]:
    """Every type whose shape the telegram has."""
    candidates = types.table().values() if known is None else known
    return [kind for kind in candidates if kind.shape is not None and fits(kind.shape, telegram)]


def fits(shape: Shape, telegram: Envelope) -> bool:
    """Whether all that the shape asks for is so."""
    return (
        telegram.scheme == shape.scheme
        and telegram.info_kind == shape.info_kind
        and telegram.info_kind_version.startswith(shape.version)
        and all(envelope.child(telegram.body, *path.split("/")) is not None for path in shape.has)
        and (not shape.kinds or _kinds(telegram) <= shape.kinds)
        and (not shape.serials or envelope.text(telegram.body, "EarthquakeInfo", "InfoSerial", "Code") in shape.serials)
    )


def _kinds(telegram: Envelope) -> set[str]:
    """The Kind/Code in the body, `?` where there is none: an area without a warning has a Kind without a code."""
    codes = {envelope.text(kind, "Code") for kind in telegram.body.iter("Kind")} - {""}
    return codes or {"?"}
