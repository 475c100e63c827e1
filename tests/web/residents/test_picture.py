"""The picture to send on: complete words, inside its edges, in every language this machine has letters for."""

import functools
import re

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from alerts.changes import Cause, PlaceChange
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard
from storage.database import Database
from templates_i18n import catalogue, matrix
from tests.web.conftest import Open
from tests.web.residents import told
from tests.web.residents.told import WAJIMA, change
from tests.web.rows import NOW, ago
from tests.web.states import a_state
from web.residents import picture, speech, story, view
from web.residents.picture import Sheet

#: words as long as any, from the readers of the service
WORDS = {
    "my": "အပြင်းစား ဆူနာမီ ဘေးအန္တရာယ် သတိပေးချက်: ယခုချက်ချင်း မြင့်ရာသို့ ပြေးပါ",
    "km": "ការព្រមានរលកយក្សស៊ូណាមិធំ៖ រត់ទៅទីខ្ពស់ឥឡូវនេះដើម្បីសុវត្ថិភាពរបស់អ្នក",
    "ne": "ठूलो सुनामी चेतावनी: अहिले नै अग्लो ठाउँमा जानुहोस्",
    "th": "คำเตือนสึนามิขนาดใหญ่ วิ่งขึ้นที่สูงเดี๋ยวนี้และอยู่ในที่ปลอดภัย",
    "si": "විශාල සුනාමි අනතුරු ඇඟවීම: දැන්ම උස් බිමකට දුවන්න",
    "bn": "বড় সুনামি সতর্কতা: এখনই উঁচু জায়গায় দৌড়ে যান",
    "mn": "ИХ ЦУНАМИЙН СЭРЭМЖЛҮҮЛЭГ: ӨНДӨР ГАЗАР РУУ ОДОО ГҮЙ",
    "ko": "대형 쓰나미 경보: 지금 바로 높은 곳으로 뛰세요",
    "zh-Hant": "大海嘯警報：立即跑到高處，不要靠近海邊和河流",
    "vi": "CẢNH BÁO SÓNG THẦN LỚN: CHẠY lên chỗ cao NGAY",
    "en": "MAJOR TSUNAMI WARNING: RUN to high ground NOW WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
}


def sheet(tag: str, words: str = "") -> Sheet:
    return Sheet(tag=tag, pretend="", over=words, source=words, as_of=words, address="https://example.org/a/1.17204")


def page(tag: str) -> view.AlertView:
    change = PlaceChange(
        place=WAJIMA,
        before=NONE,
        after="major_warning",
        cause=Cause.ISSUED,
        facts=Facts(height=5.0),
        higher=False,
        issued=ago(9),
    )
    alert = story.Told(alert_id=1, hazard=Hazard.TSUNAMI, event="", changes={WAJIMA: change})
    words = catalogue.load()
    return view.build(words, places.load(), story.tell(alert, WAJIMA, (), {}, NOW), speech.speak(words, tag))


@pytest.mark.browser  # where the pages are looked at, the fonts are there
@pytest.mark.parametrize("tag", WORDS)
def test_words_stay_inside_the_edges(tag: str) -> None:
    found = picture.fonts(tag)
    assert found is not None, "the fonts of .ci/run are missing"
    drawing = picture.svg(page("en"), sheet(tag, WORDS[tag]), found)
    assert "<tspan" not in drawing, "one text of several scripts gets boxes"
    box = re.search(r'viewBox="0 0 1080 (\d+)" width="1080"', drawing)
    assert box is not None
    # only the right edge is drawn; nothing of any word may stand there
    edge = picture._MARGIN // 2
    strip = f'viewBox="{1080 - edge} 0 {edge} {box[1]}" width="{edge}"'
    cut = drawing.replace(box[0], strip)
    empty = re.sub(r"(<svg[^>]*>).*", r"\1</svg>", cut, flags=re.DOTALL)
    assert picture._png(cut, found) == picture._png(empty, found)
    assert picture._png(drawing.replace(box[0], strip.replace(str(1080 - edge), "500")), found) != picture._png(
        empty, found
    )


@pytest.mark.browser
@pytest.mark.parametrize("tag", catalogue.load().names)
def test_every_language_has_its_picture(tag: str) -> None:
    assert picture.fonts(tag) is not None


@functools.cache
def letters(file: str) -> frozenset[int]:
    """The characters a font file has."""
    with TTFont(file, fontNumber=0) as font:
        return frozenset(font.getBestCmap())


@pytest.mark.browser
@pytest.mark.parametrize("tag", catalogue.load().names)
def test_every_letter_of_a_text_is_in_the_font_it_is_drawn_with(tag: str) -> None:
    words, found = catalogue.load(), picture.fonts(tag)
    assert found is not None
    own = words.by_tag[tag]
    made = matrix.samples(words, places.load(), iter(matrix.all_requests(words)), (tag,))
    texts = [one.rendered.text for one in made if not one.rendered.emoji]
    texts += [*own.pages.values(), *own.pictograms.values(), *own.phrases.values(), *own.names.values()]
    for line in {line for text in texts for line in text.split("\n")}:
        for family, piece in picture.runs(line, found):
            name = f"/{re.sub(' (JP|KR|SC|TC)$', '', family).replace(' ', '')}-"
            faces = [file for file in found.files if name in file]
            assert len(faces) == 2, "regular and bold"
            for file in faces:
                assert not {char for char in piece if ord(char) not in letters(file)}, (family, line)


async def test_the_page_links_the_picture_where_there_is_one(
    browse: Open, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_db.write_sync(told.alert, "tsunami", {WAJIMA: change("none", "warning")})
    client = await browse(a_state(sqlite_db))
    answer = await client.get("/a/1/picture.png?l=en")
    linked = "/a/1/picture.png" in await (await client.get("/a/1?l=en")).text()
    assert linked is (answer.status == 200)
    monkeypatch.setattr(picture, "_installed", dict)
    bare = await browse(a_state(sqlite_db))
    assert "picture.png" not in await (await bare.get("/a/1?l=en")).text()
    assert (await bare.get("/a/1/picture.png?l=en")).status == 404


@given(words=st.text(alphabet="abc W輪 がက္ရ្ម", max_size=80), room=st.integers(2, 20))
def test_wrapping_loses_nothing_and_keeps_its_room(words: str, room: int) -> None:
    lines = picture.wrap(words, room, len)
    assert "".join("".join(lines).split()) == "".join(words.split())
    for line in lines:
        assert len(line) <= room or len(list(picture._clusters(line))) == 1
