"""The ``royal`` command. Help comes fast: a subcommand imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.commands import (
    access,
    agents,
    approvals,
    audit,
    competitors,
    connection,
    dead_letters,
    evaluation,
    files,
    installation,
    materials,
    secret,
    warehouse,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Runs a store with agents a merchant can trust.",
)
app.add_typer(agents.app, name="agents")
app.add_typer(approvals.app, name="approvals")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(secret.app, name="secrets")
app.add_typer(access.tokens, name="tokens")
app.add_typer(audit.app, name="audit")
app.add_typer(installation.database, name="db")
app.add_typer(files.importing, name="import")
app.add_typer(files.exporting, name="export")
app.add_typer(competitors.app, name="competitors")
app.add_typer(warehouse.app, name="warehouse")
app.command("login-link")(access.login_link)
app.command()(installation.up)
app.command()(connection.connect)
app.command()(installation.worker)
app.command()(installation.doctor)
app.command()(installation.sync)
app.command()(materials.sbom)
app.command()(evaluation.evaluate)
app.command()(installation.stop)
app.command()(installation.resume)


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print it.")] = False,
) -> None:
    """Runs a store with agents a merchant can trust."""
    if version:
        from importlib.metadata import version as installed

        print(installed("royal-equips-orchestrator"))
        raise typer.Exit


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
