"""Builds the place files of alerts/data/places from a folder of fact tables.

    python tools/build_places.py FACTS [--out FOLDER] [--version YYYY-MM-DD]

Owns our column order, the romaji and the checks of what comes in; says what changed against the
files that were there. Refuses tables that contradict themselves, naming file, row and column.
"""

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]
Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

SOURCE = (
    "Japan Meteorological Agency (area codes, names, outlines, volcanoes), MLIT national land data "
    "N03, localgovjp; edited by this project"
)
OUT = Path(__file__).parents[1] / "alerts" / "data" / "places"
LEVELS = ("office", "class10", "class15", "class20", "seismic_area", "tsunami_area")
#: Shorter names save nothing in a text and are words elsewhere (Toda, Nada, Uji, Abu, Kota, Mine).
SHORTEST_ROMAJI = 5
#: A direction alone names no place.
DIRECTIONS = frozenset({"Chuo", "Higashi", "Kita", "Minami", "Naka", "Nishi"})
PREFECTURE_KANA = (
    "ほっかいどう あおもりけん いわてけん みやぎけん あきたけん やまがたけん ふくしまけん "
    "いばらきけん とちぎけん ぐんまけん さいたまけん ちばけん とうきょうと かながわけん "
    "にいがたけん とやまけん いしかわけん ふくいけん やまなしけん ながのけん ぎふけん "
    "しずおかけん あいちけん みえけん しがけん きょうとふ おおさかふ ひょうごけん ならけん "
    "わかやまけん とっとりけん しまねけん おかやまけん ひろしまけん やまぐちけん とくしまけん "
    "かがわけん えひめけん こうちけん ふくおかけん さがけん ながさきけん くまもとけん "
    "おおいたけん みやざきけん かごしまけん おきなわけん"
).split()


class Contradiction(ValueError):
    """The fact tables do not fit together; the message says where."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build all files; 0 when done, 2 when the facts contradict themselves."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("facts", type=Path, help="folder with municipalities.tsv and the others")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--version", help="default: the date in the README of the facts")
    given = parser.parse_args(arguments)
    try:
        version = given.version or compiled_on(given.facts)
        tables = build(given.facts)
    except Contradiction as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        path = given.out / name
        text = render(version, table)
        for line in differences(name, path.read_text("utf-8") if path.exists() else "", text):
            sys.stdout.write(line + "\n")
        path.write_text(text, encoding="utf-8")
    return 0


def compiled_on(facts: Path) -> str:
    """The date of the facts, from the word "Compiled YYYY-MM-DD" of their README."""
    found = re.search(r"Compiled (\d{4}-\d\d-\d\d)", (facts / "README.md").read_text("utf-8"))
    if not found:
        raise Contradiction("README.md: expected 'Compiled YYYY-MM-DD'; give --version instead")
    return found[1]


def build(facts: Path) -> dict[str, Table]:
    """All our tables by file name."""
    municipalities = read(facts / "municipalities.tsv")
    regions = read(facts / "regions.tsv")
    check_municipalities(municipalities)
    prefectures = [row for row in regions if row["table"] == "prefecture"]
    return {
        "places.tsv": places(municipalities, prefectures),
        "superseded.tsv": superseded(read(facts / "superseded_codes.tsv"), municipalities),
        "prefectures.tsv": (
            ("code", "ja", "kana", "en"),
            [
                (row["code"], row["name_ja"], kana, row["name_en"])
                for row, kana in zip(prefectures, PREFECTURE_KANA, strict=True)
            ],
        ),
        "regions.tsv": region_table(regions),
        "rivers.tsv": rivers(read(facts / "rivers.tsv")),
        "volcanoes.tsv": (
            ("code", "ja", "en", "lat", "lng"),
            [
                (row["code"], row["name_ja"], row["name_en"], row["lat"], row["lng"])
                for row in read(facts / "volcanoes.tsv")
            ],
        ),
    }


def read(path: Path) -> list[Row]:
    """The rows of one fact table by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def check_municipalities(rows: Sequence[Row]) -> None:
    """Raise Contradiction for the first row whose codes or names do not fit."""
    by_code = {row["jis5"]: row for row in rows}
    for row in rows:
        for column, pattern in {
            "jis5": r"\d{5}",
            "jma_class20": r"\d{7}(,\d{7})*",
            "class15": r"\d{6}(,\d{6})*",
            "class10": r"\d{6}(,\d{6})*",
            "office": r"\d{6}",
            "seismic_city": r"\d{7}(,\d{7})*",
            "seismic_area": r"\d{3}(,\d{3})*",
            "tsunami_area": r"(\d{3}(,\d{3})*)?",
        }.items():
            if not re.fullmatch(pattern, row[column]):
                raise wrong(row, column, f"text like {pattern}")
        if (row["coastal"] == "1") != bool(row["tsunami_area"]):
            raise wrong(row, "coastal", "1 exactly where there is a tsunami_area")
        parent = row["parent_jis5"]
        if parent and parent not in by_code:
            raise wrong(row, "parent_jis5", "a city that has a row")
        for column in ("name_ja", "name_kana") if parent else ():
            if not row[column].startswith(by_code[parent][column]):
                raise wrong(row, column, "a name that begins with its city")


