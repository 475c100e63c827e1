"""What every command opens first: the database, the key that seals numbers, the words, the place tables."""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from alerts import places
from alerts.places import PlaceTable
from delivery import accepting
from delivery.forms import Rates
from delivery.operators import Operator
from delivery.twoway.answering import Words
from delivery.twoway.quiz import Quiz
from delivery.twoway.replies import Desk
from delivery.writing import CatalogueWriter
from feeds.settings import FeedSettings
from service.settings import Settings, SettingsError
from storage import database, leases
from storage.connection import Role
from storage.database import Database, StorageError, StorageUnavailable
from subscribers import msisdn, postal, rotation, sealing, store
from subscribers.importing import Reader
from subscribers.languages import LanguageNames
from subscribers.refusal import Refused
from subscribers.sealing import Sealer, SealingError
from templates_i18n import catalogue as catalogues
from templates_i18n import lessons as lesson_words
from templates_i18n.catalogue import Catalogue
from templates_i18n.lessons import LessonBook

_log = logging.getLogger(__name__)
_KEY_FILE = "tomoshibi.key"
#: lease of the one process that polls, decides and plans
LEAD = "lead"
#: lease of a command that no other process may work beside, and how long it stands if the command dies
ALONE = "alone"
_ALONE_SPAN = timedelta(seconds=30)
#: how we call ourselves to other servers
USER_AGENT = "Tomoshibi/0.1 (disaster warnings by SMS for foreign residents)"


def writer(settings: Settings, words: Catalogue, table: PlaceTable) -> CatalogueWriter:
    """What makes every text of these settings."""
    pages = settings.public_url
    return CatalogueWriter(
        catalogue=words,
        places=table,
        two_way=settings.two_way,
        pages=pages if settings.links else "",
        own_page=f"{pages}/me" if pages else "",
    )


def rates(settings: Settings) -> Rates:
    """How quick texts leave, and how quick they should arrive."""
    targets = {name: int(target.total_seconds()) for name, target in settings.targets().items()}
    return Rates(segments_per_second=settings.rate(), targets=targets)


@contextmanager
def opened(settings: Settings, role: Role = "tool") -> Iterator[Database]:
    """The database of the settings, closed at the end."""
    db = database.open(settings.database, role=role)
    try:
        yield db
    finally:
        db.close_sync()


@contextmanager
def alone(settings: Settings) -> Iterator[Database]:
    """The database of the settings, with no other process at work on it; StorageUnavailable says who is."""
    if not database.is_postgresql(settings.database):
        with opened(settings, role="serve") as db:  # its lock is a file
            yield db
        return
    holder, ended = f"{os.getpid()}:{secrets.token_hex(8)}", threading.Event()
    with opened(settings) as db:
        if db.write_sync(leases.hold, ALONE, holder, _ALONE_SPAN) is None:
            raise StorageUnavailable("another command that must be alone works on this database; wait for its end")
        keeping = threading.Thread(target=_stay_alone, args=(db, holder, ended))
        keeping.start()
        try:
            if others := db.read_sync(leases.alive, leases.SILENCE):
                raise StorageUnavailable(f"other processes work on this database: {', '.join(others)}; stop them first")
            yield db
        finally:
            ended.set()
            keeping.join()
            db.write_sync(leases.let_go, ALONE, holder)


def _stay_alone(db: Database, holder: str, ended: threading.Event) -> None:
    while not ended.wait(_ALONE_SPAN.total_seconds() / 6):
        with suppress(StorageError):
            db.write_sync(leases.hold, ALONE, holder, _ALONE_SPAN)


def sealer(settings: Settings, db: Database) -> Sealer:
    """Seals and opens numbers, with the key that this database was begun with; made at the first use. Blocks.

    A lost key must be noticed before the night it is needed, and before a file registers everybody anew:
    SettingsError.
    """
    made = try_key(settings, db) or _make_key(settings)
    db.write_sync(store.set_probe, made.fingerprint(rotation.PROBE), made.seal(rotation.PROBE))
    return made


def try_key(settings: Settings, db: Database) -> Sealer | None:
    """The same, but makes and writes nothing: None where the key is still to be made."""
    samples = db.read_sync(store.sealed_samples)
    _finish_rotation(settings, samples)
    try:
        key = _key(settings, needed=bool(samples))
        found = Sealer(key) if key is not None else None
    except (sealing.SealingError, OSError) as wrong:
        raise SettingsError([f"TOMOSHIBI_SECRET_KEY: {wrong}"]) from None
    if found is not None and not all(found.fits(fingerprint, sealed) for fingerprint, sealed in samples):
        raise SettingsError(["TOMOSHIBI_SECRET_KEY: not the key that the numbers in the database were sealed with"])
    return found


def _key(settings: Settings, *, needed: bool) -> bytes | None:
    given = settings.secret_key.get_secret_value()
    if given:
        return sealing.parse_key(given)
    if database.is_postgresql(settings.database):
        raise sealing.SealingError("missing; with PostgreSQL every process needs the same key, so it must be set")
    path = _key_file(settings)
    if path.exists():
        return sealing.load_or_make_key(path)
    if needed:
        raise sealing.SealingError(
            f"{path} is missing, and the database holds numbers that only this key opens; put the file back"
        )
    return None


