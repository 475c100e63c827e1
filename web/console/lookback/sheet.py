"""A broadcast's counts as CSV, as a city's office opens it: UTF-8 with a mark for Excel, nothing that runs."""

import csv
import io
from collections import Counter, defaultdict

from alerts.japan import JST
from alerts.places import PlaceTable
from delivery import states
from subscribers import disclosure
from web.console.lookback.rows import Story
from web.words import Words


def write(story: Story, places: PlaceTable, words: Words) -> bytes:
    """One line for each place, language and state; small counts as "<5", and beside one all in steps."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(
        [words(f"csv.{name}") for name in ("number", "seen", "hazard", "code", "place", "language")]
        + [words("csv.state"), words("csv.count")]
    )
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for cell in story.cells:
        counts[cell.place, cell.language][states.part(cell.state)] += cell.messages
    sent = story.sent
    flat = {(*key, part): count for key, parts in counts.items() for part, count in parts.items()}
    for (place, language, part), count in sorted(disclosure.table(flat).items()):
        row = [
            str(sent.id),
            f"{sent.seen_at.astimezone(JST):%Y-%m-%d %H:%M:%S}",
            words.named("hazard", sent.hazard) if sent.hazard else words.named("broadcast", sent.origin),
            place,
            words.place(places, place),
            language,
            words(f"progress.{part}"),
            str(count),
        ]
        lines.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(value: str) -> str:
    """A spreadsheet must not take it for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
