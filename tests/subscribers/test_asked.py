"""Codes that people ask for: limits, attempts, ends, and that nothing tells the code; on both engines."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from subscribers import asked, store
from subscribers.asked import Asked, Asking, Limit, Proved, Purpose, Wrong
from subscribers.msisdn import Msisdn
from tests.conftest import FakeClock
from tests.subscribers.builders import a_sealer

SEALER = a_sealer()


def number(index: int = 1) -> Msisdn:
    return Msisdn(f"+8190000{index:05d}")


def asking(index: int = 1, address: str = "", budget: int = 2000, purpose: Purpose = Purpose.JOIN) -> Asking:
    return Asking(number=number(index), address_hash=address, purpose=purpose, answers={"p": ["17204"]}, budget=budget)


def ask(db: Database, clock: FakeClock, one: Asking | None = None) -> Asked | Limit:
    return db.write_sync(asked.ask, one or asking(), SEALER, clock())


def asked_for(db: Database, clock: FakeClock, one: Asking | None = None) -> Asked:
    found = ask(db, clock, one)
    assert isinstance(found, Asked), found
    return found


def prove(db: Database, clock: FakeClock, ticket: str, digits: str) -> Proved | Wrong:
    return db.write_sync(asked.prove, ticket, digits, Purpose.JOIN, SEALER, clock())


def code(found: Asked, index: int = 1) -> str:
    return SEALER.code(number(index), found.salt)


def wrong(found: Asked) -> str:
    return f"{(int(code(found)) + 1) % 1_000_000:06d}"


def test_the_right_code_opens_once(db: Database, clock: FakeClock) -> None:
    found = asked_for(db, clock)
    proved = prove(db, clock, found.ticket, code(found))
    assert isinstance(proved, Proved)
    assert (proved.number, proved.number_hash) == (number(), SEALER.fingerprint(number()))
    assert proved.answers == {"p": ["17204"]}
    assert prove(db, clock, found.ticket, code(found)) is Wrong.OVER


def test_five_wrong_tries_spend_a_code(db: Database, clock: FakeClock) -> None:
    found = asked_for(db, clock)
    tried = [prove(db, clock, found.ticket, wrong(found)) for _ in range(5)]
    assert tried == [Wrong.CODE] * 4 + [Wrong.SPENT]
    assert prove(db, clock, found.ticket, code(found)) is Wrong.SPENT


def test_a_code_is_over_after_ten_minutes(db: Database, clock: FakeClock) -> None:
    found = asked_for(db, clock)
    clock.advance(600)
    assert prove(db, clock, found.ticket, code(found)) is Wrong.OVER


@pytest.mark.parametrize("ticket", ["", "no", "\x00", "\ud83d", "x" * 5000])
def test_a_ticket_that_is_none_opens_nothing(db: Database, clock: FakeClock, ticket: str) -> None:
    assert prove(db, clock, ticket, "000000") is Wrong.OVER


def test_a_number_that_is_not_registered_opens_nothing_even_with_its_digits(db: Database, clock: FakeClock) -> None:
    found = asked_for(db, clock, asking(purpose=Purpose.NOBODY))
    assert prove(db, clock, found.ticket, code(found)) is Wrong.CODE


def test_a_number_gets_one_code_a_minute_and_four_an_hour(db: Database, clock: FakeClock) -> None:
    asked_for(db, clock)
    clock.advance(59)
    assert ask(db, clock) is Limit.NUMBER
    for _ in range(3):
        clock.advance(61)
        asked_for(db, clock)
    clock.advance(61)
    assert ask(db, clock) is Limit.NUMBER
    asked_for(db, clock, asking(2))
    clock.advance(3600)
    asked_for(db, clock)


def test_a_day_of_codes_to_one_number_has_an_end(db: Database, clock: FakeClock) -> None:
    made = 0
    for _ in range(40):
        made += isinstance(ask(db, clock), Asked)
        clock.advance(1200)
    assert made == 8


def test_an_address_has_a_limit_and_none_counts_for_nobody(db: Database, clock: FakeClock) -> None:
    for index in range(30):
        asked_for(db, clock, asking(index, address="a"))
    assert ask(db, clock, asking(31, address="a")) is Limit.ADDRESS
    asked_for(db, clock, asking(31, address="b"))
    for index in range(40, 90):
        asked_for(db, clock, asking(index))


def test_all_together_have_a_budget_for_an_hour(db: Database, clock: FakeClock) -> None:
    for index in range(3):
        asked_for(db, clock, asking(index, budget=3))
    assert ask(db, clock, asking(9, budget=3)) is Limit.TOTAL
    clock.advance(3601)
    asked_for(db, clock, asking(9, budget=3))


def everything(db: Database) -> str:
    tables = ("subscribers", "asked_codes", "messages", "texts", "audit_entries")
    return repr([db.read_sync(lambda c, t=t: [dict(row) for row in c.execute(f"SELECT * FROM {t}")]) for t in tables])


def test_neither_code_nor_number_nor_ticket_stands_in_any_row(db: Database, clock: FakeClock) -> None:
    found = asked_for(db, clock)
    rows = everything(db)
    for secret in (code(found), found.ticket, "9000000001"):
        assert secret not in rows


def test_asking_registers_nobody_and_leaves_who_has_stopped(db: Database, clock: FakeClock) -> None:
    db.write_sync(store.stop, SEALER.fingerprint(number()), clock())
    asked_for(db, clock)
    states = db.read_sync(lambda c: [(row["role"], row["state"]) for row in c.execute("SELECT * FROM subscribers")])
    assert sorted(states) == [("asking", "active"), ("resident", "stopped")]


def test_numbers_are_forgotten_after_an_hour_and_who_asked_after_a_day(db: Database, clock: FakeClock) -> None:
    found = asked_for(db, clock)
    clock.advance(1800)
    assert not db.read_sync(asked.purgeable, clock())
    db.write_sync(asked.purge, clock())
    assert db.read_sync(asked.again, found.ticket, Purpose.JOIN, SEALER) is not None
    clock.advance(1801)
    assert db.read_sync(asked.purgeable, clock())
    db.write_sync(asked.purge, clock())
    sealed = db.read_sync(lambda c: [row.blob("number_sealed") for row in c.execute("SELECT * FROM subscribers")])
    assert sealed == [b""]
    assert db.read_sync(asked.again, found.ticket, Purpose.JOIN, SEALER) is None
    assert SEALER.fingerprint(number()) in everything(db)  # the day's limit
    clock.advance(86_400)
    assert db.read_sync(asked.purgeable, clock())
    db.write_sync(asked.purge, clock())
    assert SEALER.fingerprint(number()) not in everything(db)
    assert not db.read_sync(asked.purgeable, clock())


def test_whoever_asks_again_after_that_gets_a_code(db: Database, clock: FakeClock) -> None:
    asked_for(db, clock)
    clock.advance(timedelta(hours=2).total_seconds())
    db.write_sync(asked.purge, clock())
    found = asked_for(db, clock)
    assert isinstance(prove(db, clock, found.ticket, code(found)), Proved)


@given(st.integers(0, 10**9 - 1), st.text(max_size=40))
def test_codes_are_six_digits_and_another_key_makes_others(digits: int, salt: str) -> None:
    one, other = a_sealer(1), a_sealer(2)
    phone = Msisdn(f"+8190{digits:08d}")
    assert one.code(phone, salt) == one.code(phone, salt)
    assert len(one.code(phone, salt)) == 6
    assert one.code(phone, salt).isdecimal()
    many = [f"{salt}{index}" for index in range(4)]
    assert [one.code(phone, each) for each in many] != [other.code(phone, each) for each in many]


@given(st.text(), st.text())
def test_only_what_was_signed_is_signed(text: str, other: str) -> None:
    assert SEALER.is_signed(text, SEALER.sign(text))
    assert SEALER.is_signed(other, SEALER.sign(text)) == (
        text.encode("utf-8", "replace") == other.encode("utf-8", "replace")
    )
    assert not SEALER.is_signed(text, other)
