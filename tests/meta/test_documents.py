"""The documents say what the program does: settings, commands, telegram types, terms, links."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from feeds import entries
from feeds.jma import types
from service.commands.cli import cli
from service.settings import Settings
from tests.meta import project

_REFERENCE = project.ROOT / "docs" / "reference"
_PICTURE_BYTES = 300_000
_DOCUMENTS = [path for path in project.files() if path.suffix == ".md"]
_SOURCES = {".py", ".toml", ".sql", ".html"}
_PATH = re.compile(r"`([a-z_0-9]+(?:/[A-Za-z_0-9.-]+)+/?)`")
_OURS = {*project.PACKAGES, "benchmarks", "docs", "tests", "tools"}


def _text(path: Path) -> str:
    return (project.ROOT / path).read_text(encoding="utf-8")


def _prose(text: str) -> str:
    """A document without its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def _rows(text: str) -> Iterator[list[str]]:
    """The cells of every table row that begins with something in backticks."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


# settings -------------------------------------------------------------------------------------------


def _settings() -> dict[str, str]:
    """name -> default as written, of docs/reference/settings.md."""
    rows = _rows(_text(_REFERENCE / "settings.md"))
    return {row[0].strip("`"): row[1].strip("`") for row in rows if row[0].startswith("`TOMOSHIBI_")}


def test_every_setting_is_in_the_reference_and_the_other_way_round() -> None:
    assert set(_settings()) == {f"TOMOSHIBI_{name.upper()}" for name in Settings.model_fields}


def test_the_defaults_in_the_reference_are_the_real_ones() -> None:
    nothing, given = Settings(), {}
    for name, default in _settings().items():
        if default != "–":
            given[name.removeprefix("TOMOSHIBI_").lower()] = default
        else:
            value = getattr(nothing, name.removeprefix("TOMOSHIBI_").lower())
            assert not (value.get_secret_value() if hasattr(value, "get_secret_value") else value), name
    said = Settings(**given)  # type: ignore[arg-type]  # text, as the environment gives it
    mappings = {"silence_seconds", "arrival_targets"}
    assert said.model_dump(exclude=mappings) == nothing.model_dump(exclude=mappings)
    assert (said.silence(), said.targets()) == (nothing.silence(), nothing.targets())


# commands -------------------------------------------------------------------------------------------


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield before + name, command
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def _sections() -> dict[str, str]:
    """command -> its section of docs/reference/commands.md."""
    parts = re.split(r"^## `([a-z ]+)`$", _text(_REFERENCE / "commands.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_is_in_the_reference_and_the_other_way_round() -> None:
    assert set(_sections()) == {name for name, _ in _commands(cli)}


@pytest.mark.parametrize(("name", "command"), [pytest.param(*pair, id=pair[0]) for pair in _commands(cli)])
def test_every_option_is_in_the_reference_and_the_other_way_round(name: str, command: click.Command) -> None:
    section = _sections()[name]
    real = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert {row[0].strip("`") for row in _rows(section)} == real
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            argument = str(parameter.name).removesuffix("s").upper()
            assert re.search(rf"`{name} (?:[A-Z]+ )*{argument}\b", section)


def test_the_help_says_of_a_command_what_its_own_help_says() -> None:
    assert {name: lazy.help for name, lazy in cli.lazy.items()} == {
        name: lazy.load().get_short_help_str(1000) for name, lazy in cli.lazy.items()
    }
    assert [name for name, lazy in cli.lazy.items() if lazy.load().name != name] == []


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in _commands(cli) if not command.help] == []


# telegrams ------------------------------------------------------------------------------------------


def _types() -> dict[str, list[str]]:
    """type -> the other cells of its row in docs/reference/telegrams.md."""
    rows = _rows(_text(_REFERENCE / "telegrams.md"))
    return {row[0].strip("`"): row[1:] for row in rows}


def test_every_telegram_type_is_in_the_reference_and_the_other_way_round() -> None:
    assert set(_types()) == {*types.table(), *entries.unfetched_types()}


def test_what_the_reference_says_of_each_type_is_what_becomes_of_it() -> None:
    for code, cells in _types().items():
        kind = types.of(code)
        if kind is None:
            assert cells == [entries.unfetched_types()[code]]
        elif kind.family:
            assert types.plain(cells[0]) == kind.title
            assert len(cells) == 3, f"{code} is read: it stands in the table of what is read"
        else:
            assert [types.plain(cells[0]), cells[1]] == [kind.title, kind.reason]


# glossary -------------------------------------------------------------------------------------------


def _terms() -> list[str]:
    lines = _text(Path("docs/glossary.md")).splitlines()
    cells = [line.strip("|").split("|")[0].strip() for line in lines if line.startswith("| ")]
    return [term for cell in cells if cell != "Term" for term in cell.split(", ")]


@pytest.fixture(scope="module")
def code() -> str:
    """All text of the product, in small letters, its words parted by one space."""
    paths = [path for path in project.files() if path.suffix in _SOURCES and path.parts[0] in project.PACKAGES]
    return re.sub(r"[\s_#-]+", " ", " ".join(_text(path) for path in paths)).lower()


@pytest.mark.parametrize("term", _terms())
def test_every_term_of_the_glossary_is_a_word_of_the_code(term: str, code: str) -> None:
    assert re.search(rf"\b{re.escape(term.lower())}", code), f"nothing in the code is called {term}"


# links, paths, targets ------------------------------------------------------------------------------


def _anchors(text: str) -> set[str]:
    """The names of a document's headings, as they are linked to."""
    headings = re.findall(r"^#+ (.*)$", _prose(text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path)) for path in _DOCUMENTS])
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(_text(path))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (project.ROOT / path.parent / file).resolve() if file else project.ROOT / path
        assert found.exists(), f"{path}: {target}"
        assert found.is_relative_to(project.ROOT), f"{path}: {target} leads out of the repository"
        if anchor:
            assert anchor in _anchors(found.read_text(encoding="utf-8")), f"{path}: {target}"


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path)) for path in _DOCUMENTS])
def test_every_path_that_is_named_exists(path: Path) -> None:
    named = {name for name in _PATH.findall(_text(path)) if name.split("/")[0] in _OURS}
    assert [name for name in sorted(named) if not (project.ROOT / name).exists()] == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [project.ROOT / "README.md"]
    while waiting:
        here = waiting.pop()
        if here in seen or here.suffix != ".md":
            continue
        seen.add(here)
        links = re.findall(r"\]\(([^)#\s]+)", _prose(here.read_text(encoding="utf-8")))
        waiting += [(here.parent / link).resolve() for link in links if not re.match(r"[a-z]+:", link)]
    documents = {project.ROOT / path for path in _DOCUMENTS if path.parts[0] == "docs"}
    assert sorted(documents - seen) == []


def test_pictures_are_light_and_shown() -> None:
    pictures = [path for path in project.files() if path.parts[:2] == ("docs", "pictures")]
    assert [path for path in pictures if (project.ROOT / path).stat().st_size >= _PICTURE_BYTES] == []
    documents = " ".join(_text(path) for path in _DOCUMENTS)
    assert [path for path in pictures if path.name not in documents] == []


def test_the_readme_begins_with_two_commands_that_exist() -> None:
    first = re.search(r"^```sh\n(.*?)^```", _text(Path("README.md")), flags=re.MULTILINE | re.DOTALL)
    assert first is not None
    assert re.findall(r"^make \w+", first.group(1), flags=re.MULTILINE) == ["make demo", "make test"]


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text(Path("Makefile")), flags=re.MULTILINE))
    for path in _DOCUMENTS:
        named = re.findall(r"(?:^|`|\] )make ([a-z]+)\b", _text(path), flags=re.MULTILINE)
        assert set(named) <= targets, path
