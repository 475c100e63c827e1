"""Sources of CAP messages as the settings declare them: every mistake is named, secrets stay in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, InstanceOf, PlainSerializer

from delivery.hooks import signature
from feeds.cap import source as sources
from feeds.cap.source import Source
from web.loopback import is_loopback

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CODE = re.compile(r"\d{5}")
_KEYS = frozenset(
    {
        "name",
        "municipalities",
        "senders",
        "url",
        "secret",
        "secret_file",
        "poll_seconds",
        "geocodes",
        "language",
        "cancel",
        "words",
    }
)


def _sources(value: object) -> object:
    """The tables of `[[cap_sources]]`. ValueError names the table and what was expected."""
    if not isinstance(value, (list, tuple)):
        raise ValueError("expected a list of tables: [[cap_sources]] in tomoshibi.toml")
    found = [one if isinstance(one, Source) else _source(number, one) for number, one in enumerate(value, 1)]
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise ValueError("two sources have the same name")
    return tuple(found)


def _source(number: int, row: object) -> Source:
    if not isinstance(row, Mapping):
        raise ValueError(f"source {number}: expected a table")
    name = str(row.get("name", ""))
    where = f"source {name or number}"
    if unknown := sorted(set(map(str, row)) - _KEYS):
        raise ValueError(f"{where}: no such key {unknown[0]!r}; expected {', '.join(sorted(_KEYS))}")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{where}: name: expected small letters, digits and hyphens")
    codes = _texts(row, "municipalities", where)
    if not codes or not all(map(_CODE.fullmatch, codes)):
        raise ValueError(f"{where}: municipalities: expected codes of five digits that it may speak for")
    senders = _texts(row, "senders", where)
    if not senders:
        raise ValueError(f"{where}: senders: expected the values of CAP sender that are its own")
    url, secret = _way_in(row, where)
    cancel = str(row.get("cancel", sources.WITHDRAWN))
    if cancel not in (sources.WITHDRAWN, sources.LIFTED):
        raise ValueError(f"{where}: cancel: expected withdrawn or lifted")
    return Source(
        name=name,
        municipalities=frozenset(codes),
        senders=frozenset(senders),
        url=url,
        secret=secret,
        poll_seconds=_seconds(row, where),
        geocodes=frozenset(_texts(row, "geocodes", where) or ("JISX0402",)),
        language=str(row.get("language", "")),
        cancel=cancel,
        words=_words(row, where),
    )


def _texts(row: Mapping[Any, Any], key: str, where: str) -> tuple[str, ...]:
    value = row.get(key, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"{where}: {key}: expected a list of texts")
    return tuple(value)


def _way_in(row: Mapping[Any, Any], where: str) -> tuple[str, str]:
    """(address, secret): exactly one of them."""
    url, secret = str(row.get("url", "")), str(row.get("secret", ""))
    if path := row.get("secret_file"):
        try:
            secret = Path(str(path)).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise ValueError(f"{where}: secret_file: {path!r} cannot be read") from None
    if bool(url) == bool(secret):
        raise ValueError(f"{where}: expected either url, which is polled, or secret, with which it posts")
    if secret:
        try:
            signature.key_of(secret)
        except ValueError as wrong:
            raise ValueError(f"{where}: secret: {wrong}") from None
        return "", secret
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        scheme = host = ""
    if not host or (scheme != "https" and not (scheme == "http" and is_loopback(host))):
        raise ValueError(f"{where}: url: expected https://…, or nobody knows who answers")
    return url, ""


def _seconds(row: Mapping[Any, Any], where: str) -> float:
    value = row.get("poll_seconds", 30)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 3600:
        raise ValueError(f"{where}: poll_seconds: expected a number up to 3600")
    return float(value)


def _words(row: Mapping[Any, Any], where: str) -> dict[tuple[sources.Where, str], str]:
    value = row.get("words", {})
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: words: expected tables event, eventCode.NAME, parameter.NAME")
    try:
        return sources.parse(value)
    except ValueError as wrong:
        raise ValueError(f"{where}: {wrong}") from None


def _names(value: tuple[Source, ...]) -> list[str]:
    return [f"{one.name} {one.fingerprint()[:12]}" for one in value]


CapSources = Annotated[
    tuple[InstanceOf[Source], ...], BeforeValidator(_sources), PlainSerializer(_names, return_type=list[str])
]
