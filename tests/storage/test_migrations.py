"""The migrations: kept in a book, never undone, the same schema on both engines."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaigns import due
from campaigns import store as campaigns
from storage import database, migrations, moving
from tests.conftest import Server

_BOOKS = {"_sqlite_migrations", "migrations"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What both engines can be asked about."""

    columns: frozenset[tuple[str, str, str, bool]]  #: table, column, type, nullable
    keys: frozenset[tuple[str, tuple[str, ...]]]  #: primary and unique keys of tables
    indexes: frozenset[tuple[str, str, bool, bool, tuple[str, ...]]]  #: table, name, unique, partial, columns
    parents: frozenset[tuple[str, str, str]]  #: table, column, parent


_TYPES = {"INTEGER": "integer", "TEXT": "text", "BLOB": "bytes", "bigint": "integer", "bytea": "bytes"}


def _of_sqlite(db: database.Connection) -> Schema:
    tables = [row.text("name") for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns: set[tuple[str, str, str, bool]] = set()
    keys: set[tuple[str, tuple[str, ...]]] = set()
    indexes: set[tuple[str, str, bool, bool, tuple[str, ...]]] = set()
    parents: set[tuple[str, str, str]] = set()
    for table in set(tables) - _BOOKS:
        found = db.execute("SELECT * FROM pragma_table_info(:t)", {"t": table})
        for row in found:
            rowid = row.flag("pk") and row.text("type") == "INTEGER"
            nullable = not (row.flag("notnull") or rowid)
            columns.add((table, row.text("name"), _TYPES[row.text("type")], nullable))
        if pk := [row for row in found if row.flag("pk")]:
            keys.add((table, tuple(row.text("name") for row in sorted(pk, key=lambda row: row.integer("pk")))))
        for index in db.execute("SELECT * FROM pragma_index_list(:t)", {"t": table}):
            parts = db.execute("SELECT name FROM pragma_index_info(:i) ORDER BY seqno", {"i": index.text("name")})
            names = tuple(part.text("name") for part in parts)
            if index.text("origin") == "c":
                unique, partial = index.flag("unique"), index.flag("partial")
                indexes.add((table, index.text("name"), unique, partial, names))
            else:
                keys.add((table, names))
        for row in db.execute("SELECT * FROM pragma_foreign_key_list(:t)", {"t": table}):
            parents.add((table, row.text("from"), row.text("table")))
    return Schema(
        columns=frozenset(columns), keys=frozenset(keys), indexes=frozenset(indexes), parents=frozenset(parents)
    )


_COLUMNS = """
SELECT table_name AS t, column_name AS c, data_type AS type, is_nullable AS nullable
FROM information_schema.columns WHERE table_schema = 'public'
"""
_INDEXES = """
SELECT t.relname AS t, i.relname AS name, x.indisunique AS is_unique, x.indpred IS NOT NULL AS partial,
    c.conname IS NOT NULL AS is_key,
    (SELECT string_agg(a.attname, ',' ORDER BY k.place)
     FROM unnest(x.indkey) WITH ORDINALITY AS k (number, place)
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS names
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.contype IN ('p', 'u')
"""
_PARENTS = """
SELECT t.relname AS t, a.attname AS c, p.relname AS parent
FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.conkey[1]
WHERE f.contype = 'f' AND t.relnamespace = 'public'::regnamespace
"""


def _of_postgresql(db: database.Connection) -> Schema:
    columns = [row for row in db.execute(_COLUMNS) if row["t"] not in _BOOKS]
    indexes = [row for row in db.execute(_INDEXES) if row["t"] not in _BOOKS]
    return Schema(
        columns=frozenset(
            (row.text("t"), row.text("c"), _TYPES.get(row.text("type"), row.text("type")), row["nullable"] == "YES")
            for row in columns
        ),
        keys=frozenset((row.text("t"), tuple(row.text("names").split(","))) for row in indexes if row.flag("is_key")),
        indexes=frozenset(
            (
                row.text("t"),
                row.text("name"),
                row.flag("is_unique"),
                row.flag("partial"),
                tuple(row.text("names").split(",")),
            )
            for row in indexes
            if not row.flag("is_key")
        ),
        parents=frozenset((row.text("t"), row.text("c"), row.text("parent")) for row in db.execute(_PARENTS)),
    )


def test_both_engines_end_in_the_same_schema(sqlite_url: str, postgresql_url: str) -> None:
    here, there = database.open(sqlite_url), database.open(postgresql_url)
    one, other = here.read_sync(_of_sqlite), there.read_sync(_of_postgresql)
    here.close_sync()
    there.close_sync()
    assert one.columns == other.columns
    assert one.keys == other.keys
    assert one.indexes == other.indexes
    by_trigger = {(t, c, p) for t, c, p in one.parents if p in moving.BY_TRIGGER.get(t, ())}
    assert len(by_trigger) == 3
    assert one.parents == other.parents | by_trigger
    assert len(one.columns) > 100


def test_every_table_is_strict_on_sqlite(sqlite_url: str) -> None:
    db = database.open(sqlite_url)
    loose = db.read_sync(
        lambda connection: connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
            " AND name NOT LIKE 'sqlite%' AND name <> '_sqlite_migrations'"
        )
    )
    db.close_sync()
    assert loose == []


