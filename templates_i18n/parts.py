"""The parts of a text in the words of its readers: head, place, name, details, actions, source and time.

Pure. Owns which parts a form has; which of them go where room is short is for `layouts`, joining and measuring
for `render`.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from alerts.japan import JST
from alerts.places import Place
from alerts.report import HeightWord, SeaState, Spot
from alerts.vocabulary import BY_HAND, Hazard, Kind
from templates_i18n import composition, heads, placing
from templates_i18n.catalogue import Catalogue, Voice
from templates_i18n.language import Language, PlaceStyle
from templates_i18n.layouts import Layout, Role, Room
from templates_i18n.request import DANGER, IN_FORCE, Form, Shelter, TextRequest

_DIGIT = re.compile(r"\d")
#: what is said of shelters where none is named
_SHELTERS = "shelter_free"
#: directions of acts that send people out
_OUT = frozenset({"away", "up"})
#: these keep people where they are; whoever's house has broken has to know where to go all the same
_AFTERWARDS = frozenset({(Hazard.EARTHQUAKE, "violent")})


class Piece(NamedTuple):
    """One line of a text."""

    text: str
    role: Role = Role.ALWAYS
    #: the same also in Japanese, as on signs; empty where it is no other
    signed: str = ""
    #: the same in the fewest words; empty where it is no other
    bare: str = ""

    def shown(self, layout: Layout) -> str:
        """The words of a layout."""
        fewest = layout.bare if self.role is Role.SHELTER else layout.terse
        return (fewest and self.bare) or (layout.signs and self.signed) or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a text before it is known which of them have room."""

    heads: tuple[str, ...]
    #: makes the same in the fewest words, which most texts never need; None where it may not stand
    bare_head: Callable[[], str] | None
    #: emoji ids
    emoji: tuple[str, ...]
    place: Piece
    #: phrase ids, the main action first
    actions: tuple[str, ...]
    #: place, details, phrases, source and time, the lines that follow
    body: tuple[Piece, ...]
    #: the drill words in plain SMS and else, or empty
    drill: str
    drill_unicode: str
    room: Room

    def shown_actions(self, layout: Layout) -> tuple[str, ...]:
        """Phrase ids of a layout: a shelter that is named says itself that it is free."""
        return tuple(each for each in self.actions if not (layout.shelter and each == _SHELTERS))

    def lines(self, layout: Layout) -> list[str]:
        """The lines of a layout, without emoji."""
        drill = self.drill_unicode if layout.unicode else self.drill
        body = [piece.shown(layout) for piece in self.body if piece.role in layout.roles]
        heads = (self.bare_head(),) if layout.fewest and self.bare_head else self.heads
        return [*([drill] if drill else []), *heads, *body, *([drill] if drill else [])]


def speakers(voice: Voice, form: Form) -> tuple[Language, ...]:
    """The languages of a text: two only where there is room for both, else the last one alone."""
    return voice.languages if form is Form.FULL else voice.languages[-1:]


def sends_out(plans: composition.Composition, request: TextRequest) -> bool:
    """Whether a text sends people out of where they are: one that keeps them in names no place to go to."""
    if request.kind not in IN_FORCE:
        return False
    plan = plans.told_of(request.hazard, request.grade, expected=request.facts.expected)
    return not plan.deadly and plans.directions.get(plan.act_of(request.kind)) in _OUT


def names_site(plans: composition.Composition, request: TextRequest) -> bool:
    """Whether a text may name a place to go to."""
    band = composition.band(request.hazard, request.grade)
    return sends_out(plans, request) or (request.kind in IN_FORCE and (request.hazard, band) in _AFTERWARDS)


def _neighbour(catalogue: Catalogue, request: TextRequest, voice: Voice) -> str:
    """Empty in a drill, which may send nobody running who does not know of it, and where the text is Japanese.

    Where two languages speak, the head in kana serves a bystander.
    """
    if request.is_drill or request.kind not in DANGER or voice.tag.startswith("ja"):
        return ""
    return catalogue.composition.neighbour.get(request.hazard, "")


