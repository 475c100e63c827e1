"""Reports out of what two people have signed: folded like those of telegrams, one for each municipality. Pure.

A municipality speaks for itself, so that a later word on one leaves the others as they are. What it says of a
district, and each notice, is an event of its own: two of them stand beside each other in one place.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.report import HAND, AreaReport, AreaScheme, Report
from alerts.vocabulary import NONE, Hazard, InfoType, Status
from delivery.byhand import drafts
from delivery.byhand.drafts import Draft


def event_of(draft: Draft, name: str) -> str:
    """What people are told once of: the district, the notice, else the municipality's one evacuation."""
    if draft.hazard is Hazard.NOTICE:
        return name
    return draft.spot.ja if draft.spot else ""


def of_draft(
    draft: Draft, name: str, *, issued: datetime, signed: datetime, info: InfoType = InfoType.ISSUE
) -> list[Report]:
    """A report per area. `name` is that of the submission; `issued` stands in texts, `signed` orders them."""
    facts = draft.facts()
    return [
        Report(
            digest=_digest(name, area, drafts.to_json(draft)),
            type=HAND,
            status=Status.ACTUAL,
            info_type=info,
            hazard=draft.hazard,
            sent=signed,
            issued=draft.issued or issued,
            lineage=(lineage(area, event_of(draft, name), draft.source),),
            areas=(
                AreaReport(
                    scheme=AreaScheme.MUNICIPALITY,
                    code=area,
                    grade=draft.grade,
                    lifted=draft.grade == NONE,
                    facts=facts,
                ),
            ),
            valid_until=draft.ends,
            unit=name,
        )
        for area in draft.areas
    ]


def withdrawal(draft: Draft, wrong: str, name: str, *, issued: datetime, signed: datetime) -> list[Report]:
    """Takes back what the submission `wrong` told with this draft; `name` is that of the submission that says so."""
    return [
        Report(
            digest=_digest(name, area, {"withdraws": wrong}),
            type=HAND,
            status=Status.ACTUAL,
            info_type=InfoType.CANCEL,
            hazard=draft.hazard,
            sent=signed,
            issued=issued,
            lineage=(lineage(area, event_of(draft, wrong), draft.source),),
            unit=wrong,
        )
        for area in draft.areas
    ]


def ends_of_sources(
    draft: Draft, ends: Iterable[Sequence[str]], name: str, *, issued: datetime, signed: datetime
) -> list[Report]:
    """What two people lift or lower ends also where a source says it. `ends`: (strand of the source, place)."""
    return [
        Report(
            digest=_digest(name, place, {"ends": strand}),
            type=HAND,
            status=Status.ACTUAL,
            info_type=InfoType.ISSUE,
            hazard=draft.hazard,
            sent=signed,
            issued=issued,
            lineage=(strand,),
            areas=(AreaReport(scheme=AreaScheme.MUNICIPALITY, code=place, grade=NONE, lifted=True),),
            unit=name,
        )
        for strand, place in ends
    ]


def is_of_source(strand: str) -> bool:
    """Whether a source speaks in it."""
    return strand.startswith("cap.")


def lineage(area: str, event: str, source: str = "") -> str:
    """What replaces what: people speak in one strand for each municipality, and so does each source."""
    return f"{f'cap.{source}' if source else 'hand'}:{area}:{event}"


def _digest(name: str, area: str, body: object) -> str:
    """Of what was signed, as a telegram's is of its bytes."""
    text = json.dumps([name, area, body], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
