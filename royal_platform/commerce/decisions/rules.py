"""The gate: a pure judgement of a proposal against the merchant's policy, with every number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from royal_platform.commerce.decisions.fulfilment import (
    FULFILMENT_KINDS,
    fulfilment_changes,
    fulfilment_problems,
)
from royal_platform.commerce.decisions.ladder import on_ladder
from royal_platform.commerce.decisions.limits import (
    contradiction,
    unit_of,
    widened,
    with_limits,
)
from royal_platform.commerce.decisions.model import (
    TRANSITIONS,
    Autonomy,
    Change,
    GateState,
    JsonObject,
    MandateState,
    MessageState,
    Policy,
    Proposal,
    RuleHit,
    Ruling,
    Status,
    Verdict,
)
from royal_platform.commerce.decisions.policy_change import POLICY
from royal_platform.commerce.decisions.reductions import honest_reduction
from royal_platform.commerce.decisions.safeguards import (
    REVOKE_TOKEN,
    SAFEGUARDS,
    safeguard_changes,
    safeguard_problems,
)
from royal_platform.commerce.decisions.support import (
    REFUND,
    REPLY,
    SUPPORT_KINDS,
    refund_caps,
    reply_pace,
    support_changes,
    support_problems,
)
from royal_platform.commerce.messages.model import Consent, Context, Purpose
from royal_platform.commerce.messages.rules import is_quiet, message_id
from royal_platform.commerce.shared.model import Money

__all__ = [
    "FULFILMENT_KINDS",
    "IMPORT",
    "KINDS",
    "LISTING_KINDS",
    "MESSAGE",
    "NOTICES",
    "POLICY",
    "REFUND",
    "REPLY",
    "SUPPORT_KINDS",
    "Change",
    "GateState",
    "IllegalTransitionError",
    "Policy",
    "advance",
    "broken",
    "changes",
    "judge",
    "mismatches",
    "persons_needed",
    "planned_spend",
    "stopping",
]

MARKDOWN = "price.markdown"
PRICE_KINDS = ("price.set", MARKDOWN)
MESSAGE = "message.send"
MANDATES = ("mandate.grant", "mandate.revoke")
IMPORT = "product.import_draft"
# Whether buyers see a product.
LISTING_KINDS = ("product.publish", "product.delist")
# Tells people something inside the product; changes nothing in the store.
ALERTS, REPORTS = ("alert.raise", "alert.withdraw"), ("report.publish", "report.withdraw")
NOTICES = (*ALERTS, *REPORTS)
KINDS = (
    *FULFILMENT_KINDS,
    *PRICE_KINDS, "inventory.reorder", "inventory.reorder_cancel", "inventory.adjust", MESSAGE,
    *MANDATES, IMPORT, *LISTING_KINDS, *SUPPORT_KINDS, POLICY, *NOTICES, *SAFEGUARDS,
)  # fmt: skip

# Twelve digits before and four after the point: what the store can hold, exactly.
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
_MAX_UNITS = 1_000_000
_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")
_SEVERITY = {Ruling.ALLOW: 0, Ruling.ASK: 1, Ruling.DENY: 2}

Rule = Callable[[Proposal, Policy, GateState], Iterator[RuleHit]]


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
    hits = tuple(hit for rule in _rules_of(proposal.kind) for hit in rule(proposal, policy, state))
    strictest = max((hit.ruling for hit in hits), key=_SEVERITY.__getitem__, default=Ruling.ALLOW)
    return Verdict(strictest, hits)


def persons_needed(proposal: Proposal, policy: Policy) -> int:
    """How many different persons must approve: two above the policy's amount, else one.

    The rule of two persons itself is weakened by two: else one could lift it and go on alone.
    """
    if proposal.kind == POLICY:
        return 2 if "two_persons_above" in _widening(proposal, policy) else 1
    limit = policy.two_persons_above
    return 2 if limit is not None and _amount_at_stake(proposal) > limit else 1


def planned_spend(proposal: Proposal) -> Decimal:
    """Money the decision would commit, in the store's currency: what a budget must reserve."""
    declared = proposal.cost.amount if proposal.cost else Decimal(0)
    if proposal.kind != "inventory.reorder":
        return declared
    unit_cost = _amount(proposal.arguments.get("unit_cost"))
    quantity = proposal.arguments.get("quantity")
    if unit_cost is None or not _is_count(quantity):
        return declared
    return max(declared, unit_cost * int(str(quantity)))


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
    arguments = proposal.arguments
    currency = str(arguments.get("currency", ""))
    if proposal.kind in PRICE_KINDS:
        return _price_changes(proposal, currency)
    if proposal.kind == "inventory.reorder":
        return (
            Change("on order", "0", _text(arguments["quantity"]), "units"),
            Change("unit cost", None, _text(arguments.get("unit_cost")), currency),
        )
    if proposal.kind == "inventory.adjust":
        return (_adjustment(proposal),)
    if proposal.kind == "inventory.reorder_cancel":
        return (Change("on order", _text(arguments.get("quantity")), "0", "units"),)
    if proposal.kind == "mandate.grant":
        return (
            Change("messages", "0", _text(arguments["total"]), "messages"),
            Change("messages a day", "0", _text(arguments["per_day"]), "messages"),
            Change("window", None, _text(arguments["window_days"]), "days"),
            Change("audience", None, _text(arguments["audience"]), ""),
            Change("holdout", None, _text(arguments["holdout_percent"]), "percent"),
        )
    if proposal.kind in (IMPORT, *LISTING_KINDS, *FULFILMENT_KINDS, *SAFEGUARDS):
        return _own_changes(proposal, currency)
    if proposal.kind in (MESSAGE, *SUPPORT_KINDS):
        return _message_changes(proposal)
    return _other_changes(proposal, currency)


