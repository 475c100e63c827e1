"""What people may tell of themselves so that lessons fit: ten words, all optional, none about papers or origin."""

from collections.abc import Iterable
from enum import StrEnum


class Tag(StrEnum):
    """What may be known of a place or a person, and makes a lesson fit."""

    NEW_ARRIVAL = "new_arrival"
    FAMILY_WITH_BABY = "family_with_baby"
    ELDERLY = "elderly"
    STUDENT = "student"
    DORMITORY = "dormitory"
    NEAR_SEA = "near_sea"
    NEAR_RIVER = "near_river"
    NEAR_SLOPE = "near_slope"
    NEAR_VOLCANO = "near_volcano"
    SNOW_COUNTRY = "snow_country"


def known(names: Iterable[str]) -> tuple[Tag, ...]:
    """The tags among some words, in the order of `Tag`; other words are nobody's."""
    given = set(names)
    return tuple(tag for tag in Tag if tag.value in given)
