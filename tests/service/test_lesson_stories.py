"""A lesson through the whole service: planned, sent in each reader's language, answered in their digits, explained."""

from datetime import date
from pathlib import Path

from campaigns.corrections import deciding
from campaigns.corrections.deciding import Desk, Wish
from campaigns.lessons import totals
from campaigns.lessons.totals import Asked
from delivery.byhand import signing
from delivery.byhand.correcting import Reason
from delivery.inbound import Inbound
from templates_i18n import lessons
from tests.campaigns import planning
from tests.campaigns.planning import AOI, BRUNO, PLACES, a_plan, japan, planned
from tests.service.story import WAJIMA, Story, number, told

BOOK = lessons.load()


async def _write(story: Story, index: int, body: str, sid: str) -> None:
    """A text from a phone, as the provider brings it."""
    assert story.service is not None
    assert story.service.inbox is not None
    text = Inbound(provider_id=sid, sender=number(index), body=body, received_at=story.clock())
    await story.service.inbox.take(text)


async def test_a_lesson_is_asked_answered_explained_and_counted(tmp_path: Path) -> None:
    async with told(tmp_path, two_way=True) as story:
        await story.people((1, "ne", ""), (2, "my", ""), (3, "en", ""))
        story.clock.jump(japan(date(2026, 11, 26), 11))
        await story.start()
        await story.settled()
        planned(story.tool, a_plan(start=date(2026, 11, 26)), story.clock())
        for index in (1, 2, 3):
            await story.until(lambda index=index: len(story.network.texts_of(number(index))) == 2, "the lesson arrives")
        nepali, burmese, english = (story.network.texts_of(number(index))[1] for index in (1, 2, 3))
        for tag, text in (("ne", nepali), ("my", burmese), ("en", english)):
            own = BOOK.by_tag[tag]
            assert text.startswith(own.frame["lead"])
            assert text.endswith(own.frame["reply_2"])
        await _write(story, 1, "२", "SM1")
        await _write(story, 2, "၁", "SM2")
        await _write(story, 3, "Answer: (2)", "SM3")
        await _write(story, 3, "1", "SM4")
        await _write(story, 3, "7", "SM5")
        await story.until(lambda: len(story.network.texts_of(number(3))) == 5, "all answers arrive")
        await story.settled()
        assert story.network.texts_of(number(1))[2:] == [_said("ne", right=True)]
        assert story.network.texts_of(number(2))[2:] == [_said("my", right=False)]
        assert story.network.texts_of(number(3))[2:] == [
            _said("en", right=True),
            _said("en", right=False),
            BOOK.by_tag["en"].frame["reply_2"],
        ]
        found = story.tool.read_sync(totals.read)
        assert {(one.asked, one.option, one.correct, one.answers) for one in found} == {
            (_asked("ne"), 2, True, 1),
            (_asked("my"), 1, False, 1),
            (_asked("en"), 2, True, 1),
        }
        await _take_back(story)
        await story.until(lambda: len(story.network.texts_of(number(1))) == 4, "who was told hears that it was wrong")
        assert "11/26" in story.network.texts_of(number(1))[3]
        assert len(story.network.texts_of(number(2))) == 4
        await _write(story, 3, "2", "SM6")
        await story.settled()
        assert BOOK.by_tag["en"].lessons["water"].why not in story.network.texts_of(number(3))[-1]


async def _take_back(story: Story) -> None:
    """Two people sign that the lesson was wrong; the running service does the rest."""
    [row] = story.tool.read_sync(lambda c: c.execute("SELECT id FROM broadcasts WHERE origin = 'lesson'"))
    wish = Wish(broadcast_id=row.integer("id"), reason=Reason.WRONG_WORDS)
    desk = Desk(teller=planning.desk().teller, places=PLACES, rate=100)
    made = story.tool.write_sync(deciding.submit, wish, AOI, desk, story.clock())
    answer = story.tool.write_sync(signing.approve, made.id, BRUNO, desk, story.clock())
    assert answer.outcome == "done"


def _asked(tag: str) -> Asked:
    return Asked(lesson="water", version=BOOK.versions["water", tag], language=tag, place=WAJIMA)


def _said(tag: str, *, right: bool) -> str:
    own = BOOK.by_tag[tag]
    water = own.lessons["water"]
    first = own.frame["right"] if right else own.frame["wrong"].replace("{answer}", f"2) {water.options[1]}")
    return f"{first}\n{water.why}"
