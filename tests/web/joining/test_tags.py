"""What somebody ticks so that lessons fit: kept, shown to them alone, changed and taken back; in every language."""

import json
import re

import pytest

from storage.database import Database
from subscribers.tags import Tag
from tests.conftest import FakeClock
from tests.web.conftest import Open
from tests.web.joining.joiners import token
from tests.web.joining.test_join import join, open_me, stored, visit
from tests.web.joining.test_words import SCRIPTS, TAGS
from web.joining import words

ENGLISH = words.fitting()["en"]


def _kept(db: Database) -> tuple[Tag, ...]:
    seen = stored(db)
    assert seen is not None and seen.own is not None
    return seen.own.tags


async def test_what_is_ticked_is_kept_shown_changed_and_taken_back(
    browse: Open, db: Database, clock: FakeClock
) -> None:
    visitor = await visit(browse, db, clock)
    _, page = await visitor.get("/join?l=en&p=17204&o=1")
    assert page.count('type="checkbox"') == len(Tag)
    await join(visitor, db, tg_student="1", tg_near_sea="1", tg_visa="1")
    assert _kept(db) == (Tag.STUDENT, Tag.NEAR_SEA)
    clock.advance(61)
    page = await open_me(visitor, db)
    ticked = re.findall(r'name="tg_(\w+)" value="1" checked', page)
    assert ticked == ["student", "near_sea"]
    assert f"{ENGLISH['student']}, {ENGLISH['near_sea']}" in page
    data = json.loads((await visitor.get("/me/data.json"))[1])
    assert data["registrations"][0]["tags"] == ["student", "near_sea"]
    form = {"l": "en", "token": token(page), "p": "17204", "language": "en", "lv": "L3", "le": "1", "tg_elderly": "1"}
    await visitor.post("/me/save", form)
    assert _kept(db) == (Tag.ELDERLY,)
    del form["tg_elderly"]
    await visitor.post("/me/save", form)
    assert _kept(db) == ()


async def test_nothing_need_be_ticked(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    await join(visitor, sqlite_db)
    assert _kept(sqlite_db) == ()


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_every_line_in_its_own_script(tag: str) -> None:
    table = words.fitting()[tag]
    assert list(table) == list(ENGLISH) == ["heading", "note", *Tag]
    for key, text in table.items():
        assert text.strip() == text != "", key
        assert set(re.findall(r"\d+", text)) == set(re.findall(r"\d+", ENGLISH[key])), key
        if tag in SCRIPTS:
            assert re.search(SCRIPTS[tag], text), (key, text)
            assert not re.search(r"[A-Za-z]", text), (key, text)
    assert len(set(table.values())) == len(table)
