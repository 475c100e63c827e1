"""How commands print: one JSON document, or lines for people."""

import json

import click


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def say(line: str) -> None:
    """A line for the person at the terminal, beside the result."""
    click.echo(line, err=True)
