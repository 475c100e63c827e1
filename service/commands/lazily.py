"""A group whose commands are imported when they are run: each brings libraries that the others need not wait for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final

import click

#: blanks around the two columns of click's list of commands
_BLANKS: Final = 6


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is not imported yet."""

    module: str
    name: str
    #: what the help of the group says of it: the first sentence of its own, as a test holds
    help: str = field(kw_only=True)

    def load(self) -> click.Command:
        """The command itself."""
        found = getattr(import_module(self.module), self.name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{self.module}.{self.name} is no command")
        return found


class LazyGroup(click.Group):
    """Knows its commands by name and line of help; imports the one that is run."""

    lazy: Mapping[str, Lazy] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now."""
        found = self.lazy.get(cmd_name)
        return found.load() if found else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of all commands, without importing any."""
        limit = formatter.width - _BLANKS - max(map(len, self.lazy))
        with formatter.section("Commands"):
            formatter.write_dl(self._lines(limit))

    def _lines(self, limit: int) -> Sequence[tuple[str, str]]:
        stand_ins = [click.Command(name, help=lazy.help) for name, lazy in sorted(self.lazy.items())]
        return [(str(command.name), command.get_short_help_str(limit)) for command in stand_ins]
