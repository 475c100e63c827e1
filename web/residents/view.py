"""From a story to what an alert's page says: pictograms, words, what to do, places, changes. Pure.

The words are those of the SMS, made by the same catalogue from the same facts; nothing is worded here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from alerts.places import PlaceTable
from alerts.vocabulary import BY_HAND, NONE, Hazard, Kind
from templates_i18n import pictograms
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import Language
from templates_i18n.placing import PlaceUnknown
from templates_i18n.render import Form, Rendered, TextRequest, Unworded, render
from web import grades
from web.residents.rows import Warned
from web.residents.speech import Sign, Speech
from web.residents.story import Moment, PlaceNow, Story

#: more places than this are named by prefecture first
_NAMED = 60
_CHANGES = {
    Kind.RAISED: "raised",
    Kind.LOWERED: "lowered",
    Kind.LIFTED: "lifted",
    Kind.CORRECTED: "corrected",
    Kind.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do, or not to do."""

    signs: tuple[Sign, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of what has changed."""

    issued: str
    #: what sort of change; '' for what the alert began with
    kind: str
    #: what was in force from then on; '' if nothing
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place or a prefecture of a list."""

    name: str
    href: str
    #: places in it; 0 for a place
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceGroup:
    """Places with the same grade now."""

    words: str
    badge: Sign | None
    names: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The words of the SMS, taken apart."""

    heads: tuple[str, ...]
    #: place, official name, details; what to do stands in `acts`
    body: tuple[str, ...]
    acts: tuple[Act, ...]
    issued: str
    #: "mul" where it speaks two languages
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """Everything on the page."""

    over: bool
    #: JMA said it, not a municipality
    by_jma: bool
    signs: tuple[Sign, ...]
    text: Text
    changes: tuple[Change, ...]
    groups: tuple[PlaceGroup, ...]
    #: how many places the alert has
    places: int


def link(story: Story, speech: Speech, view: str = "", **further: str) -> str:
    """An address of this alert's pages that keeps language and place."""
    query = {"l": speech.tag, "p": story.place} | further
    return f"/a/{story.alert_id}{view}?{urlencode(query)}"


def build(catalogue: Catalogue, places: PlaceTable, story: Story, speech: Speech, within: str = "") -> AlertView:
    """The page in one language; `within` is the prefecture whose places are listed."""
    return AlertView(
        over=story.over,
        by_jma=story.hazard not in BY_HAND,
        signs=tuple(speech.sign(name) for name in signs(story)),
        text=_text(catalogue, places, story, speech),
        changes=tuple(_change(story, moment, speech) for moment in story.moments),
        groups=tuple(_groups(places, story, speech, within)) if len(story.places) > 1 else (),
        places=len(story.places),
    )


def signs(story: Story) -> tuple[str, ...]:
    """The badge and the hazard, as ids."""
    drawn = pictograms.load()
    hazard = drawn.hazards[story.hazard]
    if story.over:
        return pictograms.ALL_CLEAR, hazard
    badge = drawn.level(story.latest.change.after)
    return (badge, hazard) if badge else (hazard,)


def request_of(story: Story) -> TextRequest | None:
    """What the catalogue is asked for; None where there is nothing to say but that it is over."""
    moment = story.latest
    ended = moment.kind in (Kind.LIFTED, Kind.CANCELLED)
    grade = story.worst_told if ended else moment.change.after
    if grade == NONE or story.ended_by_time:
        return None
    return TextRequest(
        hazard=story.hazard,
        grade=grade,
        kind=moment.kind,
        places=(story.place,),
        issued=moment.change.issued,
        facts=moment.change.facts,
    )


def _text(catalogue: Catalogue, places: PlaceTable, story: Story, speech: Speech) -> Text:
    request = request_of(story)
    if request is None:
        return _bare(places, story, speech, heads=())
    try:
        made = render(catalogue, request, speech.tag, Form.FULL, places)
    except (Unworded, PlaceUnknown):
        return _bare(places, story, speech, heads=(speech.grade(story.hazard, request.grade),))
    return _apart(catalogue, made, speech)


def _bare(places: PlaceTable, story: Story, speech: Speech, *, heads: tuple[str, ...]) -> Text:
    """Name and place only, where the catalogue has no text."""
    place = places.place(story.place)
    name = speech.place(place) if place else story.place
    grade = speech.grade(story.hazard, story.worst_told)
    return Text(
        heads=heads,
        body=(name,) if heads else (grade, name),
        acts=(),
        issued=speech.issued(story.hazard, story.latest.change.issued),
        lang=speech.lang,
    )


def _apart(catalogue: Catalogue, made: Rendered, speech: Speech) -> Text:
    """Head, body and what to do; of two voices the second one says what to do."""
    voices = made.language.split("+")
    language = catalogue.by_tag[voices[-1]]
    lines = [line for line in made.written if line != made.neighbour]
    words = {action: _words_of(action, language, speech) for action in made.actions}
    said = set(words.values())
    return Text(
        heads=tuple(lines[: len(voices)]),
        body=tuple(line for line in lines[len(voices) : -1] if line not in said),
        acts=tuple(Act(signs=_signs_of(action, speech), words=text) for action, text in words.items() if text),
        issued=lines[-1],
        lang="mul" if len(voices) > 1 else made.language,
    )


def _words_of(action: str, language: Language, speech: Speech) -> str:
    """What to do in words: a head of a language's own may leave an act without words, then its pictograms' names."""
    own = language.phrases.get(action) or language.acts.get(action)
    return own or ", ".join(sign.name for sign in _signs_of(action, speech))


def _signs_of(action: str, speech: Speech) -> tuple[Sign, ...]:
    return tuple(speech.sign(name) for name in pictograms.load().of(action))


def _change(story: Story, moment: Moment, speech: Speech) -> Change:
    kind = _CHANGES.get(moment.kind)
    ended = moment.kind in (Kind.LIFTED, Kind.CANCELLED)
    return Change(
        issued=speech.issued(story.hazard, moment.change.issued),
        kind=speech(kind) if kind else "",
        grade="" if ended else speech.grade(story.hazard, moment.change.after),
    )


def _groups(places: PlaceTable, story: Story, speech: Speech, within: str) -> Iterator[PlaceGroup]:
    by_prefecture = len(story.places) > _NAMED and not within
    by_grade: dict[str, list[PlaceNow]] = {}
    for place in story.places:
        if not within or place.code.startswith(within):
            by_grade.setdefault(place.now, []).append(place)
    name: Callable[[PlaceTable, Story, Speech, list[PlaceNow]], Iterator[Named]]
    name = _prefectures if by_prefecture else _towns
    for grade, members in by_grade.items():
        level = pictograms.load().level(grade)
        yield PlaceGroup(
            words=speech("over_here") if grade == NONE else speech.grade(story.hazard, grade),
            badge=speech.sign(level) if level else None,
            names=tuple(name(places, story, speech, members)),
        )


def _towns(places: PlaceTable, story: Story, speech: Speech, members: list[PlaceNow]) -> Iterator[Named]:
    for member in members:
        place = places.place(member.code)
        if place is not None:
            yield Named(name=speech.place(place), href=link(story, speech, p=member.code))


def _prefectures(places: PlaceTable, story: Story, speech: Speech, members: list[PlaceNow]) -> Iterator[Named]:
    count: dict[str, int] = {}
    for member in members:
        count[member.code[:2]] = count.get(member.code[:2], 0) + 1
    for code, number in sorted(count.items()):
        href = f"{link(story, speech, **{'in': code})}#places"
        yield Named(name=speech.prefecture(places, code), href=href, count=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """A hazard on the start page, with the prefectures where it is in force at this grade."""

    sign: Sign
    badge: Sign | None
    words: str
    names: tuple[Named, ...]


def warned(places: PlaceTable, found: tuple[Warned, ...], speech: Speech) -> tuple[Warning, ...]:
    """The list of the start page, the gravest first."""
    drawn = pictograms.load()
    groups: dict[tuple[Hazard, str], list[Named]] = {}
    for one in sorted(
        found, key=lambda one: (grades.mark(one.hazard, one.grade).gravity, one.prefecture), reverse=True
    ):
        href = f"/a/{one.alert_id}?{urlencode({'l': speech.tag, 'p': one.place})}" if one.alert_id else ""
        groups.setdefault((one.hazard, one.grade), []).insert(
            0, Named(name=speech.prefecture(places, one.prefecture), href=href)
        )
    return tuple(
        Warning(
            sign=speech.sign(drawn.hazards[hazard]),
            badge=speech.sign(level) if (level := drawn.level(grade)) else None,
            words=speech.grade(hazard, grade),
            names=tuple(names),
        )
        for (hazard, grade), names in groups.items()
    )
