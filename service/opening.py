"""What every command opens first: the database, the key that seals numbers, the words, the place tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts import places
from service.settings import Settings, SettingsError
from storage import database
from storage.connection import Role
from storage.database import Database
from subscribers import postal, sealing, store
from subscribers.importing import Reader
from subscribers.languages import LanguageNames
from subscribers.sealing import Sealer
from templates_i18n.catalogue import Catalogue

_KEY_FILE = "tomoshibi.key"


@contextmanager
def opened(settings: Settings, role: Role = "tool") -> Iterator[Database]:
    """The database of the settings, closed at the end."""
    db = database.open(settings.database, role=role)
    try:
        yield db
    finally:
        db.close_sync()


def sealer(settings: Settings) -> Sealer:
    """Seals and opens numbers; the key is the setting's, else a file beside the SQLite database."""
    try:
        return Sealer(_key(settings))
    except (sealing.SealingError, OSError) as wrong:
        raise SettingsError([f"TOMOSHIBI_SECRET_KEY: {wrong}"]) from None


def check_key(db: Database, sealer: Sealer) -> None:
    """A lost key must be noticed before the night it is needed, and before a file registers everybody anew.

    SettingsError if the numbers in the database do not open. Blocks.
    """
    sample = db.read_sync(store.any_sealed)
    if sample is None:
        return
    fingerprint, sealed = sample
    try:
        same = sealer.fingerprint(sealer.open(sealed)) == fingerprint
    except sealing.SealingError:
        same = False
    if not same:
        raise SettingsError(["TOMOSHIBI_SECRET_KEY: not the key that the numbers in the database were sealed with"])


def _key(settings: Settings) -> bytes:
    given = settings.secret_key.get_secret_value()
    if given:
        return sealing.parse_key(given)
    if database.is_postgresql(settings.database):
        raise sealing.SealingError("missing; with PostgreSQL every process needs the same key, so it must be set")
    return sealing.load_or_make_key(Path(settings.database).parent / _KEY_FILE)


def reader(catalogue: Catalogue, municipality: str) -> Reader:
    """What the cells of an import file are read against."""
    names = {tag: (name.name, name.english, name.japanese) for tag, name in catalogue.names.items()}
    table = places.load()
    return Reader(places=table, languages=LanguageNames(names), postal=postal.reader(table), municipality=municipality)
