"""What people register, change and take back themself, beside what cities register; on both engines."""

from datetime import timedelta

from storage import audit
from storage.database import Database
from subscribers import audience, choices, counting, own, register, store
from subscribers.choices import Added
from subscribers.msisdn import Msisdn
from subscribers.own import Consent
from subscribers.register import Person
from subscribers.registration import Entry, Registration
from tests.conftest import FakeClock
from tests.subscribers.builders import KANAZAWA, WAJIMA, a_sealer

SEALER = a_sealer()
SUZU, NANAO, HAKUI = "17205", "17202", "17207"
NUMBER = Msisdn("+819000000001")
HASH = SEALER.fingerprint(NUMBER)
CONSENT = Consent(wording="2026-11", language="my", way="page", invited_by=WAJIMA)


def join(
    db: Database, clock: FakeClock, language: str = "my", places: tuple[str, ...] = (WAJIMA,), **more: object
) -> int:
    wanted = Registration(language=language, places=places, **more)  # type: ignore[arg-type]  # its fields
    return db.write_sync(own.register, (HASH, SEALER.seal(NUMBER)), wanted, CONSENT, clock())


def by_city(db: Database, clock: FakeClock, municipality: str = KANAZAWA, **entry: object) -> None:
    values: dict[str, object] = {"language": "en", "home": municipality, **entry}
    person = Person(number_hash=HASH, number_sealed=SEALER.seal(NUMBER), entry=Entry(number=NUMBER, **values))  # type: ignore[arg-type]  # its fields
    db.write_sync(register.register, municipality, [person], clock())


def resident(db: Database, identity: int) -> audience.Resident:
    found = db.read_sync(audience.resident, identity)
    assert found is not None
    return found


def newcomers(db: Database) -> list[tuple[object, ...]]:
    return db.read_sync(
        lambda c: [tuple(row.values()) for row in c.execute("SELECT subscriber_id, welcome FROM newcomers")]
    )


def state(db: Database) -> list[object]:
    return db.read_sync(lambda c: [row["state"] for row in c.execute("SELECT state FROM subscribers ORDER BY id")])


def test_who_registers_is_placed_welcomed_told_and_logged(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock, places=(WAJIMA, SUZU), lessons=False, min_level="L4")
    one = resident(db, identity)
    assert (one.places, dict(one.languages), one.min_level) == ((WAJIMA, SUZU), {WAJIMA: "my", SUZU: "my"}, "L4")
    assert newcomers(db) == [(identity, 1)]
    seen = db.read_sync(own.stored, identity)
    assert seen is not None and seen.own is not None
    assert (seen.own.lessons, seen.own.standing, seen.consents[0][1]) == (False, True, CONSENT)
    assert isinstance(db.read_sync(audit.verify), audit.Whole)


