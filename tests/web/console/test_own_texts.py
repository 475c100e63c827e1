"""From a coordinator's sentence to two signatures: drafts are marked, held against the source, signed, approved."""

import asyncio
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from delivery.byhand import submissions
from delivery.owntexts import texts
from service.translating import Translator
from templates_i18n.drafts.drafter import Failed, Made, NoDrafter, Why
from templates_i18n.drafts.shelf import Model
from tests.delivery.builders import WAJIMA
from tests.templates_i18n.drafts import tiny
from tests.web.console.byhand_people import Hall, page, post

SOURCE = "輪島市で断水しています。水を飲まないでください。"
EASY = "わじましで みずが でません。みずを のまないで ください。"
GOOD = "No tap water in Wajima City. Do not drink the water."


class Dictionary:
    """A machine that says what a test wants it to say."""

    def __init__(self, says: Mapping[tuple[str, str], str | Failed]) -> None:
        self.says = says
        self.asked: list[tuple[str, str]] = []
        #: while it is not set, no translation ends
        self.free = asyncio.Event()
        self.free.set()

    def models(self) -> Sequence[Model]:
        pairs = {name for name, _ in self.says}
        return [_model(*name.split("_")) for name in sorted(pairs)]

    async def translate(self, models: Sequence[str], text: str) -> Made | Failed:
        await self.free.wait()
        for name in models:
            said = self.says.get((name.removesuffix("-1.0"), text), Failed(why=Why.REFUSED, text="unknown"))
            self.asked.append((name, text))
            if isinstance(said, Failed):
                return said
            text = said
        return Made(text=text)


def _model(source: str, target: str) -> Model:
    return Model(
        name=f"{source}_{target}-1.0",
        source=source,
        target=target,
        version="1.0",
        sha256="ab" * 32,
        installed_by="tests",
        installed_at="2026-11-23T00:00:00Z",
        files={},
    )


@pytest.fixture
def hall(sqlite_db, browse, clock):
    return Hall(sqlite_db, browse, clock)


async def _begun(client, words: str = SOURCE, language: str = "ja") -> int:
    answer = await post(
        client, "/console/texts", purpose="notice", m=WAJIMA, language=language, title="断水", words=words
    )
    found = re.fullmatch(r"/console/texts/(\d+)", answer.url.path)
    assert found, await answer.text()
    return int(found[1])


def _stored(hall, identity: int) -> texts.OwnText:
    found = hall.db.read_sync(texts.find, identity)
    assert found is not None
    return found


