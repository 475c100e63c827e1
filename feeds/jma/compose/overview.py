"""Builds VPWS50, the state of all Japan, in the form the manual gives; no real body has been seen.

Source: 気象警報・注意報（Ｒ０６）電文解説資料 2026-04-30 (VPWS50: full state, Kind/DateTime type 発表時刻).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts import places
from alerts.places import Level
from alerts.vocabulary import InfoType, Status
from feeds.jma.compose import document, weather
from feeds.jma.compose.document import Letterhead, add


def overview_report(
    kinds: Mapping[str, Sequence[tuple[str, datetime]]], *, at: datetime, status: Status = Status.ACTUAL
) -> bytes:
    """VPWS50. `kinds`: municipality (class20) to (Kind/Code, when it was issued); all others are calm.

    ValueError for a code of none of VPWW55 to VPWW61, or a municipality that there is not.
    """
    letter = Letterhead(
        at=at,
        issued=None,
        event_id="",
        info_type=InfoType.ISSUE,
        status=status,
        office="気象庁本庁",
        text="",
    )
    root, _, body = document.start("VPWS50", letter)
    warning = add(body, "Warning", type="気象警報・注意報（市町村等）")
    everywhere = {code: place for place in places.load().all() if not place.parent for code in place.class20}
    if unknown := kinds.keys() - everywhere.keys():
        raise ValueError(f"{', '.join(sorted(unknown))}: expected codes of municipalities (class20)")
    for code, place in sorted(everywhere.items()):
        item = add(warning, "Item")
        for kind, issued in kinds.get(code, ()):
            entry = document.named(item, "Kind", weather.name_of(kind), kind)
            add(entry, "Status", "継続")
            add(entry, "DateTime", document.local_time(issued), type="発表時刻")
        if not kinds.get(code):
            add(add(item, "Kind"), "Status", "発表警報・注意報はなし")
        part = places.load().region(Level.CLASS20, code)
        document.named(item, "Area", part.ja if part else place.names.ja, code)
    return document.finish(root)
