"""The second reading of weather telegrams: codes as the manual gives them, paths as the samples have them."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

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


READINGS: Mapping[str, Callable[[ET.Element], Iterator[Row]]] = {kind: _warnings(kind) for kind in HAZARDS}