async def _sign(client, hall, identity: int, language: str, *answers: str) -> str:
    seen = await page(client, f"/console/texts/{identity}")
    part = seen[seen.index(f'id="l-{language}"') :]
    mark = re.search(r'name="mark" value="(\w+)"', part)
    assert mark, part
    fields = [("step", "sign"), ("mark", mark[1]), ("read", "yes"), *(("answer", key) for key in answers)]
    answer = await client.post(
        f"/console/texts/{identity}/{language}?lang=en", data=fields, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return await answer.text()


async def _drafted(client, identity: int) -> str:
    await post(client, f"/console/texts/{identity}", step="draft")
    return await _until_gone(client, identity, "Drafts are being made")


async def _until_gone(client, identity: int, words: str) -> str:
    for _ in range(2000):
        seen = await page(client, f"/console/texts/{identity}")
        if words not in seen:
            return seen
        await asyncio.sleep(0.01)
    raise AssertionError(f"it still says: {words}")


async def test_from_a_sentence_to_the_second_signature(hall):
    machine = Dictionary({("ja_en", SOURCE): GOOD, ("en_ja", GOOD): "輪島市は断水です。水を飲まないでください。"})
    hall.state = replace(hall.state, drafter=machine)
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    identity = await _begun(aoi)
    seen = await _drafted(aoi, identity)
    assert "DRAFT by a machine, not sent" in seen
    assert "Drafted by Argos ja_en-1.0 (abababababab)" in seen
    assert "輪島市は断水です。" in seen
    assert f"/console/write/notice?text={identity}" not in seen
    await post(aoi, f"/console/texts/{identity}/ja-Hira", step="save", words=EASY)
    for language in ("ja", "en", "ja-Hira"):
        await _sign(aoi, hall, identity, language)
    assert set(_stored(hall, identity).signed()) == {"ja", "en", "ja-Hira"}
    assert f"/console/write/notice?text={identity}" in await page(aoi, f"/console/texts/{identity}")

    form = await page(aoi, f"/console/write/notice?text={identity}")
    assert form.count("readonly") == 18
    words = {"words_ja": SOURCE, "words_en": GOOD, "words_ja-Hira": EASY}
    notice = {"topic": "own", "text": identity, "area": WAJIMA, "expected": "10", "step": "submit", **words}
    changed = await post(
        aoi, "/console/write/notice?lang=en", **(notice | {"words_en": "No tap water. Do not drink it."})
    )
    assert changed.status == 422
    assert "Nobody has signed these words" in await changed.text()
    answer = await post(aoi, "/console/write/notice", **notice)
    submission = int(answer.url.path.rsplit("/", 1)[1])
    look = await page(bruno, f"/console/waiting/{submission}")
    assert "Signed by aoi" in look
    assert "Drafted by Argos ja_en-1.0 (abababababab)" in look
    assert GOOD in look
    await post(bruno, f"/console/waiting/{submission}", step="approve")
    hall.apply()
    assert hall.db.read_sync(submissions.find, submission).state == "done"


async def test_an_unsigned_draft_is_told_to_nobody(hall):
    hall.state = replace(hall.state, drafter=Dictionary({("ja_en", SOURCE): GOOD, ("en_th", GOOD): "ห้ามดื่มน้ำ"}))
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    await _drafted(aoi, identity)
    await post(aoi, f"/console/texts/{identity}/ja-Hira", step="save", words=EASY)
    for language in ("ja", "en", "ja-Hira"):
        await _sign(aoi, hall, identity, language)
    assert "ห้ามดื่มน้ำ" not in await page(aoi, f"/console/write/notice?text={identity}")
    words = {"words_ja": SOURCE, "words_en": GOOD, "words_ja-Hira": EASY, "words_th": "ห้ามดื่มน้ำ"}
    sent = await post(
        aoi,
        "/console/write/notice?lang=en",
        topic="own",
        text=identity,
        area=WAJIMA,
        expected="10",
        step="submit",
        **words,
    )
    assert "Nobody has signed these words" in await sent.text()
    assert hall.db.read_sync(submissions.open_ones) == []


async def test_a_draft_that_lies_is_seen_and_cannot_be_signed_without_an_answer(hall):
    lie = "No tap water in Wajima City. Drink the water."
    hall.state = replace(hall.state, drafter=Dictionary({("ja_en", SOURCE): lie}))
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    assert "may have been lost" in html.unescape(await _drafted(aoi, identity))
    assert "Answer every question" in await _sign(aoi, hall, identity, "en")
    assert _stored(hall, identity).signed() == {}


async def test_a_draft_with_a_wrong_number_has_no_button_to_sign(hall):
    source = "給水は17時まで。"
    hall.state = replace(hall.state, drafter=Dictionary({("ja_en", source): "Water until 7."}))
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi, source)
    seen = await _drafted(aoi, identity)
    part = seen[seen.index('id="l-en"') : seen.index('id="l-zh-Hans"')]
    assert "Other numbers than in the source" in part
    assert 'value="sign"' not in part


async def test_what_a_person_wrote_is_not_drafted_and_english_of_a_person_is_the_source_of_others(hall):
    machine = Dictionary({("ja_en", SOURCE): "Wrong.", ("en_th", GOOD): "ห้ามดื่มน้ำ"})
    hall.state = replace(hall.state, drafter=machine)
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    await post(aoi, f"/console/texts/{identity}/en", step="save", words=GOOD)
    await _drafted(aoi, identity)
    assert _stored(hall, identity).words["en"].words == GOOD
    assert _stored(hall, identity).words["th"].words == "ห้ามดื่มน้ำ"
    assert machine.asked == [("en_th-1.0", GOOD)]


