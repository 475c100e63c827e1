"""The command line: reads words, calls the service, prints results.

Exit codes: 0 done, 1 done but something needs attention, 2 wrong use or settings. With --json one JSON document
stands on standard output and everything else goes to standard error.
"""

import os
import sys
from collections.abc import Sequence

import click

from service.commands import (
    campaigns,
    cases,
    checking,
    drilling,
    duty,
    holds,
    hooks,
    keys,
    languages,
    lessons,
    messages,
    moving,
    notices,
    providers,
    replaying,
    residents,
    running,
    shelters,
    simulating,
    sources,
    state,
    telegrams,
    texts,
    translation,
    users,
)
from service.settings import SettingsError
from storage.errors import StorageError


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command: serve.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Tomoshibi: official warnings of Japan by SMS, in the reader's language."""
    if context.invoked_subcommand is None:
        context.invoke(running.serve)


for command in (
    running.serve,
    running.worker,
    running.migrate,
    moving.database_,
    simulating.simulate,
    replaying.replay,
    messages.messages,
    residents.residents,
    shelters.shelters,
    campaigns.campaigns,
    lessons.group,
    drilling.drill,
    cases.cases,
    languages.languages,
    translation.translation,
    telegrams.telegrams,
    state.state,
    users.users,
    keys.keys,
    duty.duty,
    duty.cases,
    holds.holds,
    notices.notices,
    sources.sources,
    hooks.hooks,
    providers.group,
    texts.replies,
    checking.check,
):
    cli.add_command(command)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. A user's mistake is one line, never a traceback."""
    try:
        code = cli.main(args=words, prog_name="run.py", standalone_mode=False)
    except click.exceptions.Abort:
        return 2
    except click.ClickException as wrong:
        wrong.show(sys.stderr)
        return 2
    except (SettingsError, StorageError) as wrong:
        click.echo(str(wrong), err=True)
        return 2
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # whoever read has seen enough, as `| head` does
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
        return 1
    return code if isinstance(code, int) else 0
