"""The exact count of units and segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_i18n import segments
from templates_i18n.segments import Encoding

GSM = "".join(
    char for char in map(chr, range(0x20AD)) if segments.fits_gsm7(char)
)  # the whole alphabet with its extension


def test_the_alphabet_has_its_127_characters_and_ten_extensions() -> None:
    assert len(GSM) == 127 + 10


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", Encoding.GSM_7, 0, 1),
        ("a" * 160, Encoding.GSM_7, 160, 1),
        ("a" * 161, Encoding.GSM_7, 161, 2),
        ("a" * 306, Encoding.GSM_7, 306, 2),
        ("a" * 307, Encoding.GSM_7, 307, 3),
        ("[" * 80, Encoding.GSM_7, 160, 1),
        ("あ" * 70, Encoding.UCS_2, 70, 1),
        ("あ" * 71, Encoding.UCS_2, 71, 2),
        ("あ" * 134, Encoding.UCS_2, 134, 2),
        ("あ" * 135, Encoding.UCS_2, 135, 3),
        ("🌊" * 35, Encoding.UCS_2, 70, 1),
        ("a\n€", Encoding.GSM_7, 4, 1),
        ("`", Encoding.UCS_2, 1, 1),
        ("ç", Encoding.UCS_2, 1, 1),
        ("Ç", Encoding.GSM_7, 1, 1),
    ],
)
def test_counts(text: str, encoding: Encoding, units: int, parts: int) -> None:
    counted = segments.count(text)
    assert (counted.encoding, counted.units, counted.segments) == (encoding, units, parts)


def test_an_escaped_character_does_not_lie_across_two_segments() -> None:
    # 152 + 2 does not fit into 153: the first part stays one short, and 306 units need a third
    assert segments.count("a" * 152 + "€" + "a" * 152).segments == 3
    assert segments.count("a" * 151 + "€" + "a" * 153).segments == 2


def test_a_surrogate_pair_does_not_lie_across_two_segments() -> None:
    assert segments.count("あ" * 66 + "🌊" + "あ" * 66).segments == 3
    assert segments.count("あ" * 65 + "🌊" + "あ" * 67).segments == 2


def _parts_by_cutting(text: str) -> int:
    """Another way to count: cut off the longest head that fits, again and again."""
    gsm = segments.fits_gsm7(text)

    def size(piece: str) -> int:
        return sum(2 if char in "\f^{}\\[~]|€" else 1 for char in piece) if gsm else len(piece.encode("utf-16-le")) // 2

    alone, room = (160, 153) if gsm else (70, 67)
    if size(text) <= alone:
        return 1
    parts = 0
    while text:
        end = max(n for n in range(1, min(room, len(text)) + 1) if size(text[:n]) <= room)
        text, parts = text[end:], parts + 1
    return parts


@given(st.one_of(st.text(GSM, max_size=500), st.text(st.sampled_from("aあ🌊€é"), max_size=300)))
def test_the_walk_equals_cutting(text: str) -> None:
    assert segments.count(text).segments == _parts_by_cutting(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_never_fewer_segments_than_units_need(text: str) -> None:
    counted = segments.count(text)
    room = 153 if counted.encoding is Encoding.GSM_7 else 67
    assert counted.segments == 1 or counted.segments >= -(-counted.units // room)
    assert (counted.encoding is Encoding.GSM_7) == segments.fits_gsm7(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đà Nẵng, ngay lập tức", "Da Nang, ngay lap tuc"),
        ("não é possível: VÁ já", "nao e possivel: VA ja"),
        ("e\u0301 de\u0301ja\u0300", "e deja"),
        ("がけ ぱぴ 輪島市", "がけ ぱぴ 輪島市"),
        ("นำ้ टीका", "นำ้ टीका"),
        ("й", "й"),
    ],
)
def test_folding_drops_the_marks_of_latin_letters_only(text: str, folded: str) -> None:
    assert segments.fold_latin(text) == folded


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = segments.fold_latin(text)
    assert segments.fold_latin(once) == once
