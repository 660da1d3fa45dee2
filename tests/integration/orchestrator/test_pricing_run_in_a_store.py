"""A pricing run in a store with a long history: what it teaches the gate."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from core.settings import read_settings
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.gate import gate_state
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.costs import OF_STORE, costs_in
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.pricing.competitors import CompetitorPrice
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import Offer
from royal_platform.commerce.suppliers.ports import Reading
from royal_platform.persistence.competitor_prices import put_competitor_prices
from royal_platform.persistence.costs_to_serve import served_in
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.offers import Offers
from royal_platform.persistence.price_studies import studies_of
from royal_platform.persistence.suppliers import Suppliers
from royal_platform.persistence.tables.catalog import variants
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The store after one run of the agent, with what an order and a return cost entered."""
    tmp_path = tmp_path_factory.mktemp("store")
    with Sandbox(tmp_path, history_days=240) as sandbox:
        (tmp_path / "sandbox").mkdir(exist_ok=True)
        credentials = (sandbox.folder / "credentials.json").read_bytes()
        (tmp_path / "sandbox" / "credentials.json").write_bytes(credentials)
        database = f"sqlite:///{tmp_path / 'royal.db'}"
        opened = bootstrap(
            read_settings(var_dir=tmp_path, database_url=database, sandbox_port=sandbox.port)
        )
        asyncio.run(opened.sync().run())
        asyncio.run(opened.refresh_clock())
        registry = get_agent_registry()
        registry.attach(opened)
        registry.register(Registration("inventory_pricing", "Inventory", "inventory_pricing", ()))
        know_the_vendors(opened)
        run_agent(opened)
        yield opened
        opened.close()


def know_the_vendors(platform: Platform) -> None:
    """Each of the store's vendors is a supplier whose orders go out by mail."""
    mail = {"address": "orders@vendor.example", "send_orders": True}
    vendors = sorted({each.vendor for each in platform.catalog.variants() if each.vendor})
    with writing(platform) as books:
        for number, vendor in enumerate(vendors):
            Suppliers(books.store_id).add(
                books.connection, supplier_id=f"vendor-{number}", name=vendor.upper(),
                kind="manual", origin="entered", settings={"mail": mail}, actor="ada",
                active=True, now=books.now,
            )  # fmt: skip


def run_agent(platform: Platform) -> None:
    with writing(platform) as books:
        stored = books.policies.current(books.connection)
        policy = replace(
            stored.policy, shipping_cost_per_order=Decimal(9), return_cost_per_unit=Decimal(2)
        )
        books.policies.replace(
            books.connection, edited=stored.version, policy=policy, actor="ada", now=books.now
        )
        run_id, _ = start_run(
            books, "inventory_pricing", trigger="button", actor="ada", by_worker=False
        )
    assert run_id is not None
    asyncio.run(carry_out(platform, run_id))


def proposed(platform: Platform, kind: str) -> list[Decision]:
    wanted = DecisionFilter(statuses=("proposed",), kind=kind)
    with reading(platform) as books:
        return list(books.decisions.page(books.connection, wanted, None, 5).items)


def test_a_run_teaches_the_gate_and_the_page_what_selling_costs(platform: Platform) -> None:
    decisions = proposed(platform, "price.set")
    ids = [each.proposal.subject.id for each in decisions]
    with reading(platform) as books:
        studies = studies_of(books.connection, platform.store_id, ids)
        learned = served_in(books.connection, platform.store_id, ids)
        states = [gate_state(books, each.proposal) for each in decisions]
        policy = books.policy
    assert decisions
    store = learned[OF_STORE]
    # The sandbox's buyers send goods back and buy several at once; its prices include their tax.
    assert store.return_rate is not None
    assert 0 < store.return_rate < Decimal("0.3")
    assert store.parcels is not None
    assert 0 < store.parcels <= 1
    assert store.lost_share is not None
    assert store.shipping_paid is not None
    assert store.tax_rate > 0
    assert store.countries
    for decision, state in zip(decisions, states, strict=True):
        variant = decision.proposal.subject.id
        study = studies[variant].study
        # The store's order lines told their tax on the way here: 21 %, each line to the cent.
        taxes = {each.country: each for each in learned[variant].countries}
        assert taxes["NL"].of_product
        assert abs(taxes["NL"].rate - Decimal("0.21")) < Decimal("0.001")
        assert study.economics is not None
        assert state.unit_cost is not None
        costs, unknown = costs_in(state, policy, variant, state.unit_cost)
        # To the last digit the same as the prices were weighed with.
        assert costs == study.economics.costs
        assert costs.serving > 0
        assert unknown == study.unknown == ()
        assert "costs.unknown" not in {hit.rule for hit in decision.verdict.hits}


