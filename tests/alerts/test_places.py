"""The place table: codes of every level, wards and cities, names and regions."""

import pytest

from alerts import places
from alerts.places import How, Level, Resolution

TABLE = places.load()


def codes(resolution: Resolution) -> set[str]:
    return set(resolution.places)


def wards(city: str) -> set[str]:
    return set(TABLE.wards_of(city))


def test_every_municipality_and_ward_is_there() -> None:
    every = TABLE.all()
    assert len(every) == 1912
    assert sum(place.parent is None for place in every) == 1741
    assert [place.code for place in every] == sorted(place.code for place in every)
    assert TABLE.version == "2026-11-23"


def test_a_ward_and_its_city_know_each_other() -> None:
    assert TABLE.city_of("14101") == "14100"
    assert TABLE.city_of("14100") is None
    assert TABLE.city_of("13101") is None
    assert len(wards("14100")) == 18
    assert TABLE.wards_of("17204") == ()
    cities = {place.parent for place in TABLE.all() if place.parent}
    assert len(cities) == 20


def test_the_weather_of_a_city_stands_for_its_wards() -> None:
    kawasaki = TABLE.by_class20("1413000")
    assert kawasaki.how is How.PRESENT
    assert codes(kawasaki) == {"14130"} | wards("14130")


def test_one_ward_in_the_weather_stands_for_its_city_but_not_for_its_neighbours() -> None:
    for code, ward, city in (("0110100", "01101", "01100"), ("2210101", "22101", "22100")):
        resolution = TABLE.by_class20(code)
        assert resolution == Resolution(places=frozenset({ward, city}), how=How.SUPERSEDED)


@pytest.mark.parametrize("part", ["1410011", "1410012"])
def test_both_parts_of_yokohama_reach_every_ward_as_long_as_the_border_is_unknown(
    part: str,
) -> None:
    assert codes(TABLE.by_class20(part)) == {"14100"} | wards("14100")


def test_old_whole_city_code_of_yokohama() -> None:
    resolution = TABLE.by_class20("1410000")
    assert resolution.how is How.SUPERSEDED
    assert codes(resolution) == {"14100"} | wards("14100")


def test_hamamatsu_has_three_wards_in_two_parts_and_seven_old_ones() -> None:
    south, north = (codes(TABLE.by_class20(code)) for code in ("2213001", "2213002"))
    assert south | north == {"22130", "22138", "22139", "22140"}
    assert "22130" in south & north
    assert codes(TABLE.by_seismic_city("2213800")) == {"22130", "22138"}
    old_kita = TABLE.by_seismic_city("2213500")
    assert old_kita.how is How.SUPERSEDED
    assert codes(old_kita) == {"22130", "22138", "22139"}


def test_hiroshima_by_city_and_by_ward() -> None:
    assert codes(TABLE.by_class20("3410000")) == {"34100"} | wards("34100")
    assert TABLE.by_class20("3410500") == Resolution(places=frozenset({"34100", "34105"}), how=How.PRESENT)


def test_ina_is_split_in_the_weather_and_whole_in_the_earthquakes() -> None:
    for code in ("2020911", "2020912"):
        assert TABLE.by_class20(code) == Resolution(places=frozenset({"20209"}), how=How.PRESENT)
    assert TABLE.by_class20("2020900").how is How.SUPERSEDED
    assert TABLE.by_seismic_city("2020900").how is How.PRESENT


def test_seismic_ward_stands_for_its_city() -> None:
    assert TABLE.by_seismic_city("1410100") == Resolution(places=frozenset({"14100", "14101"}), how=How.PRESENT)


def test_satsumasendai_lies_in_two_seismic_areas() -> None:
    satsumasendai = TABLE.place("46215")
    assert satsumasendai is not None
    assert len(satsumasendai.seismic_areas) == 2
    for area in satsumasendai.seismic_areas:
        assert "46215" in TABLE.by_seismic_area(area).places
    for code in satsumasendai.seismic_cities:
        assert codes(TABLE.by_seismic_city(code)) == {"46215"}


def test_every_seismic_area_holds_the_city_of_each_ward() -> None:
    for area in {area for place in TABLE.all() for area in place.seismic_areas}:
        found = TABLE.by_seismic_area(area).places
        assert {city for ward in found if (city := TABLE.city_of(ward))} <= found


def test_inland_has_no_tsunami_area() -> None:
    inland, coast = TABLE.place("20201"), TABLE.place("17204")
    assert inland is not None and coast is not None
    assert not inland.coastal and inland.tsunami_areas == ()
    assert coast.coastal and coast.tsunami_areas == ("360",)


def test_inland_wards_are_left_out_of_the_tsunami_of_their_city() -> None:
    found = codes(TABLE.by_tsunami_area("312"))
    assert {"14130", "14131"} <= found
    assert not found & (wards("14130") - {"14131"})


def test_a_coarse_tsunami_group_stands_for_its_members() -> None:
    members = codes(TABLE.by_tsunami_area("360")) | codes(TABLE.by_tsunami_area("361"))
    assert TABLE.by_tsunami_area("484") == Resolution(places=frozenset(members), how=How.PRESENT)


