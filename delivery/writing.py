"""Who writes texts for the planner: a protocol, and the catalogue behind it. Keeps nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from alerts.changes import PlaceChange
from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from delivery.joining import sentences
from delivery.joining.sentences import Sentence
from delivery.telling import Telling
from templates_i18n import placing, segments, service_texts
from templates_i18n.catalogue import Catalogue
from templates_i18n.render import Form, TextRequest, render
from templates_i18n.request import Shelter
from templates_i18n.segments import Segmentation


class Unwritable(LookupError):
    """No text can be made for this change: words or the name of a place are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One text as it is stored and sent."""

    text: str
    #: the voice: a language tag, or two joined by +
    language: str
    form: str
    encoding: str
    units: int
    segments: int


class Writer(Protocol):
    """Makes texts; the same arguments always give the same text."""

    @property
    def version(self) -> str:
        """Of all words together; kept with every text."""
        ...

    def write(
        self,
        hazard: Hazard,
        changes: Mapping[str, PlaceChange],
        telling: Telling,
        form: Form,
        alert_id: int | None = None,
        shelter: Shelter | None = None,
    ) -> Written:
        """The text of an alert for one reader, with the place to go to. Unwritable says what is missing."""
        ...

    def welcome(self, municipality: str, language: str, *, themself: bool = False) -> Written:
        """The first text a new person gets, who may have registered themself. Unwritable says what is missing."""
        ...


def request_of(hazard: Hazard, changes: Mapping[str, PlaceChange], telling: Telling) -> TextRequest:
    """What the catalogue is asked for; facts and time are those of the worst place."""
    first = changes[telling.places[0][0]]
    worst = telling.places[0][1]
    return TextRequest(
        hazard=hazard,
        grade=telling.grade,
        kind=telling.kind,
        places=tuple(place for place, grade in telling.places if grade == worst),
        others=tuple((place, grade) for place, grade in telling.places if grade != worst),
        issued=first.issued,
        facts=first.facts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueWriter:
    """The catalogue's words and the place tables' names."""

    catalogue: Catalogue
    places: PlaceTable
    #: whether texts may promise STOP by SMS
    two_way: bool = False
    #: where residents reach our pages, without a slash at its end; '' where texts have no link
    pages: str = ""
    #: where people change what they registered themself; '' where they cannot
    own_page: str = ""

    @property
    def version(self) -> str:
        """Of the catalogue."""
        return self.catalogue.version

    def write(
        self,
        hazard: Hazard,
        changes: Mapping[str, PlaceChange],
        telling: Telling,
        form: Form,
        alert_id: int | None = None,
        shelter: Shelter | None = None,
    ) -> Written:
        """See `Writer`."""
        try:
            link = self._link(telling, alert_id)
            request = replace(request_of(hazard, changes, telling), link=link, shelter=shelter)
            made = render(self.catalogue, request, telling.language, form, self.places)
        except LookupError as error:
            raise Unwritable(str(error)) from error
        return written(made.text, made.language, made.form, made.segmentation)

    def _link(self, telling: Telling, alert_id: int | None) -> str:
        """The short address of the alert's page at the worst place, in the reader's language; '' for none."""
        if not self.pages or alert_id is None:
            return ""
        return f"{self.pages}/a/{alert_id}.{telling.places[0][0]}.{telling.language}"

    def welcome(self, municipality: str, language: str, *, themself: bool = False) -> Written:
        """See `Writer`."""
        try:
            place = placing.known(self.places, (municipality,))
            style = self.catalogue.fallback(language).languages[-1].place
            name = placing.wording(place, style, as_on_signs=False)
            stop = "stop_by_sms" if self.two_way else "stop_by_city"
            if themself and self.own_page and not self.two_way:
                tag = self.catalogue.fallback(language).languages[-1].tag
                stop = sentences.line(tag, Sentence.LEAVE, link=self.own_page)
            made = service_texts.service_text(self.catalogue, "welcome", language, place=name, stop=stop)
        except LookupError as error:
            raise Unwritable(f"welcome text of {municipality} in {language}: {error}") from error
        return written(made.text, made.language, "", made.segmentation)


def counted(text: str, language: str) -> Written:
    """A text of our own making, with its segments counted."""
    return written(text, language, "", segments.count(text))


def written(text: str, language: str, form: str, segmentation: Segmentation) -> Written:
    """A text with its count."""
    return Written(
        text=text,
        language=language,
        form=form,
        encoding=segmentation.encoding,
        units=segmentation.units,
        segments=segmentation.segments,
    )
