"""Gates on what a sentence means: it sends people the same way, still forbids what it forbids, promises nothing.

Owns which sentences must hold which word of the `lexicon`, and which may never. Such a gate cannot read; it sees that
"up" is gone, or a "not", wherever the language says it in the words it is known to use. Pure.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from alerts.vocabulary import Hazard, Kind
from templates_i18n import composition, lexicon, spelling
from templates_i18n.catalogue import Catalogue
from templates_i18n.composition import Composition
from templates_i18n.language import Language
from templates_i18n.lexicon import Lexicon
from templates_i18n.matrix import Sample

Finding = tuple[str, str]


class Rule(NamedTuple):
    """A word, and the sentences that must hold it."""

    word: str
    #: dotted paths in a language file; "own.lifted." stands for all that begin so, "" for every sentence
    keys: tuple[str, ...]
    #: the sentences must not hold it
    never: bool = False
    #: it may go where a language says the sentence in fewer words
    spared: bool = False


def _keys(table: str, keys: str) -> tuple[str, ...]:
    return tuple(f"{table}.{key}" for key in keys.split())


_UP = (
    *_keys("act", "upstairs_now upstairs_far high_ground run_high high_and_stay away_or_up"),
    *_keys("phrase", "upstairs upstairs_far_side near_sea_go_up stay_up shake_go_up"),
    *_keys("pictogram", "run_up upper_floor"),
)
_ORDERS = (
    *_keys("act", "get_ready ready_to_flee cover_head cool_drink"),
    *_keys("phrase", "follow_city check_old check_way aircon others_ready"),
)
_ENDS = (*_keys("head", "lifted"), "own.lifted.", *_keys("page", "over lifted"), "pictogram.all_clear")
_NO_PROMISE = (
    *_ENDS,
    *_keys("page", "over_here nothing"),
    *_keys("phrase", "still_dangerous stay_careful take_care ask_city no_act no_need_to_leave"),
)
_BELOW_HIGHEST = (*_keys("name", "L2 L3 L4 advisory warning"), *_keys("name", "landslide.L3 landslide.L4"))

#: gate -> its rules
RULES: Mapping[str, tuple[Rule, ...]] = {
    "direction in words": (
        Rule("up", _UP),
        Rule("down", _UP, never=True),
        Rule(
            "away",
            (
                *_keys("act", "all_leave leave_slopes leave_river leave_coast leave_sea still_leave"),
                *_keys("act", "upstairs_far away_or_up inside_windows"),
                *_keys("phrase", "away_from_water away_crater leave_basement upstairs_far_side"),
                *_keys("pictogram", "away_from_slope away_from_river leave_shore"),
            ),
        ),
        Rule(
            "inside",
            (*_keys("act", "inside_windows inside_no_drive inside_ash inside_rocks"), "pictogram.stay_inside"),
        ),
        Rule(
            "sea",
            (
                *_keys("act", "leave_coast leave_sea stay_off_sea"),
                *_keys("phrase", "keep_off_shore near_sea_go_up shake_go_up slight_sea sea_floods"),
                *_keys("pictogram", "leave_shore no_sea"),
            ),
        ),
        Rule(
            "river",
            (
                *_keys("act", "leave_river away_or_up"),
                *_keys("phrase", "away_from_water still_dangerous"),
                *("pictogram.away_from_river", "line.river"),
            ),
        ),
        Rule(
            "slope",
            (
                *_keys("act", "leave_slopes upstairs_far away_or_up"),
                *_keys("phrase", "upstairs_far_side still_dangerous"),
                "pictogram.away_from_slope",
            ),
        ),
    ),
    "negation kept": (
        Rule(
            "forbid",
            (
                *_keys("act", "stay_off_sea inside_no_drive keep_off_volcano"),
                *_keys("phrase", "keep_off_shore no_lift no_look slight_sea stay_in"),
                *_keys("pictogram", "no_lift no_car no_sea"),
            ),
        ),
        Rule(
            "not",
            (
                *_keys(
                    "phrase", "upstairs upstairs_far_side no_tsunami may_not_come no_need_to_leave no_act cover_bag"
                ),
                *_keys("line", "no_data shelter refuge"),
                *("page.nothing", "service.help_ack", "service.code"),
            ),
        ),
        Rule("forbid", _ORDERS, never=True),
        Rule("before", ("phrase.ask_city",)),
        Rule("until", _keys("phrase", "stay_up stay_in keep_off_shore")),
    ),
    "urgency kept": (
        Rule(
            "now",
            (
                *_keys("act", "elderly_leave all_leave leave_slopes leave_river leave_coast leave_sea still_leave"),
                *_keys("act", "upstairs_now high_ground run_high safest_place inside_rocks"),
            ),
            spared=True,
        ),
        Rule("everyone", _keys("act", "all_leave leave_slopes leave_river leave_coast"), spared=True),
        Rule("death", ("head.deadly",)),
        Rule("highest", (*_keys("name", "L5 emergency"), *_keys("name", "landslide.L5 flood.L5"))),
        Rule("highest", _BELOW_HIGHEST, never=True),
        Rule("emergency", ("alarm.emergency",)),
        Rule("emergency", ("alarm.warning",), never=True),
    ),
    "kind in words": (
        Rule("continues", ("head.lowered", "own.lowered.")),
        Rule("continues", _ENDS, never=True),
        Rule("ended", _ENDS),
        Rule("cancelled", ("head.cancelled", "own.cancelled.")),
        Rule("corrected", ("head.corrected", "own.corrected.")),
        Rule("careful", _keys("phrase", "still_dangerous stay_careful take_care")),
        Rule("may", (*_keys("phrase", "still_dangerous stay_careful may_not_come"), "line.no_data")),
    ),
    "facts in words": (
        Rule("over", ("line.height_over",)),
        Rule("up to", ("line.height_upto",)),
        *(Rule(word, ("act.elderly_leave",)) for word in ("old", "ill", "child")),
        Rule("free", ("line.shelter", "phrase.shelter_free")),
        Rule("ready", (*_keys("act", "get_ready ready_to_flee"), "phrase.others_ready")),
        Rule("stay", (*_keys("act", "stay_safe high_and_stay"), "phrase.stay_up")),
        Rule("engine off", ("phrase.car_stuck",)),
        Rule("switch on", ("phrase.aircon",)),
        Rule("cover", ("act.cover_head", "phrase.cover_bag")),
        Rule("coming", ("line.arriving",)),
        Rule("in force", ("phrase.no_need_to_leave",)),
        Rule("safe or help", ("service.safe_or_help_offer",)),
        Rule("drill", ("drill.word", "pictogram.drill")),
    ),
    "never said": (
        Rule("safe", _NO_PROMISE, never=True),
        Rule("retired", ("",), never=True),
        Rule("high tide", ("",), never=True),
        Rule("magnitude", ("",), never=True),
    ),
}
#: of an act that a language says within a sentence of its own
_BRIEF = ("act", "head", "line", "alarm", "phrase")
_DIRECTIONS = frozenset({"up", "down", "away", "inside", "sea", "slope", "river", "forbid"})


def gate(name: str) -> Callable[[Catalogue, Sequence[Sample]], Iterable[Finding]]:
    """The gate of a name of `RULES`: every sentence of every language keeps its rules."""
    rules = RULES[name]

    def check(catalogue: Catalogue, _: Sequence[Sample]) -> Iterator[Finding]:
        for tag, language in catalogue.by_tag.items():
            known = lexicon.of(tag)
            if known is None:
                yield f"lexicon/{tag}.toml", "missing: nobody has written down how this language says up, away, not"
                continue
            for key, text in (("drill.word", language.drill_word), *spelling.words(language)):
                for rule in rules:
                    if _concerns(rule, key, text, language, catalogue.composition):
                        yield from ((f"{tag}.toml {key}", what) for what in _broken(rule, text, known, tag))

    return check


def _broken(rule: Rule, text: str, known: Lexicon, tag: str) -> Iterator[str]:
    if rule.word not in known:
        yield f"lexicon/{tag}.toml has no {rule.word!r}"
        return
    found = known[rule.word].search(text.casefold())
    if found and rule.never:
        yield f"{text!r} says {found[0]!r} ({rule.word})"
    if not found and not rule.never:
        yield f"{text!r} does not say {rule.word!r}; if it does, in other words, add them to lexicon/{tag}.toml"


def _concerns(rule: Rule, key: str, text: str, language: Language, plans: Composition) -> bool:
    """Whether a sentence must keep a rule: by its key, as a shorter form of it, or as a head of its own."""
    if any(key == known or (not known or known[-1] == ".") and key.startswith(known) for known in rule.keys):
        return True
    table, _, name = key.partition(".")
    if table == "brief":
        return not rule.spared and any(f"{of}.{name}" in rule.keys for of in _BRIEF)
    if table != "own":
        return False
    act, deadly = _own(name, plans)
    if "{act}" in text:
        return False
    if "head.deadly" in rule.keys and deadly:
        return True
    # who stays inside is away from windows and does not drive
    spared = act.startswith("inside") and rule.word != "inside"
    return rule.word in _DIRECTIONS and f"act.{act}" in rule.keys and not spared


@functools.lru_cache(maxsize=1024)
def _own(name: str, plans: Composition) -> tuple[str, bool]:
    """The act of "new.landslide.L5", a head in the language's own words, and whether it must tell of death."""
    kind, hazard, *grade = name.split(".", 2)
    told = {band: plan for (of, band), plan in plans.told.items() if of == hazard and band != composition.EXPECTED}
    band = composition.band(Hazard(hazard), grade[0]) if grade else next(iter(told))
    plan = told.get(band) or told[grade[0]]
    return plan.act_of(Kind(kind)), plan.deadly and kind == Kind.NEW
