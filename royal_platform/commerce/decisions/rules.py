"""The gate: a pure judgement of a proposal against the merchant's policy, with every number.

Here is what holds for every kind of decision; what holds for one is in the module of its kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from royal_platform.commerce.decisions.addresses import ADDRESSES
from royal_platform.commerce.decisions.arguments import amount_of
from royal_platform.commerce.decisions.discounts import DISCOUNTS
from royal_platform.commerce.decisions.exchanges import EXCHANGES
from royal_platform.commerce.decisions.fulfilment import FULFILMENT
from royal_platform.commerce.decisions.kind import Kind, Rule, as_told, ask, deny
from royal_platform.commerce.decisions.listings import DRAFTS, LISTINGS
from royal_platform.commerce.decisions.mandates import MANDATES
from royal_platform.commerce.decisions.messages import MESSAGES
from royal_platform.commerce.decisions.model import (
    TRANSITIONS,
    Autonomy,
    Change,
    GateState,
    JsonObject,
    MandateState,
    Policy,
    Proposal,
    RuleHit,
    Ruling,
    Status,
    Verdict,
)
from royal_platform.commerce.decisions.notices import NOTICES
from royal_platform.commerce.decisions.policy_change import (
    POLICIES,
    POLICY,
    weakens_two_persons,
)
from royal_platform.commerce.decisions.price_tests import PRICE_TESTS
from royal_platform.commerce.decisions.prices import PRICES
from royal_platform.commerce.decisions.purchase_mail import PURCHASE_MAILS
from royal_platform.commerce.decisions.replacements import REPLACEMENTS
from royal_platform.commerce.decisions.returns import RETURNS
from royal_platform.commerce.decisions.safeguards import SAFEGUARDS
from royal_platform.commerce.decisions.segments import SEGMENTS
from royal_platform.commerce.decisions.stock import REORDER, STOCK, is_receipt, order_cost
from royal_platform.commerce.decisions.support import SUPPORT

_KINDS = {
    kind.name: kind
    for kind in (
        *FULFILMENT, *PRICES, *PRICE_TESTS, *STOCK, *MESSAGES, *MANDATES, *DRAFTS, *LISTINGS,
        *DISCOUNTS, *SUPPORT, *POLICIES, *NOTICES, *SAFEGUARDS, *ADDRESSES, *RETURNS,
        *REPLACEMENTS, *EXCHANGES, *SEGMENTS, *PURCHASE_MAILS,
    )
}  # fmt: skip
KINDS = tuple(_KINDS)
# Of these nothing is taken from the allowances of changes to the store.
OWN_PACE = tuple(kind.name for kind in _KINDS.values() if kind.own_pace)
_SEVERITY = {Ruling.ALLOW: 0, Ruling.ASK: 1, Ruling.DENY: 2}


class IllegalTransitionError(ValueError):
    """A decision was asked to make a move that its status does not allow."""


def advance(status: Status, to: Status) -> Status:
    """Return ``to`` if a decision in ``status`` may move there, else raise."""
    if to not in TRANSITIONS.get(status, frozenset()):
        raise IllegalTransitionError(f"a decision that is {status} cannot become {to}")
    return to


def judge(proposal: Proposal, policy: Policy, state: GateState) -> Verdict:
    """The gate's verdict: the strictest ruling among all rules that speak. Never raises.

    Malformed arguments are denied before any limit is compared, so no limit is ever compared
    with something that is not a number.
    """
    malformed = tuple(_malformed(proposal, state))
    if malformed:
        return Verdict(Ruling.DENY, malformed)
    hits = tuple(
        hit for rule in _rules_of(_KINDS[proposal.kind]) for hit in rule(proposal, policy, state)
    )
    strictest = max((hit.ruling for hit in hits), key=_SEVERITY.__getitem__, default=Ruling.ALLOW)
    return Verdict(strictest, hits)


def persons_needed(proposal: Proposal, policy: Policy) -> int:
    """How many different persons must approve: two above the policy's amount, else one.

    The rule of two persons itself is weakened by two: else one could lift it and go on alone.
    """
    if proposal.kind == POLICY:
        return 2 if weakens_two_persons(proposal, policy) else 1
    limit = policy.two_persons_above
    return 2 if limit is not None and _amount_at_stake(proposal) > limit else 1


def planned_spend(proposal: Proposal) -> Decimal:
    """Money the decision would commit, in the store's currency: what a budget must reserve."""
    declared = proposal.cost.amount if proposal.cost else Decimal(0)
    return max(declared, order_cost(proposal)) if proposal.kind == REORDER else declared


