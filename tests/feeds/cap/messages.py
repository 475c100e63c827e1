"""CAP messages of a made-up town, for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from xml.sax.saxutils import escape

from feeds.cap.source import Source, parse

JST = timezone(timedelta(hours=9))
AT = datetime(2026, 11, 23, tzinfo=UTC)
SENDER = "bousai@town.example"
WAJIMA, SUZU, KANAZAWA = "17204", "17205", "17201"
EVENTS = {"elderly": "高齢者等避難", "order": "避難指示", "emergency": "緊急安全確保", "none": "避難情報の解除"}


def a_source(name: str = "noto", *municipalities: str, **more: object) -> Source:
    words = parse(more.pop("words", {}))  # type: ignore[arg-type]  # as written in TOML
    return Source(
        name=name,
        municipalities=frozenset(municipalities or (WAJIMA, SUZU)),
        senders=frozenset({SENDER}),
        secret="a secret of thirty-two letters ...",
        words=words,
        **more,  # type: ignore[arg-type]
    )


def written(at: datetime) -> str:
    return at.astimezone(JST).isoformat(timespec="seconds")


def reference(identifier: str, at: datetime = AT) -> str:
    return f"{SENDER},{identifier},{written(at)}"


def info(event: str, places: Sequence[str], **more: str) -> str:
    """One block; `more`: response, urgency, language, expires, effective, code."""
    areas = "".join(
        f"<area><areaDesc>{place}</areaDesc><geocode><valueName>{more.get('scheme', 'JISX0402')}</valueName>"
        f"<value>{place}</value></geocode></area>"
        for place in places
    )
    code = f"<eventCode><valueName>X</valueName><value>{more['code']}</value></eventCode>" if "code" in more else ""
    response = f"<responseType>{more['response']}</responseType>" if "response" in more else ""
    times = "".join(f"<{name}>{more[name]}</{name}>" for name in ("effective", "expires") if name in more)
    language = f"<language>{more['language']}</language>" if "language" in more else ""
    return (
        f"<info>{language}<category>Safety</category><event>{escape(event)}</event>{response}"
        f"<urgency>{more.get('urgency', 'Immediate')}</urgency><severity>Severe</severity>"
        f"<certainty>Likely</certainty>{code}{times}"
        f"{more.get('area', areas)}</info>"
    )


def message(
    identifier: str,
    infos: Sequence[str] = (),
    *,
    at: datetime = AT,
    kind: str = "Alert",
    refers: Sequence[str] = (),
    status: str = "Actual",
    scope: str = "Public",
    sender: str = SENDER,
) -> bytes:
    references = f"<references>{' '.join(refers)}</references>" if refers else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sender>{sender}</sender><sent>{written(at)}</sent>"
        f"<status>{status}</status><msgType>{kind}</msgType><scope>{scope}</scope>{references}"
        f"{''.join(infos)}</alert>"
    ).encode()


def says(identifier: str, grades: Mapping[str, str], **more: object) -> bytes:
    """A message that says a grade of each place."""
    by_grade: dict[str, list[str]] = {}
    for place, grade in grades.items():
        by_grade.setdefault(grade, []).append(place)
    blocks = [info(EVENTS[grade], places) for grade, places in by_grade.items()]
    return message(identifier, blocks, **more)  # type: ignore[arg-type]
