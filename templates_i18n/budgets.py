"""Which texts are longer than their form allows, measured at their worst.

Owns the measuring and the generated lists `catalogue/exceptions/<voice>.toml`: a text that is too long must
stand there, and what stands there must still be too long.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from alerts.places import Place, PlaceTable
from alerts.vocabulary import Hazard
from templates_i18n import matrix, placing, segments
from templates_i18n.catalogue import Catalogue, Missed
from templates_i18n.language import PlaceStyle
from templates_i18n.render import Form, Rendered, TextRequest, render

Exceptions = Mapping[str, Mapping[str, Missed]]
#: units of the name of most places, in any script
TYPICAL_UNITS = 12
#: said of a text that keeps its budget for most places
LONG_NAME = "only with a long place name"

_HEADER = """\
# Texts that are longer than their form allows (full 3 segments, short 2, core 1), measured with the longest
# place name and facts. Generated: python -m pytest tests/templates_i18n --update-golden
# "hazard.grade.kind.form" = segments needed, and of what the text is made. Fewer are better: shorten words in the
# language file and generate again.

"""


def longest_place(
    places: PlaceTable, style: PlaceStyle, *, as_on_signs: bool, coastal: bool, at_most: int | None = None
) -> Place:
    """The place whose wording needs the most units in a style; `at_most` bounds the units of its bare name."""
    candidates = _candidates(places, coastal=coastal)
    if at_most is not None:
        candidates = [place for place in candidates if segments.utf16_units(placing.name(place, style)) <= at_most]
    return _longest(candidates, lambda place: placing.wording((place,), style, as_on_signs=as_on_signs))


def _longest_in_core(places: PlaceTable, style: PlaceStyle, *, coastal: bool) -> Place:
    """The place that needs the most units where a ward may stand without its city."""
    return _longest(
        _candidates(places, coastal=coastal),
        lambda place: placing.ward_alone((place,), style) or placing.name(place, style),
    )


def _candidates(places: PlaceTable, *, coastal: bool) -> list[Place]:
    return [place for place in places.all() if place.coastal or not coastal]


def _longest(candidates: Iterable[Place], words: Callable[[Place], str]) -> Place:
    return max(candidates, key=lambda place: (segments.utf16_units(words(place)), place.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The places to measure with, in one style: the longest, and the longest of the usual ones."""

    worst: tuple[str, ...]
    #: of the core form
    core: tuple[str, ...]
    typical: tuple[str, ...]


def _names(places: PlaceTable, style: PlaceStyle, *, coastal: bool) -> _Names:
    def codes(at_most: int | None) -> tuple[str, ...]:
        # the longest with its Japanese writing need not be the longest without
        found = (
            longest_place(places, style, as_on_signs=signs, coastal=coastal, at_most=at_most) for signs in (True, False)
        )
        return tuple(dict.fromkeys(place.code for place in found))

    core = (_longest_in_core(places, style, coastal=coastal).code,)
    return _Names(worst=codes(None), core=core, typical=codes(TYPICAL_UNITS))


def measure(catalogue: Catalogue, places: PlaceTable, voices: tuple[str, ...] | None = None) -> Exceptions:
    """Every text that misses its budget at its worst, with the segments it needs and why; of some voices or all."""
    told = voices or matrix.voices(catalogue)
    styles = {catalogue.fallback(tag).languages[-1].place for tag in told}
    names = {(style, coastal): _names(places, style, coastal=coastal) for style in styles for coastal in (True, False)}
    found: dict[str, dict[str, Missed]] = {}
    for request in matrix.all_requests(catalogue):
        # near_sea_go_up stands only in texts for the coast
        coastal = request.hazard in (Hazard.TSUNAMI, Hazard.EARTHQUAKE)
        for tag in told:
            used = names[catalogue.fallback(tag).languages[-1].place, coastal]
            for form in Form:
                longest = used.core if form is Form.CORE else used.worst
                worst = _worst(catalogue, places, _at(request, longest), tag, form)
                if worst.language == tag and worst.segmentation.segments > form.budget:
                    typical = _worst(catalogue, places, _at(request, used.typical), tag, form)
                    found.setdefault(tag, {})[request.key(form)] = _missed(worst, typical)
    return found


def _at(request: TextRequest, codes: tuple[str, ...]) -> Iterator[TextRequest]:
    return (replace(request, places=(code,)) for code in codes)


def _worst(catalogue: Catalogue, places: PlaceTable, requests: Iterator[TextRequest], tag: str, form: Form) -> Rendered:
    texts = (render(catalogue, each, tag, form, places) for request in requests for each in matrix.variants(request))
    return max(texts, key=lambda rendered: (rendered.segmentation.segments, rendered.segmentation.units))


def _missed(worst: Rendered, typical: Rendered) -> Missed:
    """How long its lines are, so that one sees what to shorten, and whether a usual place needs it too."""
    sizes = "+".join(str(segments.utf16_units(line)) for line in worst.text.split("\n"))
    reason = f"up to {worst.segmentation.units} units in lines of {sizes}"
    if typical.segmentation.segments <= typical.form.budget:
        reason += f"; {LONG_NAME}"
    return Missed(segments=worst.segmentation.segments, reason=reason)


def to_toml(rows: Mapping[str, Missed]) -> str:
    """The file of one voice."""
    return _HEADER + "".join(
        f'"{key}" = {{ segments = {missed.segments}, reason = "{missed.reason}" }}\n'
        for key, missed in sorted(rows.items())
    )
