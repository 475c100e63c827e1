"""What stands in a text, in which order, and what never does."""

import itertools
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from alerts.places import PlaceTable
from alerts.report import Facts, HeightWord, SeaState, Spot
from alerts.vocabulary import Hazard, Kind, Topic
from templates_i18n import catalogue, heads, matrix, placing
from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.conformity import HEAD_UNITS
from templates_i18n.heads import Subject
from templates_i18n.parts import speakers
from templates_i18n.placing import PlaceUnknown
from templates_i18n.render import NAMES_SHELTER, SEVERAL_PLACES, Form, Rendered, TextRequest, Unworded, render
from templates_i18n.request import Shelter
from templates_i18n.segments import Encoding, fold_latin
from tests.templates_i18n.requests import ASAHI, IN_25_MINUTES, NAGANO, SUZU, TSURUMI, WAJIMA, a_request

HAMATOMBETSU = "01512"
RAIN, LANDSLIDE, QUAKE, TSUNAMI = Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.EARTHQUAKE, Hazard.TSUNAMI
GIANT = Facts(height=10, over=True, arrival=IN_25_MINUTES)


def head_of(hazard: Hazard, grade: str, language: str = "en") -> str:
    words = catalogue.load()
    return heads.head(words.by_tag[language], words.composition, Subject(hazard=hazard, grade=grade))


def text(request: TextRequest, language: str = "en", form: Form = Form.FULL) -> Rendered:
    return render(catalogue.load(), request, language, form, places.load())


def test_the_order_of_a_full_text() -> None:
    rendered = text(a_request(RAIN, "L5"))
    words = catalogue.load().by_tag["en"]
    assert rendered.text.split("\n") == [
        head_of(RAIN, "L5") + " ☔⬆️",
        "Wajima City 輪島市",
        "Level 5 Emergency Warning (Heavy Rain).",
        *(words.phrases[action] for action in rendered.actions[1:]),
        "JMA 11/23 14:07",
        catalogue.load().composition.neighbour[RAIN],
    ]
    assert rendered.actions == ("upstairs_now", "nearest_building")
    assert rendered.place == "Wajima City 輪島市"


@pytest.mark.parametrize(("language", "stop"), [("en", "."), ("vi", "."), ("ja", "。"), ("zh-Hans", "。")])
def test_the_official_name_is_a_sentence_and_the_place_stands_alone(language: str, stop: str) -> None:
    rendered = text(a_request(RAIN, "L4"), language)
    lines = rendered.text.split("\n")
    words = catalogue.load()
    name = heads.official_name(words.by_tag[language], words.composition, RAIN, "L4")
    assert name + stop in lines
    assert rendered.place in lines


def test_short_has_no_official_name() -> None:
    request = a_request(RAIN, "L4")
    for language in ("en", "mn"):
        own = catalogue.load().by_tag[language]
        name = heads.official_name(own, catalogue.load().composition, RAIN, "L4")
        assert name in text(request, language).text
        assert name not in text(request, language, Form.SHORT).text


@pytest.mark.parametrize("language", catalogue.load().languages())
@pytest.mark.parametrize("kind", [Kind.LIFTED, Kind.CANCELLED])
def test_the_core_of_an_end_says_what_to_do(language: str, kind: Kind) -> None:
    rendered = text(a_request(TSUNAMI, "warning", kind), language, Form.CORE)
    own = catalogue.load().by_tag[language]
    (phrase,) = rendered.actions
    said = own.phrases.get(phrase) or own.brief.get(phrase) or own.acts[phrase]
    assert fold_latin(said) in fold_latin(rendered.text)
    assert phrase == ("stay_off_sea" if kind is Kind.LIFTED else "no_act")


def test_where_room_is_short_the_core_tells_what_holds_now_and_what_to_do_now() -> None:
    own = catalogue.load().by_tag["mn"]
    assert "LEVEL 3" in text(a_request(RAIN, "L3", Kind.LOWERED), "en", Form.CORE).text
    assert text(a_request(RAIN, "L3", Kind.LOWERED), "en", Form.CORE).text.startswith("LESS, NOT OVER: ")
    lowered = text(a_request(RAIN, "L3", Kind.LOWERED), "mn", Form.CORE).text
    assert lowered.startswith(f"ТҮВШИН 3 ИХ БОРОО: {own.acts['stay_safe']}\n")
    corrected = text(a_request(RAIN, "L4", Kind.CORRECTED), "mn", Form.CORE).text
    assert corrected.startswith(f"ТҮВШИН 4 ИХ БОРОО: {own.acts['all_leave']}")


def test_in_the_core_a_ward_may_stand_without_its_city_before_the_head_loses_a_word(words: Catalogue) -> None:
    request, own = a_request(RAIN, "L5", Kind.NEW, TSURUMI), words.by_tag["vi"]
    core = text(request, "vi", Form.CORE)
    assert core.text.split("\n")[1:] == ["Tsurumi", "JMA 14:07"]
    assert core.text.startswith(f"CẤP 5 MƯA TO: {own.head['deadly'].format(act=own.acts['upstairs_now'])}")
    assert (core.place, core.segmentation.segments) == ("Tsurumi", 1)
    assert text(request, "vi", Form.SHORT).place == "Tsurumi, Yokohama"
    assert text(request, "ja", Form.CORE).place == "横浜市鶴見区"
    assert text(a_request(RAIN, "L5", Kind.NEW, TSURUMI, WAJIMA), "vi", Form.CORE).place == "Tsurumi, Yokohama / Wajima"


