"""What somebody has chosen on the way through /join, as it travels in addresses and forms. Pure.

Everything is the reader's own choice and is read anew at each step: what makes no sense is left out, never an error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from alerts.places import PlaceTable
from subscribers import tags
from subscribers.registration import DEFAULT_MIN_LEVEL, MAX_FURTHER_PLACES, Registration
from subscribers.tags import Tag

#: a level 2 advisory is never sent, so that choosing it would promise nothing
LEVELS = ("L3", "L4")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The state between two steps."""

    #: tag; '' before it is chosen
    language: str
    #: five digits of the municipality whose QR code was read, or ''
    invited_by: str = ""
    #: home first
    places: tuple[str, ...] = ()
    min_level: str = DEFAULT_MIN_LEVEL
    lessons: bool = True
    #: what fits them, so that lessons do
    tags: tuple[Tag, ...] = ()

    @property
    def has_room(self) -> bool:
        """Whether another place may be added."""
        return len(self.places) <= MAX_FURTHER_PLACES

    def href(self, path: str = "/join", **more: str) -> str:
        """An address with all of this."""
        query = {
            "l": self.language,
            "m": self.invited_by,
            "p": ",".join(self.places),
            "lv": "" if self.min_level == DEFAULT_MIN_LEVEL else self.min_level,
            "le": "" if self.lessons else "0",
            "tg": ",".join(self.tags),
            **more,
        }
        return f"{path}?{urlencode({name: value for name, value in query.items() if value}, safe=',')}"

    def fields(self) -> list[tuple[str, str]]:
        """For the hidden fields of a form that asks for the rest."""
        return [("l", self.language), ("m", self.invited_by), ("p", ",".join(self.places))]

    def to_json(self) -> dict[str, object]:
        """As it is kept until the code is entered."""
        return {
            "l": self.language,
            "m": self.invited_by,
            "p": ",".join(self.places),
            "lv": self.min_level,
            "le": "1" if self.lessons else "0",
            "tg": ",".join(self.tags),
        }

    def registration(self) -> Registration:
        """What is registered."""
        return Registration(
            language=self.language,
            places=self.places,
            lessons=self.lessons,
            min_level=self.min_level,
            tags=self.tags,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What answers may name."""

    places: PlaceTable
    languages: frozenset[str] = field(default_factory=frozenset)


def read(given: Mapping[str, object], known: Known) -> Answers:
    """The answers in a query, a form or kept JSON."""
    values = {name: str(value)[:_LONGEST] for name, value in given.items()}
    language = values.get("l", "")
    invited_by = values.get("m", "")
    invited_by = invited_by if known.places.place(invited_by) else ""
    return Answers(
        language=language if language in known.languages else "",
        invited_by=invited_by,
        places=places(values.get("p", "") or invited_by, known.places),
        min_level=level if (level := values.get("lv", "")) in LEVELS else DEFAULT_MIN_LEVEL,
        lessons=values.get("le", "1") != "0",
        # a form has a field for each box, what is kept a list
        tags=tags.known([*values.get("tg", "").split(","), *(tag for tag in Tag if values.get(f"tg_{tag}"))]),
    )


def places(text: str, table: PlaceTable, most: int = MAX_FURTHER_PLACES + 1) -> tuple[str, ...]:
    """Known codes out of a list with commas, each once."""
    return tuple(_known(text.split(","), table))[:most]


def _known(codes: Iterable[str], table: PlaceTable) -> dict[str, None]:
    return dict.fromkeys(code for code in codes if table.place(code) is not None)
