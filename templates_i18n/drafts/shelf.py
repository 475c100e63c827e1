"""Translation models on this machine: installed from a file by its SHA-256, each file looked at again before use.

Owns the folder of models and what a package may hold. Downloads nothing. Of a package only the weights, the tokenizer
and the description are taken: the sentence splitters that some bring are programs, and ours is used instead.
"""

import hashlib
import json
import lzma
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Any

from templates_i18n.drafts import known

_NOTE = "installed.json"
_WEIGHTS = "model/model.bin"
_TOKENIZERS = ("sentencepiece.model", "bpe.model")
_TAKEN = re.compile(r"metadata\.json|README\.md|sentencepiece\.model|bpe\.model|model/[A-Za-z0-9._-]+")
_CODE = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z]{2,4})?")
_VERSION = re.compile(r"[0-9A-Za-z.]{1,20}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: bytes of everything that is taken of a package; published ones are around 0.3 GB
_LARGEST = 2 * 1024**3
_METADATA = 100_000
_PIECE = 1 << 20
#: what damaged or odd packages end in
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One installed model."""

    #: of its folder: source, target and version
    name: str
    #: codes of Argos
    source: str
    target: str
    version: str
    #: of the package file
    sha256: str
    installed_by: str
    installed_at: str
    #: path within its folder -> SHA-256
    files: Mapping[str, str]

    @property
    def for_tests(self) -> bool:
        """Whether it may help nobody: known by its package or by its weights."""
        return not known.load().for_tests.isdisjoint({self.sha256, *self.files.values()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Why a package is not taken, and what to do."""

    reason: str


def installed(folder: Path) -> list[Model]:
    """The models of a folder by name; what has no note of ours is none."""
    found = (_noted(note) for note in sorted(folder.glob(f"*/{_NOTE}")))
    return [model for model in found if model is not None]


def install(
    package: Path, folder: Path, *, sha256: str, by: str, now: datetime, for_tests: bool = False
) -> Model | Unfit:
    """Take a model from a file. Nothing is left behind where it is unfit."""
    digest = sha256.strip().lower()
    if not _DIGEST.fullmatch(digest):
        return Unfit(reason="expected the SHA-256 of the file: 64 hexadecimal digits, from whoever publishes it")
    try:
        found = _digest(package)
    except OSError as wrong:
        return Unfit(reason=f"{package.name}: cannot be read: {wrong.strerror}")
    if found != digest:
        return Unfit(reason=f"{package.name}: its SHA-256 is {found}, not the one given: another file; get it anew")
    if found in known.load().for_tests and not for_tests:
        return Unfit(reason=f"{package.name}: a model for tests; it translates anything into fluent nonsense")
    try:
        with zipfile.ZipFile(package) as archive:
            return _unpack(archive, package, folder, digest, by, now, for_tests)
    except _UNREADABLE as wrong:
        return Unfit(reason=f"{package.name}: expected a package of Argos Translate (.argosmodel): {wrong}")


def remove(folder: Path, name: str) -> bool:
    """Throw a model away; False where there is none of this name."""
    if name not in {model.name for model in installed(folder)}:
        return False
    shutil.rmtree(folder / name)
    return True


def why_changed(folder: Path, model: Model) -> str:
    """What is not as it was installed; '' where everything is."""
    inside = folder / model.name
    there = {path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file() or path.is_symlink()}
    if odd := sorted(there ^ {*model.files, _NOTE}):
        return f"{model.name}: {odd[0]} is new or missing"
    for name, digest in model.files.items():
        if (inside / name).is_symlink() or _digest(inside / name) != digest:
            return f"{model.name}: {name} was changed"
    return ""


def _unpack(
    archive: zipfile.ZipFile, package: Path, folder: Path, digest: str, by: str, now: datetime, for_tests: bool
) -> Model | Unfit:
    members = dict(_members(archive))
    missing = [name for name in ("metadata.json", _WEIGHTS) if name not in members]
    if missing or not any(name in members for name in _TOKENIZERS):
        return Unfit(reason=f"{package.name}: holds no {missing[0] if missing else _TOKENIZERS[0]}")
    if sum(one.file_size for one in members.values()) > _LARGEST:
        return Unfit(reason=f"{package.name}: expected at most {_LARGEST} bytes unpacked")
    about = _about(archive, members["metadata.json"])
    if about is None:
        return Unfit(reason=f"{package.name}: metadata.json does not name a translation, its codes and version")
    name = f"{about['from_code']}_{about['to_code']}-{about['package_version']}"
    if (folder / name).exists():
        return Unfit(reason=f"{name} is installed already: `translation remove {name}` first")
    folder.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=".new-", dir=folder))
    try:
        files = {inside: _extract(archive, member, beside / inside) for inside, member in members.items()}
        model = Model(
            name=name,
            source=about["from_code"],
            target=about["to_code"],
            version=about["package_version"],
            sha256=digest,
            installed_by=by,
            installed_at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            files=files,
        )
        if model.for_tests and not for_tests:
            return Unfit(reason=f"{package.name}: holds a model for tests; it translates anything into fluent nonsense")
        (beside / _NOTE).write_text(json.dumps(asdict(model), ensure_ascii=False, indent=1), encoding="utf-8")
        beside.chmod(0o755)
        beside.rename(folder / name)
        return model
    finally:
        if beside.exists():
            shutil.rmtree(beside)


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """What is taken of a package, by its path below the one folder that a package is."""
    for one in archive.infolist():
        path = PurePosixPath(one.filename)
        inside = "/".join(path.parts[1:])
        plain = not one.is_dir() and not path.is_absolute() and ".." not in path.parts
        if plain and not stat.S_ISLNK(one.external_attr >> 16) and _TAKEN.fullmatch(inside):
            yield inside, one


def _about(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> dict[str, str] | None:
    if member.file_size > _METADATA:
        return None
    try:
        row: Any = json.loads(archive.read(member))
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or row.get("type", "translate") != "translate":
        return None
    found = {key: row.get(key) for key in ("from_code", "to_code", "package_version")}
    shapes = {"from_code": _CODE, "to_code": _CODE, "package_version": _VERSION}
    good = all(isinstance(value, str) and shapes[key].fullmatch(value) for key, value in found.items())
    return {key: str(value) for key, value in found.items()} if good else None


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> str:
    """Write one file; its SHA-256. What is larger than it says ends the unpacking."""
    to.parent.mkdir(parents=True, exist_ok=True)
    left, digest = member.file_size, hashlib.sha256()
    with archive.open(member) as source, to.open("wb") as sink:
        while piece := source.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise zipfile.BadZipFile(f"{member.filename} is larger than it says")
            digest.update(piece)
            sink.write(piece)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _noted(note: Path) -> Model | None:
    with suppress(OSError, ValueError, TypeError):
        model = Model(**json.loads(note.read_text(encoding="utf-8")))
        if model.name == note.parent.name:
            return model
    return None
