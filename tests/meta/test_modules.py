"""House rules for modules and functions."""

import ast
import re
from pathlib import Path

import pytest

from tests.meta import project

_FORBIDDEN = re.compile(r"^_?(utils?|helpers?|managers?|common|base|misc)$")
_MODULES = [pytest.param(path, id=str(path)) for path in project.modules()]


@pytest.mark.parametrize("path", _MODULES)
def test_a_module_has_at_most_400_lines(path: Path) -> None:
    lines = len((project.ROOT / path).read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{path} has {lines} lines: make it a folder of that name"


@pytest.mark.parametrize("path", _MODULES)
def test_a_function_has_at_most_50_lines(path: Path) -> None:
    long = {
        function.name: lines
        for function in project.functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > 50
    }
    assert long == {}, f"{path}: split what does more than one thing"


@pytest.mark.parametrize("path", _MODULES)
def test_a_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(project.tree(path)), f"{path} needs a docstring: what it owns and what it refuses"


@pytest.mark.parametrize("path", _MODULES)
def test_a_module_is_named_after_what_it_holds(path: Path) -> None:
    names = [*path.parts[:-1], path.stem]
    assert not [name for name in names if _FORBIDDEN.match(name)], f"{path}: name it after its noun"


def test_run_py_calls_only_service() -> None:
    path = Path("run.py")
    if path not in project.modules():
        return
    imported = {
        name.split(".")[0]
        for node in ast.walk(project.tree(path))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & (set(project.PACKAGES) - {"service"}), "run.py only calls service"


def test_every_package_is_known_to_the_tools() -> None:
    found = {path.parts[0] for path in project.files() if len(path.parts) > 1 and path.name == "__init__.py"}
    assert found <= {*project.PACKAGES, "tests", "tools", "benchmarks"}


@pytest.mark.parametrize("path", _MODULES)
def test_nothing_is_left_for_later(path: Path) -> None:
    text = (project.ROOT / path).read_text(encoding="utf-8")
    # Put together so that this file does not name what it looks for.
    words = ("TO" + "DO", "FIX" + "ME", "raise Not" + "Implemented")
    assert not [word for word in words if re.search(rf"\b{word}", text)]
