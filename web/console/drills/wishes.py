"""What the form of a new drill says, checked: a drill to be added, or what is wrong with it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from campaigns.drills import script, wording
from campaigns.drills.offering import Offer
from campaigns.drills.script import Script, ScriptError
from campaigns.drills.store import Audience, New
from delivery.drilling import consent
from storage.connection import Connection
from web.state import WebState

#: stands for a script of one's own among the bundled days
WRITTEN: Final = "written"
_PHONES: Final = 2000
_PACE: Final = 3600


async def read(state: WebState, offer: Offer, fields: Mapping[str, str], code: str, by: str) -> New | tuple[str, ...]:
    """The drill that somebody wants for a municipality they may submit for; else lines that say what is wrong."""
    wrong: list[str] = []
    phones, pace = _number(fields, "phones", 1, _PHONES, wrong), _number(fields, "pace", 0, _PACE, wrong)
    group = fields.get("group", "")
    if group:
        wrong += await state.db.read(_unreachable, offer, code, group)
    try:
        made = await asyncio.to_thread(_script, state, offer, fields, code)
    except ScriptError as refused:
        return (*wrong, *refused.problems)
    if wrong:
        return tuple(wrong)
    return New(
        municipality=code,
        script=made,
        audience=Audience.GROUP if group else Audience.SIMULATED,
        group=group,
        phones=0 if group else phones,
        pace=pace,
        by=by,
    )


def _script(state: WebState, offer: Offer, fields: Mapping[str, str], code: str) -> Script:
    name = fields.get("scenario", "")
    if name == WRITTEN:
        made = script.read(fields.get("script", ""), "script", code, state.places)
    elif name in offer.names:
        made = offer.bundled(name, code)
    else:
        raise ScriptError([f"scenario: expected one of {', '.join((*offer.names, WRITTEN))}"])
    wording.check(state.words, state.places, made, state.clock())
    return made


def _unreachable(db: Connection, offer: Offer, code: str, group: str) -> list[str]:
    if not offer.people:
        return ["TOMOSHIBI_DRILL_SENDER is not set: drills go to simulated phones only"]
    if not consent.group_agreed(db, code, group):
        return [f"group {group!r} is not on the list of those who agreed"]
    if next(consent.members(db, code, group), None) is None:
        return [f"nobody is registered in group {group!r}"]
    return []


def _number(fields: Mapping[str, str], name: str, least: int, most: int, wrong: list[str]) -> int:
    text = fields.get(name, "")
    if text.isascii() and text.isdigit() and len(text) <= 5 and least <= int(text) <= most:
        return int(text)
    wrong.append(f"{name}: expected a whole number from {least} to {most}")
    return least
