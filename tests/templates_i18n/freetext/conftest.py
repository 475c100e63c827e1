"""What free text is held against: the real words and places."""

import pytest

from alerts import places
from templates_i18n import catalogue
from templates_i18n.freetext.gates import Tables


@pytest.fixture(scope="session")
def tables() -> Tables:
    return Tables(catalogue=catalogue.load(), places=places.load())