def test_a_reorder_says_whom_it_goes_to_and_that_it_is_mailed(platform: Platform) -> None:
    vendors = {each.id: each.vendor for each in platform.catalog.variants()}
    reorders = proposed(platform, "inventory.reorder")
    assert reorders
    for each in reorders:
        told = each.proposal.arguments
        assert told["supplier"] == (vendors[each.proposal.subject.id] or "").upper()
        assert str(told["supplier_id"]).startswith("vendor-")
        assert f"mailed to {told['supplier']}" in each.proposal.rationale


def test_the_gate_compares_with_the_cheapest_competitor_that_counts(platform: Platform) -> None:
    decision = proposed(platform, "price.set")[0]
    variant_id = decision.proposal.subject.id
    with writing(platform) as books:
        (sku,) = books.connection.execute(
            select(variants.c.sku).where(variants.c.id == variant_id)
        ).one()
        rows = [
            CompetitorPrice(source, sku, None, Money(Decimal(price), "EUR"),
                            books.now - timedelta(days=days))
            for source, price, days in (("a", "9.00", 3), ("b", "8.00", 1), ("c", "1.00", 20))
        ]  # fmt: skip
        put_competitor_prices(books.connection, books.store_id, rows, "prices.csv", books.now)
    with writing(platform) as books:
        assert gate_state(books, decision.proposal).competitor is None
        stored = books.policies.current(books.connection)
        policy = replace(stored.policy, competitor_above_max_percent=Decimal(5))
        books.policies.replace(
            books.connection, edited=stored.version, policy=policy, actor="ada", now=books.now
        )
    with writing(platform) as books:
        found = gate_state(books, decision.proposal).competitor
        assert found is not None
        assert (found.source, found.price) == ("b", Decimal(8))


def test_what_a_supplier_brings_to_the_buyer_is_learned_of_goods_the_store_does_not_count(
    platform: Platform,
) -> None:
    ids = [each.proposal.subject.id for each in proposed(platform, "price.set")[:2]]
    with writing(platform) as books:
        Suppliers(books.store_id).add(
            books.connection, supplier_id="sup", name="Dropshipper", kind="feed", origin="entered",
            settings={}, actor="ada", active=True, now=books.now,
        )  # fmt: skip
        rows = books.connection.execute(
            select(variants.c.id, variants.c.sku).where(variants.c.id.in_(ids))
        ).all()
        offers = [
            Offer("sup", row.sku, "x", sku=row.sku, cost=Money(Decimal("1.00"), "EUR"),
                  shipping=Money(Decimal("3.10"), "EUR"), stock=9)
            for row in rows
        ]  # fmt: skip
        Offers(books.store_id).take(books.connection, "sup", Reading(tuple(offers)), now=books.now)
        books.connection.execute(
            update(variants).where(variants.c.id == ids[0]).values(tracked=False)
        )
    run_agent(platform)
    with reading(platform) as books:
        learned = served_in(books.connection, platform.store_id, ids)
    assert learned[ids[0]].carried == Decimal("3.10")
    assert learned[ids[1]].carried is None
    assert learned[OF_STORE].carried is None
