"""Counts texts with the provider's own calculator (npm `sms-segments-calculator`) and compares ours with it.

    python -m tools.segment_vectors            # compare: the whole catalogue, random texts, the committed vectors
    python -m tools.segment_vectors --write    # write the vectors anew

Needs node and npm. The vectors are what `tests/templates_i18n/test_segment_vectors.py` holds our count to.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from alerts import places
from templates_i18n import catalogue, matrix, segments

ROOT = Path(__file__).parents[1]
VECTORS = ROOT / "tests" / "templates_i18n" / "golden" / "segments.json"
_PACKAGE = ROOT / "tools" / "segments"
_BUILD = ROOT / "build" / "segments"
_SEED = 20261124
_RANDOM = 3000
#: which of them are committed as vectors
_EVERY, _EVERY_RANDOM = 40, 5

Counted = tuple[str, int, int]

#: letters with their marks, of every script that we send
_ALPHABETS = (
    "abc XYZ 019 .,:;!?/'\n@£_Ñàé",
    "abc[]{}~^|€\\\n",
    "áãçêõ đươệị abc\n",
    "あいうアガッ、。！\n レベル",
    "輪島市津波警報避難高台川山！：\n",
    "대피하세요 지진해일 경보\n",
    "सतर्क बाढी छिटो माथि जानुहोस् क्ष्म\u200d\n",
    "বন্যা সতর্কতা এখনই ওপরে যান ক্ষ্র\n",
    "සුනාමි අනතුරු ඇඟවීම ශ්‍රී ක්‍ෂ\n",
    "ဆူနာမီ သတိပေးချက် အမြင့်သို့ ပြေးပါ ကျွန်ုပ်\n",
    "រលកយក្សស៊ូណាមិ ទៅទីខ្ពស់ ឥឡូវ ក្រុម\n",
    "น้ำท่วม อพยพทันที ที่สูง กำ\n",
    "Цунами өндөр газар руу ү ё й\n",
)


class CalculatorMissing(RuntimeError):
    """The provider's calculator cannot be run here."""


def calculate(texts: Sequence[str]) -> list[Counted]:
    """What the calculator says of each text. CalculatorMissing says what to install."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CalculatorMissing("node and npm are missing: sudo apt-get install nodejs npm")
    _BUILD.mkdir(parents=True, exist_ok=True)
    shutil.copy(_PACKAGE / "package.json", _BUILD)
    if not (_BUILD / "node_modules").is_dir():
        subprocess.run([npm, "install", "--no-package-lock", "--silent"], cwd=_BUILD, check=True)
    script = [node, str(_PACKAGE / "count.js"), str(_BUILD)]
    done = subprocess.run(script, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return [(encoding, units, parts) for encoding, units, parts in json.loads(done.stdout)]


def catalogue_texts() -> list[str]:
    """Every text that the catalogue makes for the sample place, each once."""
    messages = matrix.messages_json(catalogue.load(), places.load())["messages"]
    return list(dict.fromkeys(message["text"] for message in messages))


def random_texts() -> Iterator[str]:
    """Texts of every alphabet, often near the borders of parts; the same each time."""
    draw = random.Random(_SEED)
    for number in range(_RANDOM):
        alphabet = _ALPHABETS[number % len(_ALPHABETS)]
        if number % 7 == 0:
            alphabet += draw.choice(_ALPHABETS) + "🌊⬆️"
        near = draw.choice([70, 134, 160, 201, 306, 459]) + draw.randint(-4, 4)
        yield "".join(draw.choice(alphabet) for _ in range(draw.choice([near, near, draw.randint(1, 500)])))


def differences(texts: Sequence[str], counted: Sequence[Counted]) -> Iterator[str]:
    """Texts of which our count says something else."""
    for text, expected in zip(texts, counted, strict=True):
        own = segments.count(text)
        if (own.encoding.value, own.units, own.segments) != expected:
            yield f"{text!r}: {own}, the calculator says {expected}"


def _vectors(texts: Sequence[str], counted: Sequence[Counted]) -> str:
    rows = (json.dumps([text, *row], ensure_ascii=False) for text, row in zip(texts, counted, strict=True))
    return "[\n" + ",\n".join(rows) + "\n]\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if both counts agree."""
    parser = argparse.ArgumentParser(description="Compare our count of SMS segments with the provider's.")
    parser.add_argument("--write", action="store_true", help="write the vectors anew")
    write = parser.parse_args(arguments).write
    made, drawn = catalogue_texts(), list(random_texts())
    kept = [row[0] for row in json.loads(VECTORS.read_text(encoding="utf-8"))] if not write else []
    try:
        counted = calculate([*made, *drawn, *kept])
    except CalculatorMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    wrong = list(differences([*made, *drawn, *kept], counted))
    if write:
        chosen = [*range(0, len(made), _EVERY), *range(len(made), len(made) + len(drawn), _EVERY_RANDOM)]
        texts = [*made, *drawn]
        VECTORS.write_text(_vectors([texts[i] for i in chosen], [counted[i] for i in chosen]), encoding="utf-8")
    else:
        vectors = _vectors(kept, counted[len(made) + len(drawn) :])
        if vectors != VECTORS.read_text(encoding="utf-8"):
            wrong.append(f"{VECTORS.relative_to(ROOT)}: the calculator counts otherwise now: --write, read the diff")
    print("\n".join(wrong) or f"{len(counted)} texts: both counts agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
