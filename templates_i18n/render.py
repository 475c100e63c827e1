"""Makes the text of an alert from the catalogue: head, place, what to do, source and time.

Pure. Owns the joining and the measuring: drops nothing but emoji and what `layouts` names, cuts nothing.
"""

from dataclasses import dataclass, replace

from alerts.places import PlaceTable
from templates_i18n import placing, segments
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.conformity import HEAD_UNITS
from templates_i18n.language import Review
from templates_i18n.layouts import Layout, Role, ladder
from templates_i18n.parts import Parts, PartsWriter
from templates_i18n.request import Form, TextRequest, Unworded
from templates_i18n.segments import Segmentation

__all__ = ["NAMES_SHELTER", "SEVERAL_PLACES", "Form", "Rendered", "TextRequest", "Unworded", "render"]

#: why a core form that names several places may be longer
SEVERAL_PLACES = "several places"
#: why a full form may need a segment more
NAMES_SHELTER = "names a shelter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One text, ready to be sent and stored."""

    text: str
    #: its lines as the language writes them, with accents and without emoji, for a page
    written: tuple[str, ...]
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
    try:
        return _fitted(catalogue, request, voice, form, places)
    except KeyError as error:
        raise Unworded(f"no words for {request.hazard} {request.grade} {request.kind}: {error}") from error


def _fitted(catalogue: Catalogue, request: TextRequest, voice: Voice, form: Form, places: PlaceTable) -> Rendered:
    """The most telling layout that keeps its budget, else the shortest; of several places also of a shorter form."""
    found = placing.known(places, request.places)
    grades = [grade for _, grade in request.others]
    codes = tuple(code for code, _ in request.others)
    others = tuple(zip(placing.known(places, codes), grades, strict=True)) if codes else ()
    *longer, shortest = form.and_shorter if request.has_several_places else (form,)
    for tried in longer:
        parts = PartsWriter(catalogue, request, tried, found, others).parts(voice)
        rendered = _Text(catalogue, request, tried, voice, parts).fitted()
        if rendered.exception is None:
            return rendered
    parts = PartsWriter(catalogue, request, shortest, found, others).parts(voice)
    return _Text(catalogue, request, shortest, voice, parts).fitted()


@dataclass(frozen=True, slots=True)
class _Text:
    """One text that is being laid out."""

    catalogue: Catalogue
    request: TextRequest
    form: Form
    voice: Voice
    parts: Parts

    def fitted(self) -> Rendered:
        """The most telling layout that keeps the budget, else the shortest one."""
        *longer, shortest = ladder(self.parts.room)
        for layout in longer:
            lines = self._lines(layout)
            # no text has fewer units than letters
            budget = self.form.budget + layout.extra
            if sum(map(len, lines)) + len(lines) - 1 > segments.most_units(budget):
                continue
            counted = segments.count("\n".join(lines))
            if counted.segments <= budget:
                return self._rendered(layout, lines, counted)
        if self.form is Form.CORE:
            return self._rendered(*self._counted(shortest))
        # fewer words that save no segment say less for nothing
        alike = [layout for layout in longer[-2:] if layout == replace(shortest, terse=layout.terse, fewest=False)]
        last = [self._counted(layout) for layout in (*alike, shortest)]
        return self._rendered(*min(last, key=lambda each: each[2].segments))

    def _counted(self, layout: Layout) -> tuple[Layout, list[str], Segmentation]:
        lines = self._lines(layout)
        return layout, lines, segments.count("\n".join(lines))

    def _lines(self, layout: Layout) -> list[str]:
        lines = self.parts.lines(layout)
        return [segments.fold_latin(line) for line in lines] if self._folds else lines

    @property
    def _folds(self) -> bool:
        # in every form, so that nobody reads the same word written in two ways
        return self.voice.languages[-1].fold

    def _rendered(self, layout: Layout, lines: list[str], segmentation: Segmentation) -> Rendered:
        parts, text = self.parts, "\n".join(lines)
        text, segmentation, emoji = self._with_emoji(layout, lines, text, segmentation)
        place = parts.place.shown(layout)
        shown = {piece.role: piece.text for piece in parts.body if piece.role in layout.roles}
        return Rendered(
            text=text,
            written=tuple(parts.lines(layout) if self._folds else lines),
            language=self.voice.tag,
            form=self.form,
            segmentation=segmentation,
            place=segments.fold_latin(place) if self._folds else place,
            actions=parts.shown_actions(layout),
            neighbour=shown.get(Role.NEIGHBOUR, ""),
            link=shown.get(Role.LINK, ""),
            emoji=emoji,
            exception=self._exception(layout, segmentation),
            review=self.voice.review,
        )

    def _with_emoji(
        self, layout: Layout, lines: list[str], text: str, segmentation: Segmentation
    ) -> tuple[str, Segmentation, tuple[str, ...]]:
        """Emoji behind the head, where they cost no segment and leave the head short and the text in its budget."""
        ids = self.parts.emoji if layout.unicode else ()
        first = 1 if self.parts.drill else 0
        head = f"{lines[first]} {''.join(self.catalogue.composition.emoji[each] for each in ids)}"
        budget = self.form.budget + layout.extra
        if not ids or segments.utf16_units(head) > HEAD_UNITS or segmentation.segments > budget:
            return text, segmentation, ()
        decorated = "\n".join([*lines[:first], head, *lines[first + 1 :]])
        counted = segments.count(decorated)
        return (decorated, counted, ids) if counted.segments == segmentation.segments else (text, segmentation, ())

    def _exception(self, layout: Layout, segmentation: Segmentation) -> str | None:
        budget = self.form.budget
        if segmentation.segments <= budget:
            return None
        declared = self.catalogue.exceptions.get(self.voice.tag, {}).get(self.request.key(self.form))
        if layout.shelter:
            reason = NAMES_SHELTER
        elif self.request.has_several_places:
            reason = SEVERAL_PLACES
        else:
            reason = declared.reason if declared else "not declared"
        return f"{segmentation.segments} segments instead of {budget}: {reason}"
