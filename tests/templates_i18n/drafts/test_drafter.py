"""Ways through models, and what is said of languages without one."""

import pytest

from subscribers.languages import TAGS
from templates_i18n.drafts import drafter, known
from templates_i18n.drafts.drafter import Offer
from templates_i18n.drafts.shelf import Model

_NONE_TODAY = {"vi", "ne", "my", "km", "mn", "si"}


def _model(source: str, target: str, version: str = "1.0") -> Model:
    return Model(
        name=f"{source}_{target}-{version}",
        source=source,
        target=target,
        version=version,
        sha256="ab" * 32,
        installed_by="aoi",
        installed_at="2026-11-23T00:00:00Z",
        files={},
    )


def test_straight_where_there_is_a_model_else_by_english() -> None:
    models = [_model("ja", "en"), _model("en", "th"), _model("ja", "ko")]
    assert drafter.way(models, "ja", "ko") == drafter.Way(models=(models[2],))
    found = drafter.way(models, "ja", "th")
    assert found is not None and found.names == ("ja_en-1.0", "en_th-1.0")
    assert found.says == "Argos ja_en-1.0 (abababababab) + Argos en_th-1.0 (abababababab)"
    assert drafter.way(models, "th", "ja") is None
    assert drafter.way(models, "ja", "ja-Hira") is None


def test_the_newest_version_and_the_better_code_win() -> None:
    models = [_model("en", "pt", "2.0"), _model("en", "pb", "1.9"), _model("en", "pb", "1.10")]
    found = drafter.way(models, "en", "pt")
    assert found is not None and found.names == ("en_pb-1.10",)


@pytest.mark.parametrize("tag", TAGS)
def test_what_nobody_publishes_is_said(tag: str) -> None:
    expected = Offer.NONE_EXISTS if tag in _NONE_TODAY | {"ja-Hira"} else Offer.NOT_INSTALLED
    assert drafter.offer([], "ja", tag) is expected


def test_a_model_that_is_there_counts_whatever_is_published() -> None:
    assert drafter.offer([_model("en", "vi")], "en", "vi") is Offer.READY


def test_every_language_but_easy_japanese_has_codes() -> None:
    assert set(known.load().codes) == set(TAGS) - {"ja-Hira"}


async def test_without_the_extra_there_is_no_model_and_no_draft() -> None:
    nobody = drafter.NoDrafter()
    assert nobody.models() == []
    assert isinstance(await nobody.translate((), "水"), drafter.Failed)
