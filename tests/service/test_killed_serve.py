"""A process of `serve`, killed again and again: by the provider's count nobody is told twice or missed."""

import signal

from tests.service.story import number
from tests.service.test_twilio_stories import Night, night

__all__ = ["night"]
_PEOPLE = 40


async def _killed_at(night: Night, count: int) -> None:
    """Serve until the provider has taken so many texts, then die without a word."""
    await night.serve(SEND_RATE="50")
    await night.until(lambda: len(night.provider.taken) >= count, f"{count} texts")
    assert night.process.returncode is None
    await night.end(signal.SIGKILL)


async def test_a_service_that_dies_at_any_moment_tells_everybody_once(night: Night) -> None:
    """It dies amid the welcome texts, the warning and its end; what was taken and not answered is looked up."""
    night.provider.latency = 0.2  # so that answers are on their way whenever it dies
    await night.story.people(*((index, "en", "") for index in range(_PEOPLE)))
    await _killed_at(night, _PEOPLE // 2)
    night.story.rain(p17204="L4")
    await _killed_at(night, _PEOPLE + 5)
    await _killed_at(night, _PEOPLE + 25)
    await _told(night, 2)
    night.story.pass_time(seconds=2)
    night.story.rain(p17204=None)
    await _killed_at(night, 2 * _PEOPLE + 10)
    await _told(night, 3)
    assert night.provider.twice() == 0
    assert len(night.provider.taken) == 3 * _PEOPLE
    assert not [state for state in night.states() if state in ("queued", "handing", "uncertain", "failed")]


async def _told(night: Night, count: int) -> None:
    """Serve until every phone shows so many texts, then end politely."""
    await night.serve(SEND_RATE="50")
    phones = [number(index) for index in range(_PEOPLE)]
    await night.until(lambda: all(len(night.provider.texts_of(one)) >= count for one in phones), "everybody told")
    assert await night.end() == 0
