"""The second reading of weather telegrams: codes as the manual gives them, paths as the samples have them."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from alerts.places import packaged

#: hazard, what it is about, area -> grade, areas lifted in words, when it ends by itself
Row = tuple[str, tuple[str, ...], dict[str, str], set[str], datetime | None]

#: Kind/Code -> (hazard, grade), of all types VPWW55-61
CODES: Mapping[str, tuple[str, str]] = {
    "33": ("heavy_rain", "L5"),
    "43": ("heavy_rain", "L4"),
    "03": ("heavy_rain", "L3"),
    "10": ("heavy_rain", "L2"),
    "39": ("landslide", "L5"),
    "49": ("landslide", "L4"),
    "09": ("landslide", "L3"),
    "29": ("landslide", "L2"),
    "38": ("storm_surge", "L5"),
    "48": ("storm_surge", "L4"),
    "08": ("storm_surge", "L3"),
    "19": ("storm_surge", "L2"),
    "35": ("storm", "emergency"),
    "05": ("storm", "warning"),
    "15": ("storm", "advisory"),
    "32": ("snow_storm", "emergency"),
    "02": ("snow_storm", "warning"),
    "13": ("snow_storm", "advisory"),
    "37": ("wave", "emergency"),
    "07": ("wave", "warning"),
    "16": ("wave", "advisory"),
    "36": ("heavy_snow", "emergency"),
    "06": ("heavy_snow", "warning"),
    "12": ("heavy_snow", "advisory"),
    "14": ("thunder", "advisory"),
    "17": ("snow_melt", "advisory"),
    "20": ("fog", "advisory"),
    "21": ("dry", "advisory"),
    "22": ("avalanche", "advisory"),
    "23": ("low_temperature", "advisory"),
    "24": ("frost", "advisory"),
    "25": ("icing", "advisory"),
    "26": ("snow_accretion", "advisory"),
    "27": ("other", "advisory"),
}
_CALM = ["thunder", "fog", "dry", "avalanche", "low_temperature", "frost", "icing", "snow_accretion", "snow_melt"]
HAZARDS: Mapping[str, list[str]] = {
    "VPWW55": ["heavy_rain"],
    "VPWW56": ["landslide"],
    "VPWW57": ["storm_surge"],
    "VPWW58": ["storm", "snow_storm"],
    "VPWW59": ["wave"],
    "VPWW60": ["heavy_snow"],
    "VPWW61": [*_CALM, "other"],
}


def _warnings(kind: str) -> Callable[[ET.Element], Iterator[Row]]:
    def read(root: ET.Element) -> Iterator[Row]:
        about = tuple(
            item.findtext("Area/Code", "")
            for item in root.findall("Body/Warning[@type='気象警報・注意報（府県予報区等）']/Item")
        )
        for hazard in HAZARDS[kind]:
            grades, lifted = {}, set()
            for item in root.findall("Body/Warning[@type='気象警報・注意報（市町村等）']/Item"):
                area = item.findtext("Area/Code", "")
                for told in item.findall("Kind"):
                    of, grade = CODES.get(told.findtext("Code", ""), ("", ""))
                    if of == hazard and told.findtext("Status") == "解除":
                        lifted.add(area)
                    elif of == hazard:
                        grades[area] = grade
            yield hazard, about, grades, lifted - grades.keys(), None

    return read


def _flood(root: ET.Element) -> Iterator[Row]:
    river = root.findtext("Head/Headline/Information[@type='指定河川洪水予報（予報区域）']/Item/Areas/Area/Code", "")
    about = (root.findtext("Head/EventID", ""),)
    tens = root.findtext("Head/Headline/Information/Item/Kind/Code", "0")[0]
    sections: dict[str, str] = {}
    reach: dict[str, set[str]] = {}
    water: set[str] = set()
    for item in root.findall("Body/Warning/Item"):
        text = item.findtext("Kind/Property/Text", "")
        level = text.partition("【警戒レベル")[2][:1].translate(str.maketrans("２３４５", "2345"))
        for station in item.findall("Stations/Station"):
            sections[station.findtext("Code", "")] = level
        for area in item.findall("Areas/Area"):
            if city := area.findtext("CityCode"):
                (reach.setdefault(area.findtext("Code", ""), set()) if area.find("Code") is not None else water).add(
                    city
                )
    found: list[tuple[str, str]] = [(city, tens) for city in water]
    for station in sections.keys() | reach.keys():
        cities = reach.get(station) or {f"place:{code}" for code in _RIVERS.get((river, station), [])}
        found += [(city, sections.get(station, "")) for city in cities]
    if not found:
        found = [(f"place:{code}", tens) for code in _RIVERS.get((river, ""), [])]
    if tens == "1":
        yield "flood", about, {}, {city for city, _ in found}, None
        return
    best = {city: max(level for other, level in found if other == city) for city, _ in found}
    yield "flood", about, {city: f"L{level}" for city, level in best.items() if level}, set(), None


#: (forecast area, station or nothing) -> municipalities
_RIVERS = {
    (area, station): packaged.codes(codes)
    for area, station, _, _, codes in packaged.read("rivers.tsv").of("area", "station", "ja", "en", "places")
}


def _flash(root: ET.Element) -> Iterator[Row]:
    hazards = {"線状降水帯": "linear_rainband", "記録雨": "record_rain", "短時間大雪": "short_heavy_snow"}
    found: dict[str, dict[str, str]] = {}
    for item in root.findall("Head/Headline/Information[@type='情報タグ']/Item"):
        tag = item.findtext("Kind/Condition", "")
        hazard = next(hazard for word, hazard in hazards.items() if tag.startswith(word))
        areas = [f"class10:{area.findtext('Code')}" for area in item.findall("Areas/Area")]
        if hazard == "record_rain":
            areas += [area.findtext("Code", "") for area in root.findall("Body//Item/Area")]
        found.setdefault(hazard, {}).update(dict.fromkeys(areas, "warning"))
    for hazard, grades in found.items():
        yield hazard, (root.findtext("Head/EventID", ""),), grades, set(), _sent(root) + timedelta(hours=3)


def _tornado(root: ET.Element) -> Iterator[Row]:
    region = tuple(
        item.findtext("Area/Code", "")
        for item in root.findall("Body/Warning[@type='竜巻注意情報（市町村等をまとめた地域等）']/Item")
    )
    items = root.findall("Body/Warning[@type='竜巻注意情報（市町村等）']/Item")
    grades = {i.findtext("Area/Code", ""): "warning" for i in items if i.findtext("Kind/Code") == "1"}
    about = tuple(f"{root.findtext('Control/Title')}:{code}" for code in region)
    yield "tornado", about, grades, set(), _time(root, "Head/ValidDateTime")


def _heat(root: ET.Element) -> Iterator[Row]:
    prefecture = root.findtext("Head/Title", "").removesuffix("熱中症警戒アラート")
    (office,) = [code for code, name in _OFFICES if name == prefecture]
    text = root.findtext("Body/Comment/Text", "")
    day = int(
        text[text.index("（") + 1 : text.index("日）")].translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    )
    end = datetime.fromisoformat(root.findtext("Head/ReportDateTime", ""))
    while end.day != day:
        end += timedelta(days=1)
    end = end.replace(hour=0, minute=0) + timedelta(days=1)
    yield "heat", (f"{office} {day}",), {f"office:{office}": "alert"}, set(), end


def _typhoon(root: ET.Element) -> Iterator[Row]:
    if "台風消滅" not in "".join(root.itertext()):
        yield "typhoon", (root.findtext("Head/EventID", ""),), {}, set(), None


def _sent(root: ET.Element) -> datetime:
    return _time(root, "Control/DateTime")


def _time(root: ET.Element, path: str) -> datetime:
    return datetime.fromisoformat(root.findtext(path, ""))


_OFFICES = [
    (code, name)
    for level, code, name, _, _ in packaged.read("regions.tsv").of("level", "code", "ja", "en", "parents")
    if level == "office"
]
READINGS: Mapping[str, Callable[[ET.Element], Iterator[Row]]] = {
    **{kind: _warnings(kind) for kind in HAZARDS},
    "VXKOii": _flood,
    "VPBS50": _flash,
    "VPHW50": _tornado,
    "VPHW51": _tornado,
    "VPFT50": _heat,
    "VPAW51": lambda root: iter(()),
    "VPWS50": lambda root: iter(()),
    "VPTW60": _typhoon,
}
