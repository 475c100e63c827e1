"""Rows of subscribers on both engines: add, change, stop, erase, count."""

from datetime import timedelta

import pytest

from storage import times
from storage.database import Connection, Database
from subscribers import audience, counting, registration, store
from subscribers import register as the_register
from subscribers.msisdn import Msisdn
from subscribers.register import Person, Tally
from subscribers.registration import Entry, Registration
from subscribers.sealing import Sealer
from tests.subscribers.builders import KANAZAWA, NOW, WAJIMA, a_sealer

SEALER = a_sealer()


def a_number(number: int = 1) -> Msisdn:
    return Msisdn(f"+8190{number:08d}")


def a_hash(number: int = 1) -> str:
    return SEALER.fingerprint(a_number(number))


def a_person(number: int = 1, **entry: object) -> Person:
    values: dict[str, object] = {"language": "en", "home": WAJIMA, **entry}
    return Person(
        number_hash=a_hash(number),
        number_sealed=SEALER.seal(a_number(number)),
        entry=Entry(number=a_number(number), **values),  # type: ignore[arg-type]  # fields of Entry
    )


def register(db: Database, *people: Person, municipality: str = WAJIMA, hours: int = 0) -> Tally:
    return db.write_sync(the_register.register, municipality, people, NOW + timedelta(hours=hours))


def rows(db: Database, sql: str) -> list[dict[str, object]]:
    def read(connection: Connection) -> list[dict[str, object]]:
        return [dict(row) for row in connection.execute(sql)]

    return db.read_sync(read)


