"""House rules for the repository as a whole."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from tests.meta import project

_PINS = project.ROOT / "tests" / "meta" / "migrations.sha256"
# Put together so that this file does not hold what it looks for.
_INDEX = re.compile(
    "|".join(["--(?:extra-)?index" + "-url", "--find" + "-links", "PIP_" + "[A-Z_]*=", "file:" + "///[a-z]"])
)
_MACHINE = re.compile("|".join(["/" + "work/", "/" + "root/", "/" + r"home/\w", "/" + "Users/", "/" + "opt/pypi"]))
_TEXT = {
    ".cfg",
    ".css",
    ".html",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".py",
    ".sh",
    ".sql",
    ".toml",
    ".tsv",
    ".yaml",
    ".yml",
}
_SMALL = 2_000_000


def _texts() -> list[Path]:
    plain = {"Makefile", ".gitignore", ".gitattributes", "run"}
    return [
        path
        for path in project.files()
        if (path.suffix in _TEXT or path.name in plain) and (project.ROOT / path).stat().st_size < _SMALL
    ]


def test_migrations_are_append_only() -> None:
    pinned = {name: digest for digest, name in (line.split() for line in _PINS.read_text().splitlines())}
    found = {
        path.name: hashlib.sha256((project.ROOT / path).read_bytes()).hexdigest()
        for path in project.files()
        if path.parent == Path("storage/migrations") and path.suffix == ".sql"
    }
    changed = [name for name, digest in pinned.items() if found.get(name) != digest]
    assert not changed, "a released migration never changes; write a new one"
    assert found.keys() == pinned.keys(), f"pin the new one: add its sha256sum to {_PINS.name}"


@pytest.mark.parametrize("what", [_INDEX, _MACHINE], ids=["a package index", "a path of one machine"])
def test_the_repository_names_no(what: re.Pattern[str]) -> None:
    found = {
        str(path): hit.group()
        for path in _texts()
        if (hit := what.search((project.ROOT / path).read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


def test_every_target_of_the_makefile_is_in_its_help() -> None:
    text = (project.ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:])
    documented = set(re.findall(r"^([a-z]+):.* ## \S", text, flags=re.MULTILINE))
    defined = set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))
    assert phony == documented == defined


def _project() -> dict[str, object]:
    table = tomllib.loads((project.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip())[0].lower().replace("_", "-").replace(".", "-")


def test_the_lock_holds_every_dependency_and_nothing_but_versions() -> None:
    lines = (project.ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._]+", line)] == []
    table = _project()
    extras = table["optional-dependencies"]
    assert isinstance(extras, dict)
    wanted = [*table["dependencies"], *extras["dev"], *extras["postgres"]]  # type: ignore[misc]  # lists of text
    assert {_name(requirement) for requirement in wanted} - {_name(pin) for pin in pins} == set()


def test_every_vendor_library_of_the_service_has_one_door() -> None:
    contracts = tomllib.loads((project.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    ids = {contract["id"] for contract in contracts["contracts"]}
    assert {"layers", "pure"} <= ids
    assert {f"door-{name}" for name in ("feedparser", "apscheduler", "sqlite_utils", "psycopg", "phonenumbers")} <= ids
    assert set(contracts["root_packages"]) == set(project.PACKAGES)
