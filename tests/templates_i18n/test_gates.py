"""Each gate lets the catalogue through and stops a fault that was put in."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind
from templates_i18n import catalogue, gates, matrix
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
    assert shown | {"read back"} == set(gates.GATES), "read back: test_reviews"


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
