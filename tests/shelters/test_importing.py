"""A list becomes rows on both engines: all of it or nothing, and the same list again changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shelters import importing, store
from shelters.site import Danger, Site, State
from storage import audit
from storage.database import Connection, Database
from tests.shelters.builders import (
    GSI,
    NOW,
    STANDARD,
    WAJIMA,
    a_csv,
    a_row,
    a_task,
    everything,
    take,
)


def on_list(db: Database, code: str = WAJIMA) -> list[Site]:
    return db.read_sync(store.on_list, code)


def rows(*numbers: int) -> list[list[str]]:
    return [a_row(name=f"避難場所{number}", kana="", address=f"輪島市{number}") for number in numbers]


def the_log(db: Database) -> Sequence[audit.Entry]:
    def read(connection: Connection) -> Sequence[audit.Entry]:
        return audit.latest(connection)

    return db.read_sync(read)


def test_a_list_is_kept_as_it_says(db: Database) -> None:
    result = take(db, a_csv(a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI, capacity="350", stays="1", remark="高台")))
    assert result.to_json() == {
        "rows": 1,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "retired": [],
        "elsewhere": {},
        "refused": [],
        "file_refused": None,
        "file_refused_ja": None,
    }
    (site,) = on_list(db)
    assert (site.state, site.chosen, site.entry.latitude, site.entry.longitude) == (
        State.LISTED,
        False,
        37.392,
        136.9021,
    )
    assert site.entry.dangers == {Danger.FLOOD, Danger.TSUNAMI}


def test_the_same_list_again_changes_nothing(db: Database) -> None:
    data = a_csv(a_row(latitude="37度23分31.2秒", longitude="136.902112345678"), *rows(1, 2))
    take(db, data)
    before, log, revision = everything(db), the_log(db), db.read_sync(store.revision)
    again = take(db, data)
    assert (again.difference.unchanged, again.difference.is_empty) == (3, True)
    assert (everything(db), the_log(db), db.read_sync(store.revision)) == (before, log, revision)


def test_the_list_in_another_layout_and_order_is_the_same_list(db: Database) -> None:
    take(db, a_csv(*(a_row(GSI, name=f"場所{n}", address=f"輪島市{n}") for n in (1, 2)), layout=GSI))
    other = a_csv(*(a_row(STANDARD, name=f"場所{n}", kana="", address=f"輪島市 {n}") for n in (2, 1)))
    assert take(db, other).difference.retired == ()
    assert len(on_list(db)) == 2


def test_a_dry_run_says_it_all_and_changes_nothing(db: Database) -> None:
    take(db, a_csv(*rows(1, 2, 3)))
    before, log = everything(db), the_log(db)
    result = importing.dry_run(db, a_csv(*rows(1, 4), a_row(name="")), a_task())
    found = result.to_json()
    assert (found["added"], found["unchanged"], [one["name"] for one in found["retired"]]) == (
        1,
        1,
        ["避難場所2", "避難場所3"],
    )
    assert [(one["row"], one["column"]) for one in found["refused"]] == [(4, "name")]
    assert found["refused"][0]["reason_ja"].startswith("空です")
    assert (everything(db), the_log(db)) == (before, log)


def test_a_site_that_is_gone_is_retired_and_comes_back_without_its_marks(db: Database) -> None:
    take(db, a_csv(*rows(1, 2)))
    first, _ = on_list(db)
    db.write_sync(lambda at: store.mark(at, first.id, State.FULL, actor="a", now=NOW))
    take(db, a_csv(*rows(2)))
    assert [site.entry.name for site in on_list(db)] == ["避難場所2"]
    assert len(everything(db)) == 2
    take(db, a_csv(*rows(1, 2)))
    back = on_list(db)[0]
    assert (back.id, back.state, back.state_at) == (first.id, State.LISTED, None)


def test_what_changes_keeps_the_mark_of_its_people(db: Database) -> None:
    take(db, a_csv(*rows(1)))
    (site,) = on_list(db)
    db.write_sync(lambda at: store.mark(at, site.id, State.CLOSED, actor="a", now=NOW))
    result = take(db, a_csv(a_row(STANDARD, Danger.TSUNAMI, name="避難場所1", kana="", address="輪島市1")))
    assert len(result.difference.changed) == 1
    (now,) = on_list(db)
    assert (now.id, now.state, now.entry.dangers) == (site.id, State.CLOSED, {Danger.TSUNAMI})


def test_a_site_whose_row_is_refused_is_not_retired(db: Database) -> None:
    take(db, a_csv(*rows(1, 2)))
    result = take(db, a_csv(*rows(2), a_row(name="避難場所1", kana="", address="輪島市1", capacity="many")))
    assert result.difference.retired == ()
    assert len(on_list(db)) == 2


def test_half_a_list_is_refused_unless_it_is_meant(db: Database) -> None:
    take(db, a_csv(*rows(*range(10))))
    before = everything(db)
    result = take(db, a_csv(*rows(1, 2)))
    assert result.file_refused is not None
    assert "8 of 10 sites" in result.file_refused.reason
    assert "--fewer" in result.file_refused.ja
    assert everything(db) == before
    assert len(take(db, a_csv(*rows(1, 2)), fewer=True).difference.retired) == 8


@pytest.mark.parametrize(
    "data",
    [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04broken", b'"open', "名称,洪水\n".encode(), b"\xff\xfea\x00"],
)
def test_a_file_that_cannot_be_read_is_refused_in_both_languages(db: Database, data: bytes) -> None:
    result = take(db, data)
    assert result.file_refused is not None
    assert result.file_refused.reason
    assert result.file_refused.ja
    assert not result.clean


def test_a_list_of_another_municipality_is_refused(db: Database) -> None:
    result = take(db, a_csv(a_row(code="172014")))
    assert result.file_refused is not None
    assert "Wajima City" in result.file_refused.reason


def test_a_crash_in_the_middle_leaves_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    take(db, a_csv(*rows(1, 2)))
    before = everything(db)

    def fall(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(store, "retire", fall)
    with pytest.raises(RuntimeError):
        take(db, a_csv(*rows(2, 3)))
    assert everything(db) == before


def test_every_change_stands_in_the_log(db: Database) -> None:
    take(db, a_csv(*rows(1, 2)))
    take(db, a_csv(*rows(2)))
    site = on_list(db)[0]
    db.write_sync(lambda at: store.mark(at, site.id, State.FULL, actor="kato", now=NOW))
    db.write_sync(lambda at: store.choose(at, site.id, chosen=True, actor="kato", now=NOW))
    chosen, marked, second, first = the_log(db)
    assert (first.action, first.details["added"], first.municipality) == ("shelters imported", 2, WAJIMA)
    assert second.details["retired"] == ["避難場所1"]
    assert (marked.action, marked.actor, marked.subject) == ("shelter full", "kato", f"shelter:{site.id}")
    assert marked.details == {"name": "避難場所2", "before": "listed"}
    assert chosen.action == "shelter chosen"
    assert isinstance(db.read_sync(audit.verify), audit.Whole)


def test_a_mark_says_when_and_counts_as_a_change(db: Database) -> None:
    take(db, a_csv(*rows(1)))
    (site,) = on_list(db)
    before = db.read_sync(store.revision)
    later = NOW + timedelta(hours=1)
    marked = db.write_sync(lambda at: store.mark(at, site.id, State.OPEN, actor="a", now=later))
    assert isinstance(marked, Site)
    assert (marked.state, marked.state_at) == (State.OPEN, later)
    assert db.read_sync(store.revision) > before


def test_nobody_marks_what_is_not_on_the_own_list(db: Database) -> None:
    take(db, a_csv(*rows(1)))
    (site,) = on_list(db)
    before = everything(db)

    def mark(site_id: int, municipality: str | None) -> object:
        return db.write_sync(
            lambda at: store.mark(at, site_id, State.FULL, actor="a", now=NOW, municipality=municipality)
        )

    assert mark(site.id, "17201") == store.Unknown()
    assert mark(site.id + 99, None) == store.Unknown()
    assert everything(db) == before
    assert isinstance(mark(site.id, WAJIMA), Site)


def test_sites_are_found_by_where_they_lie_whoever_listed_them(db: Database) -> None:
    cells = {"latitude": "43.05539", "longitude": "141.34097", "code": ""}
    take(
        db, a_csv(a_row(name="A", address="札幌市北区1", **cells), a_row(name="B", address="札幌市", **cells)), "01100"
    )
    take(db, a_csv(a_row(name="A", address="札幌市北区1", **cells)), "01102")
    assert [site.entry.name for site in db.read_sync(store.in_places, ["01102"])] == ["A"]
    assert [site.entry.name for site in db.read_sync(store.in_places, ["01102", "01100"])] == ["A", "B"]
    assert db.read_sync(lambda at: store.in_places(at, ["01102", "01100"], beside="01100")) == on_list(db, "01102")
    assert db.read_sync(store.municipalities) == [("01100", 2), ("01102", 1)]
