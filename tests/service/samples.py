"""Where the sample telegrams of JMA lie on this machine, if they do. They are not part of the repository."""

import os
from collections.abc import Iterable
from pathlib import Path

from feeds.jma import types

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = Path(os.environ.get("TOMOSHIBI_JMA_SAMPLES") or _ROOT.parent / "shared" / "jma" / "samples")
#: the types that a reader takes, by the name of their folder
READ = tuple(code for code in types.table() if types.is_read(code))
NOTICE = "No sample telegrams here, so nothing was compared with them: set TOMOSHIBI_JMA_SAMPLES to their folder."


def folder() -> Path | None:
    """The folder with one folder per telegram type, or None."""
    return _FOLDER if (_FOLDER / "VXSE53").is_dir() else None


def of(codes: Iterable[str] = READ) -> list[Path]:
    """Every sample of these types in a stable order; nothing where there are none."""
    found = folder()
    return [path for code in codes for path in sorted((found / code).glob("*.xml"))] if found else []


def others() -> list[Path]:
    """Every sample telegram of a type that is not read."""
    found = folder()
    folders = sorted(path for path in found.iterdir() if path.is_dir()) if found else []
    left_out = (*READ, "feeds_and_errors")
    return [path for kind in folders if kind.name not in left_out for path in sorted(kind.glob("*.xml"))]
