"""The parts of a text in the words of its readers: head, place, name, details, actions, source and time.

Pure. Owns which parts a form has and which layouts may be tried; joining and measuring is for `render`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.places import Place
from alerts.report import HeightWord, SeaState
from alerts.vocabulary import Kind
from templates_i18n import composition, placing, segments
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.language import Language
from templates_i18n.request import DANGER, IN_FORCE, Form, TextRequest

_JST = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What beside the words of a form may stand in a text."""

    #: Japanese characters, emoji and accents
    unicode: bool
    #: the first place also in Japanese
    signs: bool
    #: the line for a bystander, or empty
    neighbour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a text before they are joined."""

    heads: tuple[str, ...]
    emoji: tuple[str, ...]
    place: str
    actions: tuple[str, ...]
    body: tuple[str, ...]
    neighbour: str
    drill: str


def speakers(voice: Voice, form: Form) -> tuple[Language, ...]:
    """The languages of a text: two only where there is room for both, else the last one alone."""
    return voice.languages if form is Form.FULL else voice.languages[-1:]


def layouts(catalogue: Catalogue, request: TextRequest, voice: Voice, form: Form) -> tuple[Layout, ...]:
    """What may be tried, the most telling first; the last one is kept whatever its length."""
    full = form is Form.FULL
    if len(speakers(voice, form)) > 1:
        # the head in kana serves a bystander
        return Layout(unicode=True, signs=True), Layout(unicode=True, signs=False)
    plain = voice.languages[-1].plain
    bare = Layout(unicode=not plain, signs=full and not plain)
    line = _neighbour(catalogue, request, voice) if full else ""
    return (Layout(unicode=True, signs=True, neighbour=line), bare) if line else (bare,)


def _neighbour(catalogue: Catalogue, request: TextRequest, voice: Voice) -> str:
    """Empty in a drill, which may send nobody running who does not know of it, and where the text is Japanese."""
    if request.is_drill or request.kind not in DANGER or voice.tag.startswith("ja"):
        return ""
    return catalogue.composition.neighbour.get(request.hazard, "")


@dataclass(frozen=True, slots=True)
class PartsWriter:
    """Words one request in one form and layout; the voice decides in what."""

    catalogue: Catalogue
    request: TextRequest
    form: Form
    #: the request's places
    found: tuple[Place, ...]
    #: the request's other places, with their grades
    others: tuple[tuple[Place, str], ...]

    def parts(self, voice: Voice, layout: Layout) -> Parts:
        """All parts of the text. KeyError where the catalogue has no words."""
        languages = speakers(voice, self.form)
        language = languages[-1]
        place, actions = self._place(language, layout), self._actions()
        body = [place, *self._body(languages, actions), self._issued(language)]
        plain = segments.fold_latin if language.fold and not layout.unicode else str
        return Parts(
            heads=tuple(plain(self._head(each)) for each in languages),
            emoji=self._plan().emoji if layout.unicode and self.request.kind in DANGER else (),
            place=plain(place),
            actions=actions,
            body=tuple(plain(part) for part in body),
            neighbour=layout.neighbour,
            drill=plain(_drill(languages, unicode=layout.unicode)) if self.request.is_drill else "",
        )

    def _plan(self) -> composition.Plan:
        return self.catalogue.composition.plan(self.request.hazard, self.request.grade, self.request.kind)

    def _grade(self, language: Language, grade: str) -> str:
        """A grade as it is said: its own word, else the digit of its level."""
        return language.grades.get(f"{self.request.hazard}.{grade}", grade.removeprefix("L"))

    def _fill(self, language: Language, text: str) -> str:
        grade = self.request.grade
        return text.format_map({"grade": self._grade(language, grade), "level": grade.removeprefix("L")})

    def _head(self, language: Language) -> str:
        table = Kind.NEW if self.request.kind in DANGER else self.request.kind
        return self._fill(language, self._words(language.heads[table]))

    def _words(self, words: Mapping[str, str]) -> str:
        return composition.wording(words, self.request.hazard, self.request.grade)

    def _place(self, language: Language, layout: Layout) -> str:
        others = tuple((place, self._grade(language, grade)) for place, grade in self.others)
        return placing.wording(self.found, language.place, as_on_signs=layout.signs, others=others)

    def _actions(self) -> tuple[str, ...]:
        """Phrase ids of this form; the phrase about the sea is chosen by what JMA says of a tsunami."""
        plan = self._plan()
        ids = {Form.FULL: plan.actions, Form.SHORT: plan.short, Form.CORE: ()}[self.form]
        chosen = (self._sea() if phrase == composition.SEA else phrase for phrase in ids)
        return tuple(phrase for phrase in chosen if phrase)

    def _sea(self) -> str:
        named = (*self.found, *(place for place, _ in self.others))
        match self.request.facts.sea:
            case SeaState.NONE:
                return "no_tsunami"
            case SeaState.SLIGHT:
                return "slight_sea"
            case SeaState.UNSAID | SeaState.WARNED:
                return "near_sea_go_up" if any(place.coastal for place in named) else ""

    def _body(self, languages: tuple[Language, ...], actions: tuple[str, ...]) -> Iterator[str]:
        """What stands between place and time: name, rise, details, actions."""
        language = languages[-1]
        if self.form is Form.CORE:
            return
        # a second head leaves no room for the name
        if self.request.kind in IN_FORCE and len(languages) == 1:
            yield from self._name(language)
        if self.request.kind is Kind.RAISED and self.form is Form.FULL:
            yield language.lines["raised"]
        if self.request.kind in DANGER:
            yield from self._details(language)
        yield from (language.phrases[phrase] for phrase in actions)

    def _name(self, language: Language) -> Iterator[str]:
        """The official name, unless the head says it; one with a digit is said in any case."""
        name = self._fill(language, self._words(language.names))
        if any(char.isdigit() for char in name) or name.casefold() not in self._head(language).casefold():
            yield language.lines["name"].format_map({"name": name})

    def _details(self, language: Language) -> Iterator[str]:
        facts, lines = self.request.facts, language.lines
        if facts.height is not None:
            line = lines["height_over"] if facts.over else lines["height_upto"]
            yield line.format_map({"height": f"{facts.height:g}"})
        elif facts.height_word is not None:
            yield lines["height_huge" if facts.height_word is HeightWord.HUGE else "height_high"]
        if facts.arriving:
            yield lines["arriving"]
        elif facts.arrival is not None:
            yield lines["arrival"].format_map(_clock(facts.arrival))
        if self.request.grade == "5-?":
            yield lines["no_data"]

    def _issued(self, language: Language) -> str:
        return language.lines["issued"].format_map(_clock(self.request.issued))


def _drill(languages: tuple[Language, ...], *, unicode: bool) -> str:
    """The drill words: the reader's, and those a bystander knows unless they are said already."""
    own = " ".join(each.drill_word for each in languages)
    if any(each.drill_japanese in own for each in languages):
        return own
    return f"{own} {languages[-1].drill_japanese if unicode else languages[-1].drill_japanese_plain}"


def _clock(time: datetime) -> dict[str, str]:
    """Placeholders of a time, in Japan: month and day as they are spoken, the clock with two digits."""
    local = time.astimezone(_JST)
    return {"month": str(local.month), "day": str(local.day), "hour": f"{local:%H}", "minute": f"{local:%M}"}
