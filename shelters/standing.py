"""Of every site of a place: whether texts of one warning name it, and why not. Pure; for who imports a list."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shelters import finding
from shelters.finding import Here, Need, Texts, Why
from shelters.site import Site, State


class Standing(StrEnum):
    """Whether texts name a site, or why not."""

    NAMED = "named"
    NEAREST = "nearest"  #: named as the nearest by the municipality's word, although some live far from it
    NOT_NOW = "not_now"  #: texts of this warning name none
    NOT_MEANT = "not_meant"  #: not designated for all that it needs
    FULL = "full"
    CLOSED = "closed"
    NOT_OPEN = "not_open"  #: others are marked open
    NOT_CHOSEN = "not_chosen"  #: it needs the municipality's choice
    FAR = "far"  #: it lies too far from some other site, or nobody knows where it lies
    FAR_ON_FOOT = "far_on_foot"  #: the same, where a wave may come first
    SMALL = "small"  #: more people are registered than it holds
    SECOND = "second"  #: another is chosen, or nearer to the municipal office


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """All sites of a place in one warning."""

    found: Site | Why
    #: by `Entry.key`, of those that were asked for and of the one that is named
    standing: dict[str, Standing]


def judge(here: Here, wanted: Need | None, people: int, only: Collection[int] | None = None) -> Judged:
    """What texts to all `people` of the place name, and how every site stands, or `only` those of these ids."""
    sites = [site for site in here.ranked if only is None or site.id in only]
    if wanted is None or wanted.texts is Texts.NEVER:
        return Judged(found=Why.NOT_NOW, standing={site.entry.key: Standing.NOT_NOW for site in sites})
    fit = finding.fitting(here, wanted)
    found = finding.of_fitting(fit, here, wanted, people)
    standing = {site.entry.key: Standing.NOT_MEANT for site in sites}
    # texts may name all sites of a state or none of them
    asked = {site.state for site in finding.asking(fit)}
    for site in fit:
        if only is not None and site.id not in only and site is not found:
            continue
        if site.state in asked:
            standing[site.entry.key] = _of_usable(site, found, here, wanted, people)
        else:
            standing[site.entry.key] = _UNUSABLE.get(site.state, Standing.NOT_OPEN)
    return Judged(found=found, standing=standing)


def _of_usable(site: Site, found: Site | Why, here: Here, wanted: Need, people: int) -> Standing:
    near = finding.is_near(site, here, wanted)
    if isinstance(found, Site) and found.entry.key == site.entry.key:
        sure = site.chosen or (near and finding.holds(site, people))
        return Standing.NAMED if sure else Standing.NEAREST
    if site.chosen or (isinstance(found, Site) and found.chosen):
        return Standing.SECOND
    if wanted.texts is Texts.CHOSEN:
        return Standing.NOT_CHOSEN
    if finding.by_word(site, here, wanted):
        return Standing.SECOND
    if not near:
        return Standing.FAR_ON_FOOT if wanted.texts is Texts.WALK else Standing.FAR
    return Standing.SECOND if finding.holds(site, people) else Standing.SMALL


_UNUSABLE = {State.FULL: Standing.FULL, State.CLOSED: Standing.CLOSED}
