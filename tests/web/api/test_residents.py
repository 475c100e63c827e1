"""Residents through the API, as a municipality's program would use it."""

import io
from typing import Any

import pytest
from aiohttp import FormData

from storage import audit
from storage.database import Connection, Database
from subscribers import sheets
from tests.subscribers.builders import a_csv, an_xlsx
from tests.web.api.calling import KANAZAWA, RESIDENT, WAJIMA, Client, a_key
from tests.web.conftest import Open
from tests.web.states import a_state
from web.accounts.roles import Role

URL = "/api/v1/residents"


@pytest.fixture
async def client(browse: Open, db: Database) -> Client:
    return await browse(a_state(db))


async def post(client: Client, key: dict[str, str], **changes: Any) -> tuple[int, dict[str, Any]]:
    body = {name: value for name, value in (RESIDENT | changes).items() if value is not None}
    answer = await client.post(URL, json=body, headers=key)
    return answer.status, await answer.json()


async def test_a_person_is_registered_once_and_the_number_never_comes_out(client: Client, db: Database) -> None:
    key = a_key(db)
    status, first = await post(client, key, places=[KANAZAWA], groups=["Sakura dormitory"])
    assert status == 201
    assert first["phone"] == "+81•••••0001"
    assert (first["municipality"], first["places"]) == (WAJIMA, [KANAZAWA])
    assert (first["lessons"], first["min_level"]) == (True, "L3")
    status, again = await post(client, key, places=[KANAZAWA], groups=["Sakura dormitory"])
    assert (status, again) == (200, first)


async def test_the_usual_writings_of_an_import_file_are_understood(client: Client, db: Database) -> None:
    status, made = await post(
        client, a_key(db), phone="090-0000-0002", language="ベトナム語", municipality=None, postal_code="920-8577"
    )
    assert (status, made["language"], made["municipality"]) == (201, "vi", KANAZAWA)


async def test_a_change_leaves_what_it_does_not_name(client: Client, db: Database) -> None:
    key = a_key(db)
    _, made = await post(client, key, groups=["a", "b"], min_level="L4")
    answer = await client.patch(f"{URL}/{made['id']}", json={"language": "ne"}, headers=key)
    after = await answer.json()
    assert answer.status == 200
    assert after == made | {"language": "ne", "updated_at": after["updated_at"]}


async def test_pages_go_through_all_residents(client: Client, db: Database) -> None:
    key = a_key(db)
    for last in range(5):
        await post(client, key, phone=f"+81900000000{last}")
    seen: list[str] = []
    after: str | None = "0"
    while after is not None:
        answer = await client.get(URL, params={"limit": "2", "after": after}, headers=key)
        page = await answer.json()
        seen += [one["phone"] for one in page["residents"]]
        after = page["next"]
    assert seen == [f"+81•••••000{last}" for last in range(5)]


async def test_two_municipalities_do_not_see_each_other(client: Client, db: Database) -> None:
    wajima, kanazawa = a_key(db), a_key(db, municipality=KANAZAWA)
    _, made = await post(client, wajima)
    address = f"{URL}/{made['id']}"
    assert (await (await client.get(URL, headers=kanazawa)).json()) == {"residents": [], "next": None}
    for method in ("get", "delete"):
        assert (await getattr(client, method)(address, headers=kanazawa)).status == 404
    assert (await client.patch(address, json={"language": "en"}, headers=kanazawa)).status == 404
    # The same number elsewhere is a registration of its own, and looks like a new one.
    status, other = await post(client, kanazawa, language="en")
    assert (status, other["language"]) == (201, "en")
    assert (await (await client.get(address, headers=wajima)).json())["language"] == "vi"


@pytest.mark.parametrize(
    ("changes", "english", "japanese"),
    [
        ({"phone": "076-123-4567"}, "landline", "固定電話"),
        ({"language": "Klingon"}, "language", "言語"),
        ({"municipality": "府中市"}, "can mean", "一つに決まりません"),
        ({"municipality": "99999"}, "99999", "ありません"),
    ],
)
async def test_a_reason_is_said_in_english_and_japanese(
    client: Client, db: Database, changes: dict[str, str], english: str, japanese: str
) -> None:
    _, document = await post(client, a_key(db), **changes)
    (detail,) = document["error"]["details"]
    first, _, second = detail["reason"].partition(" / ")
    assert english in first
    assert japanese in second


