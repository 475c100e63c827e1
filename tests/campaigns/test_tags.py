"""A campaign for a tag reaches those who ticked it, and those of a group of the municipality that is called so."""

from campaigns import reaching
from campaigns.plan import Audience
from storage.database import Database
from subscribers import intake, own
from subscribers.intake import Declaration
from subscribers.own import Consent
from subscribers.registration import Registration
from subscribers.tags import Tag
from tests.conftest import FakeClock
from tests.delivery.builders import SUZU, WAJIMA
from tests.subscribers.builders import a_csv, a_reader, a_sealer


def _ticked(db: Database, clock: FakeClock, index: int, *tags: Tag, place: str = WAJIMA) -> None:
    """Somebody who registered themself."""
    wanted = Registration(language="en", places=(place,), tags=tags)
    consent = Consent(wording="test", language="en", way="page")
    db.write_sync(own.register, (f"hash{index}", b"sealed"), wanted, consent, clock())


def test_who_ticked_it_and_whose_group_it_is_are_reached(db: Database, clock: FakeClock) -> None:
    _ticked(db, clock, 1, Tag.NEAR_SLOPE, Tag.STUDENT)
    _ticked(db, clock, 2, Tag.STUDENT)
    _ticked(db, clock, 3, Tag.NEAR_SLOPE, place=SUZU)
    _ticked(db, clock, 4)
    rows = [("+819000000005", "vi", WAJIMA, "near_slope"), ("+819000000006", "my", WAJIMA, "near_slope_side")]
    data = a_csv(*rows, header=("phone", "language", "municipality", "groups"))
    result = intake.import_residents(
        db, data, a_reader(WAJIMA), a_sealer(), declaration=Declaration(wording="test"), clock=clock
    )
    assert result.clean, result
    near = Audience(places=(WAJIMA,), tags=("near_slope",))
    assert db.read_sync(reaching.count, near, WAJIMA) == {"en": 1, "vi": 1}
    assert len(db.read_sync(reaching.page, near, WAJIMA, WAJIMA, 0, 100, clock())) == 2
    students = Audience(places=(WAJIMA,), tags=("student",))
    assert db.read_sync(reaching.count, students, WAJIMA) == {"en": 2}
    # other words stand for groups of the municipality alone
    other = Audience(places=(WAJIMA,), groups=("near_slope_side",))
    assert db.read_sync(reaching.count, other, WAJIMA) == {"my": 1}
    assert db.read_sync(reaching.count, other, SUZU) == {}
