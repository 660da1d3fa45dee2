"""Small price changes of a synced store, approved by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from orchestrator.core import ledger
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.model import Inverse, Policy, Proposal, Risk, Subject
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.ids import new_id


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision that waits, with the hash that approves it."""

    id: str
    argument_hash: str


def approve_prices(platform: Platform, proposed: Sequence[Proposed]) -> list[str]:
    """Approve each of them; returns the decisions."""
    for each in proposed:
        ledger.approve(platform, each.id, each.argument_hash, "ada")
    return [each.id for each in proposed]


def propose_prices(platform: Platform, count: int) -> list[Proposed]:
    """Propose a small rise of the prices of ``count`` variants under a wide policy."""
    with writing(platform) as books:
        limits = Policy(
            cooldown_days=0,
            actions_per_day=10_000,
            margin_floor_percent=Decimal(-100),
            price_step_max_percent=Decimal(50),
        )
        version = books.policies.current(books.connection).version
        books.policies.replace(
            books.connection, edited=version, policy=limits, actor="ada", now=books.now
        )
        now = books.now
    # Beside a crossed-out price another one would mislead: the gate denies it.
    known = [v for v in platform.catalog.variants() if v.unit_cost and not v.compare_at]
    chosen = known[:count]
    assert len(chosen) == count
    proposals = [
        Proposal(
            agent_id="inventory_pricing", kind="price.set",
            subject=Subject("variant", variant.id, variant.title),
            arguments={
                "price": str(variant.price.amount + Decimal("0.10")),
                "currency": variant.price.currency, "product_id": variant.product_id,
            },
            precondition={"price": str(variant.price.amount)}, evidence=(), rationale="Up.",
            prediction=None, risk=Risk(0.1), cost=None,
            money_at_stake=Money(Decimal(1), variant.price.currency),
            inverse=Inverse(None, None, "-"), expires_at=now + timedelta(days=1),
            run_id=new_id("run"),
        )
        for variant in chosen
    ]  # fmt: skip
    ids = ledger.propose(platform, proposals)
    return [Proposed(*each) for each in zip(ids, (p.argument_hash for p in proposals), strict=True)]