def _make_key(settings: Settings) -> Sealer:
    try:
        return Sealer(sealing.load_or_make_key(_key_file(settings)))
    except OSError as wrong:
        raise SettingsError([f"TOMOSHIBI_SECRET_KEY: {_key_file(settings)}: {wrong.strerror}"]) from None


def next_key_file(settings: Settings) -> Path:
    """Where the next key waits while numbers are sealed with it."""
    return _key_file(settings).with_name(f"{_KEY_FILE}.next")


def old_key_file(settings: Settings) -> Path:
    """Where the key before this one is kept, for old backups."""
    return _key_file(settings).with_name(f"{_KEY_FILE}.old")


def take_next_key(settings: Settings) -> None:
    """The next key becomes the key; the one before stands beside it."""
    key, old = _key_file(settings), old_key_file(settings)
    old.unlink(missing_ok=True)
    os.link(key, old)
    os.replace(next_key_file(settings), key)


def _finish_rotation(settings: Settings, samples: Sequence[tuple[str, bytes]]) -> None:
    """A rotation that was broken off between the database and the file: the database decides."""
    path = next_key_file(settings)
    if not samples or database.is_postgresql(settings.database) or settings.secret_key.get_secret_value():
        return
    if not path.exists() or not _key_file(settings).exists():
        return
    with suppress(sealing.SealingError, OSError):
        found = Sealer(sealing.load_or_make_key(path))
        if all(found.fits(fingerprint, sealed) for fingerprint, sealed in samples):
            take_next_key(settings)


def key_place(settings: Settings) -> str:
    """Where the key is, in words for whoever keeps a copy of it."""
    given = settings.secret_key.get_secret_value()
    return "TOMOSHIBI_SECRET_KEY of the settings" if given else str(_key_file(settings))


def _key_file(settings: Settings) -> Path:
    return Path(settings.database).parent / _KEY_FILE


def answers(catalogue: Callable[[], Catalogue], table: PlaceTable) -> Words:
    """What answers to people's texts are worded by; the catalogue may change while the service runs."""
    return Words(catalogue=catalogue, places=table)


def spoken(settings: Settings, db: Database) -> Words:
    """The same for a command: in real SMS only languages that somebody answers for. Blocks."""
    words = catalogues.load()
    if settings.sends_for_real:
        accepted = frozenset(one.language for one in db.read_sync(accepting.accepted))
        words = accepting.usable(words, accepted)
    return answers(lambda: words, places.load())


def lessons() -> LessonBook:
    """The words of lessons; none where they have a fault, for no lesson may stop a warning. `check` tells the fault."""
    try:
        return lesson_words.load()
    except lesson_words.LessonsError as wrong:
        _log.error("lessons_unusable", extra={"problems": len(wrong.problems), "first": wrong.problems[0]})
        return lesson_words.NONE


def desk(words: Words, found: Sealer, quiz: Quiz) -> Desk:
    """What people's texts are read and answered with."""
    return Desk(
        sealer=found,
        words=words,
        languages=_languages(words.catalogue()),
        postal=postal.reader(words.places),
        quiz=quiz,
    )


def reader(catalogue: Catalogue, municipality: str) -> Reader:
    """What the cells of an import file are read against."""
    table = places.load()
    languages = _languages(catalogue)
    return Reader(places=table, languages=languages, postal=postal.reader(table), municipality=municipality)


def _languages(catalogue: Catalogue) -> LanguageNames:
    return LanguageNames({tag: (name.name, name.english, name.japanese) for tag, name in catalogue.names.items()})


def masked(sealer: Sealer) -> Callable[[bytes], str]:
    """A stored number as a notice may show it; empty where it does not open."""

    def shown(sealed: bytes) -> str:
        with suppress(SealingError):
            return msisdn.mask(sealer.open(sealed))
        return ""

    return shown


def phones(written: Sequence[str], sealer: Sealer) -> list[Operator]:
    """Numbers of the settings, sealed like everybody's."""
    numbers = [number for text in written if not isinstance(number := msisdn.parse(text), Refused)]
    return [Operator(number_hash=sealer.fingerprint(number), number_sealed=sealer.seal(number)) for number in numbers]


def in_charge(settings: Settings, sealer: Sealer) -> frozenset[str]:
    """Look-up hashes of all numbers of the settings."""
    written = (*settings.operator_numbers, settings.probe_number)
    return frozenset(one.number_hash for one in phones(written, sealer))


def feed_settings(settings: Settings) -> FeedSettings:
    """What the poller needs, out of all settings."""
    return FeedSettings(
        base_url=settings.jma_base_url,
        poll_seconds=settings.poll_seconds,
        silence=settings.silence(),
        blind_after=timedelta(seconds=settings.blind_seconds),
        user_agent=USER_AGENT,
    )
