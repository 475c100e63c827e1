"""The catalogue and the places of this installation, and the flag that writes golden files anew."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts import places
from templates_i18n import catalogue, reviews
from templates_i18n.language import flatten

CATALOGUE = Path(__file__).parents[2] / "templates_i18n" / "catalogue"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`python -m pytest tests/templates_i18n --update-golden`."""
    parser.addoption("--update-golden", action="store_true", help="write golden and generated files anew")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to write the golden files instead of comparing."""
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.fixture(scope="session")
def words() -> catalogue.Catalogue:
    """The catalogue as it is shipped."""
    return catalogue.load()


@pytest.fixture(scope="session")
def table() -> places.PlaceTable:
    """The place tables as they are shipped."""
    return places.load()


def sentences(folder: Path, tag: str) -> dict[str, str]:
    """What has to be read of a language of a copied catalogue."""
    table = tomllib.loads((folder / f"{tag}.toml").read_text(encoding="utf-8"))
    return reviews.sentences(dict(flatten(table)))


def reading(key: str, text: str, difference: str = "", mended: str = "") -> str:
    """One entry of a record."""
    fields = {"key": key, "text": text, "read_as": "what it says", "difference": difference, "mended": mended}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(["", "[[sentence]]", *lines, ""])


def read_whole(folder: Path, tag: str, *more: str, without: str = "") -> None:
    """Record readings of all sentences of a language of a copied catalogue, which then claims to be back-checked."""
    entries = [reading(key, text) for key, text in sentences(folder, tag).items() if key != without]
    (folder / "review").mkdir(exist_ok=True)
    record = '[reader]\nname = "Aoi"\n' + "".join([*entries, *more])
    (folder / "review" / f"{tag}.toml").write_text(record, encoding="utf-8")
    own = folder / f"{tag}.toml"
    own.write_text(own.read_text("utf-8").replace('review = "drafted"', 'review = "back_checked"'), "utf-8")


Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """A copy of the catalogue in which one piece of a file is replaced; gives the folder."""

    def replace(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "catalogue"
        if not folder.exists():
            shutil.copytree(CATALOGUE, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}: choose another piece to spoil"
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace
