"""The words of a bulletin in one language: what it is called, what to do, where. Pure; nothing is worded here."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts import hazards
from alerts.places import Place, PlaceTable
from alerts.vocabulary import BY_HAND
from delivery.bulletins.bulletin import Bulletin, Standing, Word
from templates_i18n import passages
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import PlaceStyle
from templates_i18n.placing import PlaceUnknown
from templates_i18n.render import TextRequest, Unworded
from web.residents import speech
from web.residents.speech import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Places of which a bulletin says the same."""

    word: Word
    #: municipality codes, in their order
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """One group in one language."""

    tag: str
    event: str
    headline: str
    description: str
    #: '' where nothing is to be done
    instruction: str
    #: code and name of each place
    areas: tuple[tuple[str, str], ...]


def groups(bulletin: Bulletin) -> tuple[Group, ...]:
    """What is told, each with its places; the gravest first."""
    found: list[tuple[Word, list[str]]] = []
    for place, word in sorted(bulletin.words.items()):
        members = next((places for known, places in found if known.same(word)), None)
        if members is None:
            found.append((word, [place]))
        else:
            members.append(place)
    rank = hazards.rule(bulletin.chain.hazard).rank
    found.sort(key=lambda group: rank(group[0].grade), reverse=True)
    return tuple(Group(word=word, places=tuple(places)) for word, places in found)


def tags(catalogue: Catalogue) -> tuple[str, ...]:
    """The languages that have words of their own, Japanese and English first: some readers take the first block."""
    first = [tag for tag in ("ja", "en") if tag in catalogue.by_tag]
    return (*first, *(tag for tag in catalogue.names if tag in catalogue.by_tag and tag not in first))


def worded(catalogue: Catalogue, places: PlaceTable, bulletin: Bulletin, group: Group, tag: str) -> Worded:
    """A group in one language."""
    spoken = speech.speak(catalogue, tag)
    hazard, word = bulletin.chain.hazard, group.word
    named = [(code, place) for code in group.places if (place := places.place(code)) is not None]
    event = spoken.grade(hazard, word.grade)
    areas = tuple((code, _named(spoken, places, place)) for code, place in named)
    issued = spoken.issued(hazard, word.issued)
    source = () if hazard in BY_HAND else (spoken("source"),)
    try:
        told = passages.take_apart(catalogue, _request(bulletin, word, [place for _, place in named]), tag, places)
    except (Unworded, PlaceUnknown):
        return Worded(
            tag=tag,
            event=event,
            headline=event,
            description="\n".join((event, issued, *source)),
            instruction="",
            areas=areas,
        )
    return Worded(
        tag=tag,
        event=event,
        headline=told.head,
        description="\n".join((*(told.details or (event,)), told.issued, *source)),
        instruction="\n".join(told.actions),
        areas=areas,
    )


def _request(bulletin: Bulletin, word: Word, among: Sequence[Place]) -> TextRequest:
    """For one of the places, by the sea if there is one: what to do there holds for all of them."""
    coastal = [place.code for place in among if place.coastal]
    return TextRequest(
        hazard=bulletin.chain.hazard,
        grade=word.grade,
        kind=word.kind,
        places=tuple([*coastal, *(place.code for place in among)][:1]),
        issued=word.issued,
        facts=word.facts,
    )


def _named(spoken: Speech, places: PlaceTable, place: Place) -> str:
    """With its prefecture: there is more than one Fuchu."""
    name, prefecture = spoken.place(place), spoken.prefecture(places, place.prefecture)
    match spoken.language.place:
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return f"{prefecture}{name}"
        case PlaceStyle.KANA:
            return f"{prefecture} {name}"
        case _:
            return f"{name}, {prefecture}"


def title(catalogue: Catalogue, places: PlaceTable, bulletin: Bulletin) -> str:
    """One line in English: what, the gravest first, and in which prefecture."""
    spoken, hazard = speech.speak(catalogue, "en"), bulletin.chain.hazard
    grades = sorted({word.grade for word in bulletin.words.values()}, key=hazards.rule(hazard).rank, reverse=True)
    over = "Over: " if bulletin.standing is Standing.ENDED else ""
    named = ", ".join(dict.fromkeys(spoken.grade(hazard, grade) for grade in grades))
    return f"{over}{named} ({spoken.prefecture(places, bulletin.chain.prefecture)})"
