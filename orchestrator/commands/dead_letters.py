"""``royal dead-letters``: work that was given up; retry it or dismiss it."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.commands.shared import AsJson, command, me, platform, show, table

app = typer.Typer(no_args_is_help=True, help="Work that was given up.")
LetterId = Annotated[str, typer.Argument(help="The dead letter's id.")]


@app.command("list")
@command
def list_(as_json: AsJson = False) -> None:
    """What was given up and nobody has dealt with."""
    from orchestrator.core.dead_letters import open_letters

    with platform() as opened:
        found = open_letters(opened)
    document = [
        {"id": each.id, "kind": each.kind, "subject": each.subject, "error": each.error,
         "at": each.at}
        for each in found
    ]  # fmt: skip
    rows = [(each.id, each.kind, each.subject, each.error) for each in found]
    show(as_json, document, table(rows, ("dead letter", "work", "about", "why")))


@app.command()
@command
def retry(letter_id: LetterId, as_json: AsJson = False) -> None:
    """Do it again."""
    from orchestrator.core.dead_letters import retry as again

    with platform() as opened:
        started = again(opened, letter_id, me())
    show(as_json, {"id": letter_id, "started": started}, [f"{letter_id} retried: {started}"])


@app.command()
@command
def dismiss(letter_id: LetterId, as_json: AsJson = False) -> None:
    """Take it off the list."""
    from orchestrator.core.dead_letters import dismiss as drop

    with platform() as opened:
        drop(opened, letter_id, me())
    show(as_json, {"id": letter_id, "dismissed": True}, [f"{letter_id} dismissed"])
