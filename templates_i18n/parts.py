"""The parts of a text in the words of its readers: head, place, name, details, actions, source and time.

Pure. Owns which parts a form has and which layouts may be tried; joining and measuring is for `render`.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.places import Place
from alerts.report import HeightWord, SeaState
from alerts.vocabulary import Hazard, Kind
from templates_i18n import composition, heads, placing, segments
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.language import Language, PlaceStyle
from templates_i18n.request import DANGER, IN_FORCE, Form, Shelter, TextRequest

_JST = ZoneInfo("Asia/Tokyo")
#: kinds after which it is said that the grade was another one before
_STEPS = frozenset({Kind.RAISED, Kind.LOWERED})
#: what is said of shelters where none is named
_SHELTERS = "shelter_free"
#: directions of acts that send people out
_OUT = frozenset({"away", "up"})
#: told by the municipality, not by JMA
_BY_CITY = frozenset({Hazard.EVACUATION, Hazard.NOTICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What beside the words of a form may stand in a text."""

    #: Japanese characters, emoji and accents
    unicode: bool
    #: the first place also in Japanese
    signs: bool
    #: the line for a bystander, or empty
    neighbour: str = ""
    #: the nearest shelter
    shelter: bool = False
    #: the shelter in Japanese alone: what stands on its sign is what its readers need most
    bare: bool = False
    #: the address of the alert's page
    link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a text before they are joined."""

    heads: tuple[str, ...]
    emoji: tuple[str, ...]
    place: str
    actions: tuple[str, ...]
    body: tuple[str, ...]
    neighbour: str
    link: str
    drill: str


def speakers(voice: Voice, form: Form) -> tuple[Language, ...]:
    """The languages of a text: two only where there is room for both, else the last one alone."""
    return voice.languages if form is Form.FULL else voice.languages[-1:]


def layouts(catalogue: Catalogue, request: TextRequest, voice: Voice, form: Form) -> Iterator[Layout]:
    """What may be tried, the most telling first; the last one is kept whatever its length.

    Where room is short the link goes first, then the line for a bystander, then the shelter's second writing, then
    the shelter.
    """
    full = form is Form.FULL
    shelter = full and request.shelter is not None and sends_out(catalogue.composition, request)
    link = full and bool(request.link)
    style = speakers(voice, form)[-1].place
    for base in _bases(catalogue, request, voice, form):
        named = shelter and _has_name(request.shelter, style, base)
        if not named and not link:
            yield base
            continue
        yield from _with_shelter(base, named=named, link=link, bare=named and not style.is_japanese_script)


def _with_shelter(base: Layout, *, named: bool, link: bool, bare: bool) -> Iterator[Layout]:
    """What is tried of one layout; without a line for a bystander also with less of the shelter, and without it."""
    tried = [(named, False)]
    if not base.neighbour:
        tried += [(True, True)] if bare and base.signs else []
        tried += [(False, False)]
    for shelter, only_sign in dict.fromkeys(tried):
        for with_link in dict.fromkeys((link, False)):
            yield replace(base, shelter=shelter, bare=only_sign, link=with_link)


def _has_name(where: Shelter | None, style: PlaceStyle, base: Layout) -> bool:
    return where is not None and placing.has_name(where.name, style, as_on_signs=base.signs)


def sends_out(plans: composition.Composition, request: TextRequest) -> bool:
    """Whether a text sends people out of where they are: one that keeps them in names no place to go to."""
    if request.kind not in IN_FORCE:
        return False
    try:
        plan = plans.told_of(request.hazard, request.grade, expected=request.facts.expected)
    except KeyError:
        return False
    return not plan.deadly and plans.directions.get(plan.act_of(request.kind)) in _OUT


def _bases(catalogue: Catalogue, request: TextRequest, voice: Voice, form: Form) -> tuple[Layout, ...]:
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
        place, plan, phrases = self._place(language, layout), self._plan(), self._actions(layout)
        body = [place, *self._body(languages, layout, phrases), self._issued(language)]
        plain = segments.fold_latin if language.fold and not layout.unicode else str
        act = plan.act_of(self.request.kind)
        return Parts(
            heads=tuple(plain(self._head(each)) for each in languages),
            emoji=plan.emoji if layout.unicode and self.request.kind in DANGER else (),
            place=plain(place),
            actions=(act, *phrases) if act and act != composition.TOPIC else phrases,
            body=tuple(plain(part) for part in body),
            neighbour=layout.neighbour,
            link=self.request.link if layout.link else "",
            drill=plain(_drill(languages, unicode=layout.unicode)) if self.request.is_drill else "",
        )

    def _plan(self) -> composition.Plan:
        request = self.request
        plans = self.catalogue.composition
        return plans.plan(request.hazard, request.grade, request.kind, expected=request.facts.expected)

    def _grade(self, language: Language, grade: str) -> str:
        subject = replace(self.request.subject(), grade=grade)
        return heads.grade_word(language, self.catalogue.composition, subject)

    def _head(self, language: Language) -> str:
        return heads.head(language, self.catalogue.composition, self.request.subject())

    def _place(self, language: Language, layout: Layout) -> str:
        others = tuple((place, self._grade(language, grade)) for place, grade in self.others)
        return placing.wording(self.found, language.place, as_on_signs=layout.signs, others=others)

    def _actions(self, layout: Layout) -> tuple[str, ...]:
        """Phrase ids of this form; the phrase about the sea is chosen by what JMA says of a tsunami.

        A shelter that is named says itself that it is free.
        """
        plan = self._plan()
        ids = {Form.FULL: plan.actions, Form.SHORT: plan.short, Form.CORE: ()}[self.form]
        chosen = (self._sea() if phrase == composition.SEA else phrase for phrase in ids)
        return tuple(phrase for phrase in chosen if phrase and not (layout.shelter and phrase == _SHELTERS))

    def _sea(self) -> str:
        named = (*self.found, *(place for place, _ in self.others))
        match self.request.facts.sea:
            case SeaState.NONE:
                return "no_tsunami"
            case SeaState.SLIGHT:
                return "slight_sea"
            case SeaState.UNSAID | SeaState.WARNED:
                return "near_sea_go_up" if any(place.coastal for place in named) else ""

    def _body(self, languages: tuple[Language, ...], layout: Layout, phrases: tuple[str, ...]) -> Iterator[str]:
        """What stands between place and time: name, rise, details, actions."""
        language = languages[-1]
        if self.request.facts.words and self.request.kind in DANGER:
            own = dict(self.request.facts.words)
            yield from (own[each.tag] for each in languages)
        yield from self._always(language, layout)
        if self.form is Form.CORE:
            return
        kind = self.request.kind
        # a second head leaves no room for the name
        if kind in IN_FORCE and len(languages) == 1:
            yield from self._name(language)
        if kind in _STEPS and self.form is Form.FULL:
            yield language.lines[kind]
        yield from self._named(language)
        if kind in DANGER:
            yield from self._details(language)
        yield from (language.phrases[phrase] for phrase in phrases)
        if layout.shelter and self.request.shelter is not None:
            yield _shelter(self.request.shelter, language, layout)

    def _always(self, language: Language, layout: Layout) -> Iterator[str]:
        """What no form may leave out: the word of the loudspeakers, the place of a notice, the day of heat."""
        request, facts = self.request, self.request.facts
        if request.hazard is Hazard.EVACUATION:
            word = self.catalogue.composition.heard[request.grade]
            yield placing.heard(word, language.place, as_on_signs=layout.signs)
        if facts.spot is not None:
            spot = placing.spot(facts.spot, language.place, as_on_signs=layout.signs)
            yield language.lines["where"].format_map({"spot": spot})
        if facts.day is not None:
            yield language.lines["day"].format_map({"month": str(facts.day.month), "day": str(facts.day.day)})

    def _name(self, language: Language) -> Iterator[str]:
        """The official name, unless it has been said; one with a digit is said in any case."""
        request, plans = self.request, self.catalogue.composition
        name = heads.official_name(language, plans, request.hazard, request.grade)
        heard = plans.heard.get(request.grade)
        if heard is not None and name in (heard.japanese, heard.kana):
            return
        if any(char.isdigit() for char in name) or name.casefold() not in self._head(language).casefold():
            yield language.lines["name"].format_map({"name": name.removesuffix(".")})

    def _named(self, language: Language) -> Iterator[str]:
        """The volcano or river, where it has a name for this reader."""
        facts, lines = self.request.facts, language.lines
        volcano, river = placing.volcano(facts.volcano, language.place), placing.river(facts.river, language.place)
        if volcano:
            yield lines["volcano"].format_map({"volcano": volcano})
        if river:
            yield lines["river"].format_map({"river": river})

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
        if facts.until is not None:
            yield lines["until"].format_map(_clock(facts.until))
        if self.request.grade == "5-?":
            yield lines["no_data"]

    def _issued(self, language: Language) -> str:
        return language.lines[source_line(self.request.hazard)].format_map(_clock(self.request.issued))


def _shelter(where: Shelter, language: Language, layout: Layout) -> str:
    style = PlaceStyle.JAPANESE if layout.bare else language.place
    name = placing.shelter(where, style, as_on_signs=layout.signs)
    return language.lines["shelter" if where.can_stay else "refuge"].format_map({"shelter": name})


def source_line(hazard: Hazard) -> str:
    """The key of the line that says who warned, and when."""
    return "issued_city" if hazard in _BY_CITY else "issued"


def _drill(languages: tuple[Language, ...], *, unicode: bool) -> str:
    """The drill words: the reader's, and those a bystander knows unless they are said already."""
    own = " ".join(each.drill_word for each in languages)
    if any(each.drill_japanese in own for each in languages):
        return own
    return f"{own} {languages[-1].drill_japanese if unicode else languages[-1].drill_japanese_plain}"


@functools.lru_cache(maxsize=1024)
def _clock(time: datetime) -> Mapping[str, str]:
    """Placeholders of a time, in Japan: month and day as they are spoken, the clock with two digits."""
    local = time.astimezone(_JST)
    return {
        "month": str(local.month),
        "day": str(local.day),
        "hour": f"{local.hour:02}",
        "minute": f"{local.minute:02}",
    }
