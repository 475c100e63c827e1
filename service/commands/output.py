"""How commands print: one JSON document, or lines for people, and how far long work has come."""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack

import click


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def say(line: str) -> None:
    """A line for the person at the terminal, beside the result."""
    click.echo(line, err=True)


def not_read(heading: str) -> None:
    """A column of a file that was left out; `heading` in quotes."""
    click.echo(f"column {heading} was not read\n  列 {heading} は読み込みませんでした")


def progress(stack: ExitStack, task: str) -> Callable[[int, int], None] | None:
    """Takes what is done and the whole, for a bar on the terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console  # nobody who watches no bar waits for it
    from rich.progress import Progress as ProgressBar

    console = Console(stderr=True)
    if not console.is_terminal:
        return None
    bar = stack.enter_context(ProgressBar(console=console))
    number = bar.add_task(task)

    def advance(done: int, total: int) -> None:
        bar.update(number, completed=done, total=total)

    return advance
