"""Made-up residents for the simulation: the real mix of languages, numbers that belong to nobody."""

import csv
import io
import random
from collections.abc import Iterator

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
#: 090 0000 xxxx and up: the digits after 090 begin with 0, which is allotted to nobody
_FIRST_NUMBER = 9000000000


def by_municipality(count: int, seed: int = 1) -> dict[str, str]:
    """Import files (CSV text) by registering municipality, `count` people in all."""
    chance = random.Random(seed)
    files: dict[str, list[dict[str, str]]] = {place: [] for place in PLACES}
    for number, (place, language) in enumerate(_people(count, chance)):
        further = chance.choice([other for other in PLACES if other != place]) if chance.random() < 0.05 else ""
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


def _people(count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    places = chance.choices(list(PLACES), list(PLACES.values()), k=count)
    languages = chance.choices(list(MIX), list(MIX.values()), k=count)
    return zip(places, languages, strict=True)


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