def test_core_may_say_it_in_fewer_words(words: Catalogue) -> None:
    own = words.by_tag["vi"]
    request = a_request(RAIN, "L5", Kind.NEW, HAMATOMBETSU)
    assert f"{own.brief['deadly'].format(act=own.brief['upstairs_now'])}" in text(request, "vi", Form.CORE).text
    assert own.head["deadly"].format(act=own.acts["upstairs_now"]) in text(request, "vi", Form.SHORT).text
    # not what a language says in a sentence of its own for the new grade
    lowered = text(a_request(Hazard.STORM_SURGE, "L3", Kind.LOWERED), "ne", Form.CORE)
    assert words.by_tag["ne"].acts["stay_safe"] in lowered.text


def test_below_the_head_fewer_words_go_before_the_link_and_before_the_head(words: Catalogue) -> None:
    own, shown = words.by_tag["my"], Facts(height=3, arrival=IN_25_MINUTES)
    tsunami = text(a_request(TSUNAMI, "warning", facts=shown), "my", Form.SHORT).text
    assert own.brief["stay_up"] in tsunami
    request = replace(a_request(Hazard.STORM_SURGE, "L3", Kind.CORRECTED), link="https://tomoshibi.example/a/12345.my")
    rendered = text(request, "my")
    assert rendered.link
    assert own.brief["sea_floods"] in rendered.text
    assert rendered.text.split("\n")[0].startswith("အမှန်:"), "that it is a correction stays"


@pytest.mark.parametrize("language", ["my", "mn", "en", "ja", "ko"])
def test_the_longest_name_of_a_site_is_told_whole(language: str) -> None:
    """36 letters, the longest that stands on a sign: a segment more, and never another site's name."""
    name = Spot(
        ja="独立行政法人国立青少年教育振興機構国立オリンピック記念青少年総合センター",
        latin="National Olympics Memorial Youth Center",
    )
    rendered = text(replace(a_request(RAIN, "L4"), shelter=Shelter(name=name)), language)
    assert name.ja in rendered.text or name.latin in rendered.text
    assert rendered.segmentation.segments <= Form.FULL.budget + 1


def test_in_the_core_the_word_of_the_loudspeakers_goes_where_there_is_no_room() -> None:
    request = a_request(Hazard.EVACUATION, "order")
    assert "Hinan shiji" in text(request, "en", Form.CORE).text
    assert "Hinan shiji" not in text(request, "ne", Form.CORE).text
    assert "Hinan shiji" in text(request, "ne", Form.SHORT).text


def test_emoji_leave_the_head_short(words: Catalogue) -> None:
    for request in matrix.all_requests(words):
        for language in words.languages():
            lines = text(request, language).text.split("\n")
            assert len(lines[1 if request.is_drill else 0].encode("utf-16-le")) <= 2 * HEAD_UNITS


def test_short_says_less_and_has_no_neighbour_line() -> None:
    rendered = text(a_request(TSUNAMI, "major_warning", facts=GIANT), form=Form.SHORT)
    assert "10 m" in rendered.text
    assert "14:32" in rendered.text
    assert rendered.actions == ("run_high", "stay_up")
    assert rendered.neighbour == ""
    assert rendered.place == "Wajima City"


def test_core_is_head_place_and_time() -> None:
    rendered = text(a_request(TSUNAMI, "major_warning", facts=GIANT), form=Form.CORE)
    head = head_of(TSUNAMI, "major_warning")
    assert rendered.text == f"{head}\nWajima City\nJMA 14:07"
    assert rendered.actions == ("run_high",)


@pytest.mark.parametrize(
    ("language", "form", "place"),
    [
        ("en", Form.FULL, "Wajima City 輪島市"),
        ("en", Form.CORE, "Wajima City"),
        ("vi", Form.FULL, "Wajima 輪島市"),
        ("vi", Form.SHORT, "Wajima"),
        ("pt", Form.FULL, "Wajima 輪島市"),
        ("zh-Hans", Form.FULL, "輪島市"),
        ("ja", Form.FULL, "輪島市"),
        ("ja-Hira", Form.FULL, "わじまし"),
        (BILINGUAL, Form.FULL, "Wajima City 輪島市"),
    ],
)
def test_places_in_the_readers_script(language: str, form: Form, place: str) -> None:
    assert text(a_request(), language, form).place == place


def test_several_places_are_all_named_the_worst_first() -> None:
    request = a_request(RAIN, "L5", Kind.NEW, WAJIMA, SUZU)
    assert text(request).place == "Wajima City 輪島市 / Suzu City"
    assert text(request, "ja").place == "輪島市、珠洲市"


