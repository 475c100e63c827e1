"""The words under which a case is found for what it carries as a code, in English and Japanese."""

import functools

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from cases.case import LifeStage
from cases.searching import Labels
from templates_i18n import catalogue
from web import words


@functools.cache
def load(places: PlaceTable) -> Labels:
    """Of this installation."""
    spoken = tuple(words.load().values())
    names = catalogue.load().names
    return Labels(
        places=places,
        hazards={hazard: tuple(w.named("hazard", hazard) for w in spoken) for hazard in Hazard},
        stages={stage: tuple(w.named("stage", stage) for w in spoken) for stage in LifeStage},
        languages={tag: (name.english, name.japanese, name.name) for tag, name in names.items()},
    )
