"""Who sees which case, and that nobody writes over another; on both engines."""

from cases import case, store
from cases.case import Content, LifeStage, Section, State
from cases.store import Change, Outcome, Search
from storage import audit
from storage.database import Database
from tests.cases.builders import KANAZAWA, NOW, WAJIMA, add, content, known


def ids(db: Database, keepers: list[str] | None, **search: str) -> list[int]:
    return [one.id for one in db.read_sync(store.find, Search(**search), keepers)]  # type: ignore[arg-type]


def change(number: int, version: int | None = None) -> Change:
    return Change(id=number, version=version, actor="user:aoi", now=NOW)


def test_a_draft_is_seen_by_its_own_municipality_and_what_is_published_by_all(db: Database) -> None:
    draft, public = add(db, published=False), add(db)
    assert ids(db, [WAJIMA]) == [public, draft]
    assert ids(db, [KANAZAWA]) == ids(db, []) == [public]
    assert ids(db, [KANAZAWA], state="draft") == []
    assert db.read_sync(store.load, draft, [KANAZAWA]) is None
    assert db.read_sync(store.load, public, [KANAZAWA]) is not None
    assert db.read_sync(store.load, draft, [KANAZAWA, WAJIMA]) is not None
    assert ids(db, [KANAZAWA], words="言葉") == [public]


def test_hazard_and_life_stage_choose(db: Database) -> None:
    rain = add(db)
    old = add(db, hazard=case.Hazard.HEAT, stages=(LifeStage.OLD_AGE,))
    everybody = add(db, hazard=case.Hazard.HEAT, stages=())
    assert ids(db, [], hazard="heat") == [everybody, old]
    assert ids(db, [], stage="old_age") == [old]
    assert ids(db, [], stage="work") == [rain]
    assert db.read_sync(store.counts) == {
        ("heavy_rain", ""): 1, ("heavy_rain", "new_arrival"): 1, ("heavy_rain", "work"): 1,
        ("heat", ""): 2, ("heat", "old_age"): 1,
    }  # fmt: skip


def test_a_case_is_changed_published_taken_back_and_thrown_away(db: Database) -> None:
    number = add(db, published=False)
    assert db.write_sync(store.save, change(number, 1), content(texts={"title": "洗濯機"}), known()) is Outcome.DONE
    assert ids(db, [WAJIMA], words="洗濯") == [number]
    assert db.write_sync(store.move, change(number), State.PUBLISHED) is Outcome.DONE
    assert db.write_sync(store.move, change(number), State.DRAFT) is Outcome.DONE
    assert ids(db, []) == []
    assert db.write_sync(store.move, change(number), State.DISCARDED) is Outcome.DONE
    assert db.write_sync(store.move, change(number), State.PUBLISHED) is Outcome.GONE
    assert ids(db, None) == []
    done = [one.action for one in db.read_sync(audit.latest)]
    assert done == ["case thrown away", "case taken back", "case published", "case changed", "case begun"]


def test_of_two_who_change_it_at_once_the_second_is_told(db: Database) -> None:
    number = add(db, published=False)
    assert db.write_sync(store.save, change(number, 1), content(texts={"done": "first"}), known()) is Outcome.DONE
    late = content(texts={"done": "second"})
    assert db.write_sync(store.save, change(number, 1), late, known()) is Outcome.OVERTAKEN
    held = db.read_sync(store.load, number, None)
    assert held is not None
    assert held.content.text(Section.DONE) == "first"


def test_pages_of_a_long_list(db: Database) -> None:
    numbers = [add(db) for _ in range(5)]
    found = db.read_sync(store.find, Search(skip=2, limit=2), [])
    assert [one.id for one in found] == numbers[::-1][2:4]


def test_what_a_case_lacks_is_said() -> None:
    places = known().places
    empty = Content(hazard=case.Hazard.FLOOD, happened_on=NOW.date())
    assert case.check(empty, places) == []
    assert {one.field for one in case.check_complete(empty, places)} == {"title", "happened", "places", "helped"}
    assert case.check_complete(content(), places) == []
    assert [one.key for one in case.check(content(texts={"title": "a\nb"}), places)] == ["control"]
