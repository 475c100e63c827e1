"""Counts by place and language: one small count, and nothing beside it gives it away (decision 0010)."""

from web.console import reach
from web.console.reach import Cell, Reach

WAJIMA, SUZU = "17204", "17205"


def _reach(*counts: tuple[str, str, str, int]) -> Reach:
    return reach.of(
        [
            Cell(broadcast_id=1, place=place, language=language, state=state, messages=messages)
            for place, language, state, messages in counts
        ]
    )


def test_large_counts_are_told_exactly() -> None:
    found = _reach((WAJIMA, "en", "delivered", 40), (SUZU, "en", "delivered", 5), (WAJIMA, "vi", "failed", 7))
    assert (found.told_total, found.told_missing) == (52, 7)
    assert found.told_parts == {"delivered": 45, "failed": 7}
    assert {line.key: line.told for line in found.by_language} == {"vi": {"failed": 7}, "en": {"delivered": 45}}
    assert {line.key: line.told_unreached for line in found.by_place} == {WAJIMA: 7, SUZU: 0}


def test_a_small_language_cannot_be_had_by_taking_the_others_from_a_total() -> None:
    found = _reach((WAJIMA, "en", "delivered", 100), (WAJIMA, "si", "delivered", 3))
    assert {line.key: line.told["delivered"] for line in found.by_language} == {"en": "100-199", "si": "<5"}
    assert found.told_parts == {"delivered": "100-199"}
    assert found.told_total == "100-199"
    (place,) = found.by_place
    assert place.told == {"delivered": "100-199"}


def test_nor_by_taking_one_place_from_all_of_them() -> None:
    found = _reach((WAJIMA, "vi", "failed", 3), (SUZU, "vi", "failed", 20), (SUZU, "en", "failed", 50))
    assert {line.key: line.told["failed"] for line in found.by_language} == {"en": "50-99", "vi": "20-49"}
    assert {place: [(line.key, line.told_unreached) for line in lines] for place, lines in found.unreached} == {
        SUZU: [("en", "50-99"), ("vi", "20-49")],
        WAJIMA: [("vi", "<5")],
    }


def test_nor_by_taking_the_delivered_from_all() -> None:
    found = _reach((WAJIMA, "vi", "delivered", 40), (WAJIMA, "vi", "failed", 3))
    assert found.told_total == 43
    assert found.told_parts == {"delivered": "20-49", "failed": "<5"}
    assert found.told_missing == "<5"
    assert found.drawn == {"delivered": 34, "failed": 2}
    assert found.told_planned(43) == "20-49"


def test_nor_out_of_a_place_where_each_language_has_one_reader() -> None:
    found = _reach(*((WAJIMA, language, "failed", 1) for language in ("en", "vi", "si", "ne")))
    (place,) = found.by_place
    assert (place.told, place.told_unreached) == ({"failed": "<20"}, "<20")
    assert (found.told_total, found.told_missing, found.told_parts) == ("<20", "<20", {"failed": "<20"})
