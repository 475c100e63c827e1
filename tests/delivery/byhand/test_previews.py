"""How those who were told are counted before a warning is taken back."""

from delivery.byhand import previews
from storage import database


def test_each_copy_is_compared_with_the_copies_of_its_own_person_only(sqlite_url: str) -> None:
    """Not with all of the event: 100,000 copies would then be 10,000,000,000 comparisons, beside the sender."""
    asked = {"hazard": "landslide", "event": "", "place": "17204"}
    sql = "EXPLAIN QUERY PLAN " + previews.PEOPLE_TOLD.replace("{places}", ":place")
    db = database.open(sqlite_url)
    plan = [row.text("detail") for row in db.read_sync(lambda c: c.execute(sql, asked))]
    db.close_sync()
    assert [step for step in plan if step.startswith("SEARCH l ") and "(subscriber_id=?" in step], plan