@dataclass(frozen=True, slots=True)
class PartsWriter:
    """Words one request in one form; the voice decides in what."""

    catalogue: Catalogue
    request: TextRequest
    form: Form
    #: the request's places
    found: tuple[Place, ...]
    #: the request's other places, with their grades
    others: tuple[tuple[Place, str], ...]

    def parts(self, voice: Voice) -> Parts:
        """All parts of the text. KeyError where the catalogue has no words."""
        languages = speakers(voice, self.form)
        language = languages[-1]
        request, plan = self.request, self._plan()
        phrases = self._actions(plan)
        act = plan.act_of(request.kind)
        place = self._place(language)
        body = [place, *self._body(languages, phrases), self._issued(language), *self._ending(voice, language)]
        shown = {piece.role: piece for piece in body}
        shelter = shown.get(Role.SHELTER)
        bare_head = self._bare_head(languages)
        return Parts(
            heads=tuple(self._head(each) for each in languages),
            bare_head=bare_head,
            emoji=plan.emoji if request.kind in DANGER else (),
            place=place,
            actions=(act, *phrases) if act and act != composition.TOPIC else phrases,
            body=tuple(body),
            drill=drill_words(languages, unicode=False) if request.is_drill else "",
            drill_unicode=drill_words(languages, unicode=True) if request.is_drill else "",
            room=Room(
                plain=language.plain and len(languages) == 1,
                form=self.form,
                heard=Role.HEARD in shown,
                shelter=shelter is not None,
                urgent=shelter is not None and sends_out(self.catalogue.composition, request),
                unread=shelter is not None and not shelter.text,
                bare=shelter is not None and bool(shelter.bare),
                terse=any(piece.bare for piece in body if piece.role is not Role.SHELTER),
                fewest=bare_head is not None,
                neighbour=Role.NEIGHBOUR in shown,
                link=Role.LINK in shown,
            ),
        )

    def _plan(self) -> composition.Plan:
        request = self.request
        plans = self.catalogue.composition
        return plans.plan(request.hazard, request.grade, request.kind, expected=request.facts.expected)

    def _grade(self, language: Language, grade: str) -> str:
        subject = replace(self.request.subject(), grade=grade)
        return heads.grade_word(language, self.catalogue.composition, subject)

    def _head(self, language: Language, *, brief: bool = False) -> str:
        return heads.head(language, self.catalogue.composition, self.request.subject(brief=brief))

    def _bare_head(self, languages: tuple[Language, ...]) -> Callable[[], str] | None:
        """In the fewest words what came down or was put right reads like what is new: for the core form alone."""
        told_as_new = self.request.kind in {Kind.LOWERED, Kind.CORRECTED}
        if self.form is not Form.CORE and (told_as_new or len(languages) > 1 or not languages[-1].brief):
            return None
        return functools.partial(self._head, languages[-1], brief=True)

    def _place(self, language: Language) -> Piece:
        others = tuple((place, self._grade(language, grade)) for place, grade in self.others)
        named = self._signed(
            lambda signs: placing.wording(self.found, language.place, as_on_signs=signs, others=others)
        )
        alone = placing.ward_alone(self.found, language.place) if self.form is Form.CORE and not others else ""
        return named._replace(bare=alone)

    def _signed(self, write: Callable[[bool], str], role: Role = Role.ALWAYS) -> Piece:
        """A piece with names, which the full form may write also as on signs."""
        return Piece(write(False), role, write(True) if self.form is Form.FULL else "")

    def _actions(self, plan: composition.Plan) -> tuple[str, ...]:
        """Phrase ids of this form; the phrase about the sea is chosen by what JMA says of a tsunami."""
        ids = {Form.FULL: plan.actions, Form.SHORT: plan.short, Form.CORE: plan.core}[self.form]
        left_out = plan.without.get(self.request.kind, ())
        ids = tuple(phrase for phrase in ids if phrase not in left_out)
        if composition.SEA not in ids:
            return ids
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

    def _body(self, languages: tuple[Language, ...], phrases: tuple[str, ...]) -> Iterator[Piece]:
        """What stands between place and time: name, rise, details, actions. The core form has but the actions."""
        language, kind = languages[-1], self.request.kind
        if kind in DANGER:
            yield from self._own_words(languages)
        yield from self._always(language)
        # a second head leaves no room for the name
        if self.form is Form.FULL and kind in IN_FORCE and len(languages) == 1:
            for name in self._name(language):
                yield Piece(name, Role.NUMBER if _DIGIT.search(name) else Role.NAME)
        if self.form is Form.FULL and kind is Kind.RAISED:
            yield Piece(language.lines["raised"], Role.RISEN)
        if self.form is not Form.CORE:
            yield from map(Piece, self._named(language))
            if kind in DANGER:
                yield from self._details(language)
        for phrase in phrases:
            words = language.phrases.get(phrase) or language.acts[phrase]
            role = Role.SHELTERS if phrase == _SHELTERS else Role.ALWAYS
            yield Piece(words, role, bare=language.brief.get(phrase, ""))
        yield from self._shelter(language)

    def _own_words(self, languages: tuple[Language, ...]) -> Iterator[Piece]:
        """What a municipality says in its own words. KeyError for a notice that says nothing at all."""
        facts = self.request.facts
        if self.request.hazard is Hazard.NOTICE and facts.topic is None and not facts.words:
            raise KeyError("topic")
        own = dict(facts.words)
        if own:
            yield from (Piece(own[each.tag]) for each in languages)

    def _shelter(self, language: Language) -> Iterator[Piece]:
        request = self.request
        if self.form is not Form.FULL or request.shelter is None or not names_site(self.catalogue.composition, request):
            return
        where, style = request.shelter, language.place
        if not placing.has_name(where.name, style, as_on_signs=True):
            return
        yield Piece(
            _shelter(where, language, style) if placing.has_name(where.name, style, as_on_signs=False) else "",
            Role.SHELTER,
            _shelter(where, language, style, signs=True),
            "" if style.is_japanese_script else _shelter(where, language, PlaceStyle.JAPANESE, brief=True),
        )

    def _ending(self, voice: Voice, language: Language) -> Iterator[Piece]:
        """What follows source and time, in the full form."""
        if self.form is not Form.FULL:
            return
        neighbour = "" if voice.is_bilingual else _neighbour(self.catalogue, self.request, voice)
        if neighbour:
            yield Piece(neighbour, Role.NEIGHBOUR)
        if self.request.link:
            yield Piece(self.request.link, Role.LINK)

    def _always(self, language: Language) -> Iterator[Piece]:
        """What no form may leave out: the word of the loudspeakers, place and start of a notice, the day of heat."""
        request, facts = self.request, self.request.facts
        if request.hazard is Hazard.EVACUATION:
            word = self.catalogue.composition.heard[request.grade]
            yield self._signed(lambda signs: placing.heard(word, language.place, as_on_signs=signs), Role.HEARD)
        if facts.spot is not None:
            where = self._signed(functools.partial(_spot, facts.spot, language))
            yield where._replace(bare=placing.spot(facts.spot, language.place, as_on_signs=False))
        if facts.start is not None and request.kind in DANGER:
            yield _line(language, "start", _clock(facts.start))
        if facts.day is not None:
            yield _line(language, "day", {"month": str(facts.day.month), "day": str(facts.day.day)})

    def _name(self, language: Language) -> Iterator[str]:
        """The official name, unless it has been said; one with a digit is said in any case."""
        request, plans = self.request, self.catalogue.composition
        name = heads.official_name(language, plans, request.hazard, request.grade)
        heard = plans.heard.get(request.grade)
        if heard is not None and name in (heard.japanese, heard.kana):
            return
        if _DIGIT.search(name) or name.casefold() not in self._head(language).casefold():
            yield language.lines["name"].format_map({"name": name.removesuffix(".")})

    def _named(self, language: Language) -> Iterator[str]:
        """The volcano or river, where it has a name for this reader."""
        facts, lines = self.request.facts, language.lines
        volcano, river = placing.volcano(facts.volcano, language.place), placing.river(facts.river, language.place)
        if volcano:
            yield lines["volcano"].format_map({"volcano": volcano})
        if river:
            yield lines["river"].format_map({"river": river})

    def _details(self, language: Language) -> Iterator[Piece]:
        facts = self.request.facts
        if facts.height is not None:
            height = {"height": f"{facts.height:g}"}
            yield _line(language, "height_over" if facts.over else "height_upto", height)
        elif facts.height_word is not None:
            yield _line(language, "height_huge" if facts.height_word is HeightWord.HUGE else "height_high", {})
        if facts.arriving:
            yield _line(language, "arriving", {})
        elif facts.arrival is not None:
            yield _line(language, "arrival", _clock(facts.arrival))
        if facts.until is not None:
            yield _line(language, "until", _clock(facts.until))
        if self.request.grade == "5-?":
            yield _line(language, "no_data", {})

    def _issued(self, language: Language) -> Piece:
        return _line(language, source_line(self.request.hazard, self.form), _clock(self.request.issued))


