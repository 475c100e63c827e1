"""`lessons list`, `fit` and `check`, as somebody types them."""

import json

import pytest

from campaigns.lessons import facts
from service.commands import cli
from templates_i18n import lessons


def test_list_shows_every_lesson_or_one_with_its_replies(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lessons", "list", "--language", "vi", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["lessons"]
    assert [row["id"] for row in rows] == list(facts.load())
    assert {row["language"] for row in rows} == {"vi"}
    assert cli.main(["lessons", "list", "--lesson", "water"]) == 0
    said = capsys.readouterr().out
    assert "LESSON, not a warning:" in said
    assert "The right answer: 2) 3 litres" in said
    assert cli.main(["lessons", "list", "--lesson", "fire"]) == 2


def test_fit_begins_with_what_suits_the_place_and_the_people(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["lessons", "fit", "--municipality", "17204", "--tag", "family_with_baby", "--month", "7", "--json"]
    assert cli.main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tags"] == ["family_with_baby", "near_sea", "snow_country"]
    assert {"tsunami_run", "baby_kit", "heat"} <= set(found["lessons"][:6])
    assert cli.main(["lessons", "fit", "--after", "earthquake"]) == 0
    assert capsys.readouterr().out.startswith("no tags\naftershocks: More quakes can come\n")
    assert cli.main(["lessons", "fit", "--tag", "visa"]) == 2


def test_check_has_nothing_to_say_of_a_finished_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lessons", "check", "--language", "ja"]) == 0
    assert capsys.readouterr().out.startswith("ja: 0 lessons missing, 0 faults")
    assert cli.main(["lessons", "check", "--language", "xx"]) == 2
    assert lessons.load().missing("ja") == ()
