"""What of the repository the rules look at: files that are, or will be, committed."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "alerts",
    "campaigns",
    "cases",
    "delivery",
    "feeds",
    "service",
    "shelters",
    "storage",
    "subscribers",
    "templates_i18n",
    "web",
)


@cache
def files() -> tuple[Path, ...]:
    """Every file git knows or would take, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:  # an unpacked archive has no git
        hidden = {".venv", ".git", "build", "data"}
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [str(path) for path in found if not hidden & set(path.parts) and "__pycache__" not in path.parts]
    return tuple(Path(name) for name in sorted(names) if (ROOT / name).is_file())


@cache
def modules() -> tuple[Path, ...]:
    """The Python modules of the product, relative to the root; tests, tools and benchmarks are not among them."""
    return tuple(
        path for path in files() if path.suffix == ".py" and (path.parts[0] in PACKAGES or path.name == "run.py")
    )


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
