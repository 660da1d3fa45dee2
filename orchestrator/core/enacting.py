"""A change of the policy is put in force in the transaction of its approval.

It writes nothing outside our books, and it may not wait for a worker: what is judged after the
approval is judged by the new policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.security.principals import Principal
from core.telemetry.logs import get_logger
from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Actor, Books
from orchestrator.core.closing import EXECUTOR, conflict, succeed
from orchestrator.core.proposing import approve_for, release
from royal_platform.commerce.decisions.limits import told, with_limits
from royal_platform.commerce.decisions.model import Decision, Inverse, Policy, Status
from royal_platform.commerce.decisions.policy_change import POLICY, listed
from royal_platform.commerce.decisions.rules import mismatches

# What a person needs besides the right to decide.
_RIGHTS = {POLICY: "policy:write"}
_log = get_logger(__name__)


def right_of(kind: str) -> str | None:
    """The permission that deciding on ``kind`` needs besides ``decisions:decide``."""
    return _RIGHTS.get(kind)


def demand_right(actor: Actor, kind: str) -> None:
    """Raise ``Forbidden`` for a caller without it; the machine's own commands have every right."""
    needed = right_of(kind)
    if needed is not None and isinstance(actor, Principal):
        actor.demand(needed)


def let_through(books: Books, decision: Decision, name: str) -> None:
    """Approve for execution; a policy change is carried out here and now."""
    if decision.proposal.kind != POLICY:
        release(books, decision, name)
        return
    approve_for(books, decision, name)
    _enact(books, decision, name)


class _PolicyChange(RestsOnPrecondition):
    """What an ending of a policy change says."""

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """The limits that were in force before."""
        proposal = decision.proposal
        told_before = listed(before, str(proposal.arguments["currency"]))
        return Inverse(
            POLICY, {**proposal.arguments, "limits": dict(before)},
            f"Puts back what was in force before: {told_before}.",
        )  # fmt: skip


def _enact(books: Books, decision: Decision, name: str) -> None:
    limits = decision.proposal.arguments["limits"]
    books.executions.start(
        books.connection, decision.id, idempotency_key=f"execute:{decision.id}", now=books.now
    )
    books.decisions.move(books.connection, decision.id, seen=Status.APPROVED, to=Status.EXECUTING)
    books.tell_decision("decision.executing", decision, EXECUTOR)
    stored = books.policies.current(books.connection)
    before = _facts(stored.policy, limits)
    if mismatches(decision.proposal.precondition, before):
        conflict(books, _PolicyChange(), decision, before)
        return
    books.executions.move(
        books.connection, decision.id, seen=("reserved",), to="writing", before=before
    )
    books.policies.replace(
        books.connection, edited=stored.version, policy=with_limits(stored.policy, limits),
        actor=name, now=books.now,
    )  # fmt: skip
    _read_back(books, decision, before, name)


def _read_back(books: Books, decision: Decision, before: Facts, name: str) -> None:
    books.asked.pop("policy", None)
    now = books.policies.current(books.connection)
    after = _facts(now.policy, before)
    succeed(books, _PolicyChange(), decision, before, after)
    books.tell(
        "policy.changed", "policy", name,
        {"version": now.version, "changed": sorted(after), "decision_id": decision.id},
    )  # fmt: skip
    _log.info("policy.changed", version=now.version, actor=name, decision_id=decision.id)


def _facts(policy: Policy, names: Mapping[str, Any]) -> Facts:
    return {name: told(policy, name) for name in names}