def everything(db: Database) -> list[object]:
    tables = ("subscribers", "registrations", "subscriber_places", "newcomers", "declarations")
    return [rows(db, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def welcomed(db: Database) -> list[object]:
    return [row["welcome"] for row in rows(db, "SELECT welcome FROM newcomers ORDER BY subscriber_id")]


def test_a_new_person_is_sealed_registered_placed_and_welcomed(db: Database) -> None:
    assert register(db, a_person(further=(KANAZAWA,), groups=("b", "a"))) == Tally(added=1)
    (subscriber,) = rows(db, "SELECT * FROM subscribers")
    assert SEALER.open(bytes(subscriber["number_sealed"])) == a_number()  # type: ignore[call-overload]  # bytes
    assert (subscriber["role"], subscriber["state"]) == ("resident", "active")
    (registered,) = rows(db, "SELECT * FROM registrations")
    assert registered["places"] == f"{WAJIMA},{KANAZAWA}"
    assert (registered["lessons"], registered["min_level"]) == (1, "L3")
    assert registered["updated_at"] == times.to_text(NOW)
    assert [row["place"] for row in rows(db, "SELECT place FROM subscriber_places ORDER BY place")] == [
        KANAZAWA,
        WAJIMA,
    ]
    assert welcomed(db) == [1]


def test_no_number_stands_readable_in_any_row(db: Database) -> None:
    register(db, a_person())
    assert "9000000001" not in repr(everything(db))


def test_the_same_people_again_change_nothing_at_all(db: Database) -> None:
    people = [a_person(number, further=(KANAZAWA,)) for number in range(5)]
    register(db, *people)
    before = everything(db)
    assert register(db, *people, hours=5) == Tally(unchanged=5)
    assert everything(db) == before


def test_a_comparison_says_what_registering_would_do_and_writes_nothing(db: Database) -> None:
    register(db, a_person(1), a_person(2))
    before = everything(db)
    people = [a_person(1), a_person(2, language="vi"), a_person(3)]
    tally = db.read_sync(the_register.compare, WAJIMA, people)
    assert tally == Tally(added=1, changed=1, unchanged=1)
    assert everything(db) == before
    assert register(db, *people) == tally


def test_a_move_replaces_the_places_and_is_told_what_is_in_force_there(db: Database) -> None:
    register(db, a_person(further=(KANAZAWA,)))
    db.write_sync(lambda connection: connection.execute("DELETE FROM newcomers"))
    assert register(db, a_person(home="17205", further=()), hours=1) == Tally(changed=1)
    assert [row["place"] for row in rows(db, "SELECT place FROM subscriber_places")] == ["17205"]
    assert rows(db, "SELECT since, welcome FROM newcomers") == [
        {"since": times.to_text(NOW + timedelta(hours=1)), "welcome": 0}
    ]


def test_another_language_alone_tells_nothing_again(db: Database) -> None:
    register(db, a_person())
    db.write_sync(lambda connection: connection.execute("DELETE FROM newcomers"))
    assert register(db, a_person(language="vi")) == Tally(changed=1)
    assert welcomed(db) == []


def test_a_move_before_the_welcome_keeps_the_welcome(db: Database) -> None:
    register(db, a_person())
    register(db, a_person(home=KANAZAWA), hours=1)
    assert welcomed(db) == [1]


def test_columns_that_a_file_lacks_keep_what_is_registered(db: Database) -> None:
    register(db, a_person(further=(KANAZAWA,), groups=("dorm",), lessons=False, min_level="L2"))
    assert register(db, a_person()) == Tally(unchanged=1)
    assert register(db, a_person(lessons=True)) == Tally(changed=1)
    (registered,) = rows(db, "SELECT places, groups, lessons, min_level FROM registrations")
    assert registered == {"places": f"{WAJIMA},{KANAZAWA}", "groups": "dorm", "lessons": 1, "min_level": "L2"}


def test_a_municipality_touches_and_counts_its_own_registration_only(db: Database) -> None:
    register(db, a_person(language="vi", further=("17205",)))
    before = rows(db, "SELECT * FROM registrations")
    assert register(db, a_person(language="pt", home=KANAZAWA), municipality=KANAZAWA) == Tally(added=1)
    assert rows(db, f"SELECT * FROM registrations WHERE municipality = '{WAJIMA}'") == before
    assert len(rows(db, "SELECT id FROM subscribers")) == 1
    assert db.read_sync(counting.own, KANAZAWA) == {"pt": 1}
    assert db.read_sync(counting.own, WAJIMA) == {"vi": 1}


def test_no_import_revives_a_stop_and_no_count_betrays_it(db: Database) -> None:
    register(db, a_person())
    db.write_sync(store.stop, a_hash(), NOW)
    assert welcomed(db) == []
    assert register(db, a_person()) == Tally(unchanged=1)
    assert register(db, a_person(), municipality=KANAZAWA) == Tally(added=1)
    assert welcomed(db) == []
    assert [row["state"] for row in rows(db, "SELECT state FROM subscribers")] == ["stopped"]


def test_a_stop_of_an_unknown_number_holds_against_a_later_import(db: Database) -> None:
    db.write_sync(store.stop, a_hash(), NOW)
    assert register(db, a_person()) == Tally(added=1)
    assert welcomed(db) == []
    assert [row["state"] for row in rows(db, "SELECT state FROM subscribers")] == ["stopped"]


def test_a_stop_outlives_erasure_without_the_number(db: Database) -> None:
    register(db, a_person())
    db.write_sync(store.stop, a_hash(), NOW)
    assert db.write_sync(store.erase, a_hash())
    (subscriber,) = rows(db, "SELECT * FROM subscribers")
    assert (subscriber["state"], bytes(subscriber["number_sealed"])) == ("stopped", b"")  # type: ignore[call-overload]
    register(db, a_person())
    assert [row["state"] for row in rows(db, "SELECT state FROM subscribers")] == ["stopped"]


def test_who_starts_again_is_told_what_is_in_force(db: Database) -> None:
    register(db, a_person())
    db.write_sync(store.stop, a_hash(), NOW)
    assert db.write_sync(store.start_again, a_hash(), SEALER.seal(a_number()), NOW)
    assert welcomed(db) == [0]
    assert not db.write_sync(store.start_again, a_hash(), SEALER.seal(a_number()), NOW)
    assert not db.write_sync(store.start_again, a_hash(2), SEALER.seal(a_number(2)), NOW)


def test_erasing_by_one_city_leaves_the_other_one(db: Database) -> None:
    register(db, a_person())
    register(db, a_person(home=KANAZAWA), municipality=KANAZAWA)
    assert db.write_sync(store.erase_registration, a_hash(), WAJIMA)
    assert not db.write_sync(store.erase_registration, a_hash(), WAJIMA)
    assert [row["place"] for row in rows(db, "SELECT place FROM subscriber_places")] == [KANAZAWA]
    assert [row["state"] for row in rows(db, "SELECT state FROM subscribers")] == ["active"]


@pytest.mark.parametrize("whole", [True, False])
def test_with_the_last_registration_the_number_is_forgotten(db: Database, whole: bool) -> None:
    register(db, a_person(further=(KANAZAWA,)))
    if whole:
        assert db.write_sync(store.erase, a_hash())
    else:
        assert db.write_sync(store.erase_registration, a_hash(), WAJIMA)
    (subscriber,) = rows(db, "SELECT * FROM subscribers")
    assert subscriber["state"] == "erased"
    assert bytes(subscriber["number_sealed"]) == b""  # type: ignore[call-overload]  # bytes
    assert a_hash() not in repr(everything(db))
    assert everything(db)[1:] == [[], [], [], []]
    assert not db.write_sync(store.erase, a_hash())


def test_an_erased_person_can_come_back_as_somebody_new(db: Database) -> None:
    register(db, a_person())
    db.write_sync(store.erase, a_hash())
    assert register(db, a_person()) == Tally(added=1)
    assert len(rows(db, "SELECT id FROM subscribers")) == 2


def test_erasing_a_stranger_does_nothing(db: Database) -> None:
    register(db, a_person())
    before = everything(db)
    assert not db.write_sync(store.erase, a_hash(2))
    assert not db.write_sync(store.erase_registration, a_hash(2), WAJIMA)
    assert not db.write_sync(store.erase_registration, a_hash(1), KANAZAWA)
    assert everything(db) == before


def test_an_operator_may_live_here_and_stays_an_operator_when_erased(db: Database) -> None:
    sealed = SEALER.seal(a_number())
    identity = db.write_sync(store.ensure_operator, a_hash(), sealed, NOW)
    assert db.write_sync(store.ensure_operator, a_hash(), sealed, NOW) == identity
    register(db, a_person())
    db.write_sync(store.erase, a_hash())
    (subscriber,) = rows(db, "SELECT * FROM subscribers")
    assert (subscriber["role"], subscriber["state"]) == ("operator", "active")
    assert SEALER.open(bytes(subscriber["number_sealed"])) == a_number()  # type: ignore[call-overload]  # bytes


def test_the_key_can_be_tried_at_start(db: Database) -> None:
    assert db.read_sync(store.sealed_samples) == []
    number = a_number()
    db.write_sync(store.set_probe, SEALER.fingerprint(number), SEALER.seal(number))
    db.write_sync(store.set_probe, "another", b"another")  # the first one stays
    register(db, a_person())
    samples = db.read_sync(store.sealed_samples)
    assert [SEALER.fits(*sample) for sample in samples] == [True, True]
    assert not any(Sealer(b"x" * 32).fits(*sample) for sample in samples)


def test_counts_over_all_count_each_person_once(db: Database) -> None:
    register(db, a_person(1), a_person(2, language="vi"))
    register(db, a_person(1), municipality=KANAZAWA)
    db.write_sync(store.stop, a_hash(2), NOW)
    db.write_sync(store.stop, a_hash(3), NOW)
    counted = db.read_sync(counting.residents)
    assert counted.people == 2
    assert counted.by_state == {"active": 1, "stopped": 1}
    assert counted.by_municipality == {KANAZAWA: 1, WAJIMA: 2}
    assert counted.by_language == {"en": 2, "vi": 1}


# Audience


def test_residents_of_a_place_come_in_chunks_by_id(db: Database) -> None:
    register(db, *(a_person(number) for number in range(7)), a_person(9, home=KANAZAWA))
    first = db.read_sync(lambda connection: audience.residents_of(connection, WAJIMA, limit=5))
    rest = db.read_sync(
        lambda connection: audience.residents_of(connection, WAJIMA, after=first[-1].subscriber_id, limit=5)
    )
    ids = [one.subscriber_id for one in first + rest]
    assert (len(first), len(rest)) == (5, 2)
    assert ids == sorted(set(ids))


def test_several_registrations_become_one_resident(db: Database) -> None:
    register(db, a_person(language="vi", further=(KANAZAWA,), min_level="L4"))
    register(db, a_person(language="en", home=KANAZAWA, further=("17205",), min_level="L2"), municipality=KANAZAWA)
    (here,) = db.read_sync(audience.residents_of, KANAZAWA)
    assert here.places == (WAJIMA, KANAZAWA, "17205")
    assert here.languages == {WAJIMA: "vi", KANAZAWA: "en", "17205": "en"}
    assert (here.min_level, here.state) == ("L2", "active")
    assert db.read_sync(audience.resident, here.subscriber_id) == here


def test_who_stopped_stays_in_sight_and_who_is_erased_does_not(db: Database) -> None:
    register(db, a_person(1), a_person(2))
    db.write_sync(store.stop, a_hash(1), NOW)
    db.write_sync(store.erase, a_hash(2))
    assert [one.state for one in db.read_sync(audience.residents_of, WAJIMA)] == ["stopped"]


# Registrations


def test_a_home_that_is_also_a_further_place_stands_once() -> None:
    entry = Entry(number=a_number(), language="en", home=WAJIMA, further=(KANAZAWA, WAJIMA))
    assert registration.merge(entry, None).places == (WAJIMA, KANAZAWA)


@pytest.mark.parametrize(
    ("places", "level", "more"),
    [
        ((WAJIMA,), "L3", False),
        ((WAJIMA,), "L4", False),
        ((WAJIMA,), "L2", True),
        ((KANAZAWA,), "L3", True),
        ((WAJIMA, KANAZAWA), "L3", True),
    ],
)
def test_who_has_to_hear_at_once(places: tuple[str, ...], level: str, more: bool) -> None:
    before = Registration(language="en", places=(WAJIMA,))
    after = Registration(language="vi", places=places, min_level=level)
    assert registration.hears_more(after, before) is more
    assert registration.hears_more(after, None)


def test_a_batch_is_limited(db: Database) -> None:
    with pytest.raises(ValueError, match="at most 500"):
        register(db, *[a_person()] * 501)
