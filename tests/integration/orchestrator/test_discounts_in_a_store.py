"""A code is made in the sandbox once, used by nobody else, and ended when it is undone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from core.settings import read_settings
from orchestrator.core import ledger, proposing
from orchestrator.core.books import reading
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.offering import standing
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.marketing.model import Arm, Enrolment, Offer, Place
from royal_platform.commerce.marketing.offers import Good, Stakes, code_of, discount_proposal
from royal_platform.persistence.redemptions import Redemption, by_step
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.orders import customers
from tests.integration.platform.wire import Sandbox
from tests.unit.commerce.test_marketing import FLOW

pytestmark = pytest.mark.timeout(120)
STEP = replace(FLOW.steps[0], offer=Offer(10, 7))


ORDER = """mutation O($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) { order { id } userErrors { message } }
}"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, history_days=2) as sandbox:
        yield sandbox


@pytest.fixture
def platform(sandbox: Sandbox, tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(
        var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/royal.db",
        sandbox_port=sandbox.port,
    )  # fmt: skip
    opened = bootstrap(settings)
    asyncio.run(opened.sync().run())
    asyncio.run(opened.refresh_clock())
    yield opened
    opened.close()


def buy(sandbox: Sandbox, customer: str, variant: str, code: str) -> None:
    """The customer types the code in small letters, as Shopify lets her."""
    order = {
        "customer": {"toAssociate": {"id": f"gid://shopify/Customer/{customer}"}},
        "lineItems": [{"variantId": f"gid://shopify/ProductVariant/{variant}", "quantity": 1}],
        "financialStatus": "PAID",
        "discountCode": {"itemPercentageDiscountCode": {"code": code.lower(), "percentage": 5}},
    }
    made = sandbox.admin(ORDER, {"order": order})["orderCreate"]
    assert made["userErrors"] == []


def redeemed(platform: Platform) -> Redemption | None:
    with reading(platform) as books:
        found = by_step(books.connection, books.store_id, books.store.currency)
    return found.get((FLOW.id, STEP.id))


def test_a_code_is_made_once_its_use_is_counted_and_it_ends_when_undone(
    platform: Platform, sandbox: Sandbox
) -> None:
    with reading(platform) as books:
        now, currency = books.now, books.store.currency
        rows = books.connection.execute(
            select(variants).where(variants.c.deleted_at.is_(None), variants.c.unit_cost > 0)
        )
        good = min(rows, key=lambda row: row.unit_cost / row.price)
        customer = books.connection.execute(select(customers.c.id)).scalars().first()
    assert customer is not None
    one = Enrolment(
        "hello:o1", "hello", 1, "o1", customer, Arm.TREATED, now, Place.WAITING, "one", now,
        {"variants": [good.id]},
    )  # fmt: skip
    # A basket that was left is at risk itself: a tenth of it is what a code may cost.
    with reading(platform) as books:
        found = standing(books, FLOW, one, STEP, mandate_id="m", source="sandbox")
    assert found.wish is not None
    assert 5 <= found.wish.arguments["percent"] <= 10
    stakes = Stakes((Good(good.id, good.price, good.unit_cost, 1),), good.price, "-")
    code = code_of(platform.store_id, FLOW.id, one.id, STEP.id)
    wish = discount_proposal(
        FLOW, one, STEP, stakes, percent=5, code=code, days=7, mandate_id="none",
        source="sandbox", currency=currency, now=now,
    )  # fmt: skip
    [decision_id] = proposing.propose(platform, [wish])
    with reading(platform) as books:
        asked = books.decisions.get(books.connection, decision_id)
        waits = standing(books, FLOW, one, STEP, mandate_id="m", source="sandbox")
    # No such mandate: a person is asked, and the step waits for the answer.
    assert (asked.status.value, waits.waits) == ("proposed", True)
    ledger.approve(platform, decision_id, asked.argument_hash, "ada")
    hands = hands_of(platform)
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, decision_id)) == "executed"
    made = asyncio.run(platform.discounts.discount(code))
    assert made is not None
    assert (made.in_force, made.uses) == (True, 0)
    with reading(platform) as books:
        terms = standing(books, FLOW, one, STEP, mandate_id="m", source="sandbox").terms
    assert (terms.code, terms.percent) == (code, "5")
    assert terms.until == f"{now + timedelta(days=7):%Y-%m-%d}"
    assert redeemed(platform) == Redemption(made=1)
    buy(sandbox, customer, good.id, code)
    asyncio.run(platform.sync().run())
    used = redeemed(platform)
    assert used is not None
    assert (used.made, used.redeemed) == (1, 1)
    assert 0 < used.revenue <= good.price * Decimal("0.95")
    undo = ledger.revert(platform, decision_id, "ada")
    asyncio.run(execute(platform, hands, undo.id))
    ended = asyncio.run(platform.discounts.discount(code))
    assert ended is not None
    assert not ended.in_force
    # An ended code was there, and what was bought with it stays bought.
    assert redeemed(platform) == used
