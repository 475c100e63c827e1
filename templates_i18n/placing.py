"""How a text names its places: in the reader's script, and in Japanese as on signs.

Owns the choice of name and the marks between names; the names are those of `alerts.places`.
"""

from alerts.places import Place, PlaceTable
from templates_i18n.language import PlaceStyle


class PlaceUnknown(LookupError):
    """A text cannot be made for a place that is not in the place tables."""


def known(places: PlaceTable, codes: tuple[str, ...]) -> tuple[Place, ...]:
    """The places of five-digit codes, in their order. PlaceUnknown names a code that is not there."""
    if not codes:
        raise PlaceUnknown("a text needs at least one place")
    found = []
    for code in codes:
        place = places.place(code)
        if place is None:
            raise PlaceUnknown(f"place {code}: not in the place tables {places.version}")
        found.append(place)
    return tuple(found)


def name(place: Place, style: PlaceStyle) -> str:
    """One place as a language writes it."""
    match style:
        case PlaceStyle.ENGLISH:
            return place.names.en
        case PlaceStyle.LATIN:
            return place.names.romaji
        case PlaceStyle.KANA:
            return place.names.kana
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return place.names.ja


def wording(
    found: tuple[Place, ...], style: PlaceStyle, *, as_on_signs: bool, others: tuple[tuple[Place, str], ...] = ()
) -> str:
    """All places, worst first, then the others each with its grade: "Wajima City / Suzu City (3)".

    With `as_on_signs` the first stands also in Japanese, where the style is Latin.
    """
    # wards carry a comma of their own: "Tsurumi Ward, Yokohama City"
    mark = "、" if style.is_japanese_script else " / "
    first, *further = (name(place, style) for place in found)
    if as_on_signs and not style.is_japanese_script:
        first = f"{first} {found[0].names.ja}"
    return mark.join([first, *further, *(_graded(place, style, grade) for place, grade in others)])


def _graded(place: Place, style: PlaceStyle, grade: str) -> str:
    words = name(place, style)
    return f"{words}（{grade}）" if style.is_japanese_script else f"{words} ({grade})"
