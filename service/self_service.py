"""Registering oneself, as the settings offer it, and what the clock does for it: codes forgotten, pauses ended."""

from collections.abc import Callable
from datetime import datetime

from delivery.joining import by_sms, codes
from delivery.twoway.answering import Words
from service.settings import Settings
from storage.database import Database
from subscribers import asked, own, postal
from subscribers.sealing import Sealer
from web.joining.door import Joining


def offered(
    settings: Settings, sealer: Sealer, words: Words, sent: Callable[[], None], registered: Callable[[], None]
) -> Joining:
    """What the pages /join and /me need; `sent` and `registered` wake who waits for rows."""
    desk = codes.Desk(
        sealer=sealer,
        words=words,
        pages=settings.public_url,
        budget=settings.codes_per_hour,
    )
    return Joining(
        desk=desk,
        two_way=settings.two_way,
        trust_forwarded_for=settings.trust_forwarded_for,
        has_postal=postal.available(),
        sent=sent,
        registered=registered,
    )


async def forget_codes(db: Database, budget: int, now: datetime) -> None:
    """Numbers that only asked for a code are gone after an hour, and who asked after a day; full limits are over."""
    if await db.read(asked.purgeable, now):
        await db.write(asked.purge, now)
    if await db.read(codes.full):
        await db.write(codes.relax, budget, now)
    if await db.read(by_sms.full):
        await db.write(by_sms.relax, budget, now)


async def end_pauses(db: Database, now: datetime) -> bool:
    """Whose pause is over is to hear at once what is in force; whether anybody is."""
    return bool(await db.read(own.pauses_over, now)) and await db.write(own.end_pauses, now) > 0