async def test_removing_ends_the_own_registration_and_forgets_with_the_last(client: Client, db: Database) -> None:
    key = a_key(db)
    _, made = await post(client, key)
    assert (await client.delete(f"{URL}/{made['id']}", headers=key)).status == 204
    assert (await client.delete(f"{URL}/{made['id']}", headers=key)).status == 404

    def states(connection: Connection) -> list[tuple[str, bytes]]:
        rows = connection.execute("SELECT state, number_sealed FROM subscribers")
        return [(row.text("state"), row.blob("number_sealed")) for row in rows]

    assert db.read_sync(states) == [("erased", b"")]


def says_japanese(text: str) -> bool:
    """Whether there are kana in it, which no English sentence has."""
    return any("ぁ" <= char <= "ヺ" for char in text)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"phone": "076-123-4567"}, 422, "phone"),
        ({"phone": 819000000001}, 422, "phone"),
        ({"language": "Klingon"}, 422, "language"),
        ({"municipality": "99999"}, 409, "municipality"),
        ({"municipality": "府中市"}, 422, "municipality"),
        ({"municipality": ""}, 422, "municipality"),
        ({"municipality": None}, 422, ""),
        ({"municipality": None, "postal_code": "9999999"}, 409, "postal_code"),
        ({"postal_code": "1000001"}, 409, "municipality"),
        ({"places": ["17201", "17202", "17203", "17205"]}, 422, "places"),
        ({"groups": ["=SUM(A1)"]}, 422, "groups.0"),
        ({"groups": ["090-0000-0001"]}, 409, "groups"),
        ({"lessons": "yes"}, 422, "lessons"),
        ({"min_level": "L5"}, 422, "min_level"),
        ({"agreed": False}, 422, "agreed"),
        ({"name": "x"}, 422, "name"),
    ],
)
async def test_what_is_wrong_is_named_in_the_one_shape(
    client: Client, db: Database, changes: dict[str, Any], status: int, field: str
) -> None:
    got, document = await post(client, a_key(db), **changes)
    assert got == status
    assert set(document) == {"error"}
    assert set(document["error"]) == {"code", "message", "details"}
    assert field in [detail["field"] for detail in document["error"]["details"]]
    told = [document["error"]["message"], *(detail["reason"] for detail in document["error"]["details"])]
    assert [text for text in told if not says_japanese(text.partition(" / ")[2])] == []
    assert "0761234567" not in str(document).replace("-", "")


async def test_a_supporter_registers_its_own_group_and_sees_counts_only(client: Client, db: Database) -> None:
    city, dormitory = a_key(db), a_key(db, Role.SUPPORTER, group="Sakura dormitory")
    _, made = await post(client, city, groups=["school"])
    assert await post(client, dormitory, language="ne", groups=["other"]) == (202, {"phone": "+81•••••0001"})
    assert await post(client, dormitory, phone="+819000000002") == (202, {"phone": "+81•••••0002"})
    page = await (await client.get(URL, headers=city)).json()
    assert [(one["language"], one["groups"]) for one in page["residents"]] == [
        ("vi", ["Sakura dormitory", "school"]),
        ("vi", ["Sakura dormitory"]),
    ]
    assert (await client.get(URL, headers=dormitory)).status == 403
    assert (await client.get(f"{URL}/{made['id']}", headers=dormitory)).status == 403
    counts = await (await client.get(f"{URL}/counts", headers=dormitory)).json()
    assert counts == {"residents": "<5", "by_language": {"vi": "<5"}}
    for last in range(10, 15):
        await post(client, city, phone=f"+8190000000{last}", language="ne")
    counts = await (await client.get(f"{URL}/counts", headers=dormitory)).json()
    assert counts == {"residents": "<5", "by_language": {"vi": "<5"}}  # not the municipality's


async def test_counts_from_five_on_are_told(client: Client, db: Database) -> None:
    key = a_key(db)
    for last in range(5):
        await post(client, key, phone=f"+81900000000{last}")
    counts = await (await client.get(f"{URL}/counts", headers=key)).json()
    assert counts == {"residents": 5, "by_language": {"vi": 5}}
    await post(client, key, phone="+819000000009", language="ne")
    counts = await (await client.get(f"{URL}/counts", headers=key)).json()
    # exact ones beside it would tell that it is one
    assert counts == {"residents": "5-19", "by_language": {"ne": "<5", "vi": "5-19"}}


