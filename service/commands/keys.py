"""`keys rotate`: another key for all numbers, while no service runs."""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click

from delivery.hooks import store as hook_store
from service import opening, settings
from service.clock import system_time
from service.commands import output
from service.commands.arguments import ACTOR
from service.settings import Settings
from storage import audit
from storage.connection import Connection
from storage.database import Database, StorageUnavailable
from subscribers import accepted, rotation, sealing
from subscribers.msisdn import Msisdn
from subscribers.rotation import Rotated
from subscribers.sealing import Sealer


@click.group()
def keys() -> None:
    """The key that seals phone numbers. It never stands in the database."""


@keys.command()
@click.option("--new-key-file", type=click.Path(path_type=Path), help="Where the new key stands, or is to be made.")
@click.option("--wait", is_flag=True, help="Search while the service still runs, then wait until it is stopped.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def rotate(new_key_file: Path | None, wait: bool, as_json: bool) -> int:
    """Seal all numbers with another key. Stop the service first; broken off, run it again."""
    chosen = settings.load()
    given = bool(chosen.secret_key.get_secret_value())
    if given and new_key_file is None:
        raise click.UsageError("the key comes from TOMOSHIBI_SECRET_KEY: say --new-key-file for the new one")
    path = new_key_file or opening.next_key_file(chosen)
    known = _found_before(chosen) if wait else {}
    with ExitStack() as stack:
        db = _alone(stack, chosen, wait=wait)
        old = opening.sealer(chosen, db)
        accepted.finish_left(db, "", system_time)
        try:
            new = Sealer(sealing.load_or_make_key(path))
        except (sealing.SealingError, OSError) as wrong:
            raise click.UsageError(f"{path}: {wrong}") from None
        found = _find(old, db.read_sync(rotation.stops) - known.keys())
        done = _rotate(db, old, new, {**known, **found})
        webhooks = db.read_sync(lambda connection: len(hook_store.hooks(connection)))
    if not given and new_key_file is None:
        opening.take_next_key(chosen)
    _say(done, chosen, path if given or new_key_file else None, as_json=as_json)
    if webhooks:
        output.say(f"{webhooks} webhooks have another secret now (hooks secret NAME): give it to their receivers")
    return 1 if done.lost else 0


def _found_before(chosen: Settings) -> Mapping[str, Msisdn]:
    """The numbers of stops, while a service may run."""
    with opening.opened(chosen) as db:
        return _find(opening.sealer(chosen, db), db.read_sync(rotation.stops))


def _find(old: Sealer, stops: frozenset[str]) -> Mapping[str, Msisdn]:
    with ExitStack() as stack:
        return old.find(stops, output.progress(stack, "finding stopped numbers"))


def _alone(stack: ExitStack, chosen: Settings, *, wait: bool) -> Database:
    """The database with nobody else at work on it; `wait`: as soon as that is so."""
    said = ""
    while True:
        try:
            return stack.enter_context(opening.alone(chosen))
        except StorageUnavailable as others:
            if not wait:
                raise
            if str(others) != said:
                said = str(others)
                output.say(f"found what had to be found; stop the service now: {said}")
            time.sleep(0.5)


def _rotate(db: Database, old: Sealer, new: Sealer, found: Mapping[str, Msisdn]) -> Rotated:
    def change(connection: Connection) -> Rotated:
        done = rotation.rotate(connection, old, new, found)
        details = {"numbers": done.numbers, "stops": done.stops, "lost": done.lost}
        audit.append(
            connection, now=system_time(), actor=ACTOR, action="key changed", subject="secret key", details=details
        )
        return done

    return db.write_sync(change)


def _say(done: Rotated, chosen: Settings, to_be_set: Path | None, *, as_json: bool) -> None:
    if as_json:
        output.print_json({"numbers": done.numbers, "stops": done.stops, "lost": done.lost})
    else:
        click.echo(f"{done.numbers} numbers and {done.stops} stops are sealed with the new key")
    if done.lost:
        output.say(f"{done.lost} stops could not be moved: no mobile number of today fits; they hold no import back")
    if to_be_set is not None:
        output.say(f"Now set TOMOSHIBI_SECRET_KEY_FILE={os.fspath(to_be_set)}; the old key opens nothing any more.")
    else:
        old = opening.old_key_file(chosen)
        output.say(f"The old key is {old}: it opens old backups. Keep it with them or delete it.")
