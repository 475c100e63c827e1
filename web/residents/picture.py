"""An alert as a picture to send on by messenger: SVG to PNG with the fonts of this machine.

Owns the drawing and the fonts of each language; the only module that knows resvg. Where a language's font is
missing there is no picture in it: boxes instead of letters would be worse than none.
"""

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import resvg_py

from templates_i18n import pictograms
from web.residents.view import AlertView

#: where Debian and others put fonts
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_LATIN = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
_HAN = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc")
#: language -> face of Han characters, which differ between countries
_HAN_FAMILY = {
    "zh-Hans": "Noto Sans CJK SC",
    "zh-Hant": "Noto Sans CJK TC",
    "ko": "Noto Sans CJK KR",
    "ja": "Noto Sans CJK JP",
    "ja-Hira": "Noto Sans CJK JP",
}
#: language -> end of the name of its Noto family, where Noto Sans itself has not its letters
_SCRIPT = {"ne": "Devanagari", "my": "Myanmar", "th": "Thai", "km": "Khmer", "si": "Sinhala", "bn": "Bengali"}
_WIDTH, _MARGIN = 1080, 60
_ROOM = _WIDTH - 2 * _MARGIN
_SIGN, _ACT = 200, 120
#: em of a letter, generous: a line may end early, never be cut
_EM = {"Myanmar": 0.95, "Khmer": 0.8, "Sinhala": 0.9, "Thai": 0.66, "Devanagari": 0.78, "Bengali": 0.8}
#: marks that join the letter after them to the one before
_JOINING = "\u17d2\u1039\u0dca\u094d\u09cd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """What a language is drawn with."""

    family: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the picture says beside the page's own words."""

    tag: str
    #: that it is a trial, or ''
    pretend: str
    #: that it is over, or ''
    over: str
    source: str
    as_of: str
    #: of the page, or '' where there is no public one
    address: str


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of one size; `signs` stand left of them."""

    words: str
    size: int
    bold: bool = False
    colour: str = "#111"
    signs: tuple[str, ...] = ()


def fonts(tag: str) -> Fonts | None:
    """The fonts of a language, or None where this machine lacks one."""
    script = _SCRIPT.get(tag)
    own = (f"NotoSans{script}-Regular.ttf", f"NotoSans{script}-Bold.ttf") if script else ()
    files = [_installed().get(name) for name in (*_LATIN, *own, *_HAN)]
    if None in files:
        return None
    family = _HAN_FAMILY.get(tag) or (f"Noto Sans {script}" if script else "Noto Sans")
    return Fonts(family=family, files=tuple(file for file in files if file))


def draw(page: AlertView, sheet: Sheet) -> bytes | None:
    """The picture as PNG, 1080 pixels wide; None where the language's font is missing. Takes some 0.1 s."""
    found = fonts(sheet.tag)
    return _png(svg(page, sheet, found.family), found) if found else None


@functools.lru_cache(maxsize=64)
def _png(drawing: str, found: Fonts) -> bytes:
    """Many people ask for the same picture in the same minute."""
    made = resvg_py.svg_to_bytes(
        svg_string=drawing,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=list(found.files),
        font_family=found.family,
        sans_serif_family=found.family,
    )
    return bytes(made)


def svg(page: AlertView, sheet: Sheet, family: str) -> str:
    """The picture as SVG."""
    y = _MARGIN
    parts: list[str] = []
    if sheet.pretend:
        y = _write(parts, _Block(sheet.pretend, 36, True, "#0b4f94"), y)
    if sheet.over:
        y = _write(parts, _Block(sheet.over, 68, True), y)
    for number, one in enumerate(page.signs):
        parts.append(_placed(one.id, _MARGIN + number * (_SIGN + 30), y, _SIGN))
    y += _SIGN + 30
    for block in _blocks(page, sheet):
        y = _write(parts, block, y)
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 30}" width="{_WIDTH}" height="{y + 30}"'
        f' font-family="{family}, Noto Sans, Noto Sans CJK JP">{body}</svg>'
    )


def _blocks(page: AlertView, sheet: Sheet) -> Iterator[_Block]:
    for head in page.text.heads:
        yield _Block(head, 62, True)
    for line in page.text.body:
        yield _Block(line, 46)
    for act in page.text.acts:
        yield _Block(act.words, 46, signs=tuple(sign.id for sign in act.signs))
    yield _Block(page.text.issued, 40, True)
    for line in (sheet.source, sheet.as_of, sheet.address):
        if line:
            yield _Block(line, 32, colour="#444")


def _write(parts: list[str], block: _Block, y: int) -> int:
    """Add the lines of a block below `y`; where the next begins."""
    left = _MARGIN + len(block.signs) * (_ACT + 20) + (10 if block.signs else 0)
    lines = wrap(block.words, (_WIDTH - _MARGIN - left) / block.size, bold=block.bold)
    step = round(block.size * 1.6)
    height = max(step * len(lines), _ACT if block.signs else 0)
    parts += [_placed(name, _MARGIN + n * (_ACT + 20), y, _ACT) for n, name in enumerate(block.signs)]
    top = y + (height - step * len(lines)) // 2 + round(block.size * 1.15)
    weight = ' font-weight="bold"' if block.bold else ""
    for number, line in enumerate(lines):
        at = f'x="{left}" y="{top + number * step}" font-size="{block.size}" fill="{block.colour}"{weight}'
        parts.append(f"<text {at}>{escape(line)}</text>")
    return y + height + 18


def _placed(name: str, x: int, y: int, size: int) -> str:
    drawing = pictograms.load().by_id[name].svg
    return drawing.replace("<svg ", f'<svg x="{x}" y="{y}" width="{size}" height="{size}" ', 1)


def wrap(words: str, room: float, *, bold: bool) -> list[str]:
    """Lines of at most `room` em, broken at spaces; within a word only where it has no room of its own."""
    lines: list[str] = []
    line = ""
    for word in words.split(" "):
        joined = f"{line} {word}" if line else word
        if _em(joined, bold=bold) <= room:
            line = joined
            continue
        pieces = list(_pieces(word, room, bold=bold))
        if line:
            lines.append(line)
        lines.extend(pieces[:-1])
        line = pieces[-1] if pieces else ""
    return [*lines, line] if line else lines


def _pieces(word: str, room: float, *, bold: bool) -> Iterator[str]:
    piece = ""
    for cluster in _clusters(word):
        if piece and _em(piece + cluster, bold=bold) > room:
            yield piece
            piece = ""
        piece += cluster
    if piece:
        yield piece


def _clusters(word: str) -> Iterator[str]:
    """Letters with what may not be parted from them."""
    cluster = ""
    for char in word:
        joined = cluster and (unicodedata.category(char)[0] in "MP" or cluster[-1] in _JOINING)
        if cluster and not joined:
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _em(text: str, *, bold: bool) -> float:
    return sum(_letter(char) for char in text) * (1.07 if bold else 1.0)


@functools.lru_cache(maxsize=4096)
def _letter(char: str) -> float:
    category = unicodedata.category(char)
    if category == "Mn":
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    script = unicodedata.name(char, "").split(" ")[0].capitalize()
    if script in _EM:
        return _EM[script] * (0.6 if category == "Mc" else 1.0)
    if char in "WMmw@%":
        return 1.0
    return 0.3 if char == " " else 0.72 if char.isupper() else 0.6


@functools.cache
def _installed() -> dict[str, str]:
    """Font files of this machine, by their name."""
    return {path.name: str(path) for folder in reversed(_FOLDERS) for path in _files(Path(folder))}


def _files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("Noto*") if path.suffix in (".ttf", ".ttc", ".otf"))
