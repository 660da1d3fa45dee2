"""``royal approvals``: list what waits; approve, reject, revert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.commands.shared import AsJson, command, me, platform, show, table

if TYPE_CHECKING:
    from royal_platform.commerce.decisions.model import Decision

app = typer.Typer(no_args_is_help=True, help="Decisions that wait for a person.")
DecisionId = Annotated[str, typer.Argument(help="The decision's id.")]


@app.command("list")
@command
def list_(
    status: Annotated[str, typer.Option(help="Which status to list.")] = "proposed",
    limit: Annotated[int, typer.Option(min=1, max=250)] = 50,
    as_json: AsJson = False,
) -> None:
    """Decisions, the highest money at stake first."""
    from orchestrator.core.books import reading
    from royal_platform.persistence.decisions import DecisionFilter

    with platform() as opened, reading(opened) as books:
        wanted = DecisionFilter(statuses=(status,))
        page = books.decisions.page(books.connection, wanted, None, limit)
    rows = [
        (each.id, each.proposal.kind, each.proposal.subject.title, _change(each),
         each.verdict.ruling.value)
        for each in page.items
    ]  # fmt: skip
    lines = table(rows, ("decision", "kind", "subject", "change", "gate"))
    show(as_json, [_document(each) for each in page.items], [*lines, f"{page.total} in all"])


@app.command()
@command
def approve(
    decision_id: DecisionId,
    argument_hash: Annotated[
        str | None, typer.Option("--hash", help="What you saw; default: as it stands now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Approve a decision; the worker executes it."""
    from orchestrator.core import ledger
    from orchestrator.core.books import reading

    with platform() as opened:
        with reading(opened) as books:
            seen = books.decisions.get(books.connection, decision_id)
        found = ledger.approve(opened, decision_id, argument_hash or seen.argument_hash, me())
    show(as_json, _document(found), [f"{found.id} {found.status.value}: {_change(found)}"])


@app.command()
@command
def reject(
    decision_id: DecisionId,
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    as_json: AsJson = False,
) -> None:
    """Turn a decision down."""
    from orchestrator.core import ledger

    with platform() as opened:
        found = ledger.reject(opened, decision_id, me(), reason)
    show(as_json, _document(found), [f"{found.id} {found.status.value}"])


@app.command()
@command
def revert(decision_id: DecisionId, as_json: AsJson = False) -> None:
    """Undo an executed decision."""
    from orchestrator.core import ledger

    with platform() as opened:
        found = ledger.revert(opened, decision_id, me())
    show(as_json, _document(found), [f"{found.id} undoes {decision_id}: {_change(found)}"])


def _change(decision: Decision) -> str:
    from royal_platform.commerce.decisions.rules import changes

    told = []
    for line in changes(decision.proposal):
        proposed = f"{line.proposed} {line.unit}".strip() if line.proposed else "unknown"
        told.append(f"{line.field} {f'{line.now} -> ' if line.now else ''}{proposed}")
    return ", ".join(told)


def _document(decision: Decision) -> dict[str, Any]:
    proposal = decision.proposal
    return {
        "id": decision.id, "status": decision.status.value, "kind": proposal.kind,
        "subject": proposal.subject.title, "change": _change(decision),
        "argument_hash": decision.argument_hash, "ruling": decision.verdict.ruling.value,
        "rationale": proposal.rationale, "expires_at": proposal.expires_at,
        "failure": decision.failure, "reverts": decision.reverts,
    }  # fmt: skip
