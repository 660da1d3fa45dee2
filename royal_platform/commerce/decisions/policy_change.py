"""A change of the policy as a proposal: the limits it sets, on which it was decided, its undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.kind import (
    Kind,
    ask,
    currency_of,
    currency_problem,
    deny,
)
from royal_platform.commerce.decisions.limits import (
    Limit,
    contradiction,
    difference,
    told,
    unit_of,
    widened,
    with_limits,
)
from royal_platform.commerce.decisions.model import (
    Change,
    Evidence,
    GateState,
    Inverse,
    Policy,
    Proposal,
    Risk,
    RuleHit,
    Subject,
)

POLICY = "policy.change"
_VALID_DAYS = 7


@dataclass(frozen=True, slots=True)
class PolicyRequest:
    """The policy in force (with its version) and the one wanted; amounts are in ``currency``.

    ``opening`` begins the rationale ("ada asks to"); ``said`` is the wish in its own words.
    """

    agent_id: str
    before: Policy
    version: int
    after: Policy
    currency: str
    opening: str
    reason: str
    said: Evidence
    provenance: str


def policy_proposal(request: PolicyRequest, *, now: datetime) -> Proposal:
    """The proposal; ``ValueError`` when nothing would change.

    It rests on the limits it replaces, not on the whole policy: two wishes about different limits
    do not stand in each other's way. No risk index is given, for a limit on that index must not
    judge its own change.
    """
    limits = difference(request.before, request.after)
    if not limits:
        raise ValueError("These limits are in force already.")
    was = {name: told(request.before, name) for name in limits}
    return Proposal(
        agent_id=request.agent_id,
        kind=POLICY,
        subject=_subject(limits),
        arguments={"limits": limits, "currency": request.currency},
        precondition=was,
        evidence=(request.said, *_evidence(request, was, now)),
        rationale=_why(request, limits, was),
        prediction=None,
        risk=Risk(0.0),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            POLICY, {"limits": was, "currency": request.currency},
            f"Puts back what was in force before: {listed(was, request.currency)}.",
        ),
        expires_at=now + timedelta(days=_VALID_DAYS),
        provenance=request.provenance,
    )  # fmt: skip


def _subject(limits: dict[str, Limit]) -> Subject:
    if len(limits) == 1:
        [name] = limits
        return Subject("policy", f"policy:{name}", f"Policy: {name}")
    return Subject("policy", "policy", f"Policy: {len(limits)} limits")


def _evidence(request: PolicyRequest, was: dict[str, Limit], now: datetime) -> tuple[Evidence, ...]:
    query, safe = "GET /v1/policies", Policy()
    return (
        Evidence("Version in force", request.version, "", "royal", query, now),
        *(
            Evidence(
                f"{name} as installed", told(safe, name), unit_of(name, request.currency),
                "royal", query, now,
            )
            for name in was
        ),
    )  # fmt: skip


def _why(request: PolicyRequest, limits: dict[str, Limit], was: dict[str, Limit]) -> str:
    steps = "; ".join(
        f"{name} from {_shown(was[name])} to {_with_unit(name, new, request.currency)}"
        for name, new in limits.items()
    )
    sentences = [f"{request.opening} change {steps}."]
    if request.reason:
        end = "" if request.reason[-1] in ".!?…" else "."
        sentences.append(f"Because: {request.reason}{end}")
    wider = widened(request.before, request.after)
    sentences.append(
        f"Agents may do more than before: {', '.join(wider)}."
        if wider
        else "It lets agents do nothing that they may not do now."
    )
    return " ".join(sentences)


def listed(limits: Mapping[str, Limit], currency: str) -> str:
    """The limits in one line, each with its unit."""
    return ", ".join(f"{name} {_with_unit(name, limits[name], currency)}" for name in limits)


def _with_unit(name: str, value: Limit, currency: str) -> str:
    return f"{_shown(value)} {unit_of(name, currency)}".strip()


def _shown(value: Limit) -> str:
    return "none" if value is None else str(value)


def weakens_two_persons(proposal: Proposal, policy: Policy) -> bool:
    """Whether it lets one person do what two must do now; False where it is malformed."""
    try:
        wider = widened(policy, with_limits(policy, proposal.arguments["limits"]))
    except (ValueError, KeyError, AttributeError):
        return False
    return "two_persons_above" in wider


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    yield from currency_problem(proposal, state)
    limits = proposal.arguments.get("limits")
    if not isinstance(limits, Mapping) or not limits:
        yield "It names no limit of the policy."
        return
    try:
        with_limits(Policy(), limits)
    except ValueError as error:
        yield str(error)


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    before, currency = proposal.precondition, currency_of(proposal)
    return tuple(
        Change(name, _shown(before.get(name)), _shown(value), unit_of(name, currency))
        for name, value in proposal.arguments["limits"].items()
    )


def _sound(proposal: Proposal, policy: Policy, _: GateState) -> Iterator[RuleHit]:
    """With the rest of the policy in force the new limits must not contradict each other."""
    problem = contradiction(with_limits(policy, proposal.arguments["limits"]))
    if problem is not None:
        yield deny("policy.sound", problem)


def _persons_policy(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Judged by the policy in force, never by the one it proposes, and by no agent's autonomy."""
    if weakens_two_persons(proposal, policy):
        yield ask("policy.two_persons", "The rule of two persons is weakened by two, not by one.")
    if not state.is_revert:
        yield ask("policy.person", "The policy is a person's to change.")


POLICIES = (Kind(POLICY, _problems, _changes, (_sound, _persons_policy), own_pace=True),)
