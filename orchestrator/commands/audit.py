"""``royal audit``: verify the chain of events, export it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.commands.shared import FAILED, AsJson, command, platform, show, table

if TYPE_CHECKING:
    from royal_platform.persistence.model_calls import ModelCall

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


@app.command("model-calls")
@command
def model_calls(
    call: Annotated[str, typer.Argument(help="One call, with the texts that were sent.")] = "",
    about: Annotated[str, typer.Option(help="Only what belongs to this, e.g. cnv_….")] = "",
    last: Annotated[int, typer.Option(min=1, max=250, help="How many calls.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What language models were shown, personal values hidden: the calls, or one call's texts."""
    from dataclasses import asdict

    from royal_platform.persistence.model_calls import ModelCalls

    with platform() as opened, opened.database.read() as connection:
        calls = ModelCalls(opened.store_id)
        if call:
            one = calls.get(connection, call)
            lines = [text if text is not None else "(erased)" for text in one.texts]
            show(as_json, asdict(one), lines)
            return
        page = calls.page(connection, about or None, None, last)
    rows = [
        (each.id, f"{each.at:%Y-%m-%d %H:%M:%S}", each.model, each.purpose, each.actor, each.about,
         each.characters, sum(each.hidden.values()), *_took(each))
        for each in page.items
    ]  # fmt: skip
    header = (
        "call", "at", "model", "purpose", "actor", "about", "characters", "hidden",
        "outcome", "read", "written", "cost", "ms",
    )  # fmt: skip
    document = {"data": [asdict(each) for each in page.items], "total": page.total}
    show(as_json, document, table(rows, header))


def _took(call: ModelCall) -> tuple[object, ...]:
    """How a call ended and what it took; what nobody knows is no zero."""
    cost = None if call.cost is None else f"{call.cost.normalize():f} {call.currency}"
    told = (call.outcome, call.input_tokens, call.output_tokens, cost, call.milliseconds)
    return tuple("unknown" if each is None else each for each in told)
