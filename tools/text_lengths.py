"""Writes docs/reference/text-lengths.md: which texts keep their form's segments, and which full texts have a link.

    python tools/text_lengths.py

Owns the tables; the measuring is that of `templates_i18n`.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from alerts import places
from alerts.vocabulary import Hazard, Kind
from templates_i18n import budgets, catalogue, matrix
from templates_i18n.render import Form, Rendered, TextRequest, render

OUT = Path(__file__).parents[1] / "docs" / "reference" / "text-lengths.md"
#: names of 6, 8, 10 and 12 letters: a third, three fifths, four fifths and seven eighths of all are no longer
PLACES = ("17204", "01202", "04202", "01512")
USUAL = "01202"
ADDRESS = "https://tomoshibi.example/a/12345.{place}.{language}"
#: what must fit one segment before everything else
_URGENT = frozenset({"L4", "L5", "advisory", "warning", "major_warning", "elderly", "order", "emergency", "eruption"})
_URGENT_HAZARDS = frozenset(
    {Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.FLOOD, Hazard.STORM_SURGE, Hazard.TSUNAMI, Hazard.EVACUATION}
)


@dataclass(slots=True)
class Row:
    """The counts of one language."""

    over: Counter[Form] = field(default_factory=Counter)
    drills: int = 0
    linked: int = 0
    neighbour: int = 0
    full: int = 0
    urgent: int = 0
    urgent_over: int = 0


def _is_urgent(request: TextRequest) -> bool:
    hazard = request.hazard in _URGENT_HAZARDS or (request.hazard is Hazard.VOLCANO and request.grade == "eruption")
    return hazard and request.grade in _URGENT and request.kind in {Kind.NEW, Kind.RAISED, Kind.LOWERED, Kind.CORRECTED}


def _measured(place: str) -> dict[str, Row]:
    words, table = catalogue.load(), places.load()
    rows = {tag: Row() for tag in words.languages()}
    for request in matrix.all_requests(words, place):
        for tag, row in rows.items():
            for form in Form:
                _count(row, request, render(words, request, tag, form, table))
            link = ADDRESS.format(place=place, language=tag)
            full = render(words, replace(request, link=link), tag, Form.FULL, table)
            row.full += 1
            row.linked += bool(full.link)
            row.neighbour += bool(full.neighbour)
    return rows


def _count(row: Row, request: TextRequest, made: Rendered) -> None:
    over = made.segmentation.segments > made.form.budget
    row.over[made.form] += over
    row.drills += over and request.is_drill
    if made.form is Form.CORE and _is_urgent(request):
        row.urgent += 1
        row.urgent_over += over


def _table(rows: dict[str, Row]) -> str:
    lines = [
        "| Language | over: full | short | core | of these drills | urgent cores in one segment | full texts with link "
        "| with neighbour line and link |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for tag, row in rows.items():
        over = " | ".join(str(row.over[form]) for form in Form)
        fit = f"{row.urgent - row.urgent_over} of {row.urgent}"
        lines.append(f"| `{tag}` | {over} | {row.drills} | {fit} | {row.linked} of {row.full} | {row.neighbour} |")
    sums = " | ".join(str(sum(row.over[form] for row in rows.values())) for form in Form)
    drills = sum(row.drills for row in rows.values())
    fits, urgent = sum(r.urgent - r.urgent_over for r in rows.values()), sum(r.urgent for r in rows.values())
    linked, full = sum(r.linked for r in rows.values()), sum(r.full for r in rows.values())
    neighbour = sum(r.neighbour for r in rows.values())
    lines.append(f"| all | {sums} | {drills} | {fits} of {urgent} | {linked} of {full} | {neighbour} |")
    return "\n".join(lines)


def _over(rows: dict[str, Row]) -> int:
    return sum(sum(row.over.values()) for row in rows.values())


def _summary(measured: dict[str, dict[str, Row]]) -> str:
    words, table = catalogue.load(), places.load()
    texts = len(words.languages()) * len(list(matrix.all_requests(words))) * len(Form)
    lines = [
        f"| Place ({texts} texts) | longer than their form | without drills | urgent cores in one segment |",
        "|---|---|---|---|",
    ]
    for code, rows in measured.items():
        place = table.place(code)
        name = place.names.romaji if place else code
        drills = sum(row.drills for row in rows.values())
        fit, urgent = sum(r.urgent - r.urgent_over for r in rows.values()), sum(r.urgent for r in rows.values())
        lines.append(f"| {name} ({len(name)} letters) | {_over(rows)} | {_over(rows) - drills} | {fit} of {urgent} |")
    declared = sum(map(len, budgets.measure(words, table, words.languages()).values()))
    lines.append(f"| longest name, longest facts (the declared list) | {declared} | | |")
    return "\n".join(lines)


_PAGE = """\
# How long texts are

Made by `python tools/text_lengths.py`. A form has a budget of segments: full 3, short 2, core 1
([decision 5](../decisions/0005-message-forms.md)). What goes where room is short is
[decision 14](../decisions/0014-what-goes-first.md). Texts over their budget are declared with their length in
`templates_i18n/catalogue/exceptions/`; nothing is ever cut.

"Urgent" are level 4 and 5, tsunami, evacuation and eruption: new, raised, lowered, corrected. A drill has its words
first and last, in two languages: in long scripts that alone is 28 of the 70 units of a core form. No drill is in a
hurry.

## By the length of the place's name

{summary}

## By language, {name}

Links are measured with `{address}`. A short domain gives more texts their neighbour line.

{table}
"""


def main() -> None:
    """Write the page."""
    measured = {code: _measured(code) for code in PLACES}
    place = places.load().place(USUAL)
    page = _PAGE.format(
        summary=_summary(measured),
        name=place.names.romaji if place else USUAL,
        address=ADDRESS.format(place=USUAL, language="vi"),
        table=_table(measured[USUAL]),
    )
    OUT.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