def test_registering_again_replaces_what_was_chosen_and_welcomes_nobody_twice(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    db.write_sync(lambda c: c.execute("DELETE FROM newcomers"))
    assert join(db, clock, language="en", places=(SUZU,)) == identity
    assert resident(db, identity).places == (SUZU,)
    assert newcomers(db) == [(identity, 0)]


def test_it_never_touches_a_citys_and_no_import_touches_it(db: Database, clock: FakeClock) -> None:
    by_city(db, clock)
    identity = join(db, clock)
    by_city(db, clock, language="vi")
    one = resident(db, identity)
    assert one.places == (WAJIMA, KANAZAWA)
    assert set(one.languages.values()) == {"my"}
    languages = db.read_sync(
        lambda c: {row["municipality"]: row["language"] for row in c.execute("SELECT * FROM registrations")}
    )
    assert languages == {KANAZAWA: "vi", "": "my"}


def test_whoever_registers_themself_is_counted_with_the_others_each_once(db: Database, clock: FakeClock) -> None:
    by_city(db, clock, language="vi")
    assert db.read_sync(counting.active_at, [KANAZAWA]) == {"vi": 1}
    join(db, clock)  # the same person, who reads Burmese and lives in Wajima
    assert db.read_sync(counting.active_at, [KANAZAWA]) == {"my": 1}
    assert db.read_sync(counting.active_at, [WAJIMA, KANAZAWA]) == {"my": 1}
    counted = db.read_sync(counting.residents)
    assert counted.by_municipality == {counting.SELF: 1, KANAZAWA: 1}
    assert counted.by_language == {"my": 1, "vi": 1}
    assert db.write_sync(store.erase_registration, HASH, KANAZAWA)
    assert db.read_sync(counting.active_at, [WAJIMA]) == {"my": 1}
    db.write_sync(store.stop, HASH, clock())
    assert db.read_sync(counting.active_at, [WAJIMA]) == {}


def test_a_choice_of_language_alone_is_no_registration_but_the_language_of_the_text(
    db: Database, clock: FakeClock
) -> None:
    by_city(db, clock, language="vi")
    identity = db.read_sync(own.person, HASH)
    assert identity is not None
    db.write_sync(own.change, identity, Registration(language="my", places=()), clock())
    assert db.read_sync(counting.active_at, [KANAZAWA]) == {"my": 1}
    counted = db.read_sync(counting.residents)
    assert (counted.by_municipality, counted.by_language) == ({KANAZAWA: 1}, {"vi": 1})


def test_it_outlives_the_citys_and_the_citys_outlives_nothing_else(db: Database, clock: FakeClock) -> None:
    by_city(db, clock)
    identity = join(db, clock)
    assert db.write_sync(store.erase_registration, HASH, KANAZAWA)
    assert resident(db, identity).places == (WAJIMA,)
    assert db.write_sync(store.erase, HASH)
    assert db.read_sync(own.stored, identity) is None
    assert db.read_sync(lambda c: c.execute("SELECT * FROM consents")) == []


def test_what_is_only_changed_ends_with_the_citys_registration(db: Database, clock: FakeClock) -> None:
    by_city(db, clock)
    identity = db.read_sync(own.person, HASH)
    assert identity is not None
    db.write_sync(own.change, identity, Registration(language="my", places=(SUZU,), min_level="L4"), clock())
    one = resident(db, identity)
    assert (one.places, one.min_level, one.languages[KANAZAWA]) == ((KANAZAWA, SUZU), "L4", "my")
    assert db.write_sync(store.erase_registration, HASH, KANAZAWA)
    assert db.read_sync(own.stored, identity) is None


def test_no_import_revives_who_has_stopped_but_the_person_may_come_back(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    db.write_sync(store.stop, HASH, clock())
    db.write_sync(store.erase, HASH)
    by_city(db, clock)
    assert state(db) == ["stopped"]
    assert newcomers(db) == []
    assert not db.read_sync(own.is_registered, HASH, by_themself=False)
    assert join(db, clock) == identity
    assert state(db) == ["active"]
    sealed = db.read_sync(lambda c: c.execute("SELECT number_sealed FROM subscribers")[0].blob("number_sealed"))
    assert SEALER.open(sealed) == NUMBER
    assert newcomers(db) == [(identity, 1)]


def test_a_pause_ends_by_itself_and_the_person_is_told(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    assert db.write_sync(own.pause, identity, clock() + timedelta(days=3), clock())
    assert (state(db), newcomers(db)) == (["paused"], [])
    by_city(db, clock)  # a registration by a city does not end it
    assert (state(db), newcomers(db)) == (["paused"], [])
    clock.advance(86_400)
    assert db.read_sync(own.pauses_over, clock()) == []
    clock.advance(2 * 86_400)
    assert db.write_sync(own.end_pauses, clock()) == 1
    assert (state(db), newcomers(db)) == (["active"], [(identity, 0)])


def test_a_pause_can_be_ended_by_hand_and_a_stop_ends_it_for_good(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    db.write_sync(own.pause, identity, clock() + timedelta(days=3), clock())
    assert db.write_sync(own.resume, identity, clock())
    assert not db.write_sync(own.resume, identity, clock())
    db.write_sync(own.pause, identity, clock() + timedelta(days=3), clock())
    db.write_sync(store.stop, HASH, clock())
    clock.advance(4 * 86_400)
    assert db.write_sync(own.end_pauses, clock()) == 0
    assert state(db) == ["stopped"]
    assert not db.write_sync(own.pause, identity, clock() + timedelta(days=3), clock())


def test_texts_from_the_phone_change_the_same_registration_and_keep_the_home(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock, lessons=True, min_level="L4")
    known = db.read_sync(choices.find, HASH)
    assert known is not None
    assert (known.language, known.municipalities, known.own_home) == ("my", (), WAJIMA)
    db.write_sync(choices.set_language, identity, "vi", clock())
    for place in (SUZU, NANAO, HAKUI):
        known = db.read_sync(choices.find, HASH)
        assert known is not None
        assert db.write_sync(choices.add_place, known, place, clock()) is Added.ADDED
    known = db.read_sync(choices.find, HASH)
    assert known is not None
    assert db.write_sync(choices.add_place, known, KANAZAWA, clock()) is Added.FULL
    db.write_sync(choices.clear_places, identity, clock())
    one = resident(db, identity)
    assert (one.places, one.languages, one.min_level) == ((WAJIMA,), {WAJIMA: "vi"}, "L4")


def test_changing_tells_only_who_hears_more(db: Database, clock: FakeClock) -> None:
    identity = join(db, clock)
    db.write_sync(lambda c: c.execute("DELETE FROM newcomers"))
    db.write_sync(own.change, identity, Registration(language="en", places=(WAJIMA,), min_level="L4"), clock())
    assert newcomers(db) == []
    db.write_sync(own.change, identity, Registration(language="en", places=(WAJIMA,), min_level="L3"), clock())
    assert newcomers(db) == [(identity, 0)]
    seen = db.read_sync(own.stored, identity)
    assert seen is not None and seen.own is not None
    assert seen.own.standing
