"""What `make` says where something is missing: one line, with the remedy."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.meta.project import ROOT


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "Makefile", folder / "Makefile")
    for name in ("pyproject.toml", "requirements.lock"):
        (folder / name).touch()
    # what a `make` that runs these tests hands down would make this one speak of its folder
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(["make", *words], cwd=folder, env=alone, capture_output=True, text=True, check=False)


def a_python(folder: Path, script: str) -> str:
    path = folder / "python-of-a-test"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


def test_alone_it_lists_the_targets(tmp_path: Path) -> None:
    done = make(tmp_path)
    assert done.returncode == 0
    assert all(f"make {name}" in done.stdout for name in ("demo", "run", "test", "check"))


def test_a_target_that_does_not_exist(tmp_path: Path) -> None:
    done = make(tmp_path, "dmeo")
    assert done.returncode == 2
    assert "there is no target 'dmeo': `make` alone lists them" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "is missing: install Python 3.11 or newer"),
        ('case "$*" in *version_info*) exit 1;; *--version*) echo Python 3.9.1;; esac', "Python 3.9.1 is too old"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "sudo apt-get install python3-venv"),
    ],
)
@pytest.mark.parametrize("target", ["demo", "run", "check", "test"])
def test_what_the_machine_lacks_is_one_line(tmp_path: Path, target: str, script: str | None, said: str) -> None:
    python = a_python(tmp_path, script) if script else "PYTHON=no-such-python"
    done = make(tmp_path, target, python)
    assert done.returncode == 2
    assert said in done.stdout
    assert len(done.stdout.splitlines()) == 1
