"""Every text the catalogue can make: all hazards, grades, kinds, languages and forms.

Owns which requests are possible and the sample facts they are shown with; pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict

from alerts import hazards
from alerts.hazards import Ends
from alerts.places import PlaceTable
from alerts.report import Facts, HeightWord, SeaState, Spot
from alerts.vocabulary import Action, Hazard, Kind, Topic
from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.composition import band
from templates_i18n.render import Form, Rendered, TextRequest, render

#: Wajima: on the coast of the Noto peninsula
SAMPLE_PLACE = "17204"
#: 14:07 in Japan
SAMPLE_ISSUED = datetime(2026, 11, 23, 5, 7, tzinfo=UTC)
_ARRIVAL = SAMPLE_ISSUED + timedelta(minutes=25)

_SOON = SAMPLE_ISSUED + timedelta(hours=1)
_LATER = SAMPLE_ISSUED + timedelta(minutes=23)
_SPOT = Spot(ja="公民館", latin="Kominkan", kana="こうみんかん")

#: what a text of this tsunami grade is shown with
_HEIGHTS = {
    "advisory": Facts(height=1, arrival=_ARRIVAL),
    "warning": Facts(height=3, arrival=_ARRIVAL),
    "major_warning": Facts(height=10, over=True, arrival=_ARRIVAL),
}
_HEIGHT_WORDS = {"warning": HeightWord.HIGH, "major_warning": HeightWord.HUGE}
#: what a text of this hazard is shown with
_FACTS = {
    Hazard.VOLCANO: Facts(volcano="506"),
    Hazard.ASHFALL: Facts(volcano="506"),
    Hazard.FLOOD: Facts(river="840411000100"),
    Hazard.TORNADO: Facts(until=_SOON),
    Hazard.HEAT: Facts(day=date(2026, 11, 24)),
    Hazard.NOTICE: Facts(topic=Topic.WATER_STATION, spot=_SPOT, until=_SOON),
}
#: what ends by time ends silently: nothing is told of it but that it was wrong
_SILENT = frozenset({Kind.LIFTED, Kind.LOWERED, Kind.CORRECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request and what became of it in one language and form."""

    request: TextRequest
    rendered: Rendered


class Message(TypedDict):
    """One text as `messages --json` gives it."""

    hazard: str
    grade: str
    kind: str
    form: str
    language: str
    text: str
    encoding: str
    units: int
    segments: int
    place: str
    actions: list[str]
    neighbour: str
    review: str
    exception: str | None


class Messages(TypedDict):
    """The document of `messages --json`."""

    messages: list[Message]


def grades(catalogue: Catalogue, hazard: Hazard) -> tuple[str, ...]:
    """The grades of a hazard that are sent or held and have words, weakest first."""
    rule = hazards.rule(hazard)
    return tuple(
        grade
        for grade in rule.grades
        if rule.action(grade) is not Action.RECORD and (hazard, band(hazard, grade)) in catalogue.composition.told
    )


def kinds(hazard: Hazard, grade: str, told: tuple[str, ...]) -> tuple[Kind, ...]:
    """What can be told of a grade: nothing rises to the lowest, sinks or is corrected to the highest."""
    impossible: set[Kind] = set()
    if hazards.rule(hazard).ends is Ends.TIME:
        impossible |= _SILENT
    if grade == told[0]:
        impossible.add(Kind.RAISED)
    if grade == told[-1]:
        impossible |= {Kind.LOWERED, Kind.CORRECTED}
    return tuple(kind for kind in Kind if kind not in impossible)


def all_requests(catalogue: Catalogue, place_code: str = SAMPLE_PLACE) -> Iterator[TextRequest]:
    """One request for each hazard, grade and kind, with sample facts."""
    for hazard in Hazard:
        told = grades(catalogue, hazard)
        for grade in told:
            facts = _HEIGHTS[grade] if hazard is Hazard.TSUNAMI else _FACTS.get(hazard, Facts())
            for kind in kinds(hazard, grade, told):
                yield TextRequest(
                    hazard=hazard,
                    grade=grade,
                    kind=kind,
                    places=(place_code,),
                    issued=SAMPLE_ISSUED,
                    facts=facts,
                )


def variants(request: TextRequest) -> Iterator[TextRequest]:
    """The request with each set of facts that its text can meet."""
    yield request
    facts = request.facts
    match request.hazard:
        case Hazard.TSUNAMI:
            word = _HEIGHT_WORDS.get(request.grade)
            heights = [facts, replace(facts, height=None, over=False, height_word=word)] if word else [facts]
            for height in heights:
                yield replace(request, facts=height)
                yield replace(request, facts=replace(height, arrival=None, arriving=True))
        case Hazard.EARTHQUAKE:
            for sea in SeaState:
                yield replace(request, facts=replace(facts, sea=sea))
        case Hazard.LINEAR_RAINBAND:
            yield replace(request, facts=replace(facts, expected=True))
        case Hazard.NOTICE:
            for topic in Topic:
                yield replace(request, facts=Facts(topic=topic))
            yield replace(request, facts=replace(facts, start=_LATER))
        case _:
            pass


def samples(
    catalogue: Catalogue, places: PlaceTable, requests: Iterator[TextRequest], languages: tuple[str, ...]
) -> Iterator[Sample]:
    """Every request in every language and form."""
    for request in requests:
        for language in languages:
            for form in Form:
                yield Sample(request=request, rendered=render(catalogue, request, language, form, places))


def rehearse(catalogue: Catalogue, places: PlaceTable) -> None:
    """Write two texts in every language and form and forget them: the first real one waits for no table of names.

    For whoever is about to wait for warnings; takes as long as a few changes.
    """
    grades = {Hazard.FLOOD: "L4", Hazard.VOLCANO: "V5"}
    requests = (
        request
        for request in all_requests(catalogue)
        if grades.get(request.hazard) == request.grade and request.kind is Kind.NEW
    )
    for _ in samples(catalogue, places, requests, tuple(catalogue.names)):
        pass


def voices(catalogue: Catalogue) -> tuple[str, ...]:
    """The tags of everything that can speak: each language with words, and Easy Japanese with English."""
    return (*catalogue.languages(), BILINGUAL)


def messages_json(
    catalogue: Catalogue,
    places: PlaceTable,
    place_code: str = SAMPLE_PLACE,
    language: str | None = None,
    hazard: Hazard | None = None,
) -> Messages:
    """All texts for one place, as `messages --json` prints them.

    A language without words gives those of the voice that serves it, under that voice's tag. Without
    `language`: each language that has words.
    """
    languages = catalogue.languages() if language is None else (language,)
    requests = (r for r in all_requests(catalogue, place_code) if hazard in (None, r.hazard))
    return {"messages": [_message(sample) for sample in samples(catalogue, places, requests, languages)]}


def _message(sample: Sample) -> Message:
    request, rendered = sample.request, sample.rendered
    return {
        "hazard": request.hazard.value,
        "grade": request.grade,
        "kind": request.kind.value,
        "form": rendered.form.value,
        "language": rendered.language,
        "text": rendered.text,
        "encoding": rendered.segmentation.encoding.value,
        "units": rendered.segmentation.units,
        "segments": rendered.segmentation.segments,
        "place": rendered.place,
        "actions": list(rendered.actions),
        "neighbour": rendered.neighbour,
        "review": rendered.review.value,
        "exception": rendered.exception,
    }