def _line(language: Language, key: str, values: Mapping[str, str]) -> Piece:
    """A line, also in fewer words where the language has them."""
    bare = language.brief.get(key, "")
    return Piece(language.lines[key].format_map(values), bare=bare and bare.format_map(values))


def _spot(where: Spot, language: Language, signs: bool) -> str:
    return language.lines["where"].format_map({"spot": placing.spot(where, language.place, as_on_signs=signs)})


def _shelter(where: Shelter, language: Language, style: PlaceStyle, *, signs: bool = False, brief: bool = False) -> str:
    name = placing.shelter(where, style, as_on_signs=signs)
    line = heads.said(language, language.lines, "shelter" if where.can_stay else "refuge", brief=brief)
    return line.format_map({"shelter": name})


def source_line(hazard: Hazard, form: Form = Form.FULL) -> str:
    """The key of the line that says who warned, and when: the core form has the clock only."""
    by = "_city" if hazard in BY_HAND else ""
    return f"clock{by}" if form is Form.CORE else f"issued{by}"


def drill_words(languages: tuple[Language, ...], *, unicode: bool) -> str:
    """The drill words: the reader's, and those a bystander knows unless they are said already."""
    own = " ".join(each.drill_word for each in languages)
    if any(each.drill_japanese in own for each in languages):
        return own
    return f"{own} {languages[-1].drill_japanese if unicode else languages[-1].drill_japanese_plain}"


@functools.lru_cache(maxsize=1024)
def _clock(time: datetime) -> Mapping[str, str]:
    """Placeholders of a time, in Japan: month and day as they are spoken, the clock with two digits."""
    local = time.astimezone(JST)
    return {
        "month": str(local.month),
        "day": str(local.day),
        "hour": f"{local.hour:02}",
        "minute": f"{local.minute:02}",
    }
