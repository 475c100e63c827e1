"""What lies around places, read once: tags that make a lesson fit everybody there."""

import functools

from alerts import places
from alerts.places.rivers import load_rivers
from alerts.places.volcanoes import load_volcanoes
from campaigns.lessons import choosing
from campaigns.lessons.choosing import Surroundings
from subscribers.tags import Tag


def tags(code: str) -> frozenset[Tag]:
    """The tags of a municipality or ward."""
    return _tables().of_place(code)


@functools.cache
def _tables() -> Surroundings:
    return choosing.surroundings(places.load(), load_rivers(), load_volcanoes())