async def test_saving_waits_for_no_machine_and_the_newest_words_are_read_back(hall):
    machine = Dictionary({("en_ja", "Wrong."): "違う", ("en_ja", GOOD): "正しい"})
    hall.state = replace(hall.state, drafter=machine)
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    machine.free.clear()
    await post(aoi, f"/console/texts/{identity}/en", step="save", words="Wrong.")
    await post(aoi, f"/console/texts/{identity}/en", step="save", words=GOOD)
    assert _stored(hall, identity).words["en"].words == GOOD
    assert "is reading these words back" in await page(aoi, f"/console/texts/{identity}")
    machine.free.set()
    seen = await _until_gone(aoi, identity, "is reading these words back")
    assert "正しい" in seen and machine.asked == [("en_ja-1.0", GOOD)]


async def test_where_no_model_exists_the_page_says_so(hall):
    hall.state = replace(hall.state, drafter=NoDrafter())
    aoi = await hall.enter("aoi")
    seen = await page(aoi, f"/console/texts/{await _begun(aoi)}")
    assert "No translation model can be used here" in seen
    for language in ("vi", "ne", "my", "km", "mn", "si"):
        part = seen[seen.index(f'id="l-{language}"') :].partition("</figure>")[0]
        assert "Nobody publishes a translation model" in part
        assert "its readers get Easy Japanese and English" in part
    part = seen[seen.index('id="l-ko"') :].partition("</figure>")[0]
    assert "is not installed here" in part


@pytest.mark.parametrize("why", list(Why))
async def test_a_machine_that_fails_leaves_the_language_to_people(hall, why):
    hall.state = replace(hall.state, drafter=Dictionary({("ja_en", SOURCE): Failed(why=why, text="")}))
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    seen = await _drafted(aoi, identity)
    part = seen[seen.index('id="l-en"') : seen.index('id="l-zh-Hans"')]
    assert '<p class="wrong">' in part
    await post(aoi, f"/console/texts/{identity}/en", step="save", words=GOOD)
    assert _stored(hall, identity).words["en"].written_by == "user:aoi"


async def test_the_real_library_drafts_and_its_nonsense_is_asked_about(hall, tmp_path):
    source = "石川県で川に近づかないでください。"
    translator = Translator(tiny.both(tmp_path), for_tests=True)
    hall.state = replace(hall.state, drafter=translator)
    try:
        aoi = await hall.enter("aoi")
        identity = await _begun(aoi, source)
        seen = await _drafted(aoi, identity)
    finally:
        await translator.close()
    words = _stored(hall, identity).words
    assert words["vi"].drafted_by == "Argos ja_en-0.1 (3609283cfda6) + Argos en_vi-0.1 (53a4f6e12cda)"
    assert words["en"].is_draft and words["vi"].is_draft
    assert "No model reads it back" in seen
    assert 'name="answer"' in seen[seen.index('id="l-vi"') :]


