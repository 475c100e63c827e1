"""The two tiny models of the tests, installed the way any model is."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from templates_i18n.drafts import shelf
from templates_i18n.drafts.shelf import Model

PACKAGES = Path(__file__).parent / "models"
JA_EN = PACKAGES / "translate-ja_en-0_1.argosmodel"
EN_VI = PACKAGES / "translate-en_vi-0_1.argosmodel"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install(package: Path, folder: Path) -> Model:
    """A tiny model, for tests only."""
    made = shelf.install(package, folder, sha256=digest(package), by="tests", now=NOW, for_tests=True)
    assert isinstance(made, Model), made
    return made


def both(folder: Path) -> Path:
    """A folder with both."""
    install(JA_EN, folder)
    install(EN_VI, folder)
    return folder
