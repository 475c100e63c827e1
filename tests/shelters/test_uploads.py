"""A list between its preview and its import, on both engines."""

from datetime import timedelta

from shelters import uploads
from shelters.uploads import Upload
from tests.delivery.builders import SUZU, WAJIMA


def a_list(data=b"x", actor="user:aoi", place=WAJIMA, fewer=False):
    return Upload(data=data, municipality=place, actor=actor, fewer=fewer)


def test_it_is_taken_once_by_whoever_uploaded_it(db, clock):
    made = a_list("名称,緯度\n".encode() * 999, fewer=True)
    token = db.write_sync(uploads.keep, made, clock())
    assert db.write_sync(uploads.take, token, "user:ben", clock()) is None
    assert db.write_sync(uploads.take, "guess", "user:aoi", clock()) is None
    assert db.write_sync(uploads.take, token, "user:aoi", clock()) == made
    assert db.write_sync(uploads.take, token, "user:aoi", clock()) is None


def test_it_waits_for_a_quarter_of_an_hour_and_goes(db, clock):
    token = db.write_sync(uploads.keep, a_list(), clock())
    clock.advance(uploads.KEPT / timedelta(seconds=1) + 1)
    assert db.write_sync(uploads.take, token, "user:aoi", clock()) is None
    db.write_sync(uploads.keep, a_list(actor="user:ben", place=SUZU), clock())
    assert db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM shelter_uploads")[0].integer("n")) == 1


def test_one_person_keeps_four_and_takes_nobody_elses_place(db, clock):
    first = db.write_sync(uploads.keep, a_list(actor="user:ben"), clock())
    tokens = []
    for number in range(6):
        clock.advance(1)
        tokens.append(db.write_sync(uploads.keep, a_list(b"%d" % number), clock()))
    taken = [db.write_sync(uploads.take, token, "user:aoi", clock()) for token in tokens]
    assert [one.data if one else None for one in taken] == [None, None, b"2", b"3", b"4", b"5"]
    assert db.write_sync(uploads.take, first, "user:ben", clock()) is not None