HOSTILE = [
    "\u202e水", "水\u200b", "wаter", "{place}", "<script>alert(1)</script>", "=1+1", "🌊", "水" * 250, "\x1b[31m",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_are_refused_with_the_reason_and_kept_nowhere(hall, words):
    aoi = await hall.enter("aoi")
    answer = await post(
        aoi, "/console/texts?lang=en", purpose="notice", m=WAJIMA, language="ja", title=words, words=words
    )
    seen = await answer.text()
    assert answer.status == 422
    assert '<div class="wrong"' in seen
    assert "<script>alert" not in seen
    assert hall.db.read_sync(texts.latest, [WAJIMA]) == []
    identity = await _begun(aoi)
    answer = await post(aoi, f"/console/texts/{identity}/vi?lang=en", step="save", words=words)
    assert answer.status == 422
    assert "vi" not in _stored(hall, identity).words


async def test_ten_thousand_letters_are_refused_and_come_back(hall):
    aoi = await hall.enter("aoi")
    answer = await post(aoi, "/console/texts", purpose="notice", m=WAJIMA, language="ja", words="水" * 10_000)
    assert answer.status == 422
    assert "水" * 10_000 in await answer.text()


async def test_others_see_and_change_nothing(hall):
    aoi, far, bruno = await hall.enter("aoi"), await hall.enter("far"), await hall.enter("bruno")
    identity = await _begun(aoi)
    for client in (far, bruno):
        assert (await client.get(f"/console/texts/{identity}")).status in (403, 404)
        assert (await post(client, f"/console/texts/{identity}", step="discard")).status in (403, 404)
        assert (await post(client, f"/console/texts/{identity}/en", step="save", words="x")).status in (403, 404)
    assert set(_stored(hall, identity).words) == {"ja"}
    assert (await post(far, "/console/texts", purpose="notice", m=WAJIMA, language="ja", words=SOURCE)).status == 400
    assert f'value="{identity}"' not in await page(far, f"/console/write/notice?text={identity}")


async def test_a_text_that_was_thrown_away_is_gone(hall):
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    await post(aoi, f"/console/texts/{identity}", step="discard")
    assert (await aoi.get(f"/console/texts/{identity}")).status == 404


async def test_it_is_in_japanese_too(hall):
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi)
    for path in ("/console/texts", f"/console/texts/{identity}"):
        answer = await aoi.get(f"{path}?lang=ja")
        assert answer.status == 200
        assert "署名" in await answer.text()


async def test_words_typed_without_a_signature_are_shown_with_what_the_gates_see(hall):
    aoi, bruno = await hall.enter("aoi"), await hall.enter("bruno")
    words = {"words_ja": SOURCE, "words_ja-Hira": EASY, "words_en": "No tap water in Wajima City. Drink the water."}
    notice = {"topic": "own", "area": WAJIMA, "expected": "10", **words}
    seen = await (await post(aoi, "/console/write/notice?lang=en", step="preview", **notice)).text()
    assert "may have been lost" in html.unescape(seen)
    answer = await post(aoi, "/console/write/notice", step="submit", **notice)
    look = html.unescape(await page(bruno, str(answer.url.path)))
    assert "Nobody has signed these words language by language" in look
    assert "may have been lost" in look


async def test_a_signed_lesson_says_by_which_name_it_is_planned(hall):
    aoi = await hall.enter("aoi")
    new = {"purpose": "lesson", "m": WAJIMA, "language": "ja", "title": "", "words": SOURCE}
    identity = int((await post(aoi, "/console/texts", **new)).url.path.rsplit("/", 1)[1])
    for language, words in (("ja-Hira", EASY), ("en", GOOD)):
        await post(aoi, f"/console/texts/{identity}/{language}", step="save", words=words)
    assert "own:" not in await page(aoi, f"/console/texts/{identity}")
    for language in ("ja", "en", "ja-Hira"):
        await _sign(aoi, hall, identity, language)
    seen = await page(aoi, f"/console/texts/{identity}")
    assert re.search(rf"<code>own:{identity}:[0-9a-f]{{12}}</code>", seen)
    assert "/console/write/notice" not in seen


async def test_an_evacuation_in_free_words_is_neither_signed_nor_submitted(hall):
    aoi = await hall.enter("aoi")
    identity = await _begun(aoi, "警戒レベル4、避難指示です。")
    part = (await page(aoi, f"/console/texts/{identity}")).partition('id="l-ja"')[2].partition("</figure>")[0]
    assert "reviewed words only" in part
    assert 'value="sign"' not in part
    words = {"words_ja": "避難指示です。", "words_ja-Hira": "にげて ください。", "words_en": "Evacuation order."}
    notice = {"topic": "own", "area": WAJIMA, "expected": "10", "step": "submit", **words}
    answer = await post(aoi, "/console/write/notice?lang=en", **notice)
    assert answer.status == 422
    assert "reviewed words only: use Evacuation" in await answer.text()
