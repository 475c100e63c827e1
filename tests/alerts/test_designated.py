"""The lists of municipalities that telegrams do not name."""

import pytest

from alerts import designated, hazards, places
from alerts.vocabulary import Hazard

ROW = """
[nankai_trough]
confirmed = {confirmed}
source = "a list of this test"
prefectures = ["39"]
municipalities = {municipalities}
"""


def test_no_list_is_confirmed_until_somebody_has_compared_it() -> None:
    lists = designated.load()
    assert set(lists) == {Hazard.NANKAI_TROUGH, Hazard.HOKKAIDO_SANRIKU}
    for one in lists.values():
        assert (one.confirmed, one.class20()) == (False, ())
        assert one.source


def test_the_prefectures_stand_in_the_place_table() -> None:
    for one in designated.load().values():
        for code in one.prefectures:
            assert places.load().prefecture_name(code, "ja"), code


def test_a_confirmed_list_stands_for_its_municipalities() -> None:
    lists = designated.parse(ROW.format(confirmed="true", municipalities='["39201", "39202"]'))
    assert lists[Hazard.NANKAI_TROUGH].class20() == ("3920100", "3920200")


@pytest.mark.parametrize(
    ("confirmed", "municipalities", "named"),
    [("false", '["99999"]', "99999"), ("false", '["13101"]', "13101"), ("true", "[]", "confirmed")],
)
def test_a_list_that_cannot_be_right_is_refused(confirmed: str, municipalities: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        designated.parse(ROW.format(confirmed=confirmed, municipalities=municipalities))


def test_what_names_no_area_is_held_or_recorded_never_sent() -> None:
    for hazard in designated.load():
        assert "send" not in {str(action) for action in hazards.rule(hazard).actions.values()}
