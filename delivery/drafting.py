"""From tellings to messages ready to queue: one text for all who are told the same in one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.changes import PlaceChange
from alerts.notices import Notice, NoticeKind
from alerts.vocabulary import Hazard, Kind
from delivery import messages, priority
from delivery.messages import Draft
from delivery.telling import Telling
from delivery.writing import Unwritable, Writer, Written
from templates_i18n.render import Form
from templates_i18n.request import Shelter

_Key = tuple[Kind, tuple[tuple[str, str], ...], str]
_RISES = frozenset({Kind.NEW, Kind.RAISED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What all texts of one plan share."""

    broadcast_id: int
    hazard: Hazard
    event: str
    revision: int
    form: Form
    expires_at: datetime
    #: whose page texts may link
    alert_id: int | None = None
    #: '' for a broadcast's own plan; else set apart, so that a person who joins has a key of their own
    occasion: str = ""
    #: see `Draft`
    doubtful_since: datetime | None = None


@dataclass(slots=True)
class Groups:
    """People of one chunk by the text they get, and what went wrong."""

    drafts: dict[_Key, tuple[Draft, list[int]]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    #: people who were to be told, but no text could be made
    textless: int = 0

    @property
    def planned(self) -> int:
        """Messages."""
        return sum(len(people) for _, people in self.drafts.values())

    @property
    def segments(self) -> int:
        """Segments of all messages together."""
        return sum(draft.written.segments * len(people) for draft, people in self.drafts.values())


class Drafter:
    """Writes each text of a scope once."""

    def __init__(
        self,
        writer: Writer,
        scope: Scope,
        changes: Callable[[], Mapping[str, PlaceChange]],
        shelter: Callable[[Telling], Shelter | None] = lambda telling: None,
    ) -> None:
        """`changes` gives the changes that tellings speak of, `shelter` the place to go to that a text may name."""
        self._writer = writer
        self._scope = scope
        self._changes = changes
        self._shelter = shelter
        self._made: dict[_Key, Draft | Notice] = {}

    def add(self, groups: Groups, person: int, tellings: tuple[Telling, ...]) -> None:
        """Put a person into the groups of their texts."""
        for telling in tellings:
            key = (telling.kind, telling.places, telling.language)
            if key in groups.drafts:
                groups.drafts[key][1].append(person)
                continue
            made = self._made.get(key)
            if made is None:
                made = self._made[key] = self._draft(telling)
            if isinstance(made, Notice):
                groups.notices.append(made)
                groups.textless += 1
            else:
                groups.drafts[key] = (made, [person])

    def forget(self) -> None:
        """What texts depend on has changed: write them anew."""
        self._made = {}

    def _draft(self, telling: Telling) -> Draft | Notice:
        scope = self._scope
        try:
            written = self._writer.write(
                scope.hazard, self._changes(), telling, scope.form, scope.alert_id, self._shelter(telling)
            )
        except Unwritable as error:
            return _textless(scope, telling, error)
        return self._with(telling, written)

    def _with(self, telling: Telling, written: Written) -> Draft:
        scope = self._scope
        part = "" if telling.kind in _RISES else f":{telling.kind}"
        return Draft(
            broadcast_id=scope.broadcast_id,
            change_key=f"b{scope.broadcast_id}{part}{scope.occasion}",
            hazard=scope.hazard,
            event=scope.event,
            places=dict(telling.places),
            kind=telling.kind,
            revision=scope.revision,
            language=telling.language,
            written=written,
            text_key=messages.text_key(scope.broadcast_id, telling, written, self._writer.version),
            priority=priority.of(scope.hazard, telling.grade, telling.kind),
            expires_at=scope.expires_at,
            doubtful_since=scope.doubtful_since,
        )


def _textless(scope: Scope, telling: Telling, error: Unwritable) -> Notice:
    return Notice(
        kind=NoticeKind.TEXT,
        subject=f"{scope.hazard} {telling.grade} {telling.kind} {telling.language}",
        text=f"Broadcast {scope.broadcast_id}: some people are not told, because no text could be made: {error}."
        " Bring the catalogue and the place tables up to date.",
        urgent=True,
    )