@pytest.mark.parametrize(
    ("language", "place"),
    [
        ("en", "Wajima City 輪島市 / Suzu City (3)"),
        ("vi", "Wajima 輪島市 / Suzu City (3)"),
        ("ja", "輪島市、珠洲市（3）"),
        ("ja-Hira", "わじまし、すずし（3）"),
        (BILINGUAL, "Wajima City 輪島市 / Suzu City (3)"),
    ],
)
def test_places_of_a_lower_grade_are_named_with_it(language: str, place: str) -> None:
    request = replace(a_request(RAIN, "L5"), others=((SUZU, "L3"),))
    rendered = text(request, language)
    assert rendered.place == place
    assert rendered.text.split("\n").count(place) == 1


@pytest.mark.parametrize(
    ("hazard", "grades", "language", "worded"),
    [
        (QUAKE, ("6+", "5-"), "en", "Suzu City (5-lower)"),
        (TSUNAMI, ("warning", "advisory"), "en", "Suzu City (Tsunami Advisory)"),
        (QUAKE, ("6+", "5-"), "pt", "Suzu City (5-)"),
        (TSUNAMI, ("warning", "advisory"), "ja", "珠洲市（津波注意報）"),
    ],
)
def test_a_lower_grade_is_said_in_the_readers_words(
    hazard: Hazard, grades: tuple[str, str], language: str, worded: str
) -> None:
    request = replace(a_request(hazard, grades[0]), others=((SUZU, grades[1]),))
    assert text(request, language, Form.CORE).place.endswith(worded)


def test_another_place_on_the_coast_is_enough_to_speak_of_the_sea() -> None:
    request = a_request(QUAKE, "6+", Kind.NEW, NAGANO)
    assert "near_sea_go_up" not in text(request).actions
    assert "near_sea_go_up" in text(replace(request, others=((WAJIMA, "5-"),))).actions


def test_several_places_fall_to_the_shorter_form_before_they_cost_more() -> None:
    one = a_request(RAIN, "L4", Kind.NEW, TSURUMI)
    assert text(one, BILINGUAL).form is Form.FULL
    several = replace(one, others=((ASAHI, "L3"), (WAJIMA, "L3"), (SUZU, "L3")))
    rendered = text(several, BILINGUAL)
    assert (rendered.form, rendered.exception) == (Form.SHORT, None)
    assert rendered.actions == text(one, BILINGUAL, Form.SHORT).actions
    assert text(several, "en").form is Form.FULL


def test_where_even_the_core_has_no_room_all_places_are_named_and_it_is_said() -> None:
    request = replace(a_request(RAIN, "L4", Kind.NEW, TSURUMI), others=((ASAHI, "L3"), (WAJIMA, "L3")))
    rendered = text(request, "vi", Form.CORE)
    assert rendered.segmentation.segments == 2
    assert rendered.exception == f"2 segments instead of 1: {SEVERAL_PLACES}"
    assert all(name in rendered.text for name in ("Tsurumi", "Asahi", "Wajima"))


def test_a_place_that_no_table_knows_is_an_error() -> None:
    with pytest.raises(PlaceUnknown, match="place 99999: not in the place tables"):
        text(a_request(RAIN, "L3", Kind.NEW, "99999"))
    with pytest.raises(PlaceUnknown, match="at least one place"):
        text(replace(a_request(), places=()))


def test_a_time_without_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="aware"):
        text(a_request(issued=datetime(2026, 11, 23, 5, 7)))


def test_what_has_no_words_is_an_error() -> None:
    with pytest.raises(Unworded, match="thunder advisory new"):
        text(a_request(Hazard.THUNDER, "advisory"))
    with pytest.raises(Unworded, match="notice information new"):
        text(a_request(Hazard.NOTICE, "information"))
    with pytest.raises(Unworded, match="tsunami forecast new"):
        text(a_request(TSUNAMI, "forecast"))
    with pytest.raises(Unworded, match="earthquake 4 lowered"):
        text(a_request(QUAKE, "4", Kind.LOWERED))
    with pytest.raises(Unworded, match="tornado warning lifted"):
        text(a_request(Hazard.TORNADO, "warning", Kind.LIFTED))


@pytest.mark.parametrize(
    ("facts", "said", "unsaid"),
    [
        (Facts(height=0.2), ["height_upto"], ["height_over", "arrival", "arriving"]),
        (Facts(height=10, over=True), ["height_over"], ["height_upto"]),
        (Facts(height_word=HeightWord.HUGE), ["height_huge"], ["height_high", "height_over"]),
        (Facts(height_word=HeightWord.HIGH), ["height_high"], ["height_huge"]),
        (Facts(arrival=IN_25_MINUTES), ["arrival"], ["arriving"]),
        (Facts(arrival=IN_25_MINUTES, arriving=True), ["arriving"], ["arrival"]),
        (Facts(), [], ["height_over", "height_upto", "height_huge", "height_high", "arrival", "arriving"]),
    ],
)
def test_details_of_a_tsunami(words: Catalogue, facts: Facts, said: list[str], unsaid: list[str]) -> None:
    lines = words.by_tag["en"].lines
    values = {"height": f"{facts.height or 0:g}", "hour": "14", "minute": "32"}
    for form in (Form.FULL, Form.SHORT):
        rendered = text(a_request(facts=facts), form=form).text.split("\n")
        assert all(lines[key].format_map(values) in rendered for key in said)
        assert not any(lines[key].format_map(values) in rendered for key in unsaid)


