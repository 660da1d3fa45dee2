"""How an execution ends: its rows, its money and what is told, each in the caller's transaction."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orchestrator.core.action import Compares, Facts, Undoes
from orchestrator.core.books import Books, told_title
from orchestrator.core.ordering import mail_on
from orchestrator.core.readback import show_in_copy
from royal_platform.commerce.decisions.model import Decision, Status
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.commerce.decisions.stock import REORDER
from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.effects import KNOWN, Effects
from royal_platform.persistence.receipts import Receipts

EXECUTOR = "executor"
_GIVES_BACK = frozenset({"inventory.reorder_cancel", "supplier_order.cancel"})


def succeed(books: Books, action: Undoes, decision: Decision, before: Facts, after: Facts) -> None:
    """It was written and read back: record the inverse, settle the money, show it, tell it."""
    books.executions.move(
        books.connection, decision.id, seen=("writing",), to="verified", after=after,
        finished_at=books.now,
    )  # fmt: skip
    books.executions.settle(books.connection, decision.id)
    inverse = action.inverse(decision, before, after)
    books.decisions.move(
        books.connection, decision.id, seen=Status.EXECUTING, to=Status.EXECUTED,
        executed_at=books.now, inverse=jsonable(asdict(inverse)),
    )  # fmt: skip
    was = {name: before.get(name) for name in after}
    books.tell_decision("decision.executed", decision, EXECUTOR, before=was, after=after)
    show_in_copy(books, decision, after)
    if decision.proposal.kind in PRICE_KINDS:
        _price_changed(books, decision, before, after)
    # An order that a supplier was only asked to cancel may still cost its money.
    is_gone = not after.get("placed", False)
    if decision.reverts is not None and decision.proposal.kind in _GIVES_BACK and is_gone:
        books.executions.give_back(books.connection, decision.reverts)
    return_original(books, decision, EXECUTOR, undone=True)
    if decision.proposal.kind == "inventory.adjust":
        _settle_receipt(books, decision)
    if decision.proposal.kind == REORDER:
        mail_on(books, decision)


def _settle_receipt(books: Books, decision: Decision) -> None:
    """Goods of a purchase order came in, or went out again: the order is open or closed by that."""
    receipts = Receipts(books.store_id)
    receipt = receipts.of_decision(books.connection, decision.reverts or decision.id)
    if receipt is not None:
        books.purchases.settle(books.connection, receipt.purchase_order_id)


def _price_changed(books: Books, decision: Decision, before: Facts, after: Facts) -> None:
    subject = decision.proposal.subject
    books.tell(
        "price.changed", subject.id, EXECUTOR,
        {
            "variant_id": subject.id, "title": subject.title, "old": before["price"],
            "new": after["price"], "currency": before["currency"], "decision_id": decision.id,
        },
    )  # fmt: skip


def conflict(
    books: Books,
    action: Compares,
    decision: Decision,
    live: Facts | None,
    *,
    before: Facts | None = None,
    after: str = "",
) -> None:
    """The world changed since it was decided: nothing is written; ``after`` is told with it."""
    expected = {**decision.proposal.precondition, **(before or {})}
    if live is None:
        reason = f"{told_title(decision.proposal)} is gone from the store."
    else:
        names = action.broken(decision, live, before)
        facts = [f"{name} is {live.get(name)}, not {expected.get(name)}" for name in names]
        reason = f"Changed since it was decided: {'; '.join(facts)}."
    finish(books, decision, Status.CONFLICTED, "conflicted", reason + after)


def fail(books: Books, decision: Decision, reason: str) -> None:
    """Nothing was changed; ``reason`` says why."""
    finish(books, decision, Status.FAILED, "failed", reason)


def finish(
    books: Books,
    decision: Decision,
    to: Status,
    state: str,
    reason: str,
    *,
    maybe_spent: bool = False,
) -> None:
    """End an execution without success; ``maybe_spent`` keeps its money counted."""
    books.executions.move(
        books.connection, decision.id, seen=("reserved", "writing", "written"), to=state,
        error=reason, finished_at=books.now,
    )  # fmt: skip
    if maybe_spent:
        # A budget that forgot money which may be gone could be overdrawn.
        books.executions.settle(books.connection, decision.id)
    else:
        books.executions.release(books.connection, decision.id)
    books.decisions.move(
        books.connection, decision.id, seen=Status.EXECUTING, to=to, failure=reason
    )
    books.tell_decision(f"decision.{to.value}", decision, EXECUTOR, reason=reason)
    return_original(books, decision, EXECUTOR, undone=False)


def drop(books: Books, decision: Decision, to: Status, actor: str, reason: str | None) -> None:
    """An approval that no longer counts: expired, or denied by what changed since."""
    books.decisions.move(books.connection, decision.id, seen=Status.APPROVED, to=to, failure=reason)
    books.tell_decision(f"decision.{to.value}", decision, actor, reason=reason)
    return_original(books, decision, actor, undone=False)


def lasting(target: Facts, live: Facts) -> list[str]:
    """What to keep of the facts read back: what we wrote, and the ids an undo needs."""
    # What is on hand was added to; what of it is available is shown in our copy.
    also = ("purchase_order_id", "placed", *(("available",) if "on_hand" in target else ()))
    return [*target, *(name for name in also if name in live)]


def return_original(books: Books, undo: Decision, actor: str, *, undone: bool) -> None:
    """Settle the decision that ``undo`` reverts: reverted, or in force as before."""
    if undo.reverts is None:
        return
    original = books.decisions.get(books.connection, undo.reverts, lock=True)
    in_force = _in_force(books, original.id)
    to = Status.REVERTED if undone else in_force
    facts: dict[str, Any] = {"reverted_by": undo.id} if undone else {}
    if not books.decisions.move(
        books.connection, original.id, seen=Status.REVERTING, to=to, **facts
    ):
        return
    event = "decision.reverted" if undone else "decision.revert_failed"
    books.tell_decision(event, original, actor, reverted_by=undo.id)


def _in_force(books: Books, decision_id: str) -> Status:
    """The status of a change that stays in force: measured once its effect is known."""
    effect = Effects(books.store_id).get(books.connection, decision_id)
    is_known = effect is not None and effect.status == KNOWN
    return Status.MEASURED if is_known else Status.EXECUTED
