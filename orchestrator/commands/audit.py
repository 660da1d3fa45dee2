"""``royal audit``: verify the chain of events, export it."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from orchestrator.commands.shared import FAILED, AsJson, command, platform, show

app = typer.Typer(no_args_is_help=True, help="The append-only log of everything that happened.")
_PAGE = 500


@app.command()
@command
def verify(as_json: AsJson = False) -> None:
    """Recompute the chain; name the first broken row."""
    from core.events.verify import verify as verify_chain

    with platform() as opened, opened.database.read() as connection:
        result = verify_chain(connection, opened.store_id)
    document = {
        "ok": result.ok, "events": result.count, "first_broken_seq": result.first_broken_seq,
    }  # fmt: skip
    line = (
        f"{result.count} events, the chain is whole."
        if result.ok
        else f"Broken at event {result.first_broken_seq}, after {result.count} whole ones."
    )
    show(as_json, document, [line])
    if not result.ok:
        raise typer.Exit(FAILED)


@app.command()
@command
def export(
    after: Annotated[int, typer.Option(min=0, help="Start behind this sequence number.")] = 0,
    as_json: AsJson = False,  # noqa: ARG001
) -> None:
    """Write the events as JSON lines to standard output, hashes included."""
    from core.events.log import read_after

    with platform() as opened:
        while True:
            with opened.database.read() as connection:
                page = read_after(connection, opened.store_id, after, _PAGE)
            for event in page:
                row = {
                    "seq": event.seq, "id": event.id, "type": event.type, "actor": event.actor,
                    "subject": event.subject, "occurred_at": event.occurred_at.isoformat(),
                    "recorded_at": event.recorded_at.isoformat(), "payload": event.payload,
                    "hash": event.hash,
                }  # fmt: skip
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            if len(page) < _PAGE:
                return
            after = page[-1].seq