@pytest.mark.parametrize("kind", [Kind.LOWERED, Kind.CORRECTED, Kind.LIFTED, Kind.CANCELLED])
def test_what_eases_has_neither_details_nor_neighbour_line_nor_emoji(kind: Kind) -> None:
    for language in ("en", "vi", BILINGUAL):
        rendered = text(a_request(TSUNAMI, "warning", kind, facts=GIANT), language)
        assert "14:32" not in rendered.text
        assert rendered.neighbour == ""
        assert rendered.emoji == ()


def test_a_full_english_text_without_neighbour_line_is_gsm7() -> None:
    rendered = text(a_request(kind=Kind.LIFTED))
    assert rendered.segmentation.encoding is Encoding.GSM_7
    assert rendered.place == "Wajima City"


def test_the_end_says_what_ended_and_not_that_it_is_there() -> None:
    rendered = text(a_request(RAIN, "L4", Kind.LIFTED))
    assert "LEVEL 4" in rendered.text.split("\n")[0]
    assert "Urgent Warning" not in rendered.text
    assert rendered.actions == ("still_dangerous", "ask_city")


def test_lowered_says_the_actions_of_the_grade_in_force() -> None:
    assert text(a_request(TSUNAMI, "advisory", Kind.LOWERED)).actions == ("stay_off_sea", "keep_off_shore")
    assert text(a_request(TSUNAMI, "advisory", Kind.CORRECTED)).actions == ("leave_sea", "keep_off_shore")


def test_raised_is_said_in_the_full_form(words: Catalogue) -> None:
    raised = words.by_tag["en"].lines["raised"]
    request = a_request(RAIN, "L4", Kind.RAISED)
    assert raised in text(request).text
    assert raised not in text(request, form=Form.SHORT).text
    assert raised not in text(replace(request, kind=Kind.NEW)).text


@pytest.mark.parametrize(
    ("sea", "place", "action"),
    [
        (SeaState.UNSAID, WAJIMA, "near_sea_go_up"),
        (SeaState.WARNED, WAJIMA, "near_sea_go_up"),
        (SeaState.UNSAID, NAGANO, None),
        (SeaState.WARNED, NAGANO, None),
        (SeaState.SLIGHT, NAGANO, "slight_sea"),
        (SeaState.NONE, WAJIMA, "no_tsunami"),
        (SeaState.NONE, NAGANO, "no_tsunami"),
    ],
)
def test_an_earthquake_says_what_the_sea_may_do(sea: SeaState, place: str, action: str | None) -> None:
    request = a_request(QUAKE, "6+", Kind.NEW, place, facts=Facts(sea=sea))
    said = ("cover_head", action) if action else ("cover_head",)
    assert text(request).actions == (*said, "no_lift")
    assert text(request, form=Form.SHORT).actions == said


def test_one_place_on_the_coast_is_enough_to_speak_of_the_sea() -> None:
    assert "near_sea_go_up" in text(a_request(QUAKE, "6+", Kind.NEW, NAGANO, WAJIMA)).actions


@pytest.mark.parametrize(
    ("grade", "band"), [("4", "weak"), ("5-", "strong"), ("5-?", "strong"), ("6-", "violent"), ("7", "violent")]
)
def test_bands_of_an_earthquake(words: Catalogue, grade: str, band: str) -> None:
    english = words.by_tag["en"]
    named = english.alarms[f"earthquake.{band}"].format(grade=english.grades[f"earthquake.{grade}"])
    rendered = text(a_request(QUAKE, grade))
    assert rendered.text.startswith(named.upper() + ": ")
    assert (english.lines["no_data"] in rendered.text) == (grade == "5-?")


@pytest.mark.parametrize("language", ["en", "pt", "vi", "ja", "ja-Hira", "zh-Hans", BILINGUAL])
@pytest.mark.parametrize("form", Form)
def test_a_drill_says_so_first_and_last(words: Catalogue, language: str, form: Form) -> None:
    for request in (a_request(kind=Kind.DRILL), a_request(kind=Kind.RAISED, drill=True)):
        rendered = text(request, language, form)
        first, *_, last = rendered.text.split("\n")
        assert first == last
        assert all(own.drill_word in first for own in speakers(words.fallback(language), form))
        assert sum(word in first for word in ("訓練", "くんれん", "KUNREN")) == 1
        assert rendered.neighbour == "", "a drill sends no bystander running"


def test_plain_languages_stay_gsm7_in_short_and_core(words: Catalogue, table: PlaceTable) -> None:
    for request in matrix.all_requests(words):
        for form in (Form.SHORT, Form.CORE):
            for language in ("en", "pt"):
                rendered = render(words, request, language, form, table)
                assert rendered.segmentation.encoding is Encoding.GSM_7, rendered.text


