"""The bundled days as scripts of drills: what their telegrams bring to one municipality.

A municipality that a day does not touch practises what happened at the first place of that day that it does.
"""

import functools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

from alerts import decision
from alerts.changes import Cause
from alerts.history import Alert
from alerts.places import Place, PlaceTable
from alerts.places import load as load_places
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Status
from campaigns.drills import script
from campaigns.drills.script import Said, Script, ScriptError, Step
from feeds.jma import reading
from service import replay
from service.replay import TelegramFile
from service.scenarios import SCENARIOS

#: minutes that nothing happens, at most
_LONGEST_PAUSE = 10
_AT_SEA = frozenset({Hazard.TSUNAMI, Hazard.STORM_SURGE, Hazard.WAVE})


def bundled(name: str, municipality: str, places: PlaceTable, *, apart: bool = False) -> Script:
    """A bundled day for one municipality, its long pauses shortened. ScriptError if it brings nothing there.

    `apart`: its telegrams are read by a process of its own the first time, since that may take half a minute of a core.
    """
    steps = _steps_apart(name) if apart else _steps(name, places)
    target = places.place(municipality)
    if target is None:
        raise ScriptError([f"{municipality}: no municipality has this code"])
    for source in dict.fromkeys((municipality, *SCENARIOS[name].homes)):
        area = script.area_of(source, places)
        # for the whole of the municipality that practises
        here = [
            replace(one, areas=(target.code,)) for one in steps if not area.isdisjoint(one.areas) and _fits(one, target)
        ]
        try:
            return script.shortened(script.made(name, here, name), _LONGEST_PAUSE)
        except ScriptError:
            continue
    raise ScriptError([f"{name}: brings nothing that people in {municipality} would be told of"])


def _fits(step: Step, target: Place) -> bool:
    return target.coastal or step.hazard not in _AT_SEA


@functools.cache
def _steps(name: str, places: PlaceTable) -> tuple[Step, ...]:
    """All that the telegrams of a day bring anywhere: read once, with the readers that read real ones."""
    day = SCENARIOS[name]
    files = [
        TelegramFile(path=Path(f"{code}.xml"), digest=reading.digest_of(raw), reading=reading.read(raw, f"{code}.xml"))
        for step in day.steps()
        for code, raw in [(step.code, step.raw), *((one.code, one.raw) for one in step.further)]
        if code
    ]
    found: list[Step] = []
    minute = 0
    for alert in replay.alerts(files, places):
        if alert.status is Status.ACTUAL:
            # a telegram that comes late says what is so now
            minute = max(minute, int((alert.sent - day.start).total_seconds()) // 60)
            found += _of_alert(alert, minute)
    return tuple(found)


@functools.cache
def _steps_apart(name: str) -> tuple[Step, ...]:
    # spawn: a forked child would share our threads' locks and open connections
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=os.nice, initargs=(10,)) as pool:
            return pool.submit(_steps_of, name).result()
    except BrokenProcessPool:
        raise ScriptError([f"{name}: the process that reads its telegrams died; try again"]) from None


def _steps_of(name: str) -> tuple[Step, ...]:
    return _steps(name, load_places())


def _of_alert(alert: Alert, minute: int) -> list[Step]:
    told: dict[tuple[str, Facts], list[str]] = {}
    for code, grade in alert.places.items():
        if grade == NONE and decision.ends_unsaid(alert.hazard, alert.cause):
            continue  # as in earnest: an earthquake that a later report names no more is not withdrawn
        told.setdefault((grade, alert.after.facts.get(code, Facts())), []).append(code)
    return [
        Step(
            minute=minute,
            hazard=alert.hazard,
            grade=grade,
            areas=tuple(codes),
            wrong=alert.cause in (Cause.CORRECTED, Cause.WITHDRAWN),
            said=Said(facts=facts, at=alert.sent),
        )
        for (grade, facts), codes in told.items()
    ]
