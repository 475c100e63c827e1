"""Checks over all texts of a catalogue: what a text must never do to its reader.

Owns the gates; each takes the catalogue and the texts and gives the problems it sees. Pure; used by the
tests and by `check`. What a language file may hold is for `catalogue`, lengths for `budgets`.
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind
from templates_i18n import budgets, characters, composition, heads, matrix, meanings, parts, segments, spelling
from templates_i18n.catalogue import Catalogue
from templates_i18n.conformity import HEAD_UNITS
from templates_i18n.language import Language
from templates_i18n.matrix import Sample
from templates_i18n.request import Form, TextRequest
from templates_i18n.segments import Encoding

_DIGITS = re.compile(r"\d+")
_REFERENCE = "en"
#: month, day, hour, minute
_DATE_AND_TIME = 4
#: hour, minute
_CLOCK = 2
_NEW = frozenset({Kind.NEW, Kind.RAISED, Kind.DRILL})
_ENDS = frozenset({Kind.LIFTED, Kind.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something a gate does not let through."""

    gate: str
    #: which text: voice and key, or a table of the composition
    where: str
    what: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.gate}: {self.where}: {self.what}"


Finding = tuple[str, str]
Gate = Callable[[Catalogue, Sequence[Sample]], Iterable[Finding]]


def check(catalogue: Catalogue, places: PlaceTable, tag: str | None = None) -> list[Problem]:
    """All problems of a catalogue, or of one of its languages: its texts through every gate, and its budgets."""
    voices = matrix.voices(catalogue) if tag is None else (tag,)
    requests = (variant for request in matrix.all_requests(catalogue) for variant in matrix.variants(request))
    found = _through_all(catalogue, places, requests, voices)
    measured = budgets.measure(catalogue, places, voices)
    return found + [
        Problem(gate="budget", where=where, what=what) for where, what in undeclared(catalogue, measured, voices)
    ]


@functools.lru_cache(maxsize=1)
def glance(catalogue: Catalogue, places: PlaceTable) -> Sequence[Problem]:
    """The problems that one set of facts shows, without budgets: for somebody who waits. Both never change."""
    return tuple(_through_all(catalogue, places, matrix.all_requests(catalogue), matrix.voices(catalogue)))


def _through_all(
    catalogue: Catalogue, places: PlaceTable, requests: Iterator[TextRequest], voices: tuple[str, ...]
) -> list[Problem]:
    heard = tuple(dict.fromkeys((_REFERENCE, *voices)))
    return run(catalogue, list(matrix.samples(catalogue, places, requests, heard)))


def run(catalogue: Catalogue, texts: Sequence[Sample], only: str | None = None) -> list[Problem]:
    """The problems of some texts, each once, in the order of the gates; of all gates or one."""
    found = (
        Problem(gate=name, where=where, what=what)
        for name, gate in GATES.items()
        if only in (None, name)
        for where, what in gate(catalogue, texts)
    )
    return list(dict.fromkeys(found))


def _where(sample: Sample) -> str:
    return f"{sample.rendered.language} {sample.request.key(sample.rendered.form)}"


def _voices(catalogue: Catalogue, sample: Sample) -> tuple[Language, ...]:
    return parts.speakers(catalogue.fallback(sample.rendered.language), sample.rendered.form)


@functools.lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """A text for comparing words: accents may have been dropped, case does not matter."""
    return segments.fold_latin(text).casefold()


def _lines(sample: Sample) -> list[str]:
    """The lines of a text without the drill words."""
    lines = sample.rendered.text.split("\n")
    return lines[1:-1] if sample.request.is_drill else lines


def _head_lines(catalogue: Catalogue, sample: Sample) -> list[str]:
    return _lines(sample)[: len(_voices(catalogue, sample))]


