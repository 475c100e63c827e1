"""How far two points lie apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import distance


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance.kilometres((35.0, 139.0), (36.0, 139.0)) == pytest.approx(111.2, abs=0.1)
    assert distance.kilometres((35.0, 139.0), (35.0, 139.0)) == 0


_POINTS = st.tuples(st.floats(35, 35.2).map(lambda x: round(x, 4)), st.floats(139, 139.2).map(lambda x: round(x, 4)))


@given(st.lists(_POINTS, min_size=1, max_size=40), _POINTS)
def test_the_farthest_point_is_one_of_the_outermost(
    points: list[tuple[float, float]], here: tuple[float, float]
) -> None:
    outer = distance.outermost(points)
    assert set(outer) <= set(points)
    farthest = max(distance.kilometres(here, there) for there in points)
    assert max(distance.kilometres(here, there) for there in outer) > farthest - 0.001


def test_of_no_points_and_of_one_place() -> None:
    assert distance.outermost([]) == ()
    assert distance.outermost([(35.0, 139.0)] * 3) == ((35.0, 139.0),)
    assert distance.outermost([(35.0, 139.0), (35.5, 139.5), (36.0, 140.0)]) == ((35.0, 139.0), (36.0, 140.0))
