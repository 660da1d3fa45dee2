"""Small changes of prices and stock of a synced store, approved by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from orchestrator.core import ledger
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.catalog.model import Variant
from royal_platform.commerce.decisions.model import Inverse, Policy, Proposal, Risk, Subject
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.tables.catalog import inventory_levels


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
    chosen = _raisable(platform)[:count]
    assert len(chosen) == count
    return _propose_rises(platform, chosen)


def approve_prices_of_one_product(platform: Platform) -> list[str]:
    """Approve a small rise of every price of the product that has the most variants."""
    by_product: dict[str, list[Variant]] = defaultdict(list)
    for variant in _raisable(platform):
        by_product[variant.product_id].append(variant)
    return approve_prices(platform, _propose_rises(platform, max(by_product.values(), key=len)))


def approve_stock(platform: Platform, count: int = 12) -> list[str]:
    """Approve that ``count`` levels hold one unit more than they do."""
    now = _widen(platform)
    with platform.database.read() as connection:
        levels = connection.execute(
            select(inventory_levels)
            .where(inventory_levels.c.available > 0)
            .order_by(inventory_levels.c.inventory_item_id)
            .limit(count)
        ).all()
    return approve_prices(platform, _propose(platform, [
        Proposal(
            agent_id="inventory_pricing", kind="inventory.adjust",
            subject=Subject("inventory_item", level.inventory_item_id, level.inventory_item_id),
            arguments={
                "inventory_item_id": level.inventory_item_id, "location_id": level.location_id,
                "quantity": level.available + 1, "change_from": level.available,
            },
            precondition={"available": level.available}, evidence=(), rationale="Found one.",
            prediction=None, risk=Risk(0.1), cost=None, money_at_stake=None,
            inverse=Inverse(None, None, "-"), expires_at=now + timedelta(days=1),
            run_id=new_id("run"),
        )
        for level in levels
    ]))  # fmt: skip


def _raisable(platform: Platform) -> list[Variant]:
    # Beside a crossed-out price another one would mislead: the gate denies it.
    return [v for v in platform.catalog.variants() if v.unit_cost and not v.compare_at]


def _widen(platform: Platform) -> datetime:
    """Let the policy allow nearly everything; the store's time."""
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
        return books.now


def _propose_rises(platform: Platform, chosen: Sequence[Variant]) -> list[Proposed]:
    now = _widen(platform)
    return _propose(platform, [
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
    ])  # fmt: skip


def _propose(platform: Platform, proposals: Sequence[Proposal]) -> list[Proposed]:
    ids = ledger.propose(platform, proposals)
    return [Proposed(*each) for each in zip(ids, (p.argument_hash for p in proposals), strict=True)]
