"""An alert as a picture to send on by messenger: SVG to PNG with the fonts of this machine.

Owns the drawing and the fonts of each language; the only module that knows resvg and HarfBuzz. Where a language's
font is missing there is no picture in it: boxes instead of letters would be worse than none.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

import resvg_py
import uharfbuzz

from templates_i18n import pictograms
from web.residents.view import AlertView

#: country of a face of Han characters: all stand in one file, with the same widths
_HAN_FACE = re.compile(" (JP|KR|SC|TC)$")
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
LATIN = "Noto Sans"
#: marks of Japanese and Chinese that are as narrow as Latin ones
_HAN_MARKS = "「」・"
_WIDTH, _MARGIN = 1080, 60
_ROOM = _WIDTH - 2 * _MARGIN
_SIGN, _ACT = 200, 120
#: marks that join the letter after them to the one before
_JOINING = "\u17d2\u1039\u0dca\u094d\u09cd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """What a language is drawn with: a family for each way of writing, for none has the letters of all."""

    #: of the language's own letters
    own: str
    #: of Han characters and kana
    han: str
    files: tuple[str, ...]

    def of(self, char: str) -> str:
        """The family of a letter."""
        if unicodedata.east_asian_width(char) in "WF" or char in _HAN_MARKS:
            return self.han
        return LATIN if char.isascii() or unicodedata.name(char, "").startswith(("LATIN", "CYRILLIC")) else self.own

    def width(self, text: str, *, bold: bool) -> float:
        """In em."""
        return sum(self.advance(piece, family, bold=bold) for family, piece in runs(text, self))

    def advance(self, piece: str, family: str, *, bold: bool) -> float:
        """Of letters of one family, shaped, in em."""
        name = f"/{_HAN_FACE.sub('', family).replace(' ', '')}-{'Bold' if bold else 'Regular'}."
        return _advance(next(file for file in self.files if name in file), piece)


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
    letters = (f"NotoSans{script}-Regular.ttf", f"NotoSans{script}-Bold.ttf") if script else ()
    files = [_installed().get(name) for name in (*_LATIN, *letters, *_HAN)]
    if None in files:
        return None
    own = f"Noto Sans {script}" if script else LATIN
    han = _HAN_FAMILY.get(tag, "Noto Sans CJK JP")
    return Fonts(own=own, han=han, files=tuple(file for file in files if file))


def draw(page: AlertView, sheet: Sheet) -> bytes | None:
    """The picture as PNG, 1080 pixels wide; None where the language's font is missing. Takes some 0.1 s."""
    found = fonts(sheet.tag)
    return _png(svg(page, sheet, found), found) if found else None


@functools.lru_cache(maxsize=64)
def _png(drawing: str, found: Fonts) -> bytes:
    """Many people ask for the same picture in the same minute."""
    made = resvg_py.svg_to_bytes(
        svg_string=drawing,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=list(found.files),
    )
    return bytes(made)


def svg(page: AlertView, sheet: Sheet, found: Fonts) -> str:
    """The picture as SVG."""
    y = _MARGIN
    parts: list[str] = []
    if sheet.pretend:
        y = _write(parts, _Block(sheet.pretend, 36, True, "#0b4f94"), y, found)
    if sheet.over:
        y = _write(parts, _Block(sheet.over, 68, True), y, found)
    for number, one in enumerate(page.signs):
        parts.append(_placed(one.id, _MARGIN + number * (_SIGN + 30), y, _SIGN))
    y += _SIGN + 30
    for block in _blocks(page, sheet):
        y = _write(parts, block, y, found)
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 30}" width="{_WIDTH}" height="{y + 30}"'
        f">{body}</svg>"
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


def _write(parts: list[str], block: _Block, y: int, found: Fonts) -> int:
    """Add the lines of a block below `y`; where the next begins."""
    left = _MARGIN + len(block.signs) * (_ACT + 20) + (10 if block.signs else 0)
    lines = wrap(block.words, (_WIDTH - _MARGIN - left) / block.size, lambda text: found.width(text, bold=block.bold))
    step = round(block.size * 1.6)
    height = max(step * len(lines), _ACT if block.signs else 0)
    parts += [_placed(name, _MARGIN + n * (_ACT + 20), y, _ACT) for n, name in enumerate(block.signs)]
    top = y + (height - step * len(lines)) // 2 + round(block.size * 1.15)
    for number, line in enumerate(lines):
        parts += _line(line, block, left, top + number * step, found)
    return y + height + 18


def _line(line: str, block: _Block, left: float, y: int, found: Fonts) -> Iterator[str]:
    """Each piece is a text of its own: one text of several scripts would get boxes for the letters of some."""
    weight = ' font-weight="bold"' if block.bold else ""
    for family, piece in runs(line, found):
        face = f'font-family="{family}" font-size="{block.size}" fill="{block.colour}"{weight}'
        yield f'<text x="{left:.1f}" y="{y}" {face} xml:space="preserve">{escape(piece)}</text>'
        left += found.advance(piece, family, bold=block.bold) * block.size


def _placed(name: str, x: int, y: int, size: int) -> str:
    drawing = pictograms.load().by_id[name].svg
    return drawing.replace("<svg ", f'<svg x="{x}" y="{y}" width="{size}" height="{size}" ', 1)


def runs(line: str, found: Fonts) -> Iterator[tuple[str, str]]:
    """Pieces of a line with their family. Left to itself the renderer puts boxes where one line mixes scripts."""
    families = [found.of(char) for char in line]
    for n, char in enumerate(line):
        # spaces and what is joined to a letter have the family of that letter
        if n and (char == " " or unicodedata.category(char)[0] == "M" or char in "\u200c\u200d"):
            families[n] = families[n - 1]
    for family, piece in groupby(zip(families, line, strict=True), key=lambda pair: pair[0]):
        yield family, "".join(char for _, char in piece)


def wrap(words: str, room: float, width: Callable[[str], float]) -> list[str]:
    """Lines of at most `room`, broken at spaces; within a word only where it has no room of its own."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        joined = f"{line} {word}" if line else word
        if width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, room, width)
        lines += full
    return [*lines, line] if line else lines


def _pieces(word: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    piece = ""
    for cluster in _clusters(word):
        if piece and width(piece + cluster) > room:
            yield piece
            piece = ""
        piece += cluster
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


@functools.lru_cache(maxsize=8192)
def _advance(file: str, piece: str) -> float:
    font = _font(file)
    letters = uharfbuzz.Buffer()
    letters.add_str(piece)
    letters.guess_segment_properties()
    uharfbuzz.shape(font, letters)
    advance: float = sum(one.x_advance for one in letters.glyph_positions)
    return advance / float(font.face.upem)


@functools.cache
def _font(file: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(file)))


@functools.cache
def _installed() -> dict[str, str]:
    """Font files of this machine, by their name."""
    return {path.name: str(path) for folder in reversed(_FOLDERS) for path in _files(Path(folder))}


def _files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("Noto*") if path.suffix in (".ttf", ".ttc", ".otf"))
