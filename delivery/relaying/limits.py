"""How much of what a source ever said is read at every look: chains long over are set aside; too much is told of."""

from datetime import datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from feeds.cap import folding, store
from feeds.cap.source import Source
from storage.connection import Connection

#: a chain that is over everywhere and of which nothing came for so long is read no more
OVER = timedelta(days=30)
#: how many count before anything is looked for to set aside
_FEW = 200


def keep(db: Connection, source: Source, now: datetime) -> None:
    """Set aside what is long over; people in charge hear where what is left is more than is read."""
    subject = f"cap {source.name} messages"
    count = store.count_words(db, source.name)
    if count > _FEW:
        store.set_aside(db, source.name, folding.settled(store.words(db, source.name), now - OVER))
        count = store.count_words(db, source.name)
    if count <= store.MOST_WORDS:
        noticeboard.resolve(db, NoticeKind.UNREADABLE, subject, now)
        return
    text = (
        f"More than {store.MOST_WORDS} messages of {source.name} count: the oldest are not read any more. What was told"
        " stays in force until it is lifted. Ask them to end their messages, and to repeat less often."
    )
    whose = tuple(sorted(source.municipalities))
    noticeboard.add(db, Notice(kind=NoticeKind.UNREADABLE, subject=subject, text=text, urgent=True, places=whose), now)
