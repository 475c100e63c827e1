"""Makes the text of an alert from the catalogue: head, place, what to do, source and time.

Pure. Owns the order of the parts and what is kept where room is short: drops nothing but emoji, the link, the
neighbour line, the shelter and the second writing of the place, cuts nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.places import PlaceTable
from templates_i18n import placing, segments
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.language import Review
from templates_i18n.parts import Parts, PartsWriter, layouts
from templates_i18n.request import Form, TextRequest, Unworded
from templates_i18n.segments import Segmentation

__all__ = ["SEVERAL_PLACES", "Form", "Rendered", "TextRequest", "Unworded", "render"]

#: why a core form that names several places may be longer
SEVERAL_PLACES = "several places"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One text, ready to be sent and stored."""

    text: str
    #: the voice it is written in: a language tag, or "ja-Hira+en"
    language: str
    #: the form it has: of several places a shorter one than was asked for, if that one has no room
    form: Form
    segmentation: Segmentation
    #: the places as worded
    place: str
    #: phrase ids, in their order
    actions: tuple[str, ...]
    #: the line for a bystander, or empty where there is no room or no need
    neighbour: str
    #: the address of the alert's page, or empty where there is no room
    link: str
    #: emoji ids that are shown
    emoji: tuple[str, ...]
    #: why it is longer than its form allows, or None
    exception: str | None
    review: Review


def render(catalogue: Catalogue, request: TextRequest, language: str, form: Form, places: PlaceTable) -> Rendered:
    """One text for the readers of a language tag. Unworded, PlaceUnknown, ValueError for a naive time."""
    if request.issued.tzinfo is None:
        raise ValueError("issued: expected an aware time")
    voices = catalogue.voices(language)
    for voice in voices[:-1]:
        try:
            return _in_voice(catalogue, request, voice, form, places)
        except Unworded:
            # a language that lacks words for this text is served in two others
            continue
    return _in_voice(catalogue, request, voices[-1], form, places)


def _in_voice(catalogue: Catalogue, request: TextRequest, voice: Voice, form: Form, places: PlaceTable) -> Rendered:
    forms = form.and_shorter if request.has_several_places else (form,)
    try:
        return _first_within_budget(_attempts(catalogue, request, voice, forms, places))
    except KeyError as error:
        raise Unworded(f"no words for {request.hazard} {request.grade} {request.kind}: {error}") from error


def _attempts(
    catalogue: Catalogue, request: TextRequest, voice: Voice, forms: tuple[Form, ...], places: PlaceTable
) -> Iterator[Rendered]:
    """The text in every form and layout that may be tried, the most telling first."""
    found = placing.known(places, request.places)
    grades = [grade for _, grade in request.others]
    codes = tuple(code for code, _ in request.others)
    others = tuple(zip(placing.known(places, codes), grades, strict=True)) if codes else ()
    for form in forms:
        writer = PartsWriter(catalogue, request, form, found, others)
        for layout in layouts(catalogue, request, voice, form):
            yield _finish(catalogue, request, form, voice, writer.parts(voice, layout))


def _first_within_budget(attempts: Iterator[Rendered]) -> Rendered:
    """The first that keeps its budget, else the last."""
    for attempt in attempts:
        if attempt.exception is None:
            return attempt
    return attempt


def _finish(catalogue: Catalogue, request: TextRequest, form: Form, voice: Voice, parts: Parts) -> Rendered:
    """Join the parts; emoji stay only where they cost no segment and the text keeps its budget."""
    text, emoji = _join(parts, ""), parts.emoji
    segmentation = segments.count(text)
    if emoji:
        decorated = _join(parts, "".join(catalogue.composition.emoji[item] for item in emoji))
        with_emoji = segments.count(decorated)
        if with_emoji.segments == segmentation.segments <= form.budget:
            text, segmentation = decorated, with_emoji
        else:
            emoji = ()
    return Rendered(
        text=text,
        language=voice.tag,
        form=form,
        segmentation=segmentation,
        place=parts.place,
        actions=parts.actions,
        neighbour=parts.neighbour,
        link=parts.link,
        emoji=emoji,
        exception=_exception(catalogue, voice, request, form, segmentation),
        review=voice.review,
    )


def _join(parts: Parts, emoji: str) -> str:
    first, *others = parts.heads
    head = f"{first} {emoji}" if emoji else first
    lines = (parts.drill, head, *others, *parts.body, parts.neighbour, parts.link, parts.drill)
    return "\n".join(line for line in lines if line)


def _exception(
    catalogue: Catalogue, voice: Voice, request: TextRequest, form: Form, segmentation: Segmentation
) -> str | None:
    if segmentation.segments <= form.budget:
        return None
    declared = catalogue.exceptions.get(voice.tag, {}).get(request.key(form))
    reason = SEVERAL_PLACES if request.has_several_places else declared.reason if declared else "not declared"
    return f"{segmentation.segments} segments instead of {form.budget}: {reason}"
