"""The command line: reads words, calls the service, prints results.

Exit codes: 0 done, 1 done but something needs attention, 2 wrong use or settings. With --json one JSON document
stands on standard output and everything else goes to standard error.
"""

import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from service.commands.lazily import Lazy, LazyGroup

_COMMANDS: Final = {
    "campaigns": Lazy(
        "service.commands.campaigns",
        "campaigns",
        help="Lessons between disasters: single or in series, in daylight, held while a warning is in force.",
    ),
    "cases": Lazy(
        "service.commands.cases",
        "cases",
        help="What happened, what was done, what helped: the cases of all municipalities.",
    ),
    "check": Lazy(
        "service.commands.checking",
        "check",
        help="Look at settings, database, words, places and feeds.",
    ),
    "database": Lazy(
        "service.commands.moving",
        "database_",
        help="The database itself.",
    ),
    "drill": Lazy(
        "service.commands.drilling",
        "drill",
        help="Drills: a whole exercise to simulated phones, or to a group that agreed.",
    ),
    "duty": Lazy(
        "service.commands.duty",
        "duty",
        help='Who is on duty for "safe / need help".',
    ),
    "holds": Lazy(
        "service.commands.holds",
        "holds",
        help="What waits for two people: what telegrams led to (12), and what somebody submitted (s12).",
    ),
    "hooks": Lazy(
        "service.commands.hooks",
        "hooks",
        help="Programs that are told of alerts and broadcasts at once, signed, without anything of a person.",
    ),
    "keys": Lazy(
        "service.commands.keys",
        "keys",
        help="The key that seals phone numbers.",
    ),
    "languages": Lazy(
        "service.commands.languages",
        "languages",
        help="Languages, how far their words were looked at, and who answers for them.",
    ),
    "lessons": Lazy(
        "service.commands.lessons",
        "group",
        help="Lessons: how to be ready, and how to live after a disaster.",
    ),
    "messages": Lazy(
        "service.commands.messages",
        "messages",
        help="Show every text of the catalogue, or check one language of it.",
    ),
    "migrate": Lazy(
        "service.commands.running",
        "migrate",
        help="Bring the database up to date.",
    ),
    "notices": Lazy(
        "service.commands.notices",
        "notices",
        help="What people in charge must hear of.",
    ),
    "providers": Lazy(
        "service.commands.providers",
        "group",
        help="How texts are shared between two SMS providers, since when, and why.",
    ),
    "replay": Lazy(
        "service.commands.replaying",
        "replay",
        help="Read telegram files or folders as one history, and say what each would do.",
    ),
    "replies": Lazy(
        "service.commands.texts",
        "replies",
        help="Texts that people send and that are no command.",
    ),
    "residents": Lazy(
        "service.commands.residents",
        "residents",
        help="Who is warned.",
    ),
    "serve": Lazy(
        "service.commands.running",
        "serve",
        help="Poll, decide, send and show, until stopped.",
    ),
    "shelters": Lazy(
        "service.commands.shelters",
        "shelters",
        help="Evacuation sites that texts and pages name.",
    ),
    "simulate": Lazy(
        "service.commands.simulating",
        "simulate",
        help="Play a disaster day over a loopback feed to a simulated phone network.",
    ),
    "sources": Lazy(
        "service.commands.sources",
        "sources",
        help="Systems of municipalities that send CAP messages, as `cap_sources` in the settings declares them.",
    ),
    "state": Lazy(
        "service.commands.state",
        "state",
        help="What is in force.",
    ),
    "telegrams": Lazy(
        "service.commands.telegrams",
        "telegrams",
        help="The raw telegrams.",
    ),
    "translation": Lazy(
        "service.commands.translation",
        "translation",
        help="Models that draft the other languages of a notice or lesson of your own (extra `translate`).",
    ),
    "triage": Lazy(
        "service.commands.duty",
        "cases",
        help="Who says they are safe or need help.",
    ),
    "users": Lazy(
        "service.commands.users",
        "users",
        help="Who may sign in, and keys of programs.",
    ),
    "worker": Lazy(
        "service.commands.running",
        "worker",
        help="Send only, beside `serve` and other workers on PostgreSQL, until stopped.",
    ),
}


class _Commands(LazyGroup):
    lazy = _COMMANDS


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command: serve.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Tomoshibi: official warnings of Japan by SMS, in the reader's language."""
    if context.invoked_subcommand is None:
        context.invoke(_COMMANDS["serve"].load())


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. A user's mistake is one line, never a traceback."""
    try:
        code = cli.main(args=words, prog_name="run.py", standalone_mode=False)
    except click.exceptions.Abort:
        return 2
    except click.ClickException as wrong:
        wrong.show(sys.stderr)
        return 2
    except _stopping() as wrong:
        click.echo(str(wrong), err=True)
        return 2
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # whoever read has seen enough, as `| head` does
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
        return 1
    return code if isinstance(code, int) else 0


def _stopping() -> tuple[type[Exception], ...]:
    """What ends a command with one line; looked for when something is raised, since it takes long to import."""
    from service.settings import SettingsError
    from storage.errors import StorageError
    from templates_i18n.catalogue import CatalogueError

    return CatalogueError, SettingsError, StorageError