@pytest.mark.parametrize("form", list(Form))
def test_accents_are_dropped_in_every_form_also_beside_japanese(form: Form) -> None:
    rendered = text(a_request(RAIN, "L5"), "pt", form)
    assert rendered.text.startswith("NIVEL 5")
    assert not any(char in rendered.text for char in "áãçéêíóõúÁÍ")


def test_neighbour_line_is_for_readers_who_cannot_say_it_themselves() -> None:
    for language, expected in [("ja", False), ("ja-Hira", False), ("vi", True), (BILINGUAL, False), ("en", True)]:
        rendered = text(a_request(), language)
        assert bool(rendered.neighbour) is expected
        if expected:
            assert rendered.text.endswith(f"\n{rendered.neighbour}")


def test_the_neighbour_line_goes_where_there_is_no_room_and_takes_the_japanese_place_along() -> None:
    request = a_request(QUAKE, "5-?", Kind.RAISED)
    for language, place in [("en", "Wajima City"), ("pt", "Wajima")]:
        rendered = text(request, language)
        assert (rendered.neighbour, rendered.place) == ("", place)
        assert rendered.segmentation.encoding is Encoding.GSM_7
        assert rendered.exception is None
    rendered = text(request, "vi")
    assert (rendered.neighbour, rendered.place, rendered.exception) == ("", "Wajima", None)
    roomy = text(replace(request, kind=Kind.LOWERED, hazard=RAIN, grade="L4"), "vi")
    assert (roomy.neighbour, roomy.place) == ("", "Wajima 輪島市")


def test_emoji_only_where_they_cost_no_segment() -> None:
    with_emoji = text(a_request(), "zh-Hans", Form.CORE)
    assert with_emoji.emoji == ("tsunami", "up")
    assert with_emoji.text.split("\n")[0].endswith(" 🌊⬆️")
    assert text(a_request(), "en", Form.SHORT).emoji == ()
    for code in (place.code for place in places.load().all()[::40] if place.coastal):
        rendered = text(a_request(TSUNAMI, "warning", Kind.NEW, code), "vi", Form.CORE)
        bare = rendered.text.replace(" 🌊⬆️", "")
        assert bool(rendered.emoji) == (rendered.segmentation.segments == 1 and bare != rendered.text)


def test_two_languages_share_all_but_the_head() -> None:
    request = a_request(TSUNAMI, "major_warning", facts=GIANT)
    rendered, english = text(request, BILINGUAL), text(request, "en")
    assert rendered.language == BILINGUAL
    easy, *rest = rendered.text.replace(" 🌊⬆️", "").split("\n")
    assert easy == head_of(TSUNAMI, "major_warning", "ja-Hira")
    assert rest == english.text.replace(" 🌊⬆️", "").removesuffix(f"\n{english.neighbour}").split("\n")
    assert rendered.actions == english.actions == ("run_high", "stay_up")


def test_two_languages_have_no_official_name() -> None:
    rendered = text(a_request(RAIN, "L4"), BILINGUAL)
    assert "Urgent Warning" not in rendered.text


@pytest.mark.parametrize("form", [Form.SHORT, Form.CORE])
def test_where_there_is_room_for_one_language_it_is_english(form: Form) -> None:
    rendered, english = text(a_request(), BILINGUAL, form), text(a_request(), "en", form)
    assert rendered.language == BILINGUAL
    assert rendered.text == english.text
    assert rendered.segmentation.encoding is Encoding.GSM_7


def test_two_languages_name_the_place_in_japanese_where_there_is_room() -> None:
    roomy, tight = a_request(RAIN, "L3"), a_request(QUAKE, "5-?", Kind.RAISED)
    assert text(roomy, BILINGUAL).place == "Wajima City 輪島市"
    assert text(tight, BILINGUAL).place == "Wajima City"


def test_the_same_request_for_the_same_voice_is_the_same_text() -> None:
    assert text(a_request(), "xx") == text(a_request(), BILINGUAL)


@given(
    code=st.sampled_from([place.code for place in places.load().all()]),
    request=st.sampled_from(list(matrix.all_requests(catalogue.load()))),
    language=st.sampled_from(matrix.voices(catalogue.load())),
    form=st.sampled_from(list(Form)),
)
def test_over_its_budget_a_text_says_why(code: str, request: TextRequest, language: str, form: Form) -> None:
    rendered = text(replace(request, places=(code,)), language, form)
    over = rendered.segmentation.segments > form.budget
    assert (rendered.exception is not None) == over
    assert "not declared" not in (rendered.exception or "")
    assert rendered.place in rendered.text


