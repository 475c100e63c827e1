"""The files for operation name only what there is: metrics, commands, settings, sections of the guide."""

import json
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]

from alerts import places
from alerts.notices import NoticeKind
from delivery.states import MessageState
from service.commands.cli import cli
from service.settings import Settings
from storage.database import Database
from tests.meta import project
from tests.web import night
from tests.web.conftest import Open
from tests.web.states import a_state

_OPS = project.ROOT / "ops"
_GUIDE = project.ROOT / "docs" / "operations.md"
#: of Prometheus itself and of node_exporter
_OTHERS = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
_UNITS = sorted(_OPS.glob("*.service"))


def _rules() -> list[dict[str, Any]]:
    book = yaml.safe_load((_OPS / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in book["groups"] for rule in group["rules"]]


def _expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in _rules())
    board = json.loads((_OPS / "dashboard.json").read_text(encoding="utf-8"))
    yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])


def _names(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:tomoshibi|node)_[a-z_]+|\bup\b", re.sub(r'"[^"]*"', "", expression)))


async def test_every_metric_of_rules_and_dashboard_is_on_the_page(browse: Open, sqlite_db: Database) -> None:
    sqlite_db.write_sync(night.fill, places.load())
    page = await (await (await browse(a_state(sqlite_db))).get("/metrics")).text()
    there = {re.split(r"[{ ]", line)[0] for line in page.splitlines() if not line.startswith("#")}
    named = set().union(*map(_names, _expressions()))
    assert len(named) > 10
    assert named - there - _OTHERS == set()


def test_labels_in_rules_are_values_that_exist() -> None:
    kinds, states = {kind.value for kind in NoticeKind}, {state.value for state in MessageState}
    for expression in _expressions():
        for values in re.findall(r'notices_open\{kind=~?"([^"]+)"', expression):
            assert set(values.split("|")) <= kinds
        for values in re.findall(r'tomoshibi_messages\{state=~?"([^"]+)"', expression):
            assert set(values.split("|")) <= states


def test_every_rule_says_what_to_do_in_the_guide() -> None:
    titles = re.findall(r"^#+ (.+)$", _GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    anchors = {title.lower().replace(" ", "-") for title in titles}
    for rule in _rules():
        page, _, anchor = rule["annotations"]["do"].partition("#")
        assert (project.ROOT / page).is_file() and anchor in anchors, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


@pytest.mark.parametrize("path", _UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists_without_rights(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    values = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z]\w+=", line))
    python, script, command = values["ExecStart"].split()
    assert python.startswith(values["WorkingDirectory"]) and (project.ROOT / script).is_file()
    assert command in cli.list_commands(click.Context(cli))
    assert values["User"] == "tomoshibi" and values["CapabilityBoundingSet"] == ""
    assert (values["NoNewPrivileges"], values["ProtectSystem"]) == ("yes", "strict")


def test_there_is_a_unit_for_each_process() -> None:
    assert [path.name for path in _UNITS] == ["tomoshibi-serve.service", "tomoshibi-worker@.service"]


def test_the_container_runs_a_command_that_exists_as_nobody() -> None:
    lines = (_OPS / "Containerfile").read_text(encoding="utf-8").splitlines()
    words = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines if re.match(r"[A-Z]+ ", line)}
    assert json.loads(words["CMD"])[0] in cli.list_commands(click.Context(cli))
    assert (project.ROOT / json.loads(words["ENTRYPOINT"])[1]).is_file()
    assert words["USER"].isdigit() and words["USER"] != "0"


def test_the_files_name_only_settings_that_exist() -> None:
    known = {f"TOMOSHIBI_{name.upper()}" for name in Settings.model_fields}
    for path in [*_OPS.iterdir(), _GUIDE]:
        named = set(re.findall(r"\bTOMOSHIBI_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= known, path.name


def test_the_arithmetic_of_the_guide_is_right() -> None:
    rows = re.findall(r"^\| ([\d,]+), .*$", _GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line for line in _GUIDE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [\d,]+, ", line)]
    assert len(rows) == len(lines) == 5
    for people_written, line in zip(rows, lines, strict=True):
        people = int(people_written.replace(",", ""))
        core, full = (float(text.replace(",", "")) for text in re.findall(r"([\d,.]+) /s", line))
        assert core == pytest.approx(people / 300, rel=0.3 if people < 1000 else 0.06)
        assert full == pytest.approx(people / 100, rel=0.01)
        senders = re.findall(r"(\d+), (\d+) \|$", line)[0]
        assert [int(one) for one in senders] == [-(-people // 30_000), -(-people * 3 // 30_000)]
