"""Make the sheet of the pictograms: docs/reference/pictograms.md and docs/pictures/pictograms.png.

    python -m tools.pictogram_sheet      # needs a Chromium, see .ci/run

The picture shows each drawing large, and at 32 pixels in colour, in grey, and as people without red and
without green cones see it (Machado, Oliveira and Fernandes 2009, severity 1).
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from templates_i18n import catalogue, pictograms
from tests import browser

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, PICTURE = DOCS / "reference" / "pictograms.md", DOCS / "pictures" / "pictograms.png"
_GROUPS = {
    "hazard": "Hazards (yellow triangle)",
    "action": "What to do (blue disc)",
    "prohibition": "What not to do (red ring)",
    "place": "Places (green square)",
    "level": "Levels (official colours, number)",
    "sign": "Signs",
}
_INTRO = """# Pictograms

{about}

![{alternative}](../pictures/pictograms.png)

{making}
"""
_ABOUT = (
    "Our own drawings on one grid of 64 by 64, in the tradition of ISO 7010 and JIS Z 8210. Shape, not colour, says"
    " what sort of sign it is. They stand on the pages, cards and prints of alerts; their names in all languages"
    " (`[pictogram]` of the language files) are the alternative text. An SMS has none of them: there the digit and the"
    " word lead."
)
_ALTERNATIVE = "All pictograms, large, and at 32 pixels in colour, grey, without red and without green cones"
_MAKING = (
    "Made by `python -m tools.pictogram_sheet`, as is this page. A new drawing is an `.svg` file in"
    " `templates_i18n/drawings/`, a place in `meanings.toml` beside it and a name in each language;"
    " `tests/templates_i18n/test_pictograms.py` says what is missing. Only `g`, `path`, `circle` and `rect`, the"
    " colours of the set, under 2 KB."
)
_MATRICES = {
    "32 pixels": "1 0 0 0 0  0 1 0 0 0  0 0 1 0 0  0 0 0 1 0",
    "grey": "0.2126 0.7152 0.0722 0 0  0.2126 0.7152 0.0722 0 0  0.2126 0.7152 0.0722 0 0  0 0 0 1 0",
    "without red cones": "0.152286 1.052583 -0.204868 0 0  0.114503 0.786281 0.099216 0 0"
    "  -0.003882 -0.048116 1.051998 0 0  0 0 0 1 0",
    "without green cones": "0.367322 0.860646 -0.227968 0 0  0.280085 0.672501 0.047413 0 0"
    "  -0.011820 0.042940 0.968881 0 0  0 0 0 1 0",
}


def document() -> str:
    """The page: a table for each group."""
    names, drawn = catalogue.load().by_tag["en"].pictograms, pictograms.load().by_id
    parts = [_INTRO.format(about=_ABOUT, alternative=_ALTERNATIVE, making=_MAKING)]
    for group, title in _GROUPS.items():
        rows = [
            f"| ![](../../templates_i18n/drawings/{name}.svg) | `{name}` | {names[name]} |"
            for name, drawing in drawn.items()
            if drawing.group == group
        ]
        parts.append("\n".join([f"## {title}\n", "| | Id | Name |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def _cell(drawing: pictograms.Pictogram, name: str, size: int) -> str:
    svg = drawing.svg.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
    caption = f"<small>{name}</small>" if size > 32 else ""
    return f'<div class="s{size}">{svg}{caption}</div>'


def sheet() -> str:
    """The picture as HTML."""
    names, drawn = catalogue.load().by_tag["en"].pictograms, pictograms.load().by_id
    filters = "".join(
        f'<filter id="f{i}" color-interpolation-filters="linearRGB"><feColorMatrix values="{values}"/></filter>'
        for i, values in enumerate(_MATRICES.values())
    )
    style = (
        "body{margin:12px;font:13px sans-serif;background:#fff}div{display:inline-block;text-align:center;"
        "vertical-align:top}.s96{width:122px;margin-bottom:8px}.s32{width:40px}small{display:block;padding:0 4px}"
        "h2{font-size:14px;margin:8px 0 4px}"
    )
    rows = "".join(
        f'<h2>{title}</h2><section style="filter:url(#f{i})">'
        + "".join(_cell(drawing, "", 32) for drawing in drawn.values())
        + "</section>"
        for i, title in enumerate(_MATRICES)
    )
    large = "".join(_cell(drawing, names[name], 96) for name, drawing in drawn.items())
    return (
        f'<!doctype html><style>{style}</style><svg width="0" height="0" style="position:absolute">{filters}</svg>'
        f"{large}{rows}"
    )


async def take(program: str) -> None:
    """Write the picture."""
    async with async_playwright() as player:
        started = await player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await started.new_page(viewport={"width": 1120, "height": 600})
        await page.set_content(sheet())
        await page.screenshot(path=PICTURE, full_page=True)
        await started.close()


def main() -> int:
    """0 done, 2 no browser."""
    PAGE.write_text(document(), encoding="utf-8")
    program = browser.find()
    if program is None:
        print(browser.REMEDY, file=sys.stderr)
        return 2
    asyncio.run(take(program))
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