def stopping(kind: str, agent_id: str, stopped: Iterable[str]) -> Iterator[str]:
    """The scopes in force that stop this kind of this agent.

    A scope this version does not know stops everything rather than nothing. A stop of the store
    does not keep a person from tightening the policy before lifting it.
    """
    for scope in stopped:
        if scope == f"agent:{agent_id}" or (not scope.startswith("agent:") and kind != POLICY):
            yield scope


def changes(proposal: Proposal) -> tuple[Change, ...]:
    """The diff a person reads before approving: what is, what would be, in which unit."""
    kind = _KINDS.get(proposal.kind)
    return as_told(proposal) if kind is None else kind.changes(proposal)


def broken(proposal: Proposal, live: JsonObject) -> tuple[str, ...]:
    """Names of the proposal's precondition fields that no longer hold in ``live``.

    A reorder survives further sales and small returns: stock may have fallen, and may have risen
    by a quarter of the order. Everything else must be as it was.
    """
    names = mismatches(proposal.precondition, live)
    before, now = proposal.precondition.get("available"), live.get("available")
    quantity = proposal.arguments.get("quantity")
    if proposal.kind == REORDER and all(
        isinstance(value, int) for value in (before, now, quantity)
    ):
        risen = int(str(now)) - int(str(before))
        if risen * 4 <= int(str(quantity)):
            return tuple(name for name in names if name != "available")
    return names


def mismatches(precondition: JsonObject, live: JsonObject) -> tuple[str, ...]:
    """Names of precondition fields that no longer hold; amounts compare by value ("9.9" = "9.90").

    A field that ``live`` lacks does not hold: what cannot be checked is not assumed.
    """
    missing = object()
    return tuple(
        name
        for name, expected in precondition.items()
        if not _same(expected, live.get(name, missing))
    )


def _malformed(proposal: Proposal, state: GateState) -> Iterator[RuleHit]:
    kind = _KINDS.get(proposal.kind)
    if kind is None:
        yield deny("kind.unknown", f"The policy has no rules for {proposal.kind!r}.")
        return
    score = proposal.risk.score
    if not (math.isfinite(score) and 0 <= score <= 1):
        yield deny("risk.invalid", "The risk index is not a number between 0 and 1.")
    for problem in kind.problems(proposal, state):
        yield deny("arguments.invalid", problem)
    for money in (proposal.cost, proposal.money_at_stake):
        if money is not None and money.currency != state.currency:
            yield deny(
                "currency.mismatch", "An amount is in another currency than the store's.",
                limit=state.currency, actual=money.currency,
            )  # fmt: skip
    if proposal.cost is not None and proposal.cost.amount < 0:
        yield deny("arguments.invalid", "The cost is negative.")