@given(
    codes=st.lists(st.sampled_from([place.code for place in places.load().all()]), min_size=2, max_size=4, unique=True),
    request=st.sampled_from([each for each in matrix.all_requests(catalogue.load()) if each.hazard is not QUAKE]),
    language=st.sampled_from(matrix.voices(catalogue.load())),
    form=st.sampled_from(list(Form)),
)
def test_several_places_are_never_cut(codes: list[str], request: TextRequest, language: str, form: Form) -> None:
    first, *others = codes
    told = replace(request, places=(first,), others=tuple((code, request.grade) for code in others))
    rendered = text(told, language, form)
    assert rendered.form in form.and_shorter
    style = catalogue.load().fallback(rendered.language).languages[-1].place
    for code in codes:
        place = places.load().place(code)
        assert place is not None
        assert fold_latin(placing.name(place, style)) in fold_latin(rendered.text)
    over = rendered.segmentation.segments > rendered.form.budget
    assert (rendered.exception or "").endswith(SEVERAL_PLACES) == over
    assert not over or rendered.form is Form.CORE


ADDRESS = "https://tomoshibi.example/a/1"
SCHOOL = Spot(ja="輪島中学校", latin="Wajima Chugakko", kana="わじま ちゅうがっこう")
STAY = Shelter(name=SCHOOL, metres=380, can_stay=True)
HILL = Shelter(name=SCHOOL)


def test_the_link_is_the_last_line_of_the_full_form_only() -> None:
    request = replace(a_request(RAIN, "L3"), link=ADDRESS)
    assert text(request, "ja").text.endswith(f"発表\n{ADDRESS}")
    for form in (Form.SHORT, Form.CORE):
        assert ADDRESS not in text(request, "ja", form).text
    drill = text(replace(request, kind=Kind.DRILL), "ja").text.split("\n")
    assert (drill[-2], drill[-1]) == (ADDRESS, "訓練")


def test_beside_a_link_the_name_goes_first_then_the_neighbour_line() -> None:
    name = "Level 4 Urgent Warning (Heavy Rain)."
    bare = a_request(RAIN, "L4")
    assert text(bare, "en").neighbour
    for length, named, asked in ((5, False, True), (90, True, False)):
        address = f"https://tomoshibi.example/a/{'1' * length}"
        rendered = text(replace(bare, link=address), "en")
        assert rendered.link == address
        assert (name in rendered.text, bool(rendered.neighbour)) == (named, asked), length
        assert rendered.exception is None
        assert rendered.actions == text(bare, "en").actions


@pytest.mark.parametrize("language", catalogue.load().languages())
def test_the_link_costs_no_action_and_no_segment(language: str) -> None:
    for request in matrix.all_requests(catalogue.load()):
        bare, linked = text(request, language), text(replace(request, link=ADDRESS), language)
        assert linked.actions == bare.actions
        assert linked.segmentation.segments <= max(bare.segmentation.segments, Form.FULL.budget)
        assert bool(linked.link) or bare.segmentation.units > 134


def test_without_a_link_the_name_stays() -> None:
    rendered = text(replace(a_request(RAIN, "L4"), link=f"https://tomoshibi.example/a/{'1' * 400}"), "en")
    assert rendered.link == ""
    assert "Level 4 Urgent Warning (Heavy Rain)." in rendered.text


@pytest.mark.parametrize(
    ("language", "shelter", "line"),
    [
        ("en", STAY, "Shelter: Wajima Chugakko (400 m). Free, for everyone, no papers needed."),
        ("ja", STAY, "避難所：輪島中学校（400 m）。無料で誰でも入れます。証明書は要りません。"),
        ("en", HILL, "Evacuation site for this danger: Wajima Chugakko. For everyone, no papers needed."),
        ("ja", HILL, "この災害の避難場所：輪島中学校。誰でも利用でき、証明書は要りません。"),
    ],
)
def test_the_shelter_is_named_in_the_full_form(language: str, shelter: Shelter, line: str) -> None:
    request = replace(a_request(TSUNAMI, "advisory"), shelter=shelter)
    assert line in text(request, language).text.split("\n")
    assert "輪島中学校" not in text(request, language, Form.SHORT).text


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (0, "50 m"),
        (374, "350 m"),
        (380, "400 m"),
        (960, "950 m"),
        (980, "1.0 km"),
        (1240, "1.2 km"),
        (12_000, "12.0 km"),
    ],
)
def test_a_way_is_said_as_people_judge_it(metres: int, said: str) -> None:
    assert placing.distance(metres) == said


@pytest.mark.parametrize(
    ("hazard", "grade", "kind", "named"),
    [
        (RAIN, "L4", Kind.NEW, True),
        (RAIN, "L4", Kind.LOWERED, True),
        (RAIN, "L3", Kind.CORRECTED, True),
        (TSUNAMI, "major_warning", Kind.DRILL, True),
        (RAIN, "L5", Kind.NEW, False),  # it is too late to go out
        (RAIN, "L3", Kind.LOWERED, False),  # they are where they are safest
        (RAIN, "L4", Kind.LIFTED, False),
        (Hazard.STORM, "warning", Kind.NEW, False),
        (Hazard.EVACUATION, "emergency", Kind.NEW, False),
    ],
)
def test_a_text_that_keeps_people_in_names_no_place_to_go_to(
    hazard: Hazard, grade: str, kind: Kind, named: bool
) -> None:
    request = replace(a_request(hazard, grade, kind), shelter=STAY)
    assert ("Wajima Chugakko" in text(request).text) is named


