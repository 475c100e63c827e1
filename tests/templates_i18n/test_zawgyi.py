"""Burmese is Unicode: a text in the old Zawgyi code is rubble on today's phones."""

import warnings

import pytest
from myanmartools import ZawgyiDetector

from alerts.places import PlaceTable
from templates_i18n import matrix
from templates_i18n.catalogue import Catalogue

#: probability from which a text is taken for Zawgyi; of whole texts, single words are too short to tell
SUSPECT = 0.2


@pytest.fixture(scope="module")
def detector() -> ZawgyiDetector:
    with warnings.catch_warnings():
        # how the library opens its own file
        warnings.simplefilter("ignore", DeprecationWarning)
        return ZawgyiDetector()


def test_no_text_is_zawgyi(words: Catalogue, table: PlaceTable, detector: ZawgyiDetector) -> None:
    for message in matrix.messages_json(words, table, language="my")["messages"]:
        assert detector.get_zawgyi_probability(message["text"]) < SUSPECT, message["text"]


def test_zawgyi_is_seen(detector: ZawgyiDetector) -> None:
    assert detector.get_zawgyi_probability("အျမင့္ကို ခ်က္ခ်င္း ေျပးပါ") > SUSPECT
    assert detector.get_zawgyi_probability("အမြင့်ကို ချက်ချင်း ပြေးပါ") < SUSPECT