def wrong(row: Row, column: str, expected: str) -> Contradiction:
    """The error for one cell of municipalities.tsv."""
    return Contradiction(
        f"municipalities.tsv, {row['jis5']}, {column}: expected {expected}, "
        f"found {row[column]!r}; correct the table and build again"
    )


def places(rows: Sequence[Row], prefectures: Sequence[Row]) -> Table:
    """Our municipality table."""
    reserved = {row["name_en"].rsplit(" ", 1)[0] for row in prefectures} | DIRECTIONS
    stems = Counter((row["prefecture_code"], stem(row["name_en"])) for row in rows)
    copied = ("lat", "lng", "jma_class20", "class15", "class10", "office")
    areas = ("seismic_city", "seismic_area", "tsunami_area")
    header = (
        *("code", "parent", "ja", "kana", "en", "romaji", "lat", "lng", "class20", "class15"),
        *("class10", "office", "seismic_cities", "seismic_areas", "tsunami_areas"),
    )
    return header, [
        (
            *(row[c] for c in ("jis5", "parent_jis5", "name_ja", "name_kana", "name_en")),
            romaji(
                row["name_en"],
                twice=not row["parent_jis5"] and stems[row["prefecture_code"], stem(row["name_en"])] > 1,
                reserved=reserved,
            ),
            *(row[c] for c in copied),
            *(row[c] for c in areas),
        )
        for row in rows
    ]


def stem(name_en: str) -> str:
    """The first part of an English name without its class word."""
    return name_en.partition(", ")[0].rsplit(" ", 1)[0]


def romaji(name_en: str, *, twice: bool, reserved: Iterable[str]) -> str:
    """The English name without class words where that cannot be misread."""
    own, _, city = name_en.partition(", ")
    bare = stem(name_en)
    if len(bare) >= SHORTEST_ROMAJI and bare not in reserved and not twice:
        own = bare
    # After the comma the city only places its ward, so that no class word is missed there.
    return f"{own}, {city.removesuffix(' City')}" if city else own


def superseded(rows: Sequence[Row], municipalities: Sequence[Row]) -> Table:
    """Old seven-digit codes and the places they meant; both kinds must agree."""
    known = {row["jis5"] for row in municipalities}
    found: dict[str, str] = {}
    for row in rows:
        if found.setdefault(row["code"], row["jis5"]) != row["jis5"]:
            raise Contradiction(
                f"superseded_codes.tsv, {row['code']}, jis5: expected the same on both sides, "
                f"found {found[row['code']]} and {row['jis5']}; give our table a column for it"
            )
        if not set(row["jis5"].split(",")) <= known:
            raise Contradiction(
                f"superseded_codes.tsv, {row['code']}, jis5: expected present municipalities, "
                f"found {row['jis5']}; correct the table and build again"
            )
    return ("code", "places"), sorted(found.items())


def region_table(rows: Sequence[Row]) -> Table:
    """Our regions: all levels we name, but of class20 only the parts of split municipalities."""
    return ("level", "code", "ja", "en", "parents"), [
        (row["table"], row["code"], row["name_ja"], row["name_en"], row["parent_code"])
        for row in rows
        if row["table"] in LEVELS and not (row["table"] == "class20" and row["code"].endswith("00"))
    ]


def rivers(rows: Sequence[Row]) -> Table:
    """Our rivers: names on the row of the whole forecast area only."""
    return ("area", "station", "ja", "en", "places"), [
        (
            row["forecast_area"],
            row["station_code"],
            row["station_name_ja"] if row["station_code"] else row["river_name_ja"],
            "" if row["station_code"] else row["river_name_en"],
            row["jis5"],
        )
        for row in rows
    ]


def render(version: str, table: Table) -> str:
    """The text of one file."""
    header, rows = table
    lines = [f"# version: {version}", f"# source: {SOURCE}", "\t".join(header)]
    return "\n".join([*lines, *("\t".join(row) for row in rows)]) + "\n"


def differences(name: str, old: str, new: str) -> Iterator[str]:
    """One line per row that came, went or changed, and one for the whole file."""
    before, after = rows_by_key(old), rows_by_key(new)
    gone = before.keys() - after.keys()
    came = after.keys() - before.keys()
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    yield (f"{name}: {len(after)} rows, {len(came)} new, {len(changed)} changed, {len(gone)} removed")
    if not before:
        return
    for sign, keys, source in (("-", gone, before), ("+", came, after), ("~", changed, after)):
        for key in sorted(keys):
            yield f"  {sign} " + " | ".join(source[key])


def rows_by_key(text: str) -> dict[tuple[str, str], list[str]]:
    """Rows of a built file by their first two cells."""
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("# ")][1:]
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]] += row
    return dict(found)


if __name__ == "__main__":
    sys.exit(main())
