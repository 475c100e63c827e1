"""`translation`: models that draft free text. Installed from a file by its hash; nothing is ever downloaded."""

from pathlib import Path

import click

from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.translating import library_is_there, why_not_used
from storage import audit
from templates_i18n.drafts import shelf
from templates_i18n.drafts.shelf import Model, Unfit

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group()
def translation() -> None:
    """Models that draft the other languages of a notice or lesson of your own (extra `translate`)."""


@translation.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sha256", required=True, help="Of the file, from whoever publishes it: another file is refused.")
@click.option("--by", required=True, help="Who answers for it: name and office.")
def install(file: Path, sha256: str, by: str) -> int:
    """Install a model from FILE (.argosmodel)."""
    if not by.strip():
        raise click.BadParameter("expected a name and an office", param_hint="--by")
    chosen, now = settings.load(), system_time()
    made = shelf.install(file, chosen.models_folder, sha256=sha256, by=by.strip(), now=now)
    if isinstance(made, Unfit):
        click.echo(made.reason, err=True)
        return 1
    _note("translation model installed", made.name, {"sha256": made.sha256, "by": made.installed_by})
    click.echo(f"{made.name} is installed: {made.source} to {made.target}, version {made.version}")
    if not library_is_there():
        click.echo("the library is missing: pip install 'tomoshibi[translate]'", err=True)
        return 1
    return 0


@translation.command("list")
@_JSON
def list_models(as_json: bool) -> int:
    """Installed models, each looked at again. Exit code 1 where one is not used."""
    folder = settings.load().models_folder
    rows = [_row(model, why_not_used(folder, model)) for model in shelf.installed(folder)]
    if as_json:
        output.print_json({"library": library_is_there(), "models": rows})
    else:
        for row in rows:
            not_used = f": NOT USED, {row['not_used']}" if row["not_used"] else ""
            click.echo(f"{row['name']}: {row['source']} to {row['target']}, by {row['installed_by']}{not_used}")
        if not rows:
            click.echo("no model is installed: people write every language themselves")
        if not library_is_there():
            click.echo("the library is missing: pip install 'tomoshibi[translate]'", err=True)
    return 1 if any(row["not_used"] for row in rows) else 0


@translation.command()
@click.argument("name")
def remove(name: str) -> int:
    """Remove the model NAME, as `translation list` calls it."""
    if not shelf.remove(settings.load().models_folder, name):
        raise click.BadParameter(f"{name}: no such model; see `translation list`", param_hint="NAME")
    _note("translation model removed", name, {})
    click.echo(f"{name} is removed")
    return 0


def _row(model: Model, not_used: str | None) -> dict[str, str | None]:
    return {
        "name": model.name,
        "source": model.source,
        "target": model.target,
        "version": model.version,
        "sha256": model.sha256,
        "installed_by": model.installed_by,
        "installed_at": model.installed_at,
        "not_used": not_used,
    }


def _note(action: str, name: str, details: dict[str, object]) -> None:
    with opening.opened(settings.load()) as db:
        db.write_sync(
            audit.append,
            now=system_time(),
            actor=arguments.ACTOR,
            action=action,
            subject=f"translation model:{name}",
            details=details,
        )
