"""`lessons`: what people can learn, in which words, and a check for those who write them."""

import click

from alerts.japan import JST
from alerts.vocabulary import Hazard
from campaigns.lessons import choosing, facts
from campaigns.lessons.choosing import Wanted
from campaigns.lessons.facts import Phase
from service.clock import system_time
from service.commands import arguments, output
from subscribers.tags import Tag
from templates_i18n import catalogue, lesson_gates, lesson_texts, lessons
from templates_i18n.lesson_texts import Way
from templates_i18n.lessons import LessonBook


@click.group("lessons")
def group() -> None:
    """Lessons: how to be ready, and how to live after a disaster."""


@group.command("list")
@click.option("--language", default="en", show_default=True, help="Of the texts, such as vi.")
@click.option("--lesson", help="Only this one, with its SMS and replies.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_lessons(language: str, lesson: str | None, as_json: bool) -> int:
    """All lessons with their SMS."""
    book, words, known = lessons.load(), catalogue.load(), facts.load()
    if language not in words.names:
        raise click.BadParameter(f"{language}: expected one of {', '.join(words.names)}", param_hint="--language")
    if lesson is not None and lesson not in known:
        raise click.BadParameter(f"{lesson}: expected one of {', '.join(known)}", param_hint="--lesson")
    rows = []
    for key in [lesson] if lesson else known:
        made = lesson_texts.lesson_sms(book, words, key, language, Way(two_way=True))
        right = known[key].right
        wrong = next(digit for digit in (1, 2) if digit != right)
        rows.append(
            {
                "id": key,
                "language": made.language,
                "text": made.text,
                "segments": made.segmentation.segments,
                "encoding": made.segmentation.encoding,
                "right": lesson_texts.lesson_reply(book, words, key, language, right=right, said=right).text,
                "wrong": lesson_texts.lesson_reply(book, words, key, language, right=right, said=wrong).text,
                "review": made.review,
            }
        )
    if as_json:
        output.print_json({"lessons": rows})
        return 0
    for row in rows:
        click.secho(f"{row['id']} · {row['language']} · {row['segments']} × {row['encoding']}", bold=True)
        click.echo(f"{row['text']}\n")
        if lesson:
            click.echo(f"{row['right']}\n\n{row['wrong']}\n")
    return 0


@group.command()
@click.option("--municipality", help="What its surroundings are is known: the sea, rivers, volcanoes, snow.")
@click.option("--tag", "named", multiple=True, type=click.Choice([tag.value for tag in Tag]), help="What fits people.")
@click.option("--month", type=click.IntRange(1, 12), help="1 to 12; this month if left out.")
@click.option("--after", type=click.Choice([hazard.value for hazard in Hazard]), help="After such an event.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def fit(municipality: str | None, named: tuple[str, ...], month: int | None, after: str | None, as_json: bool) -> int:
    """Which lessons fit a place and people, the best first."""
    here = choosing.load().of_place(arguments.municipality(municipality)) if municipality else frozenset()
    wanted = Wanted(
        tags=here | frozenset(map(Tag, named)),
        month=month or system_time().astimezone(JST).month,
        phase=Phase.AFTER if after else Phase.BEFORE,
        hazards=frozenset({Hazard(after)}) if after else frozenset(),
    )
    found = choosing.choose(facts.load(), wanted)
    if as_json:
        output.print_json({"tags": sorted(wanted.tags), "lessons": list(found)})
        return 0
    click.secho(", ".join(sorted(wanted.tags)) or "no tags", bold=True)
    titles = lessons.load().by_tag["en"].lessons
    for key in found:
        click.echo(f"{key}: {titles[key].title}")
    return 0


@group.command()
@click.option("--language", help="Only this language, such as vi.")
def check(language: str | None) -> int:
    """What the words of a language lack, what is wrong and what is too long; 1 if a writer has something to do."""
    try:
        book = lessons.load()
    except lessons.LessonsError as wrong:
        mine = [one for one in wrong.problems if language and one.startswith((f"{language}.", f"review/{language}."))]
        click.echo("\n".join(mine or wrong.problems))
        return 1
    if language is not None and language not in book.by_tag:
        raise click.BadParameter(f"{language}: expected one of {', '.join(book.by_tag)}", param_hint="--language")
    return max(_check(book, tag) for tag in ([language] if language else book.by_tag))


def _check(book: LessonBook, tag: str) -> int:
    missing, found = book.missing(tag), lesson_gates.check(book, catalogue.load(), tag)
    for key in missing:
        click.echo(f"missing: {tag}.toml: [{key}]: not there, or a part of it is missing")
    for problem in found:
        click.echo(str(problem))
    own = book.by_tag[tag]
    click.secho(
        f"{tag}: {len(missing)} lessons missing, {len(found)} faults, {len(own.unread)} sentences not read back,"
        f" counts as {own.review}",
        bold=True,
    )
    return 1 if missing or found else 0
