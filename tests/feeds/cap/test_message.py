"""CAP 1.2 is read letter by letter, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.cap import message as cap
from feeds.cap.message import Key, NotCap
from tests.feeds.cap.messages import AT, SENDER, WAJIMA, info, message, reference, says
from tests.web.cap import oracle

GOOD = message(
    "n.2",
    [info("避難指示", [WAJIMA], language="ja-JP", expires="2026-11-23T12:00:00+09:00", response="Evacuate")],
    kind="Update",
    refers=[reference("n.1"), reference("n.0")],
)


def test_a_message_as_values() -> None:
    found = cap.read(GOOD)
    assert (found.key, found.sent, found.msg_type) == (Key(SENDER, "n.2"), AT, "Update")
    assert found.references == (Key(SENDER, "n.1"), Key(SENDER, "n.0"))
    [block] = found.infos
    assert (block.event, block.response_types, block.language) == ("避難指示", ("Evacuate",), "ja-JP")
    assert block.areas[0].geocodes == (("JISX0402", WAJIMA),)
    assert oracle.problems(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("cap:1.2", "cap:1.1"),
        ("<identifier>n.2</identifier>", ""),
        ("<identifier>n.2", "<identifier>n 2"),
        ("<identifier>n.2</identifier>", "<identifier>n.2</identifier><identifier>n.3</identifier>"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>2026-11-23T00:00:00Z"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>2026-11-23T09:00:00"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>2026-13-23T09:00:00+09:00"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>1026-11-23T09:00:00+09:00"),
        ("<status>Actual", "<status>actual"),
        ("<msgType>Update", "<msgType>Revise"),
        ("<status>Actual</status><msgType>Update</msgType>", "<msgType>Update</msgType><status>Actual</status>"),
        ("<category>Safety</category>", ""),
        ("<urgency>Immediate", "<urgency>Soon"),
        ("<event>", "<colour>red</colour><event>"),
        ("<valueName>JISX0402</valueName>", ""),
        ("n.1,2026", "n.1 2026"),
        ("</alert>", ""),
        ("<event>避難指示", "<event><b>避難指示</b>"),
        ('encoding="UTF-8"', 'encoding="Shift_JIS"'),
        ("<alert ", '<!DOCTYPE alert [<!ENTITY x "y">]><alert '),
        ("<references>", "<references2>"),
        ("<sent>2026-11-23T09:00:00+09:00", "<sent>"),
        ("<event>避難指示", "<event> "),
        ("<valueName>JISX0402", "<valueName>"),
        ("<expires>", "<effective/><expires>"),
        ("<expires>", "<onset/><expires>"),
        ("<expires>2026-11-23T12:00:00+09:00", "<expires>"),
        ("<areaDesc>17204", "<areaDesc>"),
    ],
)
def test_what_is_bent_is_refused(right: str, wrong: str) -> None:
    text = GOOD.decode()
    assert right in text
    with pytest.raises(NotCap):
        cap.read(text.replace(right, wrong, 1).encode())


@pytest.mark.parametrize("kind", ["Update", "Cancel"])
def test_what_refers_to_something_says_to_what(kind: str) -> None:
    with pytest.raises(NotCap, match="references"):
        cap.read(message("n.2", kind=kind))


def test_bombs_are_refused_unread() -> None:
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><alert>&b;</alert>'
    deep = b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">' + b"<info>" * 5000 + b"</info>" * 5000 + b"</alert>"
    wide = b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">' + b"<a/>" * 30_000 + b"</alert>"
    hidden = entities.decode().encode("utf-16")
    for raw in (entities, deep, wide, hidden, b"x" * (cap.MAX_BYTES + 1), b"", b"\x00", b"<html></html>"):
        with pytest.raises(NotCap):
            cap.read(raw)


def test_a_signature_inside_is_passed_over() -> None:
    signed = GOOD.replace(
        b"</alert>",
        b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><X/></SignedInfo></Signature></alert>',
    )
    assert cap.read(signed) == cap.read(GOOD)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    with pytest.raises(NotCap):
        cap.read(raw)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_a_damaged_message_is_read_as_cap_or_refused(at: int, noise: bytes) -> None:
    raw = GOOD[:at] + noise + GOOD[at + len(noise) :]
    try:
        found = cap.read(raw)
    except NotCap:
        return
    assert found.key.identifier
    assert found.key.sender


def test_what_is_read_is_valid_by_the_oracle() -> None:
    for raw in (says("a", {WAJIMA: "order"}), GOOD):
        cap.read(raw)
        assert oracle.problems(raw) == []