def equal_digits(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Every language says the same numbers, as often; a second head stands for the official name."""
    english = {
        (sample.request, sample.rendered.form): _digits(sample.rendered.text)
        for sample in texts
        if sample.rendered.language == _REFERENCE
    }
    for sample in texts:
        expected, own = english.get((sample.request, sample.rendered.form)), _digits(sample.rendered.text)
        if expected is not None and not _same_digits(own, expected, _head_lines(catalogue, sample)):
            yield (
                _where(sample),
                f"digits {sorted(own.elements())}, English has {sorted(expected.elements())}",
            )


def _same_digits(own: Counter[str], expected: Counter[str], heads: list[str]) -> bool:
    if len(heads) == 1:
        return own == expected
    first, second = (_digits(head) for head in heads)
    others = own - first
    # the name, which is left out, repeats a digit of the head
    return first == second and others <= expected and others.keys() == expected.keys()


def _digits(text: str) -> Counter[str]:
    return Counter(_DIGITS.findall(text))


def level_in_head(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """The digit of a level or an intensity stands in every head."""
    for sample in texts:
        hazard, grade = sample.request.hazard, sample.request.grade
        digit = heads.level(hazard, grade) or "".join(_DIGITS.findall(grade))
        for head in _head_lines(catalogue, sample):
            if digit and digit not in _DIGITS.findall(head):
                yield _where(sample), f"no {digit} in the head {head!r}"


def _subjects(sample: Sample) -> tuple[heads.Subject, ...]:
    """What a head may speak of: in the fewest words what came down or was put right only in the core form."""
    subjects = (sample.request.subject(), sample.request.subject(brief=True))
    told_as_new = sample.request.kind in {Kind.LOWERED, Kind.CORRECTED}
    return subjects[:1] if told_as_new and sample.rendered.form is not Form.CORE else subjects


def head_first(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """A text begins with its head, which is short enough to be read on a locked phone."""
    for sample in texts:
        emoji = "".join(catalogue.composition.emoji[item] for item in sample.rendered.emoji)
        lines = [line.removesuffix(f" {emoji}") for line in _head_lines(catalogue, sample)]
        for language, line in zip(_voices(catalogue, sample), lines, strict=False):
            own = (heads.head(language, catalogue.composition, subject) for subject in _subjects(sample))
            if _plain(line) not in map(_plain, own):
                yield _where(sample), f"begins with {line!r}, not with its head"
            if segments.utf16_units(line) > HEAD_UNITS:
                yield _where(sample), f"head of {segments.utf16_units(line)} units, at most {HEAD_UNITS}"


def no_placeholder_left(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """No brace reaches a reader."""
    for sample in texts:
        if set("{}") & set(sample.rendered.text):
            yield _where(sample), "a brace is left in the text"


def composed(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Texts are NFC."""
    for sample in texts:
        if not unicodedata.is_normalized("NFC", sample.rendered.text):
            yield _where(sample), "not NFC"


def same_actions(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Every language tells people to do the same, in the same order."""
    expected = {
        (sample.request, sample.rendered.form): sample.rendered.actions
        for sample in texts
        if sample.rendered.language == _REFERENCE
    }
    for sample in texts:
        own, english = sample.rendered.actions, expected.get((sample.request, sample.rendered.form))
        if english is not None and own != english:
            yield _where(sample), f"actions {own}, English has {english}"


def directions(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Every phrase that is said has a direction, and no danger text sends people back or keeps them low."""
    known = catalogue.composition.directions
    for sample in texts:
        for phrase in sample.rendered.actions:
            if known.get(phrase) not in composition.DIRECTIONS:
                yield _where(sample), f"phrase {phrase} has no direction"
        if sample.request.kind in _NEW and "no_need_to_leave" in sample.rendered.actions:
            yield _where(sample), "a danger text says that nobody need leave"


def drill_words(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """A drill says so first and last, in the reader's language and in Japanese; nothing else says so."""
    for sample in texts:
        voices = _voices(catalogue, sample)
        first, *_, last = sample.rendered.text.split("\n")
        japanese = {word for v in voices for word in (v.drill_japanese, v.drill_japanese_plain)}
        for line in (first, last):
            complete = all(_plain(v.drill_word) in _plain(line) for v in voices) and any(
                word in line for word in japanese
            )
            if complete != sample.request.is_drill:
                yield _where(sample), f"{line!r} {'is no drill line' if not complete else 'in no drill'}"


def no_kanji(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Easy Japanese has no kanji."""
    for sample in texts:
        if sample.rendered.language != "ja-Hira":
            continue
        if kanji := "".join(filter(characters.is_kanji, sample.rendered.text)):
            yield _where(sample), f"kanji {kanji}"


def no_accents(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """A language that drops its accents drops them in every form."""
    for sample in texts:
        text = sample.rendered.text
        if _voices(catalogue, sample)[-1].fold and segments.fold_latin(text) != text:
            accents = {char for char in text if segments.fold_latin(char) != char}
            yield _where(sample), f"accents {''.join(sorted(accents))}"


def gsm7_where_promised(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Plain languages keep short and core in GSM-7, and full where no line for a bystander follows."""
    for sample in texts:
        voices, rendered = _voices(catalogue, sample), sample.rendered
        promised = len(voices) == 1 and voices[0].plain and not rendered.neighbour
        if promised and rendered.segmentation.encoding is not Encoding.GSM_7:
            outside = "".join(char for char in rendered.text if not segments.fits_gsm7(char))
            yield _where(sample), f"not GSM-7: {outside!r}"


def neighbour_lines(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """The line for a bystander is kana without digits, closes a danger text, has room, and is in no other."""
    for hazard, line in catalogue.composition.neighbour.items():
        foreign = [char for char in line if not characters.is_kana(char) and char not in " ：。、！"]
        if foreign:
            yield f"[neighbour] {hazard}", f"not kana: {''.join(foreign)}"
    for sample in texts:
        neighbour, lines = sample.rendered.neighbour, _lines(sample)
        if neighbour and (sample.request.is_drill or sample.request.kind not in _NEW):
            yield _where(sample), "asks a bystander for help where there is no danger"
        if neighbour and lines[-1] != neighbour:
            yield _where(sample), "the neighbour line is not the last"
        if neighbour and sample.rendered.segmentation.segments > sample.rendered.form.budget:
            yield _where(sample), "the neighbour line makes it too long"


def end_names_grade(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """What has ended or was wrong is named: its level digit or its grade word stands in the head."""
    for sample in texts:
        if sample.request.kind not in _ENDS:
            continue
        lines = _head_lines(catalogue, sample)
        for language, head in zip(_voices(catalogue, sample), lines, strict=True):
            words = [heads.grade_word(language, catalogue.composition, subject) for subject in _subjects(sample)]
            if not any(_plain(word) in _plain(head) for word in words):
                yield _where(sample), f"{words[0]!r} is not in {head!r}"


def end_says_what_to_do(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """What has ended or was wrong says what to do now, in every form."""
    for sample in texts:
        if sample.request.kind in _ENDS and not sample.rendered.actions:
            yield _where(sample), "does not say what to do now"


def _spoken(text: str) -> str:
    """What of a text is heard when it is read aloud: its letters, its digits, and plus or minus behind them."""
    return "".join(char for char in text.casefold() if unicodedata.category(char)[0] in "LMN" or char in "+-")


def grades_differ(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Two grades of a hazard never have the same head, an exclamation mark aside: nobody may take one for a milder."""
    said: dict[tuple[str, ...], str] = {}
    for sample in texts:
        request, head = sample.request, _spoken("\n".join(_head_lines(catalogue, sample)))
        voice = (sample.rendered.language, request.hazard, request.kind, str(sample.rendered.form), head)
        other = said.setdefault(voice, request.grade)
        if other != request.grade:
            yield _where(sample), f"has the head of {other}"


def ends_differ(_: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """What ended or was wrong is told of one hazard alone: no text of another reads the same. The core has no room."""
    said: dict[tuple[str, ...], Hazard] = {}
    for sample in texts:
        request, rendered = sample.request, sample.rendered
        if request.kind not in _ENDS or rendered.form is Form.CORE:
            continue
        text = (rendered.language, rendered.form, request.kind, _spoken(rendered.text))
        other = said.setdefault(text, request.hazard)
        if other is not request.hazard:
            yield _where(sample), f"reads like the one of {other}"


def source_and_time(catalogue: Catalogue, texts: Sequence[Sample]) -> Iterator[Finding]:
    """Who warned, and when, stands in every text."""
    for sample in texts:
        language = _voices(catalogue, sample)[-1]
        form = sample.rendered.form
        key = parts.source_line(sample.request.hazard, form)
        sources = [
            re.split(r"\{\w+\}", words)[0].strip() for words in (language.lines[key], language.brief.get(key, ""))
        ]
        lines = [line for line in _lines(sample) for source in sources if source and _plain(source) in _plain(line)]
        digits = _CLOCK if form is Form.CORE else _DATE_AND_TIME
        if not any(len(_DIGITS.findall(line)) >= digits for line in lines):
            yield _where(sample), "no line with source and time, and but for the core form the date"


def read_back(catalogue: Catalogue, _: Sequence[Sample]) -> Iterator[Finding]:
    """A language that claims to be checked or signed has every sentence read as it now stands."""
    for tag, missing in catalogue.unread.items():
        for sentence in missing:
            yield f"{tag}.toml", f"{sentence}; until then it counts as {catalogue.by_tag[tag].review}"


def undeclared(
    catalogue: Catalogue, measured: budgets.Exceptions, voices: Iterable[str] | None = None
) -> Iterator[Finding]:
    """Texts over budget that are not declared, and declarations that are no longer true; of some voices or all."""
    for tag in {**measured, **catalogue.exceptions} if voices is None else voices:
        now, declared = measured.get(tag, {}), catalogue.exceptions.get(tag, {})
        for key in sorted(now.keys() - declared.keys()):
            yield f"{tag} {key}", f"{now[key].segments} segments ({now[key].reason}), not declared"
        for key in sorted(declared.keys() - now.keys()):
            yield f"{tag} {key}", "declared, but it keeps its budget: generate the exceptions again"
        for key in sorted(declared.keys() & now.keys()):
            if declared[key] != now[key]:
                yield f"{tag} {key}", f"declared {declared[key]}, measured {now[key]}"


GATES: dict[str, Gate] = {
    "equal digits": equal_digits,
    "level in head": level_in_head,
    "head first": head_first,
    "no placeholder left": no_placeholder_left,
    "composed": composed,
    "same actions": same_actions,
    "directions": directions,
    "drill words": drill_words,
    "no kanji": no_kanji,
    "no accents": no_accents,
    "GSM-7 where promised": gsm7_where_promised,
    "neighbour line": neighbour_lines,
    "end names grade": end_names_grade,
    "source and time": source_and_time,
    "read back": read_back,
    "end says what to do": end_says_what_to_do,
    "grades differ": grades_differ,
    "ends differ": ends_differ,
    "own script": spelling.own_script,
    "same numbers": spelling.same_numbers,
    "same times": spelling.same_times,
    "dates in order": spelling.dates_in_order,
    "nothing invisible": spelling.nothing_invisible,
    "drill words only in drills": spelling.drill_words_only_in_drills,
    **{name: meanings.gate(name) for name in meanings.RULES},
}