def _other_changes(proposal: Proposal, currency: str) -> tuple[Change, ...]:
    arguments, before = proposal.arguments, proposal.precondition
    if proposal.kind == POLICY:
        return tuple(
            Change(name, _limit(before.get(name)), _limit(value), unit_of(name, currency))
            for name, value in arguments["limits"].items()
        )
    return _notice_changes(proposal)


def _notice_changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind == "alert.raise":
        unit = str(arguments.get("currency") or arguments.get("unit") or "")
        return (Change(str(arguments["metric"]), _text(arguments.get("expected")),
                       _text(arguments.get("value")), unit),)  # fmt: skip
    if proposal.kind == "report.publish":
        days = f"{arguments.get('first')} to {arguments.get('last')}"
        return (Change("report", None, days, ""),)
    return tuple(Change(name, None, _text(value), "") for name, value in arguments.items())


def _price_changes(proposal: Proposal, currency: str) -> tuple[Change, ...]:
    """The price; of a reduction also what is crossed out and the lowest price it rests on."""
    arguments, before = proposal.arguments, proposal.precondition
    found = [Change("price", _text(before.get("price")), _text(arguments["price"]), currency)]
    for name in ("compare_at", "prior_price"):
        if name in arguments:
            wanted = _text(arguments[name])
            now = wanted if name == "prior_price" else _text(before.get(name))
            if now is not None or wanted is not None:
                found.append(Change(name, now, wanted, currency))
    return tuple(found)


def _own_changes(proposal: Proposal, currency: str) -> tuple[Change, ...]:
    if proposal.kind in SAFEGUARDS:
        return safeguard_changes(proposal)
    if proposal.kind in FULFILMENT_KINDS:
        return fulfilment_changes(proposal, currency)
    return _listing_changes(proposal, currency)


def _message_changes(proposal: Proposal) -> tuple[Change, ...]:
    if proposal.kind in SUPPORT_KINDS:
        return support_changes(proposal)
    arguments = proposal.arguments
    return (
        Change("message", None, _text(arguments["template"]), ""),
        Change("step", None, f"{arguments['flow']} {arguments['step']}", ""),
    )


def _adjustment(proposal: Proposal) -> Change:
    arguments = proposal.arguments
    if "add" in arguments:
        return Change("added", None, f"{arguments['add']:+d}", "units")
    now = arguments.get("change_from", proposal.precondition.get("available"))
    return Change("available", _text(now), _text(arguments["quantity"]), "units")


def _listing_changes(proposal: Proposal, currency: str) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind in LISTING_KINDS:
        shown = "ACTIVE" if proposal.kind == "product.publish" else "DRAFT"
        return (Change("status", _text(proposal.precondition.get("status")), shown, ""),)
    return (
        Change("product", None, _text(arguments["title"]), ""),
        Change("price", None, _text(arguments["price"]), currency),
        Change("unit cost", None, _text(arguments.get("unit_cost")), currency),
    )


