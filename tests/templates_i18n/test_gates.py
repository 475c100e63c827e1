"""Each gate lets the catalogue through and stops a fault that was put in."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind
from templates_i18n import catalogue, gates, lexicon, matrix, meanings
from templates_i18n.catalogue import Catalogue
from templates_i18n.matrix import Sample
from templates_i18n.render import Form, Rendered, render
from templates_i18n.segments import count
from tests.templates_i18n.requests import a_request


@pytest.fixture(scope="module")
def texts(words: Catalogue, table: PlaceTable) -> list[Sample]:
    requests = matrix.all_requests(words)
    return list(matrix.samples(words, table, requests, matrix.voices(words)))


def test_the_catalogue_passes_every_gate(table: PlaceTable) -> None:
    assert [str(problem) for problem in gates.check(catalogue.load(), table)] == []


def _pick(texts: list[Sample], language: str, kind: Kind, form: Form, hazard: Hazard = Hazard.HEAVY_RAIN) -> int:
    """The first text of a language, kind, form and hazard."""
    return next(
        index
        for index, sample in enumerate(texts)
        if (sample.rendered.language, sample.request.kind, sample.rendered.form, sample.request.hazard)
        == (language, kind, form, hazard)
    )


def _swap(old: str, new: str) -> Callable[[Rendered], Rendered]:
    def change(rendered: Rendered) -> Rendered:
        assert old in rendered.text, f"choose another piece than {old!r} of {rendered.text!r}"
        text = rendered.text.replace(old, new)
        return replace(rendered, text=text, segmentation=count(text))

    return change


def _prepend(line: str) -> Callable[[Rendered], Rendered]:
    return lambda rendered: replace(rendered, text=f"{line}\n{rendered.text}")


def _drop_last_line(rendered: Rendered) -> Rendered:
    return replace(rendered, text=rendered.text.rsplit("\n", 1)[0])


FAULTS: list[tuple[str, str, Kind, Form, Hazard, Callable[[Rendered], Rendered]]] = [
    ("equal digits", "vi", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("14:32", "14:23")),
    ("equal digits", "vi", Kind.NEW, Form.SHORT, Hazard.TSUNAMI, _swap("14:32", "14:32 32")),
    ("equal digits", "ja-Hira+en", Kind.NEW, Form.FULL, Hazard.HEAVY_RAIN, _swap("14:07", "14:08")),
    ("equal digits", "ja-Hira+en", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("14:32", "14:23")),
    ("equal digits", "ja-Hira+en", Kind.NEW, Form.FULL, Hazard.HEAVY_RAIN, _swap("レベル3", "レベル2")),
    ("equal digits", "ja-Hira+en", Kind.NEW, Form.CORE, Hazard.HEAVY_RAIN, _swap("14:07", "14:08")),
    ("level in head", "zh-Hans", Kind.NEW, Form.CORE, Hazard.HEAVY_RAIN, _swap("3", "三")),
    ("level in head", "ja", Kind.NEW, Form.CORE, Hazard.EARTHQUAKE, _swap("4", "5")),
    ("head first", "pt", Kind.NEW, Form.FULL, Hazard.HEAVY_RAIN, _prepend("JMA")),
    ("head first", "en", Kind.NEW, Form.FULL, Hazard.HEAVY_RAIN, _swap(":", ": " + "please " * 8)),
    ("no placeholder left", "en", Kind.NEW, Form.CORE, Hazard.EARTHQUAKE, _swap("JMA", "{month}")),
    ("composed", "vi", Kind.NEW, Form.FULL, Hazard.HEAVY_RAIN, _swap("輪", "e\u0301")),
    ("same actions", "vi", Kind.NEW, Form.FULL, Hazard.TSUNAMI, lambda r: replace(r, actions=("go_up",))),
    ("same actions", "ja-Hira+en", Kind.NEW, Form.FULL, Hazard.TSUNAMI, lambda r: replace(r, actions=())),
    ("directions", "vi", Kind.NEW, Form.FULL, Hazard.TSUNAMI, lambda r: replace(r, actions=("dance",))),
    ("directions", "vi", Kind.NEW, Form.FULL, Hazard.TSUNAMI, lambda r: replace(r, actions=("no_need_to_leave",))),
    ("drill words", "en", Kind.DRILL, Form.CORE, Hazard.TSUNAMI, _drop_last_line),
    ("drill words", "en", Kind.DRILL, Form.CORE, Hazard.TSUNAMI, _swap("KUNREN", "")),
    ("drill words", "vi", Kind.DRILL, Form.FULL, Hazard.TSUNAMI, _swap("訓練", "")),
    ("drill words", "en", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _prepend("DRILL 訓練")),
    ("no kanji", "ja-Hira", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("わじまし", "輪島市")),
    ("no accents", "pt", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("TSUNAMI", "TSUNÂMI")),
    ("no accents", "es", Kind.NEW, Form.CORE, Hazard.TSUNAMI, _swap("YA", "YÁ")),
    ("GSM-7 where promised", "pt", Kind.NEW, Form.SHORT, Hazard.TSUNAMI, _swap("Wajima", "輪島市")),
    ("GSM-7 where promised", "ja-Hira+en", Kind.NEW, Form.CORE, Hazard.TSUNAMI, _swap("Wajima City", "輪島市")),
    ("GSM-7 where promised", "en", Kind.LIFTED, Form.FULL, Hazard.TSUNAMI, _swap("Wajima City", "輪島市")),
    ("neighbour line", "zh-Hans", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("气象厅", "气象厅" + "更多的话" * 30)),
    ("neighbour line", "zh-Hans", Kind.LIFTED, Form.FULL, Hazard.TSUNAMI, lambda r: replace(r, neighbour="つなみ")),
    ("neighbour line", "zh-Hans", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _drop_last_line),
    ("end names grade", "en", Kind.LIFTED, Form.CORE, Hazard.TSUNAMI, _swap("TSUNAMI ADVISORY", "tsunami")),
    ("end names grade", "ja", Kind.CANCELLED, Form.CORE, Hazard.HEAVY_RAIN, _swap("3", "")),
    ("end says what to do", "en", Kind.CANCELLED, Form.SHORT, Hazard.FLOOD, lambda r: replace(r, actions=())),
    ("end says what to do", "ja", Kind.LIFTED, Form.FULL, Hazard.STORM, lambda r: replace(r, actions=())),
    ("grades differ", "ja", Kind.NEW, Form.CORE, Hazard.STORM, _swap("暴風警報：", "暴風特別警報：命が危険です！")),
    (
        "grades differ",
        "en",
        Kind.LIFTED,
        Form.CORE,
        Hazard.EVACUATION,
        _swap("LEVEL 3 EVACUATION", "LEVEL 4 CITY ORDER"),
    ),
    ("nothing invisible", "en", Kind.NEW, Form.CORE, Hazard.FLOOD, _swap("LEAVE", "LEA\u200bVE")),
    ("nothing invisible", "ja", Kind.NEW, Form.FULL, Hazard.FLOOD, _swap("川", "\u202e川")),
    ("nothing invisible", "ja", Kind.NEW, Form.FULL, Hazard.FLOOD, _swap("14:07", "１４:07")),
    ("nothing invisible", "vi", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("JMA", "JMA\u00a0")),
    ("drill words only in drills", "en", Kind.NEW, Form.FULL, Hazard.FLOOD, _swap("FLOOD", "FLOOD, NOT A DRILL")),
    ("drill words only in drills", "vi", Kind.DRILL, Form.FULL, Hazard.TSUNAMI, _swap("JMA", "DIỄN TẬP JMA")),
    ("grades differ", "ja", Kind.NEW, Form.CORE, Hazard.STORM, _swap("暴風警報：", "暴風特別警報　命が危険です。")),
    ("same times", "vi", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("14:32", "32:14")),
    ("same times", "ja-Hira+en", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("14:32", "32:14")),
    ("GSM-7 where promised", "pt", Kind.NEW, Form.SHORT, Hazard.TSUNAMI, _swap("JA.", "JÁ.")),
    ("nothing invisible", "km", Kind.NEW, Form.FULL, Hazard.FLOOD, _swap("JMA", "\u200bJMA")),
    ("nothing invisible", "si", Kind.NEW, Form.FULL, Hazard.FLOOD, _swap("JMA", "\u200dJMA")),
    ("source and time", "ja", Kind.NEW, Form.FULL, Hazard.TSUNAMI, _swap("気象庁", "")),
    ("source and time", "en", Kind.NEW, Form.CORE, Hazard.TSUNAMI, _drop_last_line),
]


@pytest.mark.parametrize(("gate", "language", "kind", "form", "hazard", "spoilt"), FAULTS)
def test_a_gate_stops_its_fault(
    words: Catalogue,
    texts: list[Sample],
    gate: str,
    language: str,
    kind: Kind,
    form: Form,
    hazard: Hazard,
    spoilt: Callable[[Rendered], Rendered],
) -> None:
    of_hazard = [sample for sample in texts if sample.request.hazard is hazard]
    index = _pick(of_hazard, language, kind, form, hazard)
    changed = [*of_hazard]
    changed[index] = replace(of_hazard[index], rendered=spoilt(of_hazard[index].rendered))
    assert gates.run(words, of_hazard, only=gate) == []
    assert gates.run(words, changed, only=gate) != []


#: gate, language, table of the language, key, spoilt words
WORD_FAULTS = [
    ("own script", "ja", "phrases", "no_lift", "Do not use lifts。"),
    ("own script", "en", "phrases", "no_lift", "Do not use лифт."),
    ("own script", "zh-Hans", "phrases", "no_lift", "請勿乘電梯。"),
    ("own script", "ja-Hira", "phrases", "no_lift", "リフト elevator。"),
    ("same numbers", "ja", "service", "help_ack", "当番の人に伝えました。ここは110ではありません。危険な時は119へ。"),
    ("same numbers", "ja", "pages", "calls", "救急・火事：110。警察：119。119"),
    ("same numbers", "ja-Hira", "phrases", "stay_in", "3じかん そとに でないで ください。"),
    ("own script", "vi", "phrases", "no_lift", "Không dùng thang mǎy."),
    ("own script", "pt", "phrases", "no_lift", "Não use o elevadör."),
    ("own script", "id", "phrases", "no_lift", "Jangan pakai lïft."),
    ("own script", "mn", "phrases", "no_lift", "Лифт бүү aшигла."),
    ("own script", "mn", "phrases", "no_lift", "Ліфт бүү ашигла."),
    ("own script", "my", "phrases", "no_lift", "ဓာတ္ေလွကား မသံုးပါႏွင့္။"),
    ("own script", "bn", "phrases", "no_lift", "লিফট ব্যবহার কৰবেন না।"),
    ("dates in order", "pt", "lines", "until", "Até {month}/{day} {hour}:{minute}."),
    ("dates in order", "th", "lines", "clock", "JMA {minute}:{hour}"),
    ("direction in words", "vi", "acts", "high_ground", "XUỐNG CHỖ THẤP NGAY."),
    ("direction in words", "ja", "acts", "upstairs_now", "今すぐ下の階へ！"),
    ("direction in words", "es", "phrases", "stay_up", "Siga abajo hasta que acabe el aviso."),
    ("direction in words", "th", "acts", "leave_river", "ทุกคนไปที่แม่น้ำเดี๋ยวนี้"),
    ("direction in words", "ne", "acts", "leave_sea", "नदी तुरुन्त छोड्नुहोस्!"),
    ("direction in words", "ko", "acts", "leave_slopes", "강가에서 모두 즉시 대피!"),
    ("direction in words", "id", "acts", "inside_windows", "KELUAR, jauhi jendela."),
    ("negation kept", "km", "phrases", "no_lift", "ប្រើជណ្ដើរយន្ត។"),
    ("negation kept", "ne", "phrases", "keep_off_shore", "नसकिएसम्म समुद्र किनार जानुहोस्।"),
    ("negation kept", "bn", "phrases", "stay_in", "শেষ না হওয়া পর্যন্ত বাইরে যান।"),
    ("negation kept", "fil", "phrases", "no_tsunami", "May banta ng tsunami sa lindol na ito."),
    ("negation kept", "si", "phrases", "ask_city", "ආපසු ගොස් නගර සභාවෙන් අසන්න."),
    ("negation kept", "pt", "phrases", "stay_up", "Fique no alto."),
    ("urgency kept", "zh-Hans", "acts", "leave_river", "请离开河边。"),
    ("urgency kept", "en", "acts", "all_leave", "LEAVE danger areas NOW."),
    ("urgency kept", "mn", "head", "deadly", "БОЛГООМЖТОЙ! {act}"),
    ("urgency kept", "vi", "names", "L5", "Cấp {level}: Cảnh báo khẩn cấp {term}"),
    ("urgency kept", "ja", "names", "L4", "レベル{level}{term}特別警報"),
    ("kind in words", "my", "head", "lowered", "လျော့: {alarm}။ {act}"),
    ("kind in words", "fil", "head", "cancelled", "TAPOS NA: {alarm}."),
    ("kind in words", "ko", "phrases", "stay_careful", "위험하지 않습니다."),
    ("negation kept", "vi", "phrases", "follow_city", "Đừng làm theo lời thành phố."),
    ("facts in words", "pt", "phrases", "car_stuck", "Carro preso na neve? Ligue o motor: aqueça-se."),
    ("facts in words", "si", "lines", "arriving", "පළමු රළ ගියා."),
    ("facts in words", "id", "lines", "height_over", "Tsunami sampai {height} m."),
    ("facts in words", "ko", "acts", "elderly_leave", "아이는 지금 대피!"),
    ("facts in words", "th", "lines", "shelter", "ศูนย์พักพิง: {shelter} เสียเงิน ทุกคนเข้าได้ ไม่ต้องมีเอกสาร"),
    ("facts in words", "fil", "phrases", "others_ready", "Ang iba: manatili."),
    ("facts in words", "fil", "acts", "stay_safe", "LUMABAS na."),
    ("facts in words", "vi", "phrases", "no_need_to_leave", "Không cần làm gì. Mọi cảnh báo đã hết."),
    ("facts in words", "zh-Hant", "service", "safe_or_help_offer", "您還好嗎？回覆 1 = 需要幫助，2 = 我平安。"),
    ("never said", "ja", "phrases", "follow_city", "避難勧告に従ってください。"),
    ("never said", "es", "hazards", "storm_surge", "Marea alta"),
    ("never said", "zh-Hans", "alarms", "earthquake.weak", "地震，震级{grade}"),
    ("never said", "en", "head", "lifted", "YOU ARE SAFE: {alarm} ENDED."),
    ("never said", "id", "phrases", "take_care", "Sudah aman."),
    ("drill words only in drills", "en", "pages", "made_up", "This is not a drill."),
    ("drill words only in drills", "ja", "phrases", "stay_up", "これは訓練ではありません。"),
]


@pytest.mark.parametrize(("gate", "language", "table_name", "key", "spoilt"), WORD_FAULTS)
def test_a_gate_stops_a_fault_of_the_words(
    words: Catalogue, gate: str, language: str, table_name: str, key: str, spoilt: str
) -> None:
    own = words.by_tag[language]
    table = {**getattr(own, table_name), key: spoilt}
    broken = replace(words, by_tag={**words.by_tag, language: replace(own, **{table_name: table})})
    assert gates.run(words, [], only=gate) == []
    assert gates.run(broken, [], only=gate) != []


def test_every_gate_has_a_fault() -> None:
    shown = {fault[0] for fault in FAULTS} | {fault[0] for fault in WORD_FAULTS}
    elsewhere = {"read back", "ends differ"}
    assert shown | elsewhere == set(gates.GATES), "read back: test_reviews; ends differ: below"


def test_a_cancellation_names_what_it_cancels(words: Catalogue, table: PlaceTable) -> None:
    hazards = (Hazard.NANKAI_TROUGH, Hazard.HOKKAIDO_SANRIKU)
    requests = [a_request(hazard, "caution", Kind.CANCELLED) for hazard in hazards]
    thai = words.by_tag["th"]
    alike = replace(thai, own={**thai.own, "cancelled": {}})
    broken = replace(words, by_tag={**words.by_tag, "th": alike})
    for known, found in ((words, 0), (broken, 2)):
        told = [*matrix.samples(known, table, iter(requests), ("th",))]
        assert len(gates.run(known, told, only="ends differ")) == found, "full and short"


@pytest.mark.parametrize(
    ("gate", "spoilt"),
    [
        ("direction in words", "{alarm}: အသက်အန္တရာယ်! ထွက်ပါ!"),
        ("urgency kept", "{alarm}: အပေါ်ထပ်၊ တောင်နှင့်ဝေးရာ!"),
    ],
)
def test_a_head_of_its_own_keeps_direction_and_danger(words: Catalogue, gate: str, spoilt: str) -> None:
    own = words.by_tag["my"]
    heads = {**own.own, "new": {**own.own["new"], "landslide.L5": spoilt}}
    broken = replace(words, by_tag={**words.by_tag, "my": replace(own, own=heads)})
    assert {problem.where for problem in gates.run(broken, [], only=gate)} == {"my.toml own.new.landslide.L5"}


@pytest.mark.parametrize("gate", [*meanings.RULES])
def test_each_language_says_how_it_says_it(words: Catalogue, gate: str) -> None:
    named = {rule.word for rule in meanings.RULES[gate]}
    for tag in words.languages():
        assert named <= (lexicon.of(tag) or {}).keys(), tag
    unknown = replace(words, by_tag={"xx": words.by_tag["en"]})
    assert "missing: nobody has written down" in str(gates.run(unknown, [], only=gate)[0])


@pytest.mark.parametrize("table", [{"up": "("}, {"up": 1}, {"up": ""}])
def test_a_lexicon_that_cannot_be_read_names_the_word(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="^up: expected"):
        lexicon.parse(table)


@pytest.mark.parametrize("line", ["ちかくの 人に みせて", "つなみ 3メートル", "つなみ ３メートル", "Tsunami"])
def test_a_neighbour_line_is_kana_without_digits(words: Catalogue, line: str) -> None:
    plans = replace(words.composition, neighbour={**words.composition.neighbour, Hazard.TSUNAMI: line})
    problems = gates.run(replace(words, composition=plans), [])
    assert [problem.where for problem in problems] == ["[neighbour] tsunami"]


def test_a_problem_names_the_text(words: Catalogue, table: PlaceTable) -> None:
    sample = Sample(request=a_request(), rendered=render(words, a_request(), "en", Form.CORE, table))
    broken = replace(sample, rendered=replace(sample.rendered, text=sample.rendered.text + " {x}"))
    assert [str(problem) for problem in gates.run(words, [broken])] == [
        "no placeholder left: en tsunami.warning.new.core: a brace is left in the text"
    ]
