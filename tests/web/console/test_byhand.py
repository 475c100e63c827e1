"""Writing, approving, releasing and taking back by the pages, with hostile words in every field."""

import html

import pytest

from alerts.vocabulary import Hazard
from delivery.byhand import counted, signing, submissions, submitting
from delivery.byhand.drafts import Draft
from delivery.byhand.submissions import State
from storage import audit
from tests.delivery.builders import SUZU, WAJIMA, a_person, set_state
from tests.web import rows
from tests.web.console.byhand_people import EVACUATION, WATER, Hall, a_lesson, page, post, submitted

FIELDS = (
    "grade",
    "topic",
    "area",
    "spot_ja",
    "spot_kana",
    "spot_latin",
    "start",
    "until",
    "expected",
    "explanation",
    "step",
)
HOSTILE = "<script>alert(1)</script>{{7*7}}' OR 1=1 --\u202e\x1b"


@pytest.fixture
def hall(sqlite_db, browse, clock):
    return Hall(sqlite_db, browse, clock)


def stored(hall, identity):
    return hall.db.read_sync(submissions.find, identity)


async def test_from_the_form_to_the_second_signature(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    seen = await (await post(aoi, "/console/write/evacuation", **(EVACUATION | {"step": "preview"}))).text()
    assert "To &lt;20 people in Wajima" in seen
    assert "no SMS leaves this machine" in seen
    assert seen.count('<figure class="language">') == 18
    assert hall.db.read_sync(submissions.open_ones) == []
    identity = await submitted(aoi)
    assert "Another person has to approve it" in await page(aoi, f"/console/waiting/{identity}")
    assert "evacuation order" in await page(bruno, "/console/waiting")
    look = await page(bruno, f"/console/waiting/{identity}")
    assert "Approve: send it to &lt;20 people now" in look
    assert "CANCELLED" in look
    answer = await post(bruno, f"/console/waiting/{identity}", step="approve")
    assert "It is going out now" in await page(bruno, str(answer.url.relative()))
    hall.apply()
    assert stored(hall, identity).state is State.DONE
    actions = [(one.actor, one.action) for one in hall.db.read_sync(audit.latest)]
    assert ("user:bruno", "approved") in actions
    assert ("user:aoi", "submitted") in actions


async def test_nobody_approves_their_own_and_nobody_elsewhere(hall):
    both, far = await hall.enter("both"), await hall.enter("far")
    identity = await submitted(both)
    own = await post(both, f"/console/waiting/{identity}", step="approve")
    assert own.status == 409
    assert "Nobody approves their own" in await own.text()
    assert (await far.get(f"/console/waiting/{identity}")).status == 404
    foreign = await post(far, f"/console/waiting/{identity}", step="approve")
    assert foreign.status == 404
    assert f"/console/waiting/{identity}" not in await page(far, "/console/waiting")
    assert stored(hall, identity).state is State.WAITING


async def test_the_slower_of_two_hears_who_was_first(hall):
    aoi, bruno, both = await hall.enter("aoi"), await hall.enter("bruno"), await hall.enter("both")
    identity = await submitted(aoi)
    await post(bruno, f"/console/waiting/{identity}", step="approve")
    late = await post(both, f"/console/waiting/{identity}", step="approve")
    assert late.status == 409
    assert "Already decided: approved, going out (by bruno)" in await late.text()


async def test_what_a_program_submits_is_signed_by_two_people(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    program = signing.Person(name="key:system", may=frozenset({WAJIMA}), owner="")
    draft, state = Draft(hazard=Hazard.EVACUATION, grade="order", areas=(WAJIMA,)), hall.state
    made = hall.db.write_sync(
        lambda c: submitting.submit_alert(c, draft, program, state.desk, hall.clock(), expected=10)
    )
    path = f"/console/waiting/{made.id}"
    look = await page(bruno, path)
    assert "Sign it as the first of two people" in look
    assert "Approve: send it" not in look
    signed = await post(aoi, path, step="vouch")
    assert "Yours is the first signature" in await signed.text()
    assert "key:system (aoi)" in await page(bruno, "/console/waiting")
    assert (await post(aoi, path, step="approve")).status == 409
    assert (await post(bruno, path, step="vouch")).status == 409
    assert stored(hall, made.id).state == "waiting"
    assert "Approve: send it" in await page(bruno, path)
    assert (await post(bruno, path, step="approve")).status == 200
    assert (stored(hall, made.id).state, stored(hall, made.id).decided_by) == ("approved", "user:bruno")


async def test_reject_and_take_back(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    first, second = await submitted(aoi), await submitted(aoi, grade="elderly")
    await post(bruno, f"/console/waiting/{first}", step="reject", why="the river is falling")
    await post(aoi, f"/console/waiting/{second}", step="take_back")
    assert [stored(hall, one).state for one in (first, second)] == ["rejected", "taken_back"]
    assert "the river is falling" in await page(aoi, f"/console/waiting/{first}")


async def test_no_area_is_refused_and_more_than_twice_has_to_be_explained(hall):
    aoi = await hall.enter("aoi")
    nowhere = await post(aoi, "/console/write/evacuation", **(EVACUATION | {"area": ""}))
    assert nowhere.status == 422
    nothing = await post(aoi, "/console/write/evacuation", grade="order", expected="3", step="submit")
    assert "without an area nobody is told" in await nothing.text()
    many = await post(aoi, "/console/write/evacuation", **(EVACUATION | {"expected": "1"}))
    assert "more than twice the 1 you expected" in await many.text()
    assert hall.db.read_sync(submissions.open_ones) == []
    await submitted(aoi, expected="1", explanation="all of the peninsula")


async def test_a_place_that_is_not_theirs_is_refused(hall):
    aoi = await hall.enter("aoi")
    answer = await post(aoi, "/console/write/evacuation", **(EVACUATION | {"area": SUZU}))
    assert answer.status == 422
    assert "not yours" in await answer.text()


@pytest.mark.parametrize("kind", ["evacuation", "notice"])
async def test_hostile_words_in_a_field_are_shown_as_words_or_refused(hall, kind):
    aoi = await hall.enter("aoi")
    good = EVACUATION if kind == "evacuation" else WATER
    for field in FIELDS:
        answer = await post(aoi, f"/console/write/{kind}", **(good | {"step": "preview"} | {field: HOSTILE}))
        text = await answer.text()
        assert answer.status in (200, 422), text
        assert "<script>alert" not in text
        assert "49&#39;" not in text
        if answer.status == 200 and field == "explanation":
            assert html.escape("<script>") in text


async def test_strange_numbers_of_people_are_refused(hall):
    aoi = await hall.enter("aoi")
    for value in ("", "x" * 5000, "-1", "1e9", "٣", "99999999999999999999", "0"):
        answer = await post(aoi, "/console/write/evacuation", **(EVACUATION | {"expected": value}))
        assert answer.status in (400, 422)
    assert hall.db.read_sync(submissions.open_ones) == []
    wide = await post(aoi, "/console/write/evacuation", **(EVACUATION | {"expected": "１００"}))
    assert wide.status == 200, "as a Japanese keyboard writes it"


async def test_words_of_their_own_need_three_languages_and_the_same_numbers(hall):
    aoi = await hall.enter("aoi")
    own = {"topic": "own", "area": WAJIMA, "expected": "10", "step": "submit"}
    few = await post(aoi, "/console/write/notice", **own, words_en="Bus 3 stops.")
    text = await few.text()
    assert "Easy Japanese, Japanese and English are needed" in text
    assert "(日本語 (Japanese))" in text
    words = {"words_en": "Bus 3 stops.", "words_ja": "バス3は運休です。", "words_ja-Hira": "バス4は うごきません。"}
    other = await post(aoi, "/console/write/notice", **own, **words)
    assert "Other numbers than in English" in await other.text()
    identity = await submitted(aoi, "notice", **own, **(words | {"words_ja-Hira": "バス3は うごきません。"}))
    texts = {one.language: one.text for one in stored(hall, identity).texts.message}
    assert "Bus 3 stops." in texts["en"]
    assert "バス3は うごきません。" in texts["vi"]
    assert "Bus 3 stops." in texts["vi"]


async def test_a_notice_with_place_and_time(hall):
    aoi = await hall.enter("aoi")
    times = {"start": "2026-11-23T16:30", "until": "2026-11-23T18:00"}
    seen = await (await post(aoi, "/console/write/notice", **(WATER | times | {"step": "preview"}))).text()
    assert seen.count(" 16:30") + seen.count("日16:30") == 18
    identity = await submitted(aoi, "notice", **WATER, **times)
    assert "Notice: Water is given out</a>" in await page(aoi, "/console")
    texts = {one.language: one.text for one in stored(hall, identity).texts.message}
    assert "Elementary School 3" in texts["en"]
    assert "From 11/23 16:30.\nUntil 11/23 18:00." in texts["en"]
    assert "だい3 しょうがっこう" in texts["ja-Hira"]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2026-11-22T13:00", "From: this time has passed"),
        ("2026-11-23T18:00", "From has to be before Until"),
        ("2026-12-23T18:00", "From: within 14 days"),
        ("soon", "From: a date and a time"),
    ],
)
async def test_a_start_that_cannot_be_is_refused_with_the_reason(hall, start, said):
    aoi = await hall.enter("aoi")
    answer = await post(aoi, "/console/write/notice", **WATER, start=start, until="2026-11-23T18:00")
    assert answer.status == 422
    seen = await answer.text()
    assert said in seen
    assert f'name="start" value="{start}"' in seen
    assert hall.db.read_sync(submissions.open_ones) == []


async def test_two_people_take_back_what_was_told(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    told = await submitted(aoi)
    await post(bruno, f"/console/waiting/{told}", step="approve")
    hall.apply()
    [broadcast] = stored(hall, told).made
    look = await page(aoi, f"/console/broadcasts/{broadcast}/correct")
    assert "0 people were told and would hear it" in look
    answer = await post(aoi, f"/console/broadcasts/{broadcast}/correct", reason="wrong_place", grade="none")
    identity = int(answer.url.path.rsplit("/", 1)[1])
    asked = await page(bruno, f"/console/waiting/{identity}")
    assert "Wrong place" in asked
    assert "To take back, it was wrong: Evacuation" in asked
    now = await page(bruno, "/console")
    assert "To take back, it was wrong: Evacuation</a>" in now
    assert "by the municipality, " in now
    assert "Evacuation lifted" not in asked, "that would be read as the end of an order that was right"
    again = await post(aoi, f"/console/broadcasts/{broadcast}/correct", reason="wrong_place", grade="none")
    assert again.status == 409
    await post(bruno, f"/console/waiting/{identity}", step="approve")
    hall.apply()
    assert stored(hall, identity).state is State.DONE
    gone = await page(aoi, f"/console/broadcasts/{broadcast}/correct")
    assert "Nothing of it is still the newest word" in gone


async def test_a_made_up_reason_or_step_is_refused(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    told = await submitted(aoi)
    assert (await post(bruno, f"/console/waiting/{told}", step="burn")).status == 400
    await post(bruno, f"/console/waiting/{told}", step="approve")
    hall.apply()
    [broadcast] = stored(hall, told).made
    correct = f"/console/broadcasts/{broadcast}/correct"
    assert (await post(aoi, correct, reason="<script>made up")).status == 400
    assert (await post(aoi, correct, reason="wrong_grade", grade="<script>made up")).status == 409
    for fields in ({"reason": HOSTILE}, {"reason": "wrong_grade", "grade": HOSTILE}):
        assert (await post(aoi, correct, **fields)).status == 422


async def test_what_does_not_exist_is_said_so(hall):
    aoi = await hall.enter("aoi")
    for path in ("/console/waiting/99", "/console/waiting/holds/99", "/console/broadcasts/99/correct"):
        assert (await aoi.get(path)).status == 404
    assert (await post(aoi, "/console/waiting/99", step="approve")).status == 404


async def test_a_form_from_elsewhere_changes_nothing(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    identity = await submitted(aoi)
    answer = await bruno.post(
        f"/console/waiting/{identity}", data={"step": "approve"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403
    assert stored(hall, identity).state is State.WAITING


async def test_both_languages_of_the_pages_are_whole(hall):
    aoi = await hall.enter("aoi")
    a_person(hall.db, 9, WAJIMA)
    identity = await submitted(aoi)
    for path in ("write", "write/evacuation", "write/notice", "waiting", f"waiting/{identity}"):
        assert (await aoi.get(f"/console/{path}?lang=ja")).status == 200


async def test_of_a_large_broadcast_what_was_counted_is_shown_and_the_copies_are_signed(hall, monkeypatch):
    monkeypatch.setattr(counted, "LARGE", 2)
    aoi = await hall.enter("aoi")
    lesson, warning = a_lesson(hall), set_state(hall.db, {WAJIMA: "L4"}, hall.clock())
    hall.db.write_sync(
        lambda c: rows.messages(c, warning, rows.a_text(c, warning), {"delivered": 30}, hazard="landslide")
    )
    assert "Counted" not in await page(aoi, f"/console/broadcasts/{lesson}/correct")
    hall.db.write_sync(rows.counted)
    hall.db.write_sync(lambda c: c.execute("UPDATE subscribers SET state = 'stopped' WHERE number_hash = 'hash0'"))
    for broadcast, reason, people in ((lesson, "wrong_words", 2), (warning, "false_alarm", 30)):
        path = f"/console/broadcasts/{broadcast}/correct"
        assert "Counted 12:00" in await page(aoi, path), broadcast
        answer = await post(aoi, path, reason=reason, grade="none")
        assert stored(hall, int(answer.url.path.rsplit("/", 1)[1])).people == people


async def test_two_people_put_a_lesson_right(hall):
    aoi, bruno, far = await hall.enter("aoi"), await hall.enter("bruno"), await hall.enter("far")
    broadcast = a_lesson(hall)
    hall.db.write_sync(rows.counted)
    path = f"/console/broadcasts/{broadcast}/correct"
    assert f'href="{path}"' in await page(aoi, f"/console/broadcasts/{broadcast}")
    assert (await far.get(path)).status == 404
    look = await page(aoi, path)
    assert "People were told: lesson: Water for 3 days ·" in look
    assert "our lesson SMS of 11/23 was wrong" in look
    assert 'value="water"' not in look
    right = await page(aoi, f"{path}?instead=call_119")
    assert "Put it right with:" in right
    assert right.count("And then, anew") == 18
    wrong = await post(aoi, path, reason="wrong_grade", instead="water")
    assert wrong.status == 409
    assert "Choose another lesson than the wrong one" in await wrong.text()
    answer = await post(aoi, path, reason="wrong_words", instead="call_119")
    identity = int(answer.url.path.rsplit("/", 1)[1])
    for lists in ("/console/waiting", f"/console/waiting/{identity}", path, "/console"):
        assert f"/console/waiting/{identity}" in await page(bruno, lists)
    assert "To take back or put right: lesson" in await page(bruno, "/console/waiting")
    answer = await post(bruno, f"/console/waiting/{identity}", step="approve")
    assert "those who were told hear it by day" in await answer.text()
    hall.apply()
    found = stored(hall, identity)
    assert (found.state, found.hazard, found.body["instead"]) == (State.DONE, None, "call_119")
    done = await page(bruno, f"/console/waiting/{identity}")
    assert f"/console/broadcasts/{found.made[0]}/correct" in done
