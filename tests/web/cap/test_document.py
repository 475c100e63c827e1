"""Documents of every hazard and grade are valid CAP 1.2, with words in every language; the feed is valid Atom."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import feedparser
import pytest

from alerts import hazards, places
from alerts.report import Facts, Spot
from alerts.vocabulary import Action, Hazard, Kind, MsgType, Status, Topic
from delivery.bulletins.bulletin import Bulletin, Chain, Reference, Standing, Word
from templates_i18n import catalogue
from tests.web.cap import oracle
from web.cap import atom, document
from web.cap.document import Publisher

SENT = datetime(2026, 11, 23, 3, tzinfo=UTC)
BY = Publisher(sender="city.example", public_url="https://city.example")
CAP = {"c": oracle.NAMESPACE}
FACTS = {
    Hazard.TSUNAMI: Facts(height=3, arrival=SENT + timedelta(minutes=20)),
    Hazard.HEAT: Facts(day=date(2026, 11, 24)),
    Hazard.NOTICE: Facts(topic=Topic.WATER_STATION, spot=Spot(ja="市役所 & <前>", latin="City hall")),
    Hazard.VOLCANO: Facts(volcano="503"),
}


def a_bulletin(hazard: Hazard, **grades: str) -> Bulletin:
    facts = FACTS.get(hazard, Facts())
    return Bulletin(
        identifier="x.1",
        chain=Chain(hazard=hazard, event="", prefecture="17"),
        number=1,
        first_number=1,
        msg_type=MsgType.ALERT,
        standing=Standing.STANDING,
        sent=SENT,
        expires=SENT + timedelta(hours=24),
        words={
            place.removeprefix("p"): Word(kind=Kind.NEW, grade=grade, issued=SENT, facts=facts, alert_id=7)
            for place, grade in grades.items()
        },
    )


def over(one: Bulletin, kind: Kind) -> Bulletin:
    return replace(
        one,
        msg_type=MsgType.CANCEL if kind is Kind.CANCELLED else MsgType.UPDATE,
        standing=Standing.ENDED,
        words={place: replace(word, kind=kind) for place, word in one.words.items()},
        references=(Reference(identifier="x.0", sent=SENT), Reference(identifier="x.00", sent=SENT)),
    )


def written(one: Bulletin, by: Publisher = BY) -> bytes:
    return document.write(catalogue.load(), places.load(), one, by)


@pytest.mark.parametrize("hazard", list(Hazard))
def test_every_grade_is_a_valid_document(hazard: Hazard) -> None:
    tags = list(catalogue.load().names)
    for grade in hazards.rule(hazard).grades:
        one = a_bulletin(hazard, p17204=grade, p17201=grade)
        for each in (one, over(one, Kind.LIFTED), over(one, Kind.CANCELLED)):
            raw = written(each)
            assert oracle.problems(raw) == [], (grade, each.standing)
            infos = ElementTree.fromstring(raw).findall("c:info", CAP)
            assert sorted(info.findtext("c:language", "", CAP) for info in infos) == sorted(tags)
            told = hazards.rule(hazard).action(grade) is not Action.RECORD and hazard is not Hazard.NOTICE
            if told and each is one:
                assert all(info.findtext("c:instruction", "", CAP) for info in infos)


def test_each_grade_of_a_prefecture_is_a_block_of_its_own() -> None:
    raw = written(a_bulletin(Hazard.LANDSLIDE, p17204="L5", p17205="L3", p17201="L3"))
    infos = ElementTree.fromstring(raw).findall("c:info", CAP)
    english = [info for info in infos if info.findtext("c:language", "", CAP) == "en"]
    assert [[area.findtext("c:areaDesc", "", CAP) for area in info.findall("c:area", CAP)] for info in english] == [
        ["Wajima City, Ishikawa"],
        ["Kanazawa City, Ishikawa", "Suzu City, Ishikawa"],
    ]
    assert [info.findtext("c:severity", "", CAP) for info in english] == ["Extreme", "Severe"]


def test_the_first_wave_is_the_onset_and_the_height_is_told() -> None:
    raw = written(a_bulletin(Hazard.TSUNAMI, p17204="warning"))
    english = ElementTree.fromstring(raw).findall("c:info", CAP)[1]
    assert english.findtext("c:onset", "", CAP) == "2026-11-23T12:20:00+09:00"
    assert "Tsunami up to 3 m." in english.findtext("c:description", "", CAP)


def test_markup_in_words_of_people_stays_words() -> None:
    raw = written(a_bulletin(Hazard.NOTICE, p17204="information"))
    assert oracle.problems(raw) == []
    assert "市役所 & <前>" in ElementTree.fromstring(raw).findtext("c:info/c:description", "", CAP)


def test_a_notice_that_begins_later_has_its_onset() -> None:
    later = a_bulletin(Hazard.NOTICE, p17204="information")
    word = later.words["17204"]
    facts = replace(word.facts, start=SENT + timedelta(hours=5))
    raw = written(replace(later, words={"17204": replace(word, facts=facts)}))
    assert oracle.problems(raw) == []
    assert ElementTree.fromstring(raw).findtext("c:info/c:onset", "", CAP) == "2026-11-23T17:00:00+09:00"


def test_a_made_up_day_is_an_exercise_and_says_so() -> None:
    by = replace(BY, status=Status.EXERCISE)
    raw = written(a_bulletin(Hazard.HEAVY_RAIN, p17204="L3"), by)
    assert oracle.problems(raw) == []
    assert ElementTree.fromstring(raw).findtext("c:status", "", CAP) == "Exercise"


def test_the_feed_has_what_rfc_4287_asks_for() -> None:
    found = [replace(a_bulletin(Hazard.HEAVY_RAIN, p17204="L3"), identifier=f"x.{n}") for n in range(2)]
    raw = atom.write(catalogue.load(), places.load(), found, BY, "https://city.example", SENT)
    parsed = feedparser.parse(raw)
    assert (parsed.version, bool(parsed.bozo)) == ("atom10", False)
    assert parsed.feed.id and parsed.feed.title and parsed.feed.updated_parsed and parsed.feed.author
    assert [link.rel for link in parsed.feed.links] == ["self"]
    assert len({entry.id for entry in parsed.entries}) == 2
    for entry in parsed.entries:
        assert entry.title == "Level 3 Warning (Heavy Rain) (Ishikawa)"
        assert entry.updated == "2026-11-23T12:00:00+09:00"
        assert [(link.rel, link.type, link.href) for link in entry.links] == [
            ("alternate", "application/cap+xml", f"https://city.example/cap/{entry.id.rpartition(':')[2]}.xml")
        ]


def test_an_empty_feed_is_a_feed() -> None:
    parsed = feedparser.parse(atom.write(catalogue.load(), places.load(), [], BY, "https://city.example", SENT))
    assert (parsed.version, bool(parsed.bozo), parsed.entries) == ("atom10", False, [])
