"""What lies around places: tags that make a lesson fit everybody there."""

from campaigns.lessons import choosing
from subscribers.tags import Tag


def tags(code: str) -> frozenset[Tag]:
    """The tags of a municipality or ward."""
    return choosing.load().of_place(code)