UNREAD = Shelter(name=Spot(ja="輪島中学校", latin=""), can_stay=True)


@pytest.mark.parametrize(
    ("language", "named"), [("my", True), ("km", True), ("mn", True), ("ja", True), ("zh-Hant", True)]
)
def test_what_has_no_reading_is_named_as_on_its_sign(language: str, named: bool) -> None:
    assert ("輪島中学校" in text(replace(a_request(RAIN, "L3"), shelter=UNREAD), language).text) is named


@pytest.mark.parametrize("language", ["ja-Hira", "fil", "es"])
def test_nothing_is_invented_where_a_reader_has_no_name_for_it(language: str) -> None:
    without = text(a_request(RAIN, "L3"), language)
    rendered = text(replace(a_request(RAIN, "L3"), shelter=UNREAD), language)
    assert rendered == without
    assert "shelter_free" in rendered.actions


def test_where_room_is_short_the_sign_alone_is_named_before_nothing_is() -> None:
    shelter = Shelter(name=Spot(ja="輪島小学校", latin="Wajima Elementary School"))
    rendered = text(replace(a_request(RAIN, "L3"), shelter=shelter), "my")
    assert "輪島小学校" in rendered.text
    assert "Elementary" not in rendered.text
    assert rendered.exception is None


@pytest.mark.parametrize("language", catalogue.load().languages())
def test_no_papers_are_asked_for_in_any_language(language: str) -> None:
    """The line is whole or not there: without its end, who has no papers stays away."""
    for shelter in (STAY, HILL):
        rendered = text(replace(a_request(RAIN, "L4"), shelter=shelter), language)
        own = catalogue.load().by_tag[language].lines["shelter" if shelter.can_stay else "refuge"]
        lines = [
            line
            for line in rendered.text.split("\n")
            if SCHOOL.latin in line or SCHOOL.ja in line or SCHOOL.kana in line
        ]
        ending = own.partition("{shelter}")[2]
        assert lines, "who knows no place to go stays where it is dangerous"
        assert all(fold_latin(line).endswith(fold_latin(ending)) for line in lines)


@pytest.mark.parametrize("language", catalogue.load().languages())
@pytest.mark.parametrize("grade", ["heavy_rain.L4", "landslide.L4", "flood.L4", "storm_surge.L4", "tsunami.warning"])
def test_a_shelter_is_named_in_every_language_if_need_be_with_a_segment_more(language: str, grade: str) -> None:
    hazard, _, step = grade.partition(".")
    request = a_request(Hazard(hazard), step, Kind.RAISED)
    long = Spot(
        ja="市立輪島中央小学校体育館", latin="Wajima Chuo Shogakko Taiikukan", kana="わじま ちゅうおう しょうがっこう"
    )
    for where, link in itertools.product((SCHOOL, long), ("", ADDRESS)):
        rendered = text(replace(request, shelter=Shelter(name=where), link=link), language)
        assert any(name in rendered.text for name in (where.ja, where.latin, where.kana))
        assert rendered.segmentation.segments <= Form.FULL.budget + 1
        longer = rendered.segmentation.segments > Form.FULL.budget
        assert rendered.exception == (f"4 segments instead of 3: {NAMES_SHELTER}" if longer else None)


@pytest.mark.parametrize("language", catalogue.load().languages())
def test_after_violent_shaking_a_site_is_named_and_costs_no_segment_more(language: str) -> None:
    for grade, link in itertools.product(("6-", "7"), ("", ADDRESS)):
        rendered = text(replace(a_request(QUAKE, grade), shelter=STAY, link=link), language)
        assert rendered.segmentation.segments <= Form.FULL.budget
        assert rendered.exception is None
    weaker = replace(a_request(QUAKE, "5+"), shelter=STAY)
    assert text(weaker, language) == text(replace(weaker, shelter=None), language)


def test_the_site_after_an_earthquake_stands_behind_what_to_do_at_once() -> None:
    rendered = text(replace(a_request(QUAKE, "6-"), shelter=STAY), "en").text
    assert rendered.index("COVER your head") < rendered.index("Shelter: ")


def test_the_shelter_is_kept_longer_than_link_and_neighbour_line() -> None:
    request = replace(a_request(RAIN, "L4"), shelter=STAY, link=ADDRESS)
    rendered = text(request, "en")
    assert "Wajima Chugakko" in rendered.text
    assert rendered.exception is None
    assert "shelter_free" not in text(replace(request, grade="L3"), "en").actions


@pytest.mark.parametrize("form", [Form.FULL, Form.SHORT])
def test_who_shall_stay_is_not_told_to_help_others_go(form: Form) -> None:
    for hazard, grade in ((RAIN, "L3"), (Hazard.VOLCANO, "V4"), (Hazard.EVACUATION, "elderly")):
        actions = text(a_request(hazard, grade, Kind.LOWERED), "en", form).actions
        assert not {"others_ready", "shelter_free"} & set(actions), hazard