def _kill_switch(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    for scope in stopping(proposal.kind, proposal.agent_id, state.stopped):
        yield deny("stop", f"Stopped by the kill switch ({scope}).", actual=scope)


def _expiry(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.now >= proposal.expires_at:
        yield deny(
            "expiry", "The proposal has expired; its numbers are no longer fresh.",
            limit=proposal.expires_at.isoformat(), actual=state.now.isoformat(), unit="time",
        )  # fmt: skip


def _autonomy(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert:
        return
    if state.autonomy is Autonomy.OBSERVE:
        yield deny("autonomy", "The agent only observes this kind of decision.", actual="observe")
    elif (mandate := _mandate_of(state)) is not None:
        yield _mandate(mandate)
    elif state.autonomy is not Autonomy.AUTO:
        yield ask("autonomy", "The agent proposes; a person approves.", actual="propose")


def _mandate_of(state: GateState) -> MandateState | None:
    if state.message is not None:
        return state.message.mandate
    return state.test or state.mandate


def _mandate(mandate: MandateState) -> RuleHit:
    """A person said yes to many at once: within the mandate nobody is asked again."""
    if mandate.why_not is not None:
        return ask("mandate", mandate.why_not)
    for limit, used in ((mandate.per_day, mandate.today), (mandate.total, mandate.used)):
        if used + 1 > limit:
            return ask(
                "mandate", "The mandate is used up.",
                limit=str(limit), actual=str(used + 1), unit=mandate.unit,
            )  # fmt: skip
    return RuleHit(
        "mandate", Ruling.ALLOW, f"A person approved this {mandate.of}.",
        limit=str(mandate.total), actual=str(mandate.used + 1), unit=mandate.unit,
    )  # fmt: skip


def _risk(proposal: Proposal, policy: Policy, _: GateState) -> Iterator[RuleHit]:
    score = proposal.risk.score
    numbers = {"actual": f"{score:.2f}", "unit": "index 0-1"}
    if score >= policy.risk_deny_min:
        limit = f"{policy.risk_deny_min:.2f}"
        yield deny("risk", "The risk index reaches the ceiling.", limit=limit, **numbers)
    elif score > policy.risk_auto_max:
        limit = f"{policy.risk_auto_max:.2f}"
        yield ask("risk", "The risk index is above what may act alone.", limit=limit, **numbers)


def _cooldown(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert or is_receipt(proposal) or state.last_change_at is None:
        return
    # Who approved a test approved its pace, and a test is only allowed where a week is long enough.
    if state.test is not None and state.test.why_not is None:
        return
    elapsed = state.now - state.last_change_at
    if elapsed < timedelta(days=policy.cooldown_days):
        yield deny(
            "cooldown", "The subject was changed too recently.",
            limit=str(policy.cooldown_days), actual=f"{elapsed / timedelta(days=1):.1f}",
            unit="days",
        )  # fmt: skip


def _rates(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert or is_receipt(proposal):
        return
    for rule, limit, used in (
        ("actions.per_run", policy.actions_per_run, state.actions_this_run),
        ("actions.per_day", policy.actions_per_day, state.actions_today),
    ):
        if used + 1 > limit:
            yield deny(
                rule, "No actions are left in this allowance.",
                limit=str(limit), actual=str(used + 1), unit="actions",
            )  # fmt: skip


def _budget(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    spend = planned_spend(proposal)
    if spend <= 0:
        return
    for rule, limit, used in (
        ("spend.per_day", policy.spend_per_day, state.spent_today),
        ("spend.per_month", policy.spend_per_month, state.spent_this_month),
    ):
        if used + spend > limit:
            yield deny(
                rule, "The money would exceed this budget, reservations included.",
                limit=format(limit, "f"), actual=format(used + spend, "f"), unit=state.currency,
            )  # fmt: skip


def _two_persons(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if persons_needed(proposal, policy) > 1:
        yield ask(
            "two_persons", "Two persons must approve at this amount.",
            limit=format(policy.two_persons_above or 0, "f"),
            actual=format(_amount_at_stake(proposal), "f"), unit=state.currency,
        )  # fmt: skip


def _amount_at_stake(proposal: Proposal) -> Decimal:
    stake = abs(proposal.money_at_stake.amount) if proposal.money_at_stake else Decimal(0)
    return max(planned_spend(proposal), stake)


def _same(expected: Any, actual: Any) -> bool:
    left, right = amount_of(expected), amount_of(actual)
    if left is not None and right is not None:
        return left == right
    return bool(expected == actual)


def _rules_of(kind: Kind) -> tuple[Rule, ...]:
    if kind.name == POLICY:
        return (*_OF_POLICY, *kind.rules)
    return (*_ALWAYS, *(() if kind.own_pace else _PACE), *kind.rules)


# A limit on risk or money must not judge its own change: a store could lock itself out.
_OF_POLICY: tuple[Rule, ...] = (_kill_switch, _expiry)
_ALWAYS: tuple[Rule, ...] = (_kill_switch, _expiry, _autonomy, _risk, _budget, _two_persons)
# Of changes to the store; messages have allowances of their own, mandates are a person's, and an
# order is work that came in: its pace is the customers', its money the budget's.
_PACE: tuple[Rule, ...] = (_cooldown, _rates)
