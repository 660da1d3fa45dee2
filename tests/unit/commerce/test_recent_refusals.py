"""What a person turned down lately is not proposed again; the gate's refusals do not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from sqlalchemy import insert

from core.storage.database import Database
from royal_platform.commerce.decisions.model import (
    Inverse,
    Policy,
    Proposal,
    Risk,
    Ruling,
    Status,
    Subject,
    Verdict,
)
from royal_platform.commerce.inventory.model import StockLevel
from royal_platform.commerce.inventory.service import propose_reorders
from royal_platform.commerce.pricing.model import PriceHistory
from royal_platform.commerce.pricing.service import propose_prices
from royal_platform.persistence import schema, stores
from royal_platform.persistence.decisions import Decisions
from royal_platform.persistence.price_history import StoredPriceHistory
from royal_platform.persistence.tables.catalog import variants

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def prices(shop, panel, demand, days_ago, *, rise):
    first = propose_prices(
        shop.variants, panel, demand, Policy(), store=shop.terms, now=shop.now
    ).proposals[0]
    at = shop.now - timedelta(days=days_ago)
    went_up = D(first.arguments["price"]) > D(first.precondition["price"])
    past = PriceHistory(
        D(first.precondition["price"]),
        rise_rejected_at=at if went_up is rise else None,
        cut_rejected_at=at if went_up is not rise else None,
    )
    again = propose_prices(
        shop.variants, panel, demand, Policy(), store=shop.terms, now=shop.now,
        history={first.subject.id: past},
    )  # fmt: skip
    reasons = {each.variant_id: each for each in again.blocked}
    return first.subject.id, {p.subject.id for p in again.proposals}, reasons


def test_a_price_turned_down_lately_waits_for_the_cooldown(shop, panel, demand):
    subject, proposed, reasons = prices(shop, panel, demand, 1, rise=True)
    assert subject not in proposed
    assert reasons[subject].reason == "rejected_lately"
    assert "turned down" in reasons[subject].detail


def test_after_the_cooldown_it_may_be_proposed_again(shop, panel, demand):
    subject, proposed, _ = prices(shop, panel, demand, Policy().cooldown_days, rise=True)
    assert subject in proposed


def test_a_no_to_the_other_direction_does_not_count(shop, panel, demand):
    subject, proposed, _ = prices(shop, panel, demand, 1, rise=False)
    assert subject in proposed


def test_a_reorder_turned_down_lately_waits_for_the_cooldown(shop, demand):
    levels = [
        StockLevel(v.id, f"i{v.id}", "loc", 1, 1, 0, 0, shop.now)
        for v in shop.variants
        if v.tracked
    ]

    def propose(days_ago):
        at = shop.now - timedelta(days=days_ago)
        return propose_reorders(
            shop.variants, demand, levels, Policy(), store=shop.terms, now=shop.now,
            rejected_at={v.id: at for v in shop.variants},
        )  # fmt: skip

    lately = propose(1)
    assert not lately.proposals
    assert "rejected_lately" in {each.reason for each in lately.unseen}
    assert propose(Policy().cooldown_days).proposals


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path / 'royal.db'}"
    schema.upgrade(url)
    database = Database(url)
    with database.write() as transaction:
        stores.create(
            transaction.connection, store_id="s1", domain="s1.test", source="sandbox",
            api_version="2026-10",
        )  # fmt: skip
        transaction.connection.execute(
            insert(variants),
            [
                {
                    "store_id": "s1", "id": variant, "product_id": "p", "title": "Saddle",
                    "sku": "S", "position": 1, "price": D(100), "currency": "EUR",
                    "unit_cost": D(20), "inventory_item_id": f"i-{variant}", "tracked": True,
                    "updated_at": NOW,
                }
                for variant in ("v1", "v2", "v3")
            ],
        )  # fmt: skip
    yield database
    database.dispose()


def turn_down(database, variant, kind, arguments, precondition, *, by_person):
    proposal = Proposal(
        "inventory_pricing", kind, Subject("variant", variant, "Saddle"), arguments, precondition,
        (), "", None, Risk(0.1), None, None, Inverse(None, None, ""), NOW + timedelta(days=1),
        run_id=f"r-{variant}-{kind}",
    )  # fmt: skip
    decided = Decisions("s1")
    with database.write() as transaction:
        connection = transaction.connection
        number, _ = decided.add(connection, proposal, Verdict(Ruling.ASK), now=NOW)
        if by_person:
            decided.approve(
                connection, number, action="reject", actor="ada",
                argument_hash=proposal.argument_hash, reason="", now=NOW,
            )  # fmt: skip
        decided.move(
            connection, number, seen=Status.PROPOSED, to=Status.REJECTED, decided_at=NOW,
            decided_by="ada" if by_person else "policy",
        )  # fmt: skip


def test_stored_refusals_of_persons_are_read_by_direction(database):
    before = {"price": "100.00"}
    turn_down(database, "v1", "price.set", {"price": "110.00"}, before, by_person=True)
    turn_down(database, "v2", "price.set", {"price": "90.00"}, before, by_person=True)
    turn_down(database, "v3", "price.set", {"price": "110.00"}, before, by_person=False)
    turn_down(database, "v1", "inventory.reorder", {"quantity": 5}, {}, by_person=True)
    turn_down(database, "v2", "inventory.reorder", {"quantity": 5}, {}, by_person=False)
    stored = StoredPriceHistory(database, "s1")
    found = stored.histories(NOW)
    refusals = {k: (h.rise_rejected_at, h.cut_rejected_at) for k, h in found.items()}
    assert refusals == {"v1": (NOW, None), "v2": (None, NOW), "v3": (None, None)}
    assert stored.rejected_reorders() == {"v1": NOW}