def test_every_region_code_reaches_someone() -> None:
    by_level = {
        "prefecture": TABLE.by_prefecture,
        "office": TABLE.by_office,
        "class10": TABLE.by_class10,
        "class15": TABLE.by_class15,
        "class20": TABLE.by_class20,
        "seismic_area": TABLE.by_seismic_area,
        "tsunami_area": TABLE.by_tsunami_area,
    }
    assert set(by_level) == set(Level)
    for level, look_up in by_level.items():
        regions = TABLE.regions(Level(level))
        assert regions
        for region in regions:
            assert look_up(region.code).how is How.PRESENT, region
            assert region.ja and region.en


def test_the_same_digits_on_two_levels_are_two_things() -> None:
    """012020 is a class10 area; 011000 is an office and a class10 area; 016000 only an office."""
    office, class10 = (TABLE.region(level, "011000") for level in (Level.OFFICE, Level.CLASS10))
    assert office is not None and office.parents == ("01",)
    assert class10 is not None and class10.parents == ("011000",)
    assert TABLE.by_office("012020").how is How.UNKNOWN
    assert TABLE.by_class10("016000").how is How.UNKNOWN


def test_an_unknown_ending_falls_back_to_the_first_five_digits() -> None:
    for look_up in (TABLE.by_class20, TABLE.by_seismic_city):
        resolution = look_up("1720499")
        assert resolution == Resolution(places=frozenset({"17204"}), how=How.FIRST_FIVE)
        assert resolution.needs_notice
    assert codes(TABLE.by_class20("1410099")) == {"14100"} | wards("14100")
    # The five digits of a superseded code count as well.
    assert TABLE.by_class20("2213499") == Resolution(places=frozenset({"22130", "22138"}), how=How.FIRST_FIVE)


@pytest.mark.parametrize("code", ["9999999", "0000000", "", "17204", "17204000", "輪島", "172049"])
def test_what_cannot_be_resolved_reaches_no_one(code: str) -> None:
    for look_up in (
        *(TABLE.by_class20, TABLE.by_seismic_city, TABLE.by_seismic_area, TABLE.by_tsunami_area),
        *(TABLE.by_class10, TABLE.by_class15, TABLE.by_office, TABLE.by_prefecture),
    ):
        assert look_up(code) == Resolution(places=frozenset(), how=How.UNKNOWN)
        assert look_up(code).needs_notice


def test_every_code_of_a_place_leads_back_to_it() -> None:
    for place in TABLE.all():
        found = [
            *(TABLE.by_class20(code) for code in place.class20),
            *(TABLE.by_seismic_city(code) for code in place.seismic_cities),
            *(TABLE.by_seismic_area(code) for code in place.seismic_areas),
            *(TABLE.by_tsunami_area(code) for code in place.tsunami_areas),
        ]
        assert all(place.code in resolution.places for resolution in found), place
        assert {resolution.how for resolution in found} == {How.PRESENT}


def test_cover_widens_cities_and_wards() -> None:
    assert TABLE.cover(["14100"]) == {"14100"} | wards("14100")
    assert TABLE.cover(["14101"]) == {"14100", "14101"}
    assert TABLE.cover(["14100", "14101"]) == {"14100", "14101"}
    assert TABLE.cover(["17204"]) == {"17204"}
    assert TABLE.cover([]) == frozenset()


def test_names_of_prefectures() -> None:
    names = [TABLE.prefecture_name("17", language) for language in ("ja", "kana", "en")]
    assert names == ["石川県", "いしかわけん", "Ishikawa Prefecture"]
    assert TABLE.prefecture_name("13", "kana") == "とうきょうと"
    assert TABLE.prefecture_name("48", "ja") is None
    endings = {"都": "と", "道": "どう", "府": "ふ", "県": "けん"}
    for number in range(1, 48):
        ja, kana = (TABLE.prefecture_name(f"{number:02}", each) for each in ("ja", "kana"))
        assert ja and kana and kana.endswith(endings[ja[-1]])


def test_regions_have_names_on_their_own_level() -> None:
    part = TABLE.region(Level.CLASS20, "1410011")
    area = TABLE.region(Level.TSUNAMI_AREA, "360")
    assert part is not None and part.ja == "横浜市北部"
    assert area is not None and area.parents == ("484", "493")
    assert TABLE.region(Level.OFFICE, "360") is None


def test_rivers() -> None:
    rivers = places.load_rivers()
    area = rivers.area("010175000100")
    assert area is not None and area.places == ("01100", "01203", "01235")
    assert rivers.station_places("010175000100", "01017500010000013") == area.places
    assert rivers.station_places("010175000100", "0") == ()
    assert rivers.area("990000") is None


def test_volcanoes() -> None:
    volcanoes = places.load_volcanoes()
    assert len(volcanoes.all()) == 120
    first, collective = volcanoes.volcano("101"), volcanoes.volcano("900")
    assert first is not None and first.position == (44.133, 145.161)
    assert collective is not None and collective.position is None
    assert volcanoes.volcano("999") is None
