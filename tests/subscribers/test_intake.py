"""Whole imports, from bytes to rows, on both engines."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import audit, database
from storage.database import Connection, Database
from subscribers import accepted, intake, languages, register, sheets
from subscribers.intake import ImportResult
from subscribers.registration import Entry
from tests.subscribers import builders
from tests.subscribers.builders import DECLARATION, KANAZAWA, NOW, WAJIMA, a_csv, a_reader, a_row, a_sealer


def run(
    db: Database, data: bytes, municipality: str = WAJIMA, progress: Callable[[int, int], None] | None = None
) -> ImportResult:
    return intake.import_residents(
        db,
        data,
        a_reader(municipality),
        a_sealer(),
        declaration=DECLARATION,
        clock=lambda: NOW,
        progress=progress,
    )


def count(db: Database, table: str) -> int:
    def read(connection: Connection) -> int:
        return connection.execute(f"SELECT COUNT(*) AS n FROM {table}")[0].integer("n")

    return db.read_sync(read)


def everything(db: Database) -> list[object]:
    def read(connection: Connection) -> list[object]:
        return [
            [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in ("subscribers", "registrations", "subscriber_places", "newcomers", "declarations")
        ]

    return db.read_sync(read)


def test_the_result_has_exactly_the_shape_of_the_interface(db: Database) -> None:
    assert run(db, a_csv(a_row(1), a_row(2, "Klingon"))).to_json() == {
        "rows": 2,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": [
            {
                "row": 3,
                "column": "language",
                "reason": "“Klingon” is not a language of this service; expected one of "
                + ", ".join(languages.TAGS)
                + " / “Klingon” はこのサービスの言語ではありません。次のどれかを書いてください："
                + "、".join(languages.TAGS),
            }
        ],
        "file_refused": None,
    }


def test_a_refused_file_writes_nothing_and_says_why(db: Database) -> None:
    before = everything(db)
    result = run(db, a_csv((*a_row(), "x"), header=(*builders.HEADER, "氏名")))
    assert result.to_json() | {"file_refused": "…"} == {
        "rows": 0,
        "added": 0,
        "changed": 0,
        "unchanged": 0,
        "refused": [],
        "file_refused": "…",
    }
    assert result.file_refused is not None
    assert "looks like a name" in result.file_refused.reason
    assert "氏名のようです" in result.file_refused.ja
    assert result.to_json()["file_refused"] == result.file_refused.both
    assert not result.clean
    assert everything(db) == before


def test_the_same_file_again_changes_nothing_not_even_a_declaration(db: Database) -> None:
    data = a_csv(a_row(1), a_row(2), a_row(2), a_row(3, "Klingon"))
    first = run(db, data).to_json()
    before = everything(db)
    again = run(db, data).to_json()
    assert (first["added"], first["unchanged"]) == (2, 1)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert again["refused"] == first["refused"]
    assert everything(db) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(db: Database) -> None:
    run(db, a_csv(a_row(1), a_row(2)))
    before = everything(db)
    data = a_csv(a_row(1), a_row(2, "vi"), a_row(3), a_row(4, ""))
    told = intake.dry_run(db, data, a_reader(), a_sealer()).to_json()
    assert everything(db) == before
    assert told == run(db, data).to_json()
    assert (told["added"], told["changed"], told["unchanged"]) == (1, 1, 1)


def test_the_declaration_is_kept_with_the_file_and_the_people(db: Database) -> None:
    run(db, a_csv(a_row(1), a_row(2)))
    ((declaration,),) = everything(db)[4:]  # type: ignore[misc]  # one table, one row
    assert declaration["municipality"] == WAJIMA
    assert (declaration["wording"], declaration["people"]) == ("2026-11", 2)
    assert len(declaration["file_digest"]) == 64


def test_the_order_of_columns_and_rows_does_not_matter(db: Database) -> None:
    run(db, a_csv(a_row(1), a_row(2)))
    before = everything(db)
    turned = [tuple(reversed(a_row(number))) for number in (2, 1)]
    assert run(db, a_csv(*turned, header=("市区町村", "言語", "電話番号"), encoding="cp932")).tally.unchanged == 2
    assert everything(db) == before


def test_a_second_city_learns_nothing_of_the_first(db: Database) -> None:
    data = a_csv(a_row(1), a_row(2))
    run(db, a_csv(a_row(1)))
    dry = intake.dry_run(db, data, a_reader(KANAZAWA), a_sealer()).to_json()
    assert dry == run(db, data, KANAZAWA).to_json()
    assert (dry["added"], dry["changed"], dry["unchanged"]) == (2, 0, 0)


def test_twenty_thousand_rows_of_a_workbook(sqlite_url: str) -> None:
    seen: list[tuple[int, int]] = []
    data = builders.an_xlsx(*((f"90{number:08d}", "ベトナム語", 17204) for number in range(20_000)))
    db = database.open(sqlite_url)
    try:
        result = run(db, data, progress=lambda done, total: seen.append((done, total)))
        assert (result.rows, result.tally.added, result.refused) == (20_000, 20_000, ())
        assert count(db, "registrations") == count(db, "subscriber_places") == 20_000
        assert (seen[0], seen[-1]) == ((2_000, 20_000), (20_000, 20_000))
        assert count(db, "declarations") == 1
    finally:
        db.close_sync()


def test_an_import_broken_off_is_finished_by_whoever_comes_next(db: Database) -> None:
    data = a_csv(*(a_row(number) for number in range(4_500)))

    def break_off(done: int, _: int) -> None:
        if done == 2_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(db, data, progress=break_off)
    assert count(db, "registrations") == 2_000
    assert accepted.finish_left(db, KANAZAWA, lambda: NOW) == 0  # somebody may still be at work on it
    assert accepted.finish_left(db, KANAZAWA, lambda: NOW + timedelta(seconds=16)) == 2
    assert count(db, "registrations") == count(db, "newcomers") == 4_500
    assert count(db, "declarations") == 1
    again = run(db, data)
    assert (again.tally.added, again.tally.unchanged) == (0, 4_500)


def test_the_next_import_finishes_what_its_city_has_left_before_it_begins(db: Database) -> None:
    def break_off(done: int, _: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(db, a_csv(*(a_row(number) for number in range(2_001))), progress=break_off)
    moved = run(db, a_csv(a_row(2_000, "vi")))
    assert (moved.tally.added, moved.tally.changed) == (0, 1)
    accepted.finish_left(db, WAJIMA, lambda: NOW + timedelta(minutes=1))
    assert count(db, "registrations") == 2_001
    languages = db.read_sync(
        lambda c: {row.text("language") for row in c.execute("SELECT language FROM registrations")}
    )
    assert languages == {"en", "vi"}
    assert count(db, "accepted_imports") == count(db, "accepted_people") == 0


_DIES = """
import os, signal, sys
from storage import audit, database
from subscribers import intake
from tests.subscribers.builders import DECLARATION, NOW, a_csv, a_reader, a_row, a_sealer

