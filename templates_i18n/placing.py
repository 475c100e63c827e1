"""How a text names its places, volcanoes, rivers and buildings: in the reader's script, and in Japanese as on signs.

Owns the choice of name and the marks between names; the names are those of `alerts.places`. What has no safe
writing for a reader is left unnamed: nothing is invented.
"""

from alerts import places as tables
from alerts.places import Place, PlaceTable
from alerts.report import Spot
from templates_i18n.composition import Heard
from templates_i18n.language import PlaceStyle
from templates_i18n.request import Shelter

#: metres
_KILOMETRE = 1000


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


def ward_alone(found: tuple[Place, ...], style: PlaceStyle) -> str:
    """The one place, a ward, without its city, which whoever lives there knows: "Yahatahigashi"; else empty."""
    if style.is_japanese_script or len(found) > 1:
        return ""
    ward, comma, _ = name(found[0], style).partition(", ")
    return ward if comma else ""


def _graded(place: Place, style: PlaceStyle, grade: str) -> str:
    words = name(place, style)
    return f"{words}（{grade}）" if style.is_japanese_script else f"{words} ({grade})"


def volcano(code: str | None, style: PlaceStyle) -> str:
    """A volcano by its three-digit code, or empty: unknown, or no reading in kana."""
    found = tables.load_volcanoes().volcano(code) if code else None
    return _written(found.ja, found.en, found.kana, style) if found else ""


def river(code: str | None, style: PlaceStyle) -> str:
    """A river by its forecast area, without its system and the word river, or empty."""
    area = tables.load_rivers().area(code) if code else None
    if area is None:
        return ""
    latin = area.en.rsplit(", ", 1)[-1].removesuffix(" River")
    return _written(area.ja.rsplit("\u3000", 1)[-1], latin, "", style)


def _written(ja: str, latin: str, kana: str, style: PlaceStyle) -> str:
    match style:
        case PlaceStyle.KANA:
            return kana
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return ja
        case PlaceStyle.ENGLISH | PlaceStyle.LATIN:
            return latin


def spot(where: Spot, style: PlaceStyle, *, as_on_signs: bool) -> str:
    """A building or street; with `as_on_signs` also in Japanese, where the style is Latin."""
    match style:
        case PlaceStyle.KANA:
            return where.kana or where.ja
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return where.ja
        case PlaceStyle.ENGLISH | PlaceStyle.LATIN:
            return f"{where.latin} {where.ja}".strip() if as_on_signs else where.latin


def has_name(where: Spot, style: PlaceStyle, *, as_on_signs: bool) -> bool:
    """Whether there is a name for these readers: a list of sites may have no reading, and none is invented."""
    match style:
        case PlaceStyle.KANA:
            return bool(where.kana)
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return True
        case PlaceStyle.ENGLISH | PlaceStyle.LATIN:
            return as_on_signs or bool(where.latin)


def shelter(where: Shelter, style: PlaceStyle, *, as_on_signs: bool) -> str:
    """A shelter with the way to it: "Kominkan 公民館 (400 m)"."""
    words = spot(where.name, style, as_on_signs=as_on_signs)
    if where.metres is None:
        return words
    way = distance(where.metres)
    return f"{words}（{way}）" if style.is_japanese_script else f"{words} ({way})"


def distance(metres: int) -> str:
    """A way as people judge it: in steps of 50 m, from one kilometre on in steps of 100 m: "400 m", "1.2 km"."""
    near = max(50, round(metres / 50) * 50)
    return f"{near} m" if near < _KILOMETRE else f"{metres / _KILOMETRE:.1f} km"


def heard(word: Heard, style: PlaceStyle, *, as_on_signs: bool) -> str:
    """What loudspeakers say, in letters that the reader can read aloud."""
    match style:
        case PlaceStyle.KANA:
            return word.kana
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return word.japanese
        case PlaceStyle.ENGLISH | PlaceStyle.LATIN:
            return f"{word.latin} {word.japanese}" if as_on_signs else word.latin
