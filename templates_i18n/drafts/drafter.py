"""What a draft by machine is asked of, and the ways through models: by English where there is no shorter. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from templates_i18n.drafts import known
from templates_i18n.drafts.shelf import Model

_PIVOT = "en"


class Why(StrEnum):
    """Why there is no draft."""

    BUSY = "busy"
    TOO_SLOW = "too_slow"
    FELL = "fell"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a machine wrote."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No draft."""

    why: Why
    #: for a person
    text: str


class Drafter(Protocol):
    """Drafts by machine."""

    def models(self) -> Sequence[Model]:
        """Those that may be used."""
        ...

    async def translate(self, models: Sequence[str], text: str) -> Made | Failed:
        """A text through models by their names, one after the other."""
        ...


class NoDrafter:
    """Without the extra: people write themselves."""

    def models(self) -> Sequence[Model]:
        """None."""
        return []

    async def translate(self, models: Sequence[str], text: str) -> Made | Failed:
        """Never."""
        return Failed(why=Why.REFUSED, text="the extra `translate` is not installed")


class Offer(StrEnum):
    """What a machine can do for a language."""

    READY = "ready"
    NOT_INSTALLED = "not_installed"  #: a model is published
    NONE_EXISTS = "none_exists"  #: nobody publishes one


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Models one after the other."""

    models: tuple[Model, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """As the drafter is asked."""
        return tuple(model.name for model in self.models)

    @property
    def says(self) -> str:
        """Kept with the draft: which models of which versions, by name and hash."""
        return " + ".join(f"Argos {model.name} ({model.sha256[:12]})" for model in self.models)


def way(models: Iterable[Model], source: str, target: str) -> Way | None:
    """From one of our languages to another, the shortest; None where models are missing. The newest version wins."""
    by_pair: dict[tuple[str, str], Model] = {}
    for model in sorted(models, key=lambda one: (_numbers(one.version), one.name)):
        by_pair[model.source, model.target] = model
    return _direct(by_pair, source, target) or _pivot(by_pair, source, target)


def offer(models: Iterable[Model], source: str, target: str) -> Offer:
    """What can be done from one of our languages to another."""
    if way(models, source, target) is not None:
        return Offer.READY
    table = known.load()
    return Offer.NOT_INSTALLED if table.has_models(source) and table.has_models(target) else Offer.NONE_EXISTS


def _direct(by_pair: Mapping[tuple[str, str], Model], source: str, target: str) -> Way | None:
    codes = known.load().codes
    pairs = ((one, other) for one in codes.get(source, ()) for other in codes.get(target, ()))
    return next((Way(models=(by_pair[pair],)) for pair in pairs if pair in by_pair), None)


def _pivot(by_pair: Mapping[tuple[str, str], Model], source: str, target: str) -> Way | None:
    if _PIVOT in (source, target):
        return None
    first, second = _direct(by_pair, source, _PIVOT), _direct(by_pair, _PIVOT, target)
    return Way(models=(*first.models, *second.models)) if first and second else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
