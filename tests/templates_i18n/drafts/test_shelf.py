"""Models: only the file that was vouched for, only what a translation needs, only as it was installed."""

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from templates_i18n.drafts import shelf
from templates_i18n.drafts.shelf import Model, Unfit
from tests.templates_i18n.drafts import tiny

_ABOUT = {"type": "translate", "from_code": "en", "to_code": "th", "package_version": "1.0"}


def _package(path: Path, files: dict[str, bytes], change: Callable[[zipfile.ZipFile], None] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        if change:
            change(archive)
    return path


def _files(**about: object) -> dict[str, bytes]:
    return {
        "p/metadata.json": json.dumps(_ABOUT | about).encode(),
        "p/model/model.bin": b"weights",
        "p/sentencepiece.model": b"pieces",
    }


def _install(package: Path, folder: Path, sha256: str = "") -> Model | Unfit:
    return shelf.install(package, folder, sha256=sha256 or tiny.digest(package), by="aoi", now=tiny.NOW)


def test_a_model_is_installed_listed_and_removed(tmp_path: Path) -> None:
    made = _install(_package(tmp_path / "a.argosmodel", _files()), tmp_path / "models")
    assert isinstance(made, Model)
    assert (made.name, made.source, made.target, made.version) == ("en_th-1.0", "en", "th", "1.0")
    assert shelf.installed(tmp_path / "models") == [made]
    assert shelf.why_changed(tmp_path / "models", made) == ""
    assert shelf.remove(tmp_path / "models", "../models/en_th-1.0") is False
    assert shelf.remove(tmp_path / "models", "en_th-1.0") is True
    assert shelf.installed(tmp_path / "models") == []


def test_the_same_again_is_refused(tmp_path: Path) -> None:
    package = _package(tmp_path / "a.argosmodel", _files())
    _install(package, tmp_path / "models")
    again = _install(package, tmp_path / "models")
    assert isinstance(again, Unfit) and "translation remove en_th-1.0" in again.reason


@pytest.mark.parametrize(("sha256", "said"), [("0" * 64, "another file"), ("abc", "64 hexadecimal digits")])
def test_another_file_than_was_vouched_for_is_refused(tmp_path: Path, sha256: str, said: str) -> None:
    made = _install(_package(tmp_path / "a.argosmodel", _files()), tmp_path / "models", sha256)
    assert isinstance(made, Unfit) and said in made.reason
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("package", [tiny.JA_EN, tiny.EN_VI])
def test_a_tiny_model_of_the_tests_is_refused_also_packed_anew(tmp_path: Path, package: Path) -> None:
    made = _install(package, tmp_path / "models")
    assert isinstance(made, Unfit) and "for tests" in made.reason
    with zipfile.ZipFile(package) as archive:
        anew = {name: archive.read(name) for name in archive.namelist()} | {"other/README.md": b"a fine model"}
    made = _install(_package(tmp_path / "anew.argosmodel", anew), tmp_path / "models")
    assert isinstance(made, Unfit) and "for tests" in made.reason
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_package_is_refused_with_nothing_left(tmp_path: Path, how: int) -> None:
    package = tmp_path / "a.argosmodel"
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in _files().items():
            archive.writestr(name, content * 100 if name.endswith("model.bin") else content, how)
        weights = archive.getinfo("p/model/model.bin")
    damaged = bytearray(package.read_bytes())
    begins = weights.header_offset + 30 + len(weights.filename) + (4 if how == zipfile.ZIP_LZMA else 0)
    damaged[begins : begins + 8] = b"\xff" * 8
    package.write_bytes(damaged)
    made = _install(package, tmp_path / "models")
    assert isinstance(made, Unfit) and "expected a package" in made.reason
    assert list((tmp_path / "models").iterdir()) == []


def _climbs(archive: zipfile.ZipFile) -> None:
    archive.writestr("p/../../../../outside.txt", "x")
    archive.writestr("/etc/outside.txt", "x")
    archive.writestr("p/model/../../outside.txt", "x")


def _links(archive: zipfile.ZipFile) -> None:
    link = zipfile.ZipInfo("p/model/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(link, "/etc/passwd")


def _brings_programs(archive: zipfile.ZipFile) -> None:
    archive.writestr("p/stanza/en/tokenize.pt", b"a pickle runs what it likes")
    archive.writestr("p/minisbd/en.onnx", b"x")


@pytest.mark.parametrize("change", [_climbs, _links, _brings_programs])
def test_what_a_translation_does_not_need_stays_in_the_package(
    tmp_path: Path, change: Callable[[zipfile.ZipFile], None]
) -> None:
    made = _install(_package(tmp_path / "a.argosmodel", _files(), change), tmp_path / "models")
    assert isinstance(made, Model)
    assert set(made.files) == {"metadata.json", "model/model.bin", "sentencepiece.model"}
    there = {path.name for path in tmp_path.rglob("*") if not path.is_dir()}
    assert there == {"a.argosmodel", "installed.json", "metadata.json", "model.bin", "sentencepiece.model"}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"p/metadata.json": b"{}"},
        _files(from_code="../x"),
        _files(to_code=7),
        _files(package_version="1/../2"),
        _files(type="sbd"),
        _files() | {"p/metadata.json": b"[1]"},
        _files() | {"p/metadata.json": b"\xff\xfe"},
        _files() | {"p/metadata.json": b"[" * 50_000},
        {name: content for name, content in _files().items() if "model.bin" not in name},
        {name: content for name, content in _files().items() if "sentencepiece" not in name},
    ],
)
def test_what_is_no_translation_model_is_refused_with_nothing_left(tmp_path: Path, files: dict[str, bytes]) -> None:
    made = _install(_package(tmp_path / "a.argosmodel", files), tmp_path / "models")
    assert isinstance(made, Unfit)
    assert not (tmp_path / "models").exists()


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.argosmodel").write_bytes(tiny.JA_EN.read_bytes()[:5000])
    made = _install(tmp_path / "a.argosmodel", tmp_path / "models")
    assert isinstance(made, Unfit) and "expected a package of Argos Translate" in made.reason
    assert isinstance(_install(tmp_path / "none", tmp_path / "models", "0" * 64), Unfit)


def _new(inside: Path) -> None:
    (inside / "model" / "more.bin").write_bytes(b"x")


def _other(inside: Path) -> None:
    (inside / "model" / "model.bin").write_bytes(b"other weights")


def _gone(inside: Path) -> None:
    (inside / "sentencepiece.model").unlink()


@pytest.mark.parametrize("change", [_new, _other, _gone])
def test_a_model_that_was_changed_since_is_noticed(tmp_path: Path, change: Callable[[Path], None]) -> None:
    made = _install(_package(tmp_path / "a.argosmodel", _files()), tmp_path / "models")
    assert isinstance(made, Model)
    change(tmp_path / "models" / made.name)
    assert shelf.why_changed(tmp_path / "models", made)


def test_a_note_that_is_not_ours_is_no_model(tmp_path: Path) -> None:
    for name, note in (("a", "{"), ("b", "[]"), ("c", '{"name": "d"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "installed.json").write_text(note)
    assert shelf.installed(tmp_path) == []
    assert shelf.installed(tmp_path / "nowhere") == []
