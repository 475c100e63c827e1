"""How each setting is written: what a value may be, and what to say where it is not. Knows no other setting.

Messages never repeat a value that may be a secret.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from subscribers import msisdn, sealing
from subscribers.refusal import Refused
from web.loopback import is_loopback

FEEDS = ("eqvol", "extra", "regular", "other")
TARGETS = ("L5", "L4", "L3", "tsunami", "earthquake")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_POSTGRESQL = ("postgresql", "postgres")
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*\.?")
#: a number in E.164, a short code, a messaging service, a sender's name
_SENDER = re.compile(r"\+[1-9]\d{6,14}|\d{3,8}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_SENDER_FORMS = "a number such as +815000000000, a short code, a messaging service (MG…), or a name of 11 letters"


def _pairs(value: object) -> object:
    """`a=1,b=2` as a mapping."""
    if not isinstance(value, str):
        return value
    pairs = [item.strip().partition("=") for item in value.split(",") if item.strip()]
    wrong = [name for name, equals, _ in pairs if not equals]
    if wrong:
        raise ValueError(f"expected name=value, separated by commas; found {wrong[0]!r}")
    found: dict[str, str] = {}
    for name, _, number in pairs:
        if name.strip() in found:
            raise ValueError(f"{name.strip()!r} stands there twice")
        found[name.strip()] = number.strip()
    return found


def _named(value: object, known: tuple[str, ...], what: str) -> object:
    pairs = _pairs(value)
    unknown = sorted(str(name) for name in set(pairs) - set(known)) if isinstance(pairs, Mapping) else []
    if unknown:
        raise ValueError(f"unknown {what} {unknown[0]!r}; expected {', '.join(known)}")
    return pairs


def _silence(value: object) -> object:
    """Seconds per feed; `none` means that the feed may be silent for ever."""
    pairs = _named(value, FEEDS, "feed")
    if not isinstance(pairs, Mapping):
        return pairs
    return {name: None if str(number).lower() == "none" else number for name, number in pairs.items()}


def _targets(value: object) -> object:
    return _named(value, TARGETS, "target")


def _senders(value: object) -> object:
    pairs = _pairs(value)
    if isinstance(pairs, Mapping):
        for place, name in enumerate(pairs, 1):
            if not _SENDER.fullmatch(str(name)):
                raise ValueError(f"sender {place}: expected {_SENDER_FORMS}, then =segments per second")
    return pairs


def _sender(value: str) -> str:
    if value and not _SENDER.fullmatch(value):
        raise ValueError(f"expected {_SENDER_FORMS}")
    return value


def _number(value: str) -> str:
    """One phone number, or none."""
    if value and isinstance(parsed := msisdn.parse(value), Refused):
        raise ValueError(parsed.reason)
    return value


def _numbers(value: object) -> object:
    """`a,b` as a list of phone numbers. One that does not exist would be told of nothing, in silence."""
    items = [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value
    if not isinstance(items, list):
        return items
    for place, item in enumerate(items, 1):
        if isinstance(parsed := msisdn.parse(str(item)), Refused):
            raise ValueError(f"number {place}: {parsed.reason}")
    return items


def _database(value: str) -> str:
    """Anything like an address that is no PostgreSQL would become a SQLite file of that name."""
    if not value or value.startswith(":") or value.endswith("/"):
        raise ValueError("expected the path of a SQLite file, such as data/tomoshibi.db, or postgresql://…")
    scheme = _SCHEME.match(value)
    if scheme is None:
        return value
    name = scheme.group()[:-1].lower()
    if name.startswith("sqlite"):
        raise ValueError("for SQLite give the path of the file alone, such as data/tomoshibi.db")
    if name not in _POSTGRESQL:
        raise ValueError(f"{name} is no database of ours; expected the path of a SQLite file, or postgresql://…")
    if not value.startswith(tuple(f"{known}://" for known in _POSTGRESQL)):
        raise ValueError("expected postgresql://user@host/database")
    _split(value, "postgresql://user@host/database")
    return value


def _address(value: str) -> str:
    """Scheme, host, perhaps port and path."""
    parts = _split(value, "https://host")
    if parts[0] not in ("http", "https") or not parts[1]:
        raise ValueError("expected an address such as https://host")
    split = urlsplit(value)
    if split.username or split.password or split.query or split.fragment:
        raise ValueError("expected an address such as https://host, without user, ? or #")
    return value


def _public(value: str) -> str:
    """Links and signatures are made for the root of this host."""
    if not value:
        return value
    try:
        _address(value)
    except ValueError as wrong:
        raise ValueError(str(wrong).replace("https://host", "https://warn.example.jp")) from None
    parts = urlsplit(value)
    if parts.path.strip("/"):
        raise ValueError("expected the address alone, such as https://warn.example.jp, without a path")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("expected https://: residents' pages and the provider's calls must not travel in the open")
    return value.rstrip("/")


def _host(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if not _HOST.fullmatch(value) or value.replace(".", "").isdigit():
            raise ValueError("expected an IP address or a host name, such as 127.0.0.1, without port") from None
    return value


def _key(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text:
        try:
            sealing.parse_key(text)
        except sealing.SealingError as wrong:
            raise ValueError(str(wrong)) from None
    return value


def _split(value: str, example: str) -> tuple[str, str]:
    """Scheme and host; ValueError where they or the port make no sense."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError(f"expected an address such as {example}") from None
    return parts.scheme, parts.hostname or ""


_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Senders = Annotated[dict[str, Rate], BeforeValidator(_senders)]
Sender = Annotated[str, AfterValidator(_sender)]
Targets = Annotated[dict[str, _Seconds], BeforeValidator(_targets)]
Silence = Annotated[dict[str, _Seconds | None], BeforeValidator(_silence)]
Number = Annotated[str, AfterValidator(_number)]
Numbers = Annotated[list[str], BeforeValidator(_numbers)]
DatabaseAddress = Annotated[str, AfterValidator(_database)]
Address = Annotated[str, AfterValidator(_address)]
PublicAddress = Annotated[str, AfterValidator(_public)]
Host = Annotated[str, AfterValidator(_host)]
SecretKey = Annotated[SecretStr, AfterValidator(_key)]
