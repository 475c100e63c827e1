"""The nation-wide days as `simulate` plays them."""

from datetime import timedelta

from service import simulation
from service.nights import great_earthquake, typhoon
from service.sample_residents import NATION
from service.scenarios import SCENARIOS, Scenario, steps
from service.settings import Settings


def test_steps_hold_every_telegram_once_in_the_order_of_publication() -> None:
    night = typhoon.night(3, 120)
    played = steps(night, timedelta(minutes=10))
    raw = [one for step in played for one in (step.raw, *(further.raw for further in step.further))]
    assert raw == [one.raw for one in night]
    assert [step.at for step in played] == sorted(step.at for step in played)


def test_every_scenario_begins_before_its_first_telegram() -> None:
    for name in ("noto", "great-earthquake"):
        first = SCENARIOS[name].steps()[0]
        assert SCENARIOS[name].start <= first.at


async def test_a_small_day_through_the_whole_service_tells_nobody_twice() -> None:
    day = Scenario(
        start=great_earthquake.START, steps=lambda: steps(great_earthquake.day(9, 40), timedelta(hours=1)), homes=NATION
    )
    async with simulation.running(
        residents=60, speed=100, base=Settings(http_port=0), say=lambda line: None, day=day
    ) as running:
        await running.welcome()
        for step in day.steps():
            await running.play(step)
        summary = await simulation.summarise(running)
    assert summary.telegrams == len({one.raw for one in great_earthquake.day(9, 40)})
    assert summary.told_twice == 0
    assert summary.messages > 60
