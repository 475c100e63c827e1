"""How far two points lie apart."""

import pytest

from alerts import distance


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance.kilometres((35.0, 139.0), (36.0, 139.0)) == pytest.approx(111.2, abs=0.1)
    assert distance.kilometres((35.0, 139.0), (35.0, 139.0)) == 0
