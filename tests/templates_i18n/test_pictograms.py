"""The set of pictograms: complete, drawn by the rules, and never showing another way than the words."""

import re
import shutil
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pytest

from templates_i18n import catalogue, composition, pictograms
from templates_i18n.pictograms import Group
from tools import pictogram_sheet

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {f"{SVG}{name}" for name in ("g", "path", "circle", "rect")}
ATTRIBUTES = {
    *("d", "cx", "cy", "r", "x", "y", "width", "height", "rx", "fill", "transform"),
    *("stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray"),
}
#: two greys, white, safety colours, and the official colours of the levels (content.md 3.3)
COLOURS = {"none", "#111", "#fff", "#fc0", "#0055a4", "#c8102e", "#007a3d", "#f2e700", "#ff2800", "#a0a", "#0c000c"}
FRAMES = {
    Group.HAZARD: ("path", {"d": "M32 4.5 61 57H3z", "fill": "#fc0", "stroke": "#111"}),
    Group.ACTION: ("circle", {"cx": "32", "cy": "32", "r": "31", "fill": "#0055a4"}),
    Group.PROHIBITION: ("circle", {"cx": "32", "cy": "32", "r": "28", "fill": "#fff"}),
    Group.PLACE: ("rect", {"width": "62", "height": "62", "fill": "#007a3d"}),
    Group.LEVEL: ("rect", {"width": "60", "height": "60", "stroke": "#111"}),
}
LEVEL_COLOURS = {"level_2": "#f2e700", "level_3": "#ff2800", "level_4": "#a0a", "level_5": "#0c000c"}
SET = pictograms.load()
DRAWINGS = [pytest.param(drawing, id=name) for name, drawing in SET.by_id.items()]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_a_drawing_is_small_plain_svg_on_the_grid(drawing: pictograms.Pictogram) -> None:
    assert len(drawing.svg.encode()) < 2_000
    root = ElementTree.fromstring(drawing.svg)
    assert (root.tag, root.attrib) == (f"{SVG}svg", {"viewBox": "0 0 64 64"})
    for element in [*root.iter()][1:]:
        assert element.tag in SHAPES, "no text, script, style, link or picture in a drawing"
        assert element.attrib.keys() <= ATTRIBUTES
        assert {element.get("fill", "none"), element.get("stroke", "none")} <= COLOURS
        assert not (element.text or "").strip()


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_a_drawing_begins_with_the_frame_of_its_group(drawing: pictograms.Pictogram) -> None:
    first = ElementTree.fromstring(drawing.svg)[0]
    if drawing.group in FRAMES:
        tag, attributes = FRAMES[drawing.group]
        assert first.tag == f"{SVG}{tag}"
        assert attributes.items() <= first.attrib.items()


@pytest.mark.parametrize(("name", "colour"), LEVEL_COLOURS.items())
def test_levels_have_the_official_colours(name: str, colour: str) -> None:
    assert ElementTree.fromstring(SET.by_id[name].svg)[0].get("fill") == colour


def test_a_prohibition_ends_with_the_red_bar() -> None:
    for drawing in SET.by_id.values():
        bar = [*ElementTree.fromstring(drawing.svg)][-1]
        assert (bar.get("stroke") == "#c8102e") is (drawing.group is Group.PROHIBITION)


def test_no_two_drawings_are_the_same() -> None:
    assert len({drawing.svg for drawing in SET.by_id.values()}) == len(SET.by_id)


def test_every_drawing_has_a_name_in_every_language_that_names_any() -> None:
    words = catalogue.load()
    assert words.by_tag["en"].pictograms.keys() == SET.by_id.keys()
    for tag, language in words.by_tag.items():
        if language.pictograms:
            assert language.pictograms.keys() == SET.by_id.keys(), tag
            assert len(set(language.pictograms.values())) == len(SET.by_id), f"{tag}: two pictograms of one name"


def test_a_picture_sends_people_the_way_the_words_do() -> None:
    known = catalogue.load().composition.directions
    for action in (*SET.acts, *SET.phrases):
        # "stay away" is shown by the place to stay away from
        wanted = {"stay_away": "away"}.get(known[action], known[action])
        for drawing in SET.of(action):
            shown = SET.directions.get(drawing, "none")
            assert wanted == "none" or shown in (wanted, "none"), f"{action} is {wanted}, {drawing} is {shown}"


def test_every_act_is_drawn_or_said_to_have_no_drawing() -> None:
    plans = catalogue.load().composition
    acts = {act for plan in plans.told.values() for act in (plan.act, plan.lowered)} - {"", composition.TOPIC}
    assert acts == SET.acts.keys(), "[act] of meanings.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the set that a test may spoil."""
    with resources.as_file(resources.files("templates_i18n").joinpath("drawings")) as drawings:
        shutil.copytree(drawings, tmp_path / "drawings")
    return tmp_path / "drawings"


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "tsunami.svg").unlink()
    with pytest.raises(ValueError, match=r"tsunami\.svg: missing"):
        pictograms.read(folder)


def test_a_file_without_meaning_is_named(folder: Path) -> None:
    (folder / "comet.svg").write_text("<svg/>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"comet\.svg: in no group"):
        pictograms.read(folder)


def test_all_problems_of_the_meanings_are_told_at_once(folder: Path) -> None:
    table = folder / "meanings.toml"
    text = table.read_text(encoding="utf-8")
    text = re.sub(r"^fog = .*\n", "", text, flags=re.MULTILINE)
    table.write_text(text.replace('near_sea_go_up = "run_up"', 'near_sea_go_up = "fly"', 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"fog: missing[\s\S]*no pictogram 'fly'"):
        pictograms.read(folder)


def test_the_sheet_in_the_docs_shows_the_set() -> None:
    assert pictogram_sheet.PAGE.read_text(encoding="utf-8") == pictogram_sheet.document(), (
        "run python -m tools.pictogram_sheet"
    )
    assert pictogram_sheet.PICTURE.exists()
