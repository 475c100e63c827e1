"""Made-up residents for the simulation: the real mix of languages, numbers that belong to nobody."""

import csv
import io
import random
from collections.abc import Iterator, Mapping

#: share of residents by language, per cent: mid-2025 figures of the immigration services agency, rounded
MIX = {
    "zh-Hans": 23,
    "vi": 17,
    "ko": 10,
    "fil": 9,
    "ne": 7,
    "id": 6,
    "pt": 5,
    "en": 5,
    "my": 4,
    "ja-Hira": 4,
    "th": 2,
    "zh-Hant": 2,
    "es": 2,
    "si": 2,
    "bn": 1,
    "km": 1,
}
#: where they live in the scenario, and how many of a hundred
PLACES = {
    "17204": 24,  # Wajima
    "17205": 10,  # Suzu
    "17202": 16,  # Nanao
    "17463": 8,  # Noto Town
    "17201": 18,  # Kanazawa
    "15222": 8,  # Joetsu
    "16201": 8,  # Toyama
    "18202": 8,  # Tsuruga
}
#: where they live in the days that concern the whole country
NATION = {
    "01100": 4,  # Sapporo
    "02201": 2,  # Aomori
    "04100": 4,  # Sendai
    "09201": 3,  # Utsunomiya
    "11203": 6,  # Kawaguchi
    "12100": 5,  # Chiba
    "13104": 8,  # Shinjuku
    "13123": 6,  # Edogawa
    "14100": 8,  # Yokohama
    "15100": 2,  # Niigata
    "17201": 2,  # Kanazawa
    "20201": 2,  # Nagano
    "22130": 5,  # Hamamatsu
    "23100": 8,  # Nagoya
    "23211": 4,  # Toyota
    "26100": 4,  # Kyoto
    "27100": 8,  # Osaka
    "28100": 4,  # Kobe
    "34100": 4,  # Hiroshima
    "36201": 1,  # Tokushima
    "39201": 2,  # Kochi
    "40130": 5,  # Fukuoka
    "43100": 2,  # Kumamoto
    "45201": 2,  # Miyazaki
    "46201": 2,  # Kagoshima
    "47201": 3,  # Naha
}
#: 090 0000 xxxx and up: the digits after 090 begin with 0, which is allotted to nobody
_FIRST_NUMBER = 9000000000


def by_municipality(count: int, seed: int = 1, homes: Mapping[str, int] = PLACES) -> dict[str, str]:
    """Import files (CSV text) by registering municipality, `count` people in all."""
    chance = random.Random(seed)
    files: dict[str, list[dict[str, str]]] = {place: [] for place in homes}
    for number, (place, language) in enumerate(_people(count, chance, homes)):
        further = chance.choice([other for other in homes if other != place]) if chance.random() < 0.05 else ""
        files[place].append(
            {
                "phone": f"0{_FIRST_NUMBER + number}",
                "language": language,
                "municipality": place,
                "places": further,
                "min_level": "L4" if chance.random() < 0.04 else "",
            }
        )
    return {place: _csv(rows) for place, rows in files.items() if rows}


def _people(count: int, chance: random.Random, homes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    places = chance.choices(list(homes), list(homes.values()), k=count)
    languages = chance.choices(list(MIX), list(MIX.values()), k=count)
    return zip(places, languages, strict=True)


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
