"""Raw telegrams as values, and how they are packed for the database. Reads none of them."""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from feeds.jma import types

#: white space that may follow the last tag
_END_WITHIN = 4096


class TelegramState(StrEnum):
    """How far a telegram has come."""

    PENDING = "pending"
    READ = "read"
    NOTHING = "nothing"  #: read, and it holds no warning
    IGNORED = "ignored"  #: of a type that is not read
    QUARANTINED = "quarantined"  #: could not be read; may be read again after a fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A raw telegram ready to be stored."""

    #: SHA-256 of the raw bytes, hexadecimal
    digest: str
    #: VXSE53 and so on; '' where the file name holds none
    type: str
    entry_id: str | None
    file_name: str
    received_at: datetime
    #: bytes before compression
    size: int
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """It is new."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyThere:
    """The same bytes have come before."""

    id: int


Added: TypeAlias = Stored | AlreadyThere


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTelegram:
    """A stored telegram with its raw bytes."""

    id: int
    digest: str
    type: str
    file_name: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What the operator sees of a telegram that could not be read."""

    id: int
    digest: str
    type: str
    file_name: str
    received_at: datetime
    reason: str


def pack(body: bytes, *, file_name: str, received_at: datetime, entry_id: str | None = None) -> Packed:
    """Compress a telegram and find its digest and type; some milliseconds for a big one, so keep it off the loop."""
    return Packed(
        digest=hashlib.sha256(body).hexdigest(),
        type=types.code_in(file_name),
        entry_id=entry_id,
        file_name=file_name,
        received_at=received_at,
        size=len(body),
        packed=zlib.compress(body),
    )


def is_whole(body: bytes) -> bool:
    """Whether it ends as a telegram does, whatever prefix its root has; one that was cut off on the way does not."""
    return body[-_END_WITHIN:].rstrip().endswith(b"Report>")
