"""An alert's words in one language taken apart, for readers that have more room than an SMS. Pure.

The same parts as those of the SMS, with all accents, and without a place: who asks names its own places.
"""

from dataclasses import dataclass

from alerts.places import PlaceTable
from templates_i18n import placing
from templates_i18n.catalogue import Catalogue
from templates_i18n.layouts import Layout
from templates_i18n.parts import PartsWriter
from templates_i18n.request import Form, TextRequest, Unworded

_ALL = Layout(unicode=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What is told, by its purpose."""

    head: str
    #: official name, what loudspeakers say, details
    details: tuple[str, ...]
    #: what to do, the main action first
    actions: tuple[str, ...]
    #: who says so, and when
    issued: str


def take_apart(catalogue: Catalogue, request: TextRequest, tag: str, places: PlaceTable) -> Passages:
    """The words of exactly this language. Unworded where it has none, PlaceUnknown."""
    voice = catalogue.voices(tag)[0]
    if voice.tag != tag:
        raise Unworded(f"{tag}: no words of its own")
    language = voice.languages[0]
    try:
        found = placing.known(places, request.places)
        parts = PartsWriter(catalogue, request, Form.FULL, found, ()).parts(voice)
        actions = [language.phrases.get(each) or language.acts[each] for each in parts.shown_actions(_ALL)]
    except KeyError as error:
        raise Unworded(f"no words for {request.hazard} {request.grade} {request.kind}: {error}") from error
    said = [piece.text for piece in parts.body if piece is not parts.place and piece.role in _ALL.roles and piece.text]
    return Passages(
        head=parts.heads[0],
        details=tuple(line for line in said[:-1] if line not in actions),
        actions=tuple(actions),
        issued=said[-1],
    )
