"""Users, sessions and keys on both engines; every change in the log."""

from datetime import UTC, datetime, timedelta

from storage import audit
from storage.database import Connection, Database
from web.accounts import listing, store
from web.accounts.roles import Grant, Role

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
GRANT = Grant(municipality="17204", role=Role.REGISTRAR)
SECOND = Grant(municipality="17204", role=Role.ADMIN)


def add(db: Database, name: str = "chie", grant: Grant = GRANT, password_hash: str = "hash") -> bool:
    return db.write_sync(store.add, name, password_hash, grant, actor="command line", now=NOW)


def user(db: Database, name: str = "chie") -> store.User:
    found = db.read_sync(store.find, name)
    assert found is not None
    return found


def sign_in(db: Database, now: datetime = NOW) -> str:
    return db.write_sync(store.open_session, user(db), now)


def actions(db: Database) -> list[str]:
    return [entry.action for entry in reversed(db.read_sync(audit.latest))]


def test_a_second_role_leaves_the_password(db: Database) -> None:
    assert add(db)
    assert not add(db, grant=SECOND, password_hash="other")
    assert user(db).password_hash == "hash"
    assert user(db).must_change
    assert actions(db) == ["user added", "role given"]


def test_a_session_says_who_it_is_until_nobody_uses_it(db: Database) -> None:
    add(db)
    token = sign_in(db)
    found = db.read_sync(store.session, token, NOW + store.IDLE)
    assert found is not None
    assert (found.principal.name, found.principal.grants) == ("user:chie", (GRANT,))
    assert db.read_sync(store.session, token, NOW + store.IDLE + timedelta(seconds=1)) is None
    assert db.read_sync(store.session, token + "x", NOW) is None


def test_many_cookies_are_looked_up_at_once_each_with_its_own_roles(db: Database) -> None:
    add(db)
    add(db, grant=SECOND)
    add(db, "dai", grant=Grant(municipality="17205", role=Role.ADMIN))
    first, again, other = sign_in(db), sign_in(db), db.write_sync(store.open_session, user(db, "dai"), NOW)
    found = db.read_sync(store.sessions, [first, again, other, "nobody's"], NOW)
    assert found.keys() == {first, again, other}
    assert found[first] == found[again] == db.read_sync(store.session, first, NOW)
    assert set(found[first].principal.grants) == {GRANT, SECOND}
    assert [grant.municipality for grant in found[other].principal.grants] == ["17205"]
    assert db.read_sync(store.sessions, [], NOW) == {}


def test_a_used_session_lives_on_but_not_for_ever(db: Database) -> None:
    add(db)
    token = sign_in(db)
    moment = NOW
    while moment + store.IDLE < NOW + store.LONGEST:
        moment += store.IDLE
        db.write_sync(store.touch, token, moment)
    assert db.read_sync(store.session, token, NOW + store.LONGEST) is not None
    assert db.read_sync(store.session, token, NOW + store.LONGEST + timedelta(seconds=1)) is None


def test_signing_out_and_a_new_password_end_sessions(db: Database) -> None:
    add(db)
    first, second = sign_in(db), sign_in(db)
    db.write_sync(store.close_session, first)
    assert db.read_sync(store.session, first, NOW) is None
    db.write_sync(store.set_password, user(db).id, "new", actor="user:chie", now=NOW, once=False)
    assert db.read_sync(store.session, second, NOW) is None
    assert not user(db).must_change


def test_an_account_rests_after_wrong_passwords_in_a_row(db: Database) -> None:
    add(db)
    for _ in range(store.MAX_FAILURES - 1):
        db.write_sync(store.refuse, user(db), NOW)
    assert user(db).locked_until is None
    db.write_sync(store.refuse, user(db), NOW)
    assert user(db).locked_until == NOW + store.LOCKED_FOR
    assert "account locked" in actions(db)


def test_an_ended_account_is_gone_and_can_come_back(db: Database) -> None:
    add(db)
    token = sign_in(db)
    assert db.write_sync(store.disable, "chie", actor="command line", now=NOW)
    assert db.read_sync(store.session, token, NOW) is None
    assert db.read_sync(store.find, "chie") is None
    assert not db.write_sync(store.disable, "chie", actor="command line", now=NOW)
    assert add(db, grant=SECOND, password_hash="new")
    assert user(db).password_hash == "new"


def test_one_city_cuts_a_supporter_off_and_another_keeps_them(db: Database) -> None:
    def supporter(municipality: str) -> Grant:
        return Grant(municipality=municipality, role=Role.SUPPORTER, group="NPO")

    add(db, grant=supporter("17204"))
    add(db, grant=supporter("17201"))
    token = sign_in(db)
    assert not db.write_sync(store.take_role, "chie", "17205", actor="command line", now=NOW)
    assert db.write_sync(store.take_role, "chie", "17204", actor="command line", now=NOW)
    assert db.read_sync(store.session, token, NOW) is None
    session = db.read_sync(store.session, sign_in(db), NOW)
    assert session is not None
    assert session.principal.grants == (supporter("17201"),)
    assert db.write_sync(store.take_role, "chie", "17201", actor="command line", now=NOW)
    assert db.read_sync(store.find, "chie") is None
    assert actions(db)[-2:] == ["role taken", "user ended"]


def test_a_key_is_known_until_it_is_revoked_and_its_name_is_not_used_again(db: Database) -> None:
    key = db.write_sync(store.add_key, "wajima-office", GRANT, actor="command line", now=NOW)
    assert key is not None
    holder = db.read_sync(store.key_holder, key)
    assert holder is not None
    assert holder.name == "key:wajima-office"
    assert db.write_sync(store.add_key, "wajima-office", GRANT, actor="command line", now=NOW) is None
    assert db.write_sync(store.revoke_key, "wajima-office", actor="command line", now=NOW)
    assert db.read_sync(store.key_holder, key) is None
    assert not db.write_sync(store.revoke_key, "wajima-office", actor="command line", now=NOW)
    assert db.write_sync(store.add_key, "wajima-office", GRANT, actor="command line", now=NOW) is None


def test_no_secret_stands_in_the_database(db: Database) -> None:
    add(db)
    token = sign_in(db)
    key = db.write_sync(store.add_key, "wajima-office", GRANT, actor="command line", now=NOW)
    assert key is not None

    def everything(connection: Connection) -> str:
        tables = ("users", "sessions", "api_keys", "audit_entries")
        return str([dict(row) for table in tables for row in connection.execute(f"SELECT * FROM {table}")])

    kept = db.read_sync(everything)
    assert token not in kept
    assert key.removeprefix(store.KEY_PREFIX) not in kept


def test_everybody_is_listed_with_their_roles(db: Database) -> None:
    add(db)
    db.write_sync(store.add_key, "wajima-office", SECOND, actor="command line", now=NOW)
    found = db.read_sync(listing.everybody)
    assert [(one.kind, one.name, one.works, one.grants) for one in found] == [
        ("user", "chie", True, (GRANT,)),
        ("key", "wajima-office", True, (SECOND,)),
    ]


def test_a_key_that_is_no_text_is_nobody_s(db: Database) -> None:
    assert db.read_sync(store.key_holder, f"{store.KEY_PREFIX}\udcff") is None
