"""`holds` from the command line: two people with passwords release or reject what waits."""

import json

import pytest

from alerts import places
from delivery import decider
from delivery.byhand import calling
from feeds import store as telegrams
from feeds.jma import compose
from feeds.jma.compose import Danger
from feeds.telegrams import pack
from service import opening, settings
from service.clock import system_time
from tests.service.test_duty_commands import code, here, run

__all__ = ["here"]
KOMORO = "20208"
CITY = ["--municipality", KOMORO]


def user(name: str, role: str) -> str:
    return str(json.loads(run("users", "add", name, "--role", role, *CITY, "--json").stdout)["password"])


@pytest.fixture
def held() -> str:
    """Asama at level 3 is held; its id."""
    table, now = places.load(), system_time()
    body = compose.volcanic_warning(
        volcano="306", level="13", municipalities={f"{KOMORO}00": Danger(action="43", last="45")}, at=now
    )
    with opening.opened(settings.load()) as db:
        db.write_sync(telegrams.add_telegram, pack(body, file_name="VFVO50.xml", received_at=now))
        waiting = db.read_sync(telegrams.pending, 10, now)
        db.write_sync(decider.commit, decider.read_all(waiting, table), table, now)
        db.write_sync(calling.watch, now)
    [row] = json.loads(run("holds", "list", "--json").stdout)["waiting"]
    assert (row["what"], row["areas"]) == ("held volcano V3", [KOMORO])
    return str(row["id"])


def test_nothing_waits() -> None:
    listed = run("holds", "list")
    assert (code(listed), listed.stdout) == (0, "nothing waits\n")


def test_two_people_release_it(held: str) -> None:
    first, second = user("aoi", "coordinator"), user("bruno", "approver")
    assert code(run("holds", "list")) == 1
    asked = run("holds", "release", held, *CITY, "--by", "aoi", typed=f"{first}\n")
    assert (code(asked), "waits for a second person" in asked.stdout) == (0, True)
    assert code(run("holds", "release", held, *CITY, "--by", "aoi", typed=f"{first}\n")) == 2
    assert code(run("holds", "release", held, *CITY, "--by", "bruno", typed="wrong\n")) == 2
    done = run("holds", "release", held, *CITY, "--by", "bruno", typed=f"{second}\n")
    assert (code(done), "two people have signed" in done.stdout) == (0, True)


def test_one_with_both_roles_is_still_one_person(held: str) -> None:
    first = user("aoi", "coordinator")
    run("users", "add", "aoi", "--role", "approver", *CITY)
    run("holds", "release", held, *CITY, "--by", "aoi", typed=f"{first}\n")
    again = run("holds", "release", held, *CITY, "--by", "aoi", typed=f"{first}\n")
    assert (code(again), "the second person must be another one" in again.stdout) == (1, True)


def test_rejected_with_a_reason_it_waits_no_more(held: str) -> None:
    second = user("bruno", "approver")
    no = run("holds", "reject", held, *CITY, "--by", "bruno", "--why", "told by car", typed=f"{second}\n")
    assert (code(no), "rejected" in no.stdout) == (0, True)
    assert code(run("holds", "list")) == 0
    assert code(run("holds", "reject", held, *CITY, "--by", "bruno", "--why", "again", typed=f"{second}\n")) == 1


@pytest.mark.parametrize("which", ["x", "s", "", "12;DROP", "９９"])
def test_what_is_no_number_is_refused(which: str) -> None:
    assert code(run("holds", "release", which, *CITY, "--by", "aoi")) == 2


def test_what_is_not_there_is_said_so() -> None:
    second = user("bruno", "approver")
    assert code(run("holds", "reject", "s99", *CITY, "--by", "bruno", "--why", "?", typed=f"{second}\n")) == 1
    missing = run("holds", "release", "s99", *CITY, "--by", "bruno", typed=f"{second}\n")
    assert (code(missing), missing.stdout.strip()) == (1, "s99: there is none")
