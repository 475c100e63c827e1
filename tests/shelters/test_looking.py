"""A site is found on its list by what people call it, however they write that; lists that are kept stay true."""

import pytest

from shelters import looking, store
from shelters.kept import Lists
from shelters.site import State
from storage.database import Database
from tests.shelters.builders import NOW, WAJIMA, a_csv, a_row, a_site, take

SITES = (a_site(1), a_site(2), a_site(12))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [1, 2, 12]),
        ("避難場所1", [1, 12]),
        ("１２", [12]),
        ("避難 場所2", [2]),
        ("ひなんばしょ", [1, 2, 12]),
        ("ヒナンバショ2", [2]),
        ("ﾋﾅﾝﾊﾞｼｮ2", [2]),
        ("HINANBASHO12", [12]),
        ("公園", []),
        ("1\n", [1, 12]),
    ],
)
def test_a_site_is_found_by_name_reading_and_latin_letters(words: str, found: list[int]) -> None:
    assert [site.id for site in looking.matching(SITES, words)] == found


def test_a_list_that_is_kept_is_read_again_when_a_site_of_it_has_changed(db: Database) -> None:
    take(db, a_csv(a_row()))
    lists = Lists()
    first = db.read_sync(lists.on_list, WAJIMA)
    assert db.read_sync(lists.on_list, WAJIMA) is first
    db.write_sync(lambda c: store.mark(c, first[0].id, State.FULL, actor="a", now=NOW))
    assert [site.state for site in db.read_sync(lists.on_list, WAJIMA)] == [State.FULL]
    assert db.read_sync(lists.on_list, "17201") == ()
