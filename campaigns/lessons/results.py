"""What the answers to lessons say: by lesson, language and place, as they may be told. Pure.

Small counts are told by the rule of `subscribers.disclosure`. A share of right answers is told exactly only where
neither the right nor the wrong ones are a small count, else in steps of twenty.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.lessons import totals
from campaigns.lessons.totals import Share, Total
from subscribers import disclosure
from subscribers.disclosure import FEW, Told

_STEP: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How one group of people answered, as it may be told."""

    #: a language, a place, a version or an option
    key: str
    share: Share
    told: Told

    @property
    def percent(self) -> str:
        """Of right answers: "93", "80-100", or '' where too few have answered."""
        percent = self.share.percent
        if percent is None:
            return ""
        if self.exact:
            return str(percent)
        low = min(percent // _STEP * _STEP, 100 - _STEP)
        return f"{low}-{low + _STEP}"

    @property
    def exact(self) -> bool:
        """Whether the share leads to no small count."""
        wrong = self.share.answers - self.share.right
        return all(count == 0 or count >= FEW for count in (self.share.right, wrong))

    @property
    def bar(self) -> int:
        """How long a bar of 100 is: the share, or the lower end of its step."""
        return int(self.percent.partition("-")[0] or 0)

    @property
    def rewrite(self) -> bool:
        """The words are to be written anew."""
        return self.share.rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All answers to one lesson in its words of now."""

    lesson: str
    whole: Understood
    by_language: tuple[Understood, ...]
    by_place: tuple[Understood, ...]
    #: all answers in earlier words, to see whether new ones are understood better
    earlier: Share

    @property
    def rewrite(self) -> tuple[str, ...]:
        """Languages whose words are to be written anew, the least understood first."""
        weak = [one for one in self.by_language if one.rewrite]
        return tuple(one.key for one in sorted(weak, key=lambda one: (one.share.right / one.share.answers, one.key)))


def results(rows: Sequence[Total], lessons: Iterable[str], is_current: Callable[[Total], bool]) -> tuple[Result, ...]:
    """The results of these lessons, in their order. `is_current`: the words are those of now."""
    return tuple(_result(lesson, [row for row in rows if row.asked.lesson == lesson], is_current) for lesson in lessons)


def _result(lesson: str, rows: Sequence[Total], is_current: Callable[[Total], bool]) -> Result:
    now = [row for row in rows if is_current(row)]
    languages = _split(now, lambda row: row.asked.language)
    places = _split(now, lambda row: row.asked.place)
    whole = totals.share(now)
    told, by_language, by_place, _ = _told(now)
    return Result(
        lesson=lesson,
        whole=Understood(key="", share=whole, told=told),
        by_language=_sorted(languages, by_language),
        by_place=_sorted(places, by_place),
        earlier=totals.share(row for row in rows if not is_current(row)),
    )


def by_language(rows: Sequence[Total], is_current: Callable[[Total], bool]) -> tuple[Understood, ...]:
    """All lessons together by language, in their words of now."""
    return understood(_split([row for row in rows if is_current(row)], lambda row: row.asked.language))


def options(rows: Sequence[Total], lesson: str, is_current: Callable[[Total], bool]) -> Mapping[int, Told]:
    """How many chose which option of a lesson."""
    *_, told = _told([row for row in rows if row.asked.lesson == lesson and is_current(row)])
    return dict(sorted(told.items()))


def _told(rows: Sequence[Total]) -> tuple[Told, dict[str, Told], dict[str, Told], dict[int, Told]]:
    """All answers, by language, by place and by option: they stand beside each other, and add up to the same."""
    languages: Counter[str] = Counter()
    places: Counter[str] = Counter()
    chosen: Counter[int] = Counter()
    for row in rows:
        languages[row.asked.language] += row.answers
        places[row.asked.place] += row.answers
        chosen[row.option] += row.answers
    told, (by_language, by_place, by_option) = disclosure.together(languages.total(), languages, places, chosen)
    return told, by_language, by_place, by_option


def understood(shares: Mapping[str, Share]) -> tuple[Understood, ...]:
    """A table of groups, most answers first; equal ones by their key."""
    told = disclosure.table({key: share.answers for key, share in shares.items()})
    return _sorted(shares, told)


def _sorted(shares: Mapping[str, Share], told: Mapping[str, Told]) -> tuple[Understood, ...]:
    rows = [Understood(key=key, share=share, told=told[key]) for key, share in shares.items()]
    return tuple(sorted(rows, key=lambda row: (-row.share.answers, row.key)))


def _split(rows: Iterable[Total], key: Callable[[Total], str]) -> dict[str, Share]:
    groups: defaultdict[str, list[Total]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: totals.share(group) for name, group in groups.items()}