@pytest.mark.parametrize("make", [a_csv, an_xlsx])
async def test_a_file_is_imported_as_the_command_does_it(client: Client, db: Database, make: Any) -> None:
    key, data = a_key(db), make(("090-0000-0001", "vi", "輪島市"), ("12", "vi", "輪島市"))
    headers = key | {"Content-Type": "application/octet-stream"}
    dry = await client.post(f"{URL}/import?dry_run=true", data=data, headers=headers)
    assert (await dry.json())["added"] == 1
    assert (await client.post(f"{URL}/import", data=data, headers=headers)).status == 409
    answer = await client.post(f"{URL}/import?agreed=true", data=data, headers=headers)
    done = await answer.json()
    assert (done["rows"], done["added"], done["file_refused"]) == (2, 1, None)
    assert [(row["row"], row["column"]) for row in done["refused"]] == [(3, "phone")]
    page = await (await client.get(URL, headers=key)).json()
    assert [one["phone"] for one in page["residents"]] == ["+81•••••0001"]


def a_form(*parts: tuple[str, bytes]) -> FormData:
    form = FormData()
    for name, data in parts:
        form.add_field(name, io.BytesIO(data), filename="people.csv", content_type="text/csv")
    return form


async def test_a_file_may_come_in_a_form_as_browsers_and_curl_send_it(client: Client, db: Database) -> None:
    key, data = a_key(db), a_csv(("090-0000-0001", "vi", "輪島市"))
    done = await (await client.post(f"{URL}/import?agreed=true", data=a_form(("file", data)), headers=key)).json()
    assert (done["rows"], done["added"], done["file_refused"]) == (1, 1, None)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ([("people", b"x")], None, 422),
        ([("file", b"x"), ("file", b"y")], None, 422),
        ([("file", b"x"), ("name", b"Aoi")], None, 422),
        ([("file", b"")], None, 409),
        ([("file", b"x" * (sheets.MAX_BYTES + 1))], None, 413),
        (b"no form", "multipart/form-data", 422),
        (b"no form", "multipart/form-data; boundary=x", 422),
        (b"--x\r\nnonsense\r\n\r\n--y", "multipart/form-data; boundary=x", 422),
    ],
    ids=["no file", "two files", "more", "empty", "too large", "no boundary", "nothing of it", "cut off"],
)
async def test_a_form_that_is_none_or_has_no_file_is_refused_in_the_one_shape(
    client: Client, db: Database, body: bytes | list[tuple[str, bytes]], kind: str | None, status: int
) -> None:
    headers = a_key(db) | ({"Content-Type": kind} if kind else {})
    data = body if isinstance(body, bytes) else a_form(*body)
    answer = await client.post(f"{URL}/import?dry_run=true", data=data, headers=headers)
    assert (answer.status, set(await answer.json())) == (status, {"error"})


async def test_a_supporters_file_registers_its_group_only(client: Client, db: Database) -> None:
    headers = a_key(db, Role.SUPPORTER, group="NPO") | {"Content-Type": "text/csv"}
    data = a_csv(("090-0000-0001", "vi", "輪島市"))
    assert (await (await client.post(f"{URL}/import?agreed=true", data=data, headers=headers)).json())["added"] == 1
    page = await (await client.get(URL, headers=a_key(db))).json()
    assert page["residents"][0]["groups"] == ["NPO"]


async def test_a_supporters_file_does_not_tell_whom_the_city_knows(client: Client, db: Database) -> None:
    await post(client, a_key(db))  # 090-0000-0001
    headers = a_key(db, Role.SUPPORTER, group="NPO") | {"Content-Type": "text/csv"}
    data = a_csv(("090-0000-0001", "vi", "輪島市"), ("090-0000-0002", "vi", "輪島市"))

    async def tally(query: str) -> tuple[int, int, int]:
        found = await (await client.post(f"{URL}/import?{query}", data=data, headers=headers)).json()
        return found["added"], found["changed"], found["unchanged"]

    assert await tally("dry_run=true") == await tally("agreed=true") == (2, 0, 0)
    assert await tally("agreed=true") == (0, 0, 2)


async def test_every_change_stands_in_the_log_without_a_number(client: Client, db: Database) -> None:
    key = a_key(db)
    _, made = await post(client, key)
    await client.patch(f"{URL}/{made['id']}", json={"language": "ne"}, headers=key)
    await client.delete(f"{URL}/{made['id']}", headers=key)
    entries = list(reversed(db.read_sync(audit.latest, municipality=WAJIMA)))[1:]
    assert [(entry.actor, entry.action) for entry in entries] == [
        (f"key:registrar-{WAJIMA}", "resident registered"),
        (f"key:registrar-{WAJIMA}", "resident changed"),
        (f"key:registrar-{WAJIMA}", "resident removed"),
    ]
    assert "90000000" not in str(entries)
    assert isinstance(db.read_sync(audit.verify), audit.Whole)