def test_a_corrected_head_without_room_for_all_names_no_others() -> None:
    for hazard, grade in ((Hazard.VOLCANO, "V4"), (Hazard.EVACUATION, "elderly")):
        assert "others_ready" in text(a_request(hazard, grade), "es").actions
        assert "others_ready" not in text(a_request(hazard, grade, Kind.CORRECTED), "es").actions


@pytest.mark.parametrize(
    ("hazard", "grade"),
    [(Hazard.FLOOD, "L5"), (Hazard.STORM_SURGE, "L5"), (Hazard.RECORD_RAIN, "warning"), (RAIN, "L5")],
)
def test_another_building_is_named_before_what_to_leave(hazard: Hazard, grade: str) -> None:
    """In several languages "or the nearest building" after "leave basements" reads "leave the building too"."""
    assert text(a_request(hazard, grade)).actions[1] == "nearest_building"


def test_a_language_that_lacks_words_for_a_text_is_served_in_two(words: Catalogue, table: PlaceTable) -> None:
    vietnamese = words.by_tag["vi"]
    lacking = replace(vietnamese, acts={}, own={})
    words = replace(words, by_tag={**words.by_tag, "vi": lacking})
    rendered = render(words, a_request(Hazard.FLOOD, "L4"), "vi", Form.FULL, table)
    assert rendered.language == BILINGUAL
    assert rendered.review is words.voices("vi")[-1].review


@pytest.mark.parametrize("language", ["en", "ja", "ja-Hira"])
@pytest.mark.parametrize("form", Form)
def test_the_word_of_the_loudspeakers_stands_in_every_form(language: str, form: Form) -> None:
    heard = {"en": "Hinan shiji", "ja": "避難指示", "ja-Hira": "ひなん しじ"}
    for kind in (Kind.NEW, Kind.RAISED, Kind.LIFTED, Kind.CANCELLED):
        assert heard[language] in text(a_request(Hazard.EVACUATION, "order", kind), language, form).text


def test_a_municipality_speaks_for_itself() -> None:
    assert "City office 11/23 14:07" in text(a_request(Hazard.EVACUATION, "order")).text
    assert "JMA" not in text(a_request(Hazard.EVACUATION, "order")).text


def test_the_day_of_heat_stands_in_every_form() -> None:
    request = a_request(Hazard.HEAT, "alert", facts=Facts(day=date(2026, 8, 2)))
    for form in Form:
        assert "Day: 8/2." in text(request, "en", form).text


def test_until_when_is_said() -> None:
    request = a_request(Hazard.TORNADO, "warning", facts=Facts(until=IN_25_MINUTES))
    assert "Until 11/23 14:32." in text(request).text


def test_what_is_foreseen_is_not_told_as_there(words: Catalogue) -> None:
    there = a_request(Hazard.LINEAR_RAINBAND, "warning")
    soon = replace(there, facts=Facts(expected=True))
    assert text(there).text.startswith("NONSTOP HEAVY RAIN: ")
    assert text(soon).text.startswith("NONSTOP HEAVY RAIN SOON: ")
    assert text(soon).actions[0] == "get_ready"


def test_a_notice_says_what_and_where() -> None:
    facts = Facts(topic=Topic.WATER_STATION, spot=SCHOOL, until=IN_25_MINUTES)
    request = a_request(Hazard.NOTICE, "information", facts=facts)
    rendered = text(request, "en", Form.CORE)
    assert rendered.text.startswith("CITY NOTICE: Water to drink is given out.\n")
    assert "Where: Wajima Chugakko." in rendered.text


def test_a_notice_that_begins_later_says_when_in_every_form_and_language() -> None:
    facts = Facts(topic=Topic.WATER_OFF, start=IN_25_MINUTES)
    for tag in catalogue.load().languages():
        for form in Form:
            later = text(a_request(Hazard.NOTICE, "information", facts=facts), tag, form).text.split("\n")
            now = text(a_request(Hazard.NOTICE, "information", facts=replace(facts, start=None)), tag, form).text
            [line] = [line for line in later if "14:32" in line]
            assert [one for one in later if one is not line] == now.split("\n"), (tag, form)
    assert "From 11/23 14:32." in text(a_request(Hazard.NOTICE, "information", facts=facts)).text
    wrong = a_request(Hazard.NOTICE, "information", Kind.CANCELLED, facts=facts)
    assert "14:32" not in text(wrong).text


def test_fewer_words_stand_before_a_segment_more_but_not_where_a_danger_came_down() -> None:
    own = catalogue.load().by_tag["mn"]
    for kind, fewer in ((Kind.CANCELLED, True), (Kind.LOWERED, False), (Kind.CORRECTED, False)):
        request = a_request(Hazard.VOLCANO, "V4", kind, facts=Facts(volcano="506"))
        subject = replace(request.subject(), brief=True)
        brief = heads.head(own, catalogue.load().composition, subject)
        assert (text(request, "mn", Form.SHORT).text.split("\n")[0] == brief) is fewer