def test_sqlite_utils_keeps_the_book(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    for _ in range(2):
        database.open(path).close_sync()
    plain = sqlite3.connect(path)
    applied = plain.execute("SELECT migration_set, name FROM _sqlite_migrations").fetchall()
    plain.close()
    assert applied == [("tomoshibi", migration.name) for migration in migrations.load()]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_database_newer_than_the_program_is_refused(
    engine: str, sqlite_url: str, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url if engine == "sqlite" else postgresql_server.create()
    db = database.open(url)
    db.migrate()
    db.close_sync()
    monkeypatch.setattr(migrations, "load", lambda: ())
    with pytest.raises(database.StorageError, match="newer than this program"):
        database.open(url, role="serve")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_migration_that_fails_leaves_nothing(
    engine: str, tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, load = migrations.load(), migrations.load
    bad = migrations.Migration(name="0099_bad", script="CREATE TABLE bad (id {ID}); INSERT INTO nowhere VALUES (1);")
    monkeypatch.setattr(migrations, "load", lambda: (*good, bad))
    url = str(tmp_path / "bad.db") if engine == "sqlite" else postgresql_server.create()
    with pytest.raises(database.StorageError, match="nowhere"):
        _open_migrated(url)
    monkeypatch.setattr(migrations, "load", load)
    db = _open_migrated(url)
    rows = db.read_sync(
        lambda connection: connection.execute("SELECT COUNT(*) AS n FROM counters WHERE name = 'revision'")
    )
    db.close_sync()
    assert rows[0].integer("n") == 1


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_kept_states_of_volcanoes_get_the_names_of_their_volcanoes(
    engine: str, tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrations.load()
    monkeypatch.setattr(migrations, "load", lambda: every[: [one.name[5:] for one in every].index("volcanoes")])
    url = str(tmp_path / "old.db") if engine == "sqlite" else postgresql_server.create()
    db = _open_migrated(url)
    db.write_sync(_two_volcanoes)
    db.close_sync()
    monkeypatch.setattr(migrations, "load", lambda: every)
    db = _open_migrated(url)

    def rows(table: str, columns: str) -> list[tuple[object, ...]]:
        asked = f"SELECT {columns} FROM {table} ORDER BY {columns}"
        return [row.columns(*columns.split(", ")) for row in db.read_sync(lambda c: c.execute(asked))]

    assert rows("in_force", "event, grade, rebuilt_from") == [
        ("volcano:306", "eruption", None),
        ("volcano:350", "V5", "none"),
    ]
    assert rows("strand_places", "event, grade") == [("volcano:306", "eruption"), ("volcano:350", "V5")]
    for table in ("reports", "alerts"):
        assert rows(table, "event") == [("volcano:306",), ("volcano:350",)]
    for table in ("broadcasts", "messages", "message_places"):
        assert rows(table, "event") == [("volcano:306",)]
    db.close_sync()


def _two_volcanoes(db: database.Connection) -> None:
    """One that erupts, of which somebody was told, and level 5 of another one, hidden behind it."""
    at = "2026-11-23T03:00:00.000000Z"
    for number, (volcano, grade) in enumerate((("306", "eruption"), ("350", "V5")), start=1):
        named = {"id": number, "digest": f"d{number}", "lineage": f"volcano:{volcano}", "grade": grade, "at": at}
        db.execute(
            "INSERT INTO reports (digest, hazard, status, lineage, event, sent, body)"
            " VALUES (:digest, 'volcano', 'Actual', :lineage, '', :at, '{}')",
            named,
        )
        db.execute(
            "INSERT INTO alerts (id, identifier, digest, hazard, event, msg_type, status, sent, decision, reason,"
            " places, decided_at)"
            " VALUES (:id, :digest, :digest, 'volcano', '', 'Alert', 'Actual', :at, 'send', '', '{}', :at)",
            named,
        )
        db.execute(
            "INSERT INTO strand_places (hazard, event, strand, place, grade, since, digest)"
            " VALUES ('volcano', '', :lineage, '10425', :grade, :at, :digest)",
            named,
        )
    for statement in (
        "INSERT INTO in_force (hazard, event, place, grade, since, revision, digest)"
        " VALUES ('volcano', '', '10425', 'eruption', :at, 1, 'd1')",
        "INSERT INTO broadcasts (id, origin, alert_id, hazard, event, revision, decision, reason, state, priority,"
        " snapshot, seen_at, created_at, expires_at)"
        " VALUES (1, 'alert', 1, 'volcano', '', 1, 'send', '', 'complete', 1, '{}', :at, :at, :at)",
        "INSERT INTO subscribers (id, number_hash, number_sealed, role, state, created_at)"
        " VALUES (1, 'h', :sealed, 'resident', 'active', :at)",
        "INSERT INTO texts (id, text_key, broadcast_id, language, form, text, encoding, units, segments, catalogue)"
        " VALUES (1, 'k', 1, 'en', 'full', 't', 'GSM-7', 1, 1, 'v')",
        "INSERT INTO messages (id, broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind,"
        " revision, language, text_id, segments, priority, state, created_at, expires_at)"
        " VALUES (1, 1, 1, 'b1', 'volcano', '', '10425', 'eruption', 'new', 1, 'en', 1, 1, 1, 'delivered', :at, :at)",
        "INSERT INTO message_places (message_id, hazard, event, place, subscriber_id)"
        " VALUES (1, 'volcano', '', '10425', 1)",
    ):
        db.execute(statement, {"at": at, "sealed": b"x"})


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_region_of_hokkaido_is_named_by_its_office(
    engine: str, tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrations.load()
    monkeypatch.setattr(migrations, "load", lambda: every[: [one.name[5:] for one in every].index("regions")])
    url = str(tmp_path / "old.db") if engine == "sqlite" else postgresql_server.create()
    db = _open_migrated(url)
    db.write_sync(_two_regions)
    db.close_sync()
    monkeypatch.setattr(migrations, "load", lambda: every)
    db = _open_migrated(url)
    kept = db.read_sync(lambda c: c.execute("SELECT lineage, body FROM reports ORDER BY lineage"))
    assert [row.columns("lineage", "body") for row in kept] == [
        ("VPWW58:012000", '{"lineage":["VPWW58:012000"]}'),
        ("VPWW58:110000", '{"lineage":["VPWW58:110000"]}'),
    ]
    strands = db.read_sync(lambda c: c.execute("SELECT strand FROM strand_places ORDER BY strand"))
    assert [row.text("strand") for row in strands] == ["VPWW58:012000", "VPWW58:110000"]
    db.close_sync()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_part_of_a_region_joins_its_history(
    engine: str, tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrations.load()
    before = [one.name[5:] for one in every].index("parts_of_regions")
    monkeypatch.setattr(migrations, "load", lambda: every[:before])
    url = str(tmp_path / "old.db") if engine == "sqlite" else postgresql_server.create()
    db = _open_migrated(url)
    db.write_sync(_two_regions, ("012010", "016010+016030", "012000", "110000"))
    db.close_sync()
    monkeypatch.setattr(migrations, "load", lambda: every)
    db = _open_migrated(url)
    kept = db.read_sync(lambda c: c.execute("SELECT digest, lineage, body FROM reports ORDER BY digest"))
    assert [row.columns("lineage", "body") for row in kept] == [
        ("VPWW58:012000", '{"lineage":["VPWW58:012000"]}'),
        ("VPWW58:012000", '{"lineage":["VPWW58:012000"],"only_for":["012010"]}'),
        ("VPWW58:016000", '{"lineage":["VPWW58:016000"],"only_for":["016010","016030"]}'),
        ("VPWW58:110000", '{"lineage":["VPWW58:110000"]}'),
    ]
    strands = db.read_sync(lambda c: c.execute("SELECT strand FROM strand_places ORDER BY strand"))
    assert [row.text("strand") for row in strands] == ["VPWW58:012000", "VPWW58:016000", "VPWW58:110000"]
    db.close_sync()


def _two_regions(db: database.Connection, regions: Sequence[str] = ("012010+012020", "110000")) -> None:
    at = "2026-11-23T03:00:00.000000Z"
    for region in regions:
        named = {"strand": f"VPWW58:{region}", "body": f'{{"lineage":["VPWW58:{region}"]}}', "at": at}
        db.execute(
            "INSERT INTO reports (digest, hazard, status, lineage, event, sent, body)"
            " VALUES (:strand, 'storm', 'Actual', :strand, '', :at, :body)",
            named,
        )
        db.execute(
            "INSERT INTO strand_places (hazard, event, strand, place, grade, since, digest)"
            " VALUES ('storm', '', :strand, '01204', 'warning', :at, 'd')",
            named,
        )


def _open_migrated(url: str) -> database.Database:
    db = database.open(url)
    try:
        db.migrate()
    except BaseException:
        db.close_sync()
        raise
    return db


def test_macros_are_replaced_per_engine() -> None:
    script = "CREATE TABLE t (id {ID}, body {BYTES}, n INTEGER, text TEXT DEFAULT 'TEXT;'); -- INTEGER"
    migration = migrations.Migration(name="0001_t", script=script)
    assert migration.statements("sqlite") == [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB, n INTEGER, text TEXT DEFAULT 'TEXT;') STRICT"
    ]
    assert migration.statements("postgresql") == [
        "CREATE TABLE t (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, body BYTEA, n BIGINT,"
        " text TEXT COLLATE \"C\" DEFAULT 'TEXT;')"
    ]


@pytest.mark.parametrize("names", [["0002_second.sql"], ["0001_one.sql", "0001_two.sql"], ["0001-one.sql"]])
def test_a_misnumbered_file_is_refused(names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "migrations").mkdir()
    for name in names:
        (tmp_path / "migrations" / name).touch()
    monkeypatch.setattr(migrations.resources, "files", lambda _: tmp_path)
    with pytest.raises(database.StorageError, match="expected number"):
        migrations.load()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_single_lessons_become_campaigns_of_one_lesson(
    engine: str, tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrations.load()
    monkeypatch.setattr(migrations, "load", lambda: every[: [one.name[5:] for one in every].index("campaigns")])
    url = str(tmp_path / "old.db") if engine == "sqlite" else postgresql_server.create()
    db = _open_migrated(url)
    db.write_sync(_old_lessons)
    db.close_sync()
    monkeypatch.setattr(migrations, "load", lambda: every)
    db = _open_migrated(url)
    found = db.read_sync(campaigns.latest)
    lessons = {
        one.campaign_id: one for one in db.read_sync(lambda c: [d for one in found for d in due.of_campaign(c, one.id)])
    }
    assert sorted((one.municipality, one.plan.lessons, one.state, lessons[one.id].state) for one in found) == [
        ("17204", ("water",), "running", "held"),
        ("17204", ("water",), "stopped", "cancelled"),
        ("17205", ("water",), "running", "sending"),
        ("17205", ("water",), "running", "sent"),
        ("17205", ("water",), "running", "waiting"),
    ]
    assert {one.due_at.isoformat() for one in lessons.values()} == {"2026-12-01T01:00:00+00:00"}
    assert {one.broadcast_id for one in lessons.values() if one.broadcast_id} == {1, 2}
    plan = found[0].plan
    made = campaigns.New(municipality="17204", plan=plan, people=0, state=campaigns.State.RUNNING, by="test")
    assert db.write_sync(campaigns.add, made, lessons[found[0].id].due_at) not in lessons
    db.close_sync()


def _old_lessons(db: database.Connection) -> None:
    """Five as they stood before: waiting, held, cancelled, being queued, queued."""
    at = "2026-12-01T01:00:00.000000Z"
    for planned in (None, at):
        db.execute(
            "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
            " seen_at, created_at, expires_at, planned_at)"
            " VALUES ('lesson', '', '1', 0, 'send', 'r', 'sending', 50, '{}', :at, :at, :at, :planned)",
            {"at": at, "planned": planned},
        )
    for place, state, broadcast in (
        ("17205", "waiting", None),
        ("17204", "held", None),
        ("17204", "cancelled", None),
        ("17205", "sending", 1),
        ("17205", "sending", 2),
    ):
        db.execute(
            "INSERT INTO scheduled_lessons (lesson, municipality, due_at, state, created_at, broadcast_id)"
            " VALUES ('water', :place, :at, :state, :at, :broadcast)",
            {"place": place, "at": at, "state": state, "broadcast": broadcast},
        )