def broken(proposal: Proposal, live: JsonObject) -> tuple[str, ...]:
    """Names of the proposal's precondition fields that no longer hold in ``live``.

    A reorder survives further sales and small returns: stock may have fallen, and may have risen
    by a quarter of the order. Everything else must be as it was.
    """
    names = mismatches(proposal.precondition, live)
    before, now = proposal.precondition.get("available"), live.get("available")
    quantity = proposal.arguments.get("quantity")
    if proposal.kind == "inventory.reorder" and all(
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
    if proposal.kind not in KINDS:
        yield _deny("kind.unknown", f"The policy has no rules for {proposal.kind!r}.")
        return
    score = proposal.risk.score
    if not (math.isfinite(score) and 0 <= score <= 1):
        yield _deny("risk.invalid", "The risk index is not a number between 0 and 1.")
    arguments = proposal.arguments
    for problem in _argument_problems(proposal.kind, arguments, state.currency):
        yield _deny("arguments.invalid", problem)
    for problem in _own_problems(proposal, state):
        yield _deny("arguments.invalid", problem)
    for money in (proposal.cost, proposal.money_at_stake):
        if money is not None and money.currency != state.currency:
            yield _deny(
                "currency.mismatch", "An amount is in another currency than the store's.",
                limit=state.currency, actual=money.currency,
            )  # fmt: skip
    if proposal.cost is not None and proposal.cost.amount < 0:
        yield _deny("arguments.invalid", "The cost is negative.")


def _own_problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    if proposal.kind == MESSAGE:
        yield from _message_problems(proposal, state)
    elif proposal.kind in MANDATES:
        yield from _mandate_problems(proposal.kind, proposal.arguments)
    elif proposal.kind == POLICY:
        yield from _limit_problems(proposal.arguments)
    elif proposal.kind in FULFILMENT_KINDS:
        yield from fulfilment_problems(proposal, state.currency)
    elif proposal.kind in NOTICES:
        yield from _notice_problems(proposal.kind, proposal.arguments)
    elif proposal.kind in SAFEGUARDS:
        yield from safeguard_problems(proposal.kind, proposal.arguments)
    elif proposal.kind in SUPPORT_KINDS:
        yield from support_problems(proposal, state)


def _argument_problems(kind: str, arguments: JsonObject, currency: str) -> Iterator[str]:
    if kind in PRICE_KINDS:
        yield from _price_problems(kind, arguments, currency)
    if kind == "inventory.reorder":
        if not _is_count(arguments.get("quantity"), least=1):
            yield "The quantity is not a whole number of at least 1."
        if arguments.get("unit_cost") is not None and _amount(arguments["unit_cost"]) is None:
            yield "The unit cost is not a decimal string."
    if kind == "inventory.adjust":
        yield from _adjustment_problems(arguments)
    if kind in (IMPORT, *LISTING_KINDS):
        yield from _listing_problems(kind, arguments, currency)
    if (
        kind in (*PRICE_KINDS, IMPORT, "inventory.reorder", POLICY)
        and arguments.get("currency") != currency
    ):
        yield f"The currency is not the store's, {currency}."


def _limit_problems(arguments: JsonObject) -> Iterator[str]:
    limits = arguments.get("limits")
    if not isinstance(limits, Mapping) or not limits:
        yield "It names no limit of the policy."
        return
    try:
        with_limits(Policy(), limits)
    except ValueError as error:
        yield str(error)


def _price_problems(kind: str, arguments: JsonObject, currency: str) -> Iterator[str]:
    if kind == MARKDOWN and "compare_at" not in arguments:
        yield "A markdown says which price is crossed out, or that none is."
    if "salvage" in arguments and _amount(arguments["salvage"]) is None:
        yield "What a unit left over brings is not a decimal string."
    for name, label in (("price", "price"), ("compare_at", "crossed-out price")):
        if name == "compare_at" and arguments.get(name) is None:
            continue
        amount = _amount(arguments.get(name))
        if amount is None or amount <= 0:
            yield f"The {label} is not a positive decimal string."
        elif Money(amount, currency).rounded().amount != amount:
            yield f"The {label} has more digits than {currency} is paid in."


def _mandate_problems(kind: str, arguments: JsonObject) -> Iterator[str]:
    if not isinstance(arguments.get("flow"), str) or not _is_count(
        arguments.get("version"), least=1
    ):
        yield "A mandate names a flow and its version."
    if kind == "mandate.grant":
        for name in ("per_day", "total", "window_days"):
            if not _is_count(arguments.get(name), least=1):
                yield f"{name} is not a whole number of at least 1."


def _message_problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    names = ("customer_id", "flow", "step", "template")
    absent = [name for name in names if not isinstance(arguments.get(name), str)]
    if absent or not all(arguments[name] for name in names):
        yield "A message names customer, flow, step and template."
        return
    if proposal.subject.id != message_id(*(arguments[name] for name in names[:3])):
        yield "The subject is not the message of this customer, flow and step."
    if arguments.get("purpose") not in set(Purpose):
        yield "The purpose is neither marketing nor transactional."
    if state.message is None:
        yield "Nothing is known of the customer's consent and earlier messages."
    context = arguments.get("context", {})
    try:
        Context.of(context if isinstance(context, Mapping) else {"context": ""})
    except ValueError as error:
        yield str(error)


def _notice_problems(kind: str, arguments: JsonObject) -> Iterator[str]:
    names = {"alert.raise": ("metric", "day"), "report.publish": ("report", "digest")}
    for name in names.get(kind, ("notice",)):
        if not isinstance(arguments.get(name), str) or not arguments[name]:
            yield f"The {name} is missing."


def _listing_problems(kind: str, arguments: JsonObject, currency: str) -> Iterator[str]:
    if not _HANDLE.fullmatch(str(arguments.get("handle"))):
        yield "The handle is not one that an address can hold."
    if kind != IMPORT:
        return
    price, cost = _amount(arguments.get("price")), arguments.get("unit_cost")
    if price is None or price <= 0 or Money(price, currency).rounded().amount != price:
        yield f"The price is not a positive amount that {currency} is paid in."
    if cost is not None and _amount(cost) is None:
        yield "The unit cost is not a decimal string."
    for name, most in (("title", 255), ("sku", 255), ("description", 5000)):
        text = arguments.get(name, "" if name == "description" else None)
        if not isinstance(text, str) or len(text) > most or (name != "description" and not text):
            yield f"The {name} is missing or longer than {most} characters."


def _adjustment_problems(arguments: JsonObject) -> Iterator[str]:
    if "add" not in arguments:
        if not _is_count(arguments.get("quantity")):
            yield "The quantity is not a whole number of at least 0."
    elif "quantity" in arguments:
        yield "A quantity is set or added to, not both."
    elif not _is_addition(arguments["add"]):
        yield "What is added is not a whole number other than 0."


def _kill_switch(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    for scope in stopping(proposal.kind, proposal.agent_id, state.stopped):
        yield _deny("stop", f"Stopped by the kill switch ({scope}).", actual=scope)


def _expiry(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.now >= proposal.expires_at:
        yield _deny(
            "expiry", "The proposal has expired; its numbers are no longer fresh.",
            limit=proposal.expires_at.isoformat(), actual=state.now.isoformat(), unit="time",
        )  # fmt: skip


def _autonomy(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert:
        return
    if state.autonomy is Autonomy.OBSERVE:
        yield _deny("autonomy", "The agent only observes this kind of decision.", actual="observe")
    elif state.message is not None and state.message.mandate is not None:
        yield _mandate(state.message.mandate)
    elif state.autonomy is not Autonomy.AUTO:
        yield _ask("autonomy", "The agent proposes; a person approves.", actual="propose")


def _mandate(mandate: MandateState) -> RuleHit:
    """A person said yes to many at once: within the mandate nobody is asked again."""
    if mandate.why_not is not None:
        return _ask("mandate", mandate.why_not)
    for limit, used in ((mandate.per_day, mandate.today), (mandate.total, mandate.used)):
        if used + 1 > limit:
            return _ask(
                "mandate", "The mandate is used up.",
                limit=str(limit), actual=str(used + 1), unit="messages",
            )  # fmt: skip
    return RuleHit(
        "mandate", Ruling.ALLOW, "A person approved this flow.",
        limit=str(mandate.total), actual=str(mandate.used + 1), unit="messages",
    )  # fmt: skip


def _risk(proposal: Proposal, policy: Policy, _: GateState) -> Iterator[RuleHit]:
    score = proposal.risk.score
    numbers = {"actual": f"{score:.2f}", "unit": "index 0-1"}
    if score >= policy.risk_deny_min:
        limit = f"{policy.risk_deny_min:.2f}"
        yield _deny("risk", "The risk index reaches the ceiling.", limit=limit, **numbers)
    elif score > policy.risk_auto_max:
        limit = f"{policy.risk_auto_max:.2f}"
        yield _ask("risk", "The risk index is above what may act alone.", limit=limit, **numbers)


def _cooldown(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert or _is_receipt(proposal) or state.last_change_at is None:
        return
    elapsed = state.now - state.last_change_at
    if elapsed < timedelta(days=policy.cooldown_days):
        yield _deny(
            "cooldown", "The subject was changed too recently.",
            limit=str(policy.cooldown_days), actual=f"{elapsed / timedelta(days=1):.1f}",
            unit="days",
        )  # fmt: skip


def _rates(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert or _is_receipt(proposal):
        return
    for rule, limit, used in (
        ("actions.per_run", policy.actions_per_run, state.actions_this_run),
        ("actions.per_day", policy.actions_per_day, state.actions_today),
    ):
        if used + 1 > limit:
            yield _deny(
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
            yield _deny(
                rule, "The money would exceed this budget, reservations included.",
                limit=format(limit, "f"), actual=format(used + spend, "f"), unit=state.currency,
            )  # fmt: skip


def _two_persons(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if persons_needed(proposal, policy) > 1:
        yield _ask(
            "two_persons", "Two persons must approve at this amount.",
            limit=format(policy.two_persons_above or 0, "f"),
            actual=format(_amount_at_stake(proposal), "f"), unit=state.currency,
        )  # fmt: skip


def _price_step(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert:
        return
    price = Decimal(proposal.arguments["price"])
    if state.price_now is None or state.price_now <= 0:
        yield _deny("price.unknown", "The price now is unknown, so no step can be checked.")
        return
    steps = [("price.step", policy.price_step_max_percent, state.price_now)]
    steps += [("price.week", policy.price_week_max_percent, p) for p in state.prices_last_week]
    for rule, limit, base in steps:
        # Multiplied out: a quotient rounded to 28 digits could pass just beyond the limit.
        if abs(price - base) * 100 > limit * base:
            yield _deny(
                rule, f"The step from {base} to {price} is too large.",
                limit=format(limit, "f"), actual=_percent(abs(price - base), base), unit="percent",
            )  # fmt: skip


def _price_band(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    reference = state.reference_price or state.price_now
    if reference is None:
        return
    price = Decimal(proposal.arguments["price"])
    # Going back to the price that was in force needs a person, not a permission.
    speak = _ask if state.is_revert else _deny
    low, high = policy.price_band_low_percent, policy.price_band_high_percent
    if not low * reference <= price * 100 <= high * reference:
        yield speak(
            "price.band", f"The price leaves the band around the reference {reference}.",
            limit=f"{low} to {high}", actual=_percent(price, reference), unit="percent",
        )  # fmt: skip


def _margin(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.unit_cost is None:
        if not state.is_revert:
            yield _ask(
                "unit_cost.unknown", "The unit cost is unknown: the margin cannot be checked."
            )
        return
    price = Decimal(proposal.arguments["price"])
    net = price / (1 + state.tax_rate)
    fees = price * policy.payment_fee_percent / 100 + policy.payment_fee_fixed
    margin = net - fees - state.unit_cost
    if margin * 100 < policy.margin_floor_percent * net:
        speak = _ask if state.is_revert else _deny
        yield speak(
            "margin.floor", f"Of {net:.2f} without tax, {margin:.2f} would remain.",
            limit=format(policy.margin_floor_percent, "f"), actual=_percent(margin, net),
            unit="percent",
        )  # fmt: skip


def _unit_cost(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    cost = _amount(proposal.arguments.get("unit_cost"))
    if cost is None:
        yield _ask("unit_cost.unknown", "The unit cost is unknown: the spend cannot be checked.")
    elif policy.unit_cost_max is not None and cost > policy.unit_cost_max:
        yield _deny(
            "unit_cost.max", "One unit costs more than the policy lets an agent order.",
            limit=format(policy.unit_cost_max, "f"), actual=format(cost, "f"), unit=state.currency,
        )  # fmt: skip


def _draft_margin(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """A product that would be sold below the floor from its first day is not imported."""
    cost = _amount(proposal.arguments.get("unit_cost"))
    if cost is None:
        yield _ask("unit_cost.unknown", "The unit cost is unknown: the margin cannot be checked.")
        return
    price = Decimal(proposal.arguments["price"])
    net = price / (1 + state.tax_rate)
    fees = price * policy.payment_fee_percent / 100 + policy.payment_fee_fixed
    if (net - fees - cost) * 100 < policy.margin_floor_percent * net:
        yield _deny(
            "margin.floor", f"Of {net:.2f} without tax, {net - fees - cost:.2f} would remain.",
            limit=format(policy.margin_floor_percent, "f"),
            actual=_percent(net - fees - cost, net), unit="percent",
        )  # fmt: skip


def _unchecked_stock(proposal: Proposal, _: Policy, __: GateState) -> Iterator[RuleHit]:
    if proposal.arguments.get("change_from") is None and "add" not in proposal.arguments:
        yield _ask("stock.unchecked", "The stock would be overwritten without knowing it.")


def _article_costs(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    dearest = max(Decimal(each["unit_cost"]) for each in proposal.arguments["lines"])
    if policy.unit_cost_max is not None and dearest > policy.unit_cost_max:
        yield _deny(
            "unit_cost.max", "One unit costs more than the policy lets an agent order.",
            limit=format(policy.unit_cost_max, "f"), actual=format(dearest, "f"),
            unit=state.currency,
        )  # fmt: skip


def _cancelling(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield _ask("order.cancel", "Cancelling is a person's decision.")


def _credential(_: Proposal, __: Policy, ___: GateState) -> Iterator[RuleHit]:
    yield _ask("token.person", "Shutting somebody out is a person's decision.")


def _only_as_revert(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield _ask("cancel.person", "Cancelling a purchase order is a person's decision.")


def _persons_word(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield _ask("mandate.person", "A mandate is a person's to give, and to take away.")


def _persons_policy(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Judged by the policy in force, never by the one it proposes, and by no agent's autonomy."""
    if persons_needed(proposal, policy) > 1:
        yield _ask("policy.two_persons", "The rule of two persons is weakened by two, not by one.")
    if not state.is_revert:
        yield _ask("policy.person", "The policy is a person's to change.")


def _sound(proposal: Proposal, policy: Policy, _: GateState) -> Iterator[RuleHit]:
    """With the rest of the policy in force the new limits must not contradict each other."""
    problem = contradiction(with_limits(policy, proposal.arguments["limits"]))
    if problem is not None:
        yield _deny("policy.sound", problem)


def _said_once(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if _message(state).exists:
        yield _deny("message.repeated", "This step was sent to this customer already.")


def _suppressed(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    cause = _message(state).suppressed
    # An order's own notice reaches whoever wants no advertising; a dead mailbox gets nothing.
    if cause is not None and (_is_marketing(proposal) or cause == "bounced"):
        yield _deny("message.suppressed", "The address gets no more mail.", actual=cause)


def _consent(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    consent = _message(state).consent
    if _is_marketing(proposal) and consent != Consent.SUBSCRIBED:
        yield _deny(
            "message.consent", "The customer has not agreed to marketing mail.",
            limit=Consent.SUBSCRIBED.value, actual=consent,
        )  # fmt: skip


def _quiet_hours(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    begin, end = policy.quiet_from_hour, policy.quiet_to_hour
    zones = _message(state).zones
    if _is_marketing(proposal) and is_quiet(state.now, zones, begin, end):
        yield _deny(
            "message.quiet_hours", "It is a quiet hour where the customer is.",
            limit=f"{begin}:00 to {end}:00", actual=state.now.isoformat(), unit=zones[0],
        )  # fmt: skip


def _frequency(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    message = _message(state)
    counted = [("message.per_day", policy.messages_per_day, message.today)]
    if _is_marketing(proposal):
        counted.append(("message.per_week", policy.messages_per_week, message.marketing_week))
    for rule, limit, used in counted:
        if used + 1 > limit:
            yield _deny(
                rule, "No messages are left in this allowance.",
                limit=str(limit), actual=str(used + 1), unit="messages",
            )  # fmt: skip


def _is_marketing(proposal: Proposal) -> bool:
    return bool(proposal.arguments["purpose"] == Purpose.MARKETING)


def _message(state: GateState) -> MessageState:
    if state.message is None:
        raise ValueError("a message is judged with a message's state")
    return state.message


# A limit on risk or money must not judge its own change: a store could lock itself out.
_OF_POLICY: tuple[Rule, ...] = (_kill_switch, _expiry, _sound, _persons_policy)
_ALWAYS: tuple[Rule, ...] = (_kill_switch, _expiry, _autonomy, _risk, _budget, _two_persons)
# Of changes to the store; messages have allowances of their own, mandates are a person's.
# An order is work that came in: its pace is the customers', its money the budget's.
_OWN_PACE = frozenset(
    {MESSAGE, *MANDATES, *FULFILMENT_KINDS, *SUPPORT_KINDS, *NOTICES, *SAFEGUARDS}
)
_CHANGES: tuple[Rule, ...] = (_cooldown, _rates)
_PRICES: tuple[Rule, ...] = (_price_step, _price_band, _margin, on_ladder, honest_reduction)
_BY_KIND: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys(PRICE_KINDS, _PRICES),
    "inventory.reorder": (_unit_cost,),
    "inventory.reorder_cancel": (_only_as_revert,),
    "inventory.adjust": (_unchecked_stock,),
    "mandate.grant": (_persons_word,),
    "mandate.revoke": (_persons_word,),
    IMPORT: (_draft_margin,),
    **dict.fromkeys(("order.hold", "order.release", "fulfillment.create"), ()),
    "supplier_order.place": (_article_costs,),
    **dict.fromkeys(("order.cancel", "supplier_order.cancel"), (_cancelling,)),
    **dict.fromkeys((*LISTING_KINDS, *NOTICES, *SAFEGUARDS), ()),
    REVOKE_TOKEN: (_credential,),
    MESSAGE: (_said_once, _suppressed, _consent, _quiet_hours, _frequency),
    REPLY: (_said_once, _suppressed, _frequency, reply_pace),
    REFUND: (refund_caps,),
}


def _rules_of(kind: str) -> tuple[Rule, ...]:
    if kind == POLICY:
        return _OF_POLICY
    return (*_ALWAYS, *(() if kind in _OWN_PACE else _CHANGES), *_BY_KIND[kind])


def _widening(proposal: Proposal, policy: Policy) -> tuple[str, ...]:
    """What it would widen; nothing where it is malformed, for then it is denied anyway."""
    try:
        return widened(policy, with_limits(policy, proposal.arguments["limits"]))
    except (ValueError, KeyError, AttributeError):
        return ()


def _deny(rule: str, message: str, **numbers: str | None) -> RuleHit:
    return RuleHit(rule, Ruling.DENY, message, **numbers)


def _ask(rule: str, message: str, **numbers: str | None) -> RuleHit:
    return RuleHit(rule, Ruling.ASK, message, **numbers)


def _amount(value: Any) -> Decimal | None:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return None
    return Decimal(value)


def _is_count(value: Any, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MAX_UNITS


def _is_addition(value: Any) -> bool:
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and value != 0
        and abs(value) <= _MAX_UNITS
    )


def _is_receipt(proposal: Proposal) -> bool:
    """Goods that a person says came in: what happened waits for no cool-down or allowance."""
    return (
        proposal.kind == "inventory.adjust"
        and proposal.provenance == "person"
        and "add" in proposal.arguments
    )


def _amount_at_stake(proposal: Proposal) -> Decimal:
    stake = abs(proposal.money_at_stake.amount) if proposal.money_at_stake else Decimal(0)
    return max(planned_spend(proposal), stake)


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.2f}"


def _limit(value: Any) -> str:
    return "none" if value is None else str(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _same(expected: Any, actual: Any) -> bool:
    left, right = _amount(expected), _amount(actual)
    if left is not None and right is not None:
        return left == right
    return bool(expected == actual)
