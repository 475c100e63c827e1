"""A file between municipalities: what goes out comes in again, and nothing else does."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from cases import facts, sharing, store
from cases.case import Section, State
from cases.facts import Facts
from cases.sharing import Refused, Shared
from cases.store import Change, Imported, Search
from storage import audit, database
from storage.connection import Connection
from storage.database import Database
from tests.cases.builders import KANAZAWA, NOW, WAJIMA, add, content, known

PLACES = places.load()


def a_file(db: Database) -> bytes:
    text = sharing.write(db.read_sync(store.find, Search(state=State.PUBLISHED), None))
    assert isinstance(text, str)
    return text.encode()


def a_document(db: Database) -> dict[str, Any]:
    add(db)
    document: dict[str, Any] = json.loads(a_file(db))
    return document


def read(document: object) -> tuple[Shared, ...] | tuple[Refused, ...]:
    return sharing.read(json.dumps(document).encode(), PLACES)


def take(db: Connection, shared: tuple[Any, ...], keeper: str = KANAZAWA) -> Imported:
    return store.take(db, shared, known(), keeper=keeper, actor="tests", now=NOW)


def share(db: Database, keeper: str) -> None:
    [one] = [one for one in db.read_sync(store.find, Search(), None) if one.keeper == keeper]
    db.write_sync(store.move, Change(id=one.id, version=None, actor="user:ben", now=NOW), State.PUBLISHED)


def emptied(db: Database) -> None:
    db.write_sync(lambda c: c.execute("DELETE FROM cases"))


def test_what_goes_out_comes_in_again(db: Database) -> None:
    add(db)
    add(db, published=False)
    file = a_file(db)
    assert b"aoi" not in file
    emptied(db)
    shared = sharing.read(file, PLACES)
    assert db.write_sync(take, shared) == Imported(added=1, changed=0, same=0, kept=0)
    assert db.write_sync(take, shared) == Imported(added=0, changed=0, same=1, kept=0)
    assert db.read_sync(store.find, Search(), [WAJIMA]) == []
    share(db, KANAZAWA)
    assert a_file(db) == file
    one = db.read_sync(store.find, Search(), [])[0]
    assert (one.content, one.municipality, one.keeper, one.imported) == (content(), WAJIMA, KANAZAWA, True)
    assert [one.action for one in db.read_sync(audit.latest)][:2] == ["case published", "cases imported"]


def test_each_municipality_has_its_own_copy_until_one_shares_it(db: Database) -> None:
    document = a_document(db)
    emptied(db)
    assert db.write_sync(take, read(document), KANAZAWA).added == 1
    assert db.write_sync(take, read(document), WAJIMA).added == 1
    assert [len(db.read_sync(store.find, Search(), [place])) for place in (KANAZAWA, WAJIMA)] == [1, 1]
    document["cases"][0]["texts"]["title"] = "newer"
    assert db.write_sync(take, read(document), WAJIMA).changed == 1
    [theirs] = db.read_sync(store.find, Search(), [KANAZAWA])
    assert theirs.content.text(Section.TITLE) != "newer"
    share(db, WAJIMA)
    assert len(db.read_sync(store.find, Search(), [KANAZAWA])) == 2
    assert {one.key for one in db.read_sync(store.find, Search(), None)} == {document["cases"][0]["key"]}
    assert db.write_sync(take, read(document), "17205").same == 1


def test_our_own_case_is_not_written_over_by_a_file(sqlite_url: str, db: Database) -> None:
    document = a_document(db)
    document["cases"][0]["texts"]["title"] = "changed elsewhere"
    assert db.write_sync(take, read(document)).kept == 1
    emptied(db)
    assert db.write_sync(take, read(document)).added == 1
    document["cases"][0]["texts"]["title"] = "changed again"
    assert db.write_sync(take, read(document)).changed == 1
    document["cases"][0]["municipality"] = KANAZAWA
    assert db.write_sync(take, read(document)).kept == 1


def test_what_came_in_a_file_is_not_changed_here_but_can_be_thrown_away(db: Database) -> None:
    document = a_document(db)
    emptied(db)
    db.write_sync(take, read(document))
    number = db.read_sync(store.find, Search(), None)[0].id
    change = Change(id=number, version=None, actor="user:ben", now=NOW)
    assert db.write_sync(store.save, change, content(), known()) is store.Outcome.GONE
    assert db.write_sync(store.move, change, State.PUBLISHED) is store.Outcome.DONE
    assert db.write_sync(store.move, change, State.DRAFT) is store.Outcome.DONE
    assert db.write_sync(store.move, change, State.DISCARDED) is store.Outcome.DONE
    assert db.read_sync(store.find, Search(), None) == []


WRONG: list[tuple[str, tuple[Any, ...], Any, str, str]] = [
    ("version", ("version",), 2, "version", "expected 1"),
    ("true", ("version",), True, "version", "expected 1"),
    ("format", ("format",), "x", "file", "tomoshibi-cases"),
    ("list", ("cases",), {}, "cases", "at most 1000"),
    ("many", ("cases",), [{}] * 1001, "cases", "at most 1000"),
    ("row", ("cases", 0), [], "case 1", "expected an object"),
    ("extra", ("cases", 0, "phone"), "1", "case 1, 'phone'", "unknown field"),
    ("key", ("cases", 0, "key"), "../../etc", "case 1, key", "32 characters"),
    ("hazard", ("cases", 0, "hazard"), "<script>", "case 1, hazard", "expected a hazard"),
    ("number", ("cases", 0, "hazard"), 7, "case 1, hazard", "expected text"),
    ("day", ("cases", 0, "happened_on"), "soon", "case 1, happened_on", "expected a day"),
    ("old", ("cases", 0, "happened_on"), "0001-01-01", "case 1, happened_on", "from 1900"),
    ("place", ("cases", 0, "places"), ["99999"], "case 1, places", "no municipality"),
    ("places", ("cases", 0, "places"), ["17204"] * 61, "case 1, places", "at most 60"),
    ("twice", ("cases", 0, "places"), ["17204", "17204"], "case 1, places", "twice"),
    ("owner", ("cases", 0, "municipality"), "1", "case 1, municipality", "no municipality"),
    ("language", ("cases", 0, "languages"), ["<b>"], "case 1, languages", "expected a tag"),
    ("stage", ("cases", 0, "stages"), ["illegal"], "case 1, stages", "expected some of"),
    ("section", ("cases", 0, "texts", "name"), "x", "case 1, texts", "expected an object"),
    ("title", ("cases", 0, "texts", "title"), "x" * 121, "case 1, title", "at most 120"),
    ("no title", ("cases", 0, "texts", "title"), "  ", "case 1, title", "empty"),
    ("long", ("cases", 0, "texts", "done"), "あ" * 3001, "case 1, done", "at most 3000"),
    ("no text", ("cases", 0, "texts", "done"), None, "case 1, done", "expected text"),
    ("nul", ("cases", 0, "texts", "done"), "a\x00b", "case 1, done", "control"),
    ("half", ("cases", 0, "texts", "done"), "a\ud800b", "case 1, done", "control"),
    ("turned", ("cases", 0, "texts", "done"), "a\u202eb", "case 1, done", "control"),
    ("phone", ("cases", 0, "texts", "helped"), "ask 090-0000-0000", "case 1, helped", "phone number"),
    ("e-mail", ("cases", 0, "texts", "questions"), "a@example.com", "case 1, questions", "e-mail"),
    ("facts", ("cases", 0, "facts"), [], "case 1, facts", "expected an object"),
    ("names", ("cases", 0, "facts"), {"people": ["Aoi"]}, "case 1, facts", "unknown field"),
    ("small", ("cases", 0, "facts"), {"by_language": {"ne": 2}}, "case 1, facts.by_language", "expected counts"),
    ("one", ("cases", 0, "facts"), {"total": 1}, "case 1, facts.total", "<5"),
    ("minutes", ("cases", 0, "facts"), {"last_minutes": -1}, "case 1, facts.last_minutes", "minutes"),
    ("number as text", ("cases", 0, "facts"), {"total": "09000000000"}, "case 1, facts.total", "<5"),
]


@pytest.mark.parametrize(("path", "value", "where", "text"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_file_of_another_shape_is_refused_with_its_place(
    sqlite_document: dict[str, Any], path: tuple[Any, ...], value: Any, where: str, text: str
) -> None:
    document = copy.deepcopy(sqlite_document)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    found = read(document)
    assert [one.where for one in found if isinstance(one, Refused)] == [where]
    assert isinstance(found[0], Refused)
    assert text in found[0].text


@pytest.fixture
def sqlite_document(sqlite_url: str) -> dict[str, Any]:
    opened = database.open(sqlite_url)
    document = a_document(opened)
    opened.close_sync()
    return document


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"format": NaN}', b'{"cases": 1}', b" " * (5_000_001)],
    ids=["empty", "bytes", "list", "null", "deep", "nan", "other", "big"],
)
def test_what_is_no_file_of_cases_is_refused(data: bytes) -> None:
    found = sharing.read(data, PLACES)
    assert len(found) == 1
    assert isinstance(found[0], Refused)


def test_the_same_key_twice_is_refused(sqlite_document: dict[str, Any]) -> None:
    sqlite_document["cases"] *= 2
    found = read(sqlite_document)
    assert [one.text for one in found if isinstance(one, Refused)] == ["stands in the file twice"]


_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(_JSON_VALUES)
def test_facts_are_of_their_shape_or_refused(value: Any) -> None:
    facts.from_json(value)


def test_a_file_that_nobody_could_take_is_not_written(db: Database) -> None:
    add(db)
    found = db.read_sync(store.find, Search(), None)
    assert isinstance(sharing.write(found * 1001), Refused)


def test_facts_come_back_as_they_went() -> None:
    found = Facts(
        grade="L4",
        total="20-49",
        by_part={"delivered": "20-49", "failed": "<5"},
        by_language={"vi": "<5", "en": "20-49"},
        unreached={"vi": "<5"},
        first_minutes=0.2,
        last_minutes=3.4,
    )
    assert facts.from_json(json.loads(json.dumps(facts.to_json(found)))) == found
