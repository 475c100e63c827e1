"""Where the sample telegrams of JMA lie on this machine, if they do. They are not part of the repository."""

import os
from collections.abc import Iterable
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = Path(os.environ.get("TOMOSHIBI_JMA_SAMPLES") or _ROOT.parent / "shared" / "jma" / "samples")
READ = ("VXSE51", "VXSE52", "VXSE53", "VTSE41", "VPWW55", "VPWW56")
NOTICE = "No sample telegrams here, so nothing was compared with them: set TOMOSHIBI_JMA_SAMPLES to their folder."


def folder() -> Path | None:
    """The folder with one folder per telegram type, or None."""
    return _FOLDER if (_FOLDER / "VXSE53").is_dir() else None


def of(types: Iterable[str] = READ) -> list[Path]:
    """Every sample of these types in a stable order; nothing where there are none."""
    found = folder()
    return [path for code in types for path in sorted((found / code).glob("*.xml"))] if found else []


def others() -> list[Path]:
    """Every sample telegram of a type that is not read."""
    found = folder()
    folders = sorted(path for path in found.iterdir() if path.is_dir()) if found else []
    left_out = (*READ, "feeds_and_errors")
    return [path for kind in folders if kind.name not in left_out for path in sorted(kind.glob("*.xml"))]