left = int(sys.argv[2])

def clock():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return NOW

data = a_csv(*(a_row(number) for number in range(2_100)))
intake.import_residents(database.open(sys.argv[1]), data, a_reader(), a_sealer(), declaration=DECLARATION, clock=clock)
"""


@pytest.mark.parametrize(("looks", "people"), [(2, 0), (3, 2_100), (4, 2_100)])
def test_kill_9_leaves_nobody_or_everybody(sqlite_url: str, looks: int, people: int) -> None:
    died = subprocess.run([sys.executable, "-c", _DIES, sqlite_url, str(looks)], check=False, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    db = database.open(sqlite_url)
    try:
        accepted.finish_left(db, "", lambda: NOW + timedelta(minutes=1))
        for table in ("subscribers", "registrations", "subscriber_places", "newcomers"):
            assert count(db, table) == people, table
        assert count(db, "declarations") == bool(people)
        accepted.finish_left(db, "", lambda: NOW + timedelta(minutes=2))
        assert count(db, "accepted_people") == 0
        assert isinstance(db.read_sync(audit.verify), audit.Whole)
    finally:
        db.close_sync()


def test_a_batch_that_fails_leaves_nothing_of_itself(db: Database) -> None:
    def poisoned(connection: Connection) -> None:
        person = register.Person(number_hash="h", number_sealed=b"s", entry=_entry())
        register.register(connection, WAJIMA, [person], NOW)
        raise RuntimeError("the machine stops")

    before = everything(db)
    with pytest.raises(RuntimeError):
        db.write_sync(poisoned)
    assert everything(db) == before


def test_headings_that_were_not_read_are_known(db: Database) -> None:
    result = run(db, a_csv((*a_row(), "x"), header=(*builders.HEADER, "備考")))
    assert result.ignored == ("備考",)
    assert result.clean


def test_a_file_is_read_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"x" * 100)
    assert len(intake.read_file(path)) == 100
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    assert len(intake.read_file(path)) == 11


files = st.lists(
    st.tuples(
        st.integers(0, 6).map(builders.a_phone),
        st.sampled_from(["en", "vi", "Klingon"]),
        st.sampled_from([WAJIMA, KANAZAWA]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(tables=st.lists(files, min_size=1, max_size=3))
def test_whatever_came_before_the_last_file_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, tables: list[list[tuple[str, str, str]]]
) -> None:
    db = database.open(tmp_path_factory.mktemp("import") / "tomoshibi.db")
    try:
        for table in tables:
            data = a_csv(*table)
            dry = intake.dry_run(db, data, a_reader(), a_sealer())
            result = run(db, data)
            assert dry == result
            assert result.rows == _all_rows(result)
        before = everything(db)
        again = run(db, a_csv(*tables[-1]))
        assert (again.tally.added, again.tally.changed) == (0, 0)
        assert everything(db) == before
    finally:
        db.close_sync()


def _all_rows(result: ImportResult) -> int:
    tally = result.tally
    return tally.added + tally.changed + tally.unchanged + len(result.refused)


def _entry() -> Entry:
    return Entry(number="+819000000001", language="en", home=WAJIMA)  # type: ignore[arg-type]


def test_the_clock_is_asked_for_every_batch(db: Database) -> None:
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(NOW)
        return NOW

    data = a_csv(*(a_row(number) for number in range(2_001)))
    intake.import_residents(db, data, a_reader(), a_sealer(), declaration=DECLARATION, clock=clock)
    assert len(asked) == 5  # what was left, what is accepted, two parts, what is done
