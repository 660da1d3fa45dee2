"""A worker killed with -9 while a code is made and while it is mailed: one code and one mail."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.events.verify import verify
from orchestrator.core import flows, ledger
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.runs import request_run
from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import CostToServe, Decision
from royal_platform.commerce.marketing.model import Arm
from royal_platform.commerce.marketing.rules import arm_of
from royal_platform.persistence import webhook_inbox
from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.costs_to_serve import StoredCostsToServe
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.flows import Flows
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.tables.marketing import flow_enrolments
from tests.integration.orchestrator.test_worker_survives_kills import Scene, scene, until

__all__ = ["scene"]
pytestmark = pytest.mark.timeout(240)
AGENT, FLOW = "marketing_automation", "abandoned_checkout"
TEXT = """
flow: abandoned_checkout
name: Abandoned checkout
trigger: checkout_abandoned
stops_on_purchase: true
holdout_percent: 1
horizon_days: 14
per_day: 200
total: 5000
window_days: 90
steps:
  - {id: reminder, wait: 1h, template: checkout_last, offer: {most_percent: 10, days: 7}}
  - {id: question, wait: 24h, template: checkout_question}
"""
CUSTOMER = next(
    number for number in range(900_001, 900_099) if arm_of(FLOW, str(number), 1) is Arm.TREATED
)
CHECKOUT = 800_001
ORDER = """mutation O($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) { order { id } userErrors { message } }
}"""


class Shop:
    """One customer of the scene's store, and what came of her checkout."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.platform = scene, scene.platform

    def prepare(self) -> None:
        """No hour is quiet and every cost is known: only the flow decides when and how much."""
        registry = get_agent_registry()
        registry.attach(self.platform)
        registry.register(Registration(AGENT, "Marketing", AGENT, ()))
        registry.detach()
        with writing(self.platform) as books:
            stored = books.policies.current(books.connection)
            policy = replace(
                stored.policy, quiet_from_hour=0, quiet_to_hour=0, messages_per_day=10_000,
                shipping_cost_per_order=Decimal(0), margin_floor_percent=Decimal(1),
            )  # fmt: skip
            books.policies.replace(
                books.connection, edited=stored.version, policy=policy, actor="ada", now=books.now
            )
        StoredCostsToServe(self.platform.database, self.platform.store_id).save(
            "run-0", datetime.now(UTC), {OF_STORE: CostToServe(return_rate=Decimal(0))}
        )
        flows.install(self.platform)
        flows.save(self.platform, FLOW, TEXT, 1, "ada")

    def run(self) -> None:
        """One run of the agent from now on, by the worker; one that is under way is waited for."""
        until(lambda: self._settled() is not None, 60, "the agent's last run")
        run_id = request_run(self.platform, AGENT, "person", "ada")
        until(lambda: self._settled() == run_id, 60, "the agent's run")

    def _settled(self) -> str | None:
        """The last run, once it is over; none is as good as one."""
        with reading(self.platform) as books:
            last = books.runs.last_by_agent(books.connection).get(AGENT)
        if last is None:
            return ""
        assert last.status != "failed", last
        return last.id if last.status in {"succeeded", "cancelled"} else None

    def grant(self) -> None:
        """A person approves the flow's newest version."""
        self.run()
        [asked] = [
            each for each in self.decided("mandate.grant", "proposed")
            if each.proposal.subject.id == f"{FLOW}@2"
        ]  # fmt: skip
        ledger.approve(self.platform, asked.id, asked.argument_hash, "ada")
        until(lambda: self.scene.statuses([asked.id]) == ["executed"], 30, "the mandate")

    def abandon(self) -> str:
        """She leaves a basket of the goods that leave most room; the variant in it."""
        variants = [each for each in self.platform.catalog.variants() if each.unit_cost]
        chosen = min(variants, key=lambda each: each.unit_cost.amount / each.price.amount)
        # Whoever came before the approval is no part of it, to the second.
        self.step(0.1)
        at = int(self.platform.clock().now().timestamp())
        price = int(chosen.price.amount * 10_000)
        line = {"variant_id": int(chosen.id), "product_id": int(chosen.product_id),
                "title": "A saddle", "sku": "S", "quantity": 1, "unit_price": price}  # fmt: skip
        with self.scene.state.write() as tx:
            tx.insert("customers", [{
                "id": CUSTOMER, "first_name": "Rosa", "email": "rosa@test.example",
                "email_consent": "SUBSCRIBED", "email_consent_at": at, "created_at": at,
                "updated_at": at,
            }])  # fmt: skip
            tx.insert("abandoned_checkouts", [{
                "id": CHECKOUT, "customer_id": CUSTOMER, "email": "rosa@test.example",
                "created_at": at, "updated_at": at, "subtotal": price, "total": price,
                "lines": json.dumps([line]),
            }])  # fmt: skip
        self._told("checkouts/create", CHECKOUT)
        until(self._left, 60, "the checkout in our copy")
        return chosen.id

    def _left(self) -> bool:
        since = self.platform.clock().now() - timedelta(hours=1)
        left = self.platform.signals.checkouts_abandoned(since)
        return str(CHECKOUT) in {each.id for each in left}

    def _told(self, topic: str, number: int) -> None:
        """The store's webhook."""
        now = datetime.now(UTC)
        receipt = Receipt(
            store_id=self.platform.store_id, webhook_id=topic, topic=topic, headers={},
            body=json.dumps({"id": number}).encode(), received_at=now, triggered_at=now,
            processed_at=None, error=None,
        )  # fmt: skip
        with writing(self.platform) as books:
            webhook_inbox.keep(books.connection, [receipt])

    def granted_at(self) -> datetime:
        with reading(self.platform) as books:
            mandate = Flows(books.store_id).mandate_of(books.connection, FLOW, 2)
        assert mandate is not None
        return mandate.granted_at

    def decided(self, kind: str, *statuses: str) -> list[Decision]:
        with reading(self.platform) as books:
            wanted = DecisionFilter(statuses=statuses, kind=kind)
            return list(books.decisions.page(books.connection, wanted, None, 250).items)

    def hers(self, kind: str) -> list[Decision]:
        return [
            each for each in self.decided(kind)
            if each.proposal.arguments["customer_id"] == str(CUSTOMER)
        ]  # fmt: skip

    def status(self, kind: str) -> str | None:
        found = self.hers(kind)
        return found[0].status.value if found else None

    def mail(self) -> list[StoredMessage]:
        with reading(self.platform) as books:
            found = Messages(books.store_id).page(books.connection, flow=FLOW, limit=250).items
        return [each for each in found if each.customer_id == str(CUSTOMER)]

    def place(self) -> tuple[str, str | None]:
        table = flow_enrolments.c
        with reading(self.platform) as books:
            row = books.connection.execute(
                flow_enrolments.select().where(table.customer_id == str(CUSTOMER))
            ).one()
        return row.place, row.why

    def step(self, hours: float) -> None:
        """The store's clock goes on, and our copy of it with it."""
        until(lambda: self._settled() is not None, 60, "the agent's last run")
        before = self.platform.clock().now()
        self.scene.control("POST", "step", {"hours": hours})
        there = before + timedelta(hours=hours, seconds=-1)
        until(lambda: self.platform.clock().now() >= there, 30, "the clock")

    def buy(self, variant: str) -> None:
        """She buys what she left, and the store tells us."""
        order = {
            "customer": {"toAssociate": {"id": f"gid://shopify/Customer/{CUSTOMER}"}},
            "lineItems": [{"variantId": f"gid://shopify/ProductVariant/{variant}", "quantity": 1}],
            "financialStatus": "PAID",
        }
        made = self.scene.admin(ORDER, {"order": order})["orderCreate"]
        assert made["userErrors"] == []
        self._told("orders/create", int(made["order"]["id"].rpartition("/")[2]))
        until(self._bought, 60, "the order in our copy")

    def _bought(self) -> bool:
        with reading(self.platform) as books:
            since, until_ = self.granted_at(), books.now + timedelta(days=1)
            found = Flows(books.store_id).bought(books.connection, str(CUSTOMER), since, until_)
        return found is not None


def kill_while(scene: Scene, moment: Any, what: str) -> None:
    """The worker dies at this moment of its work, and another goes on once faults are over."""
    until(moment, 60, what)
    worker = scene.workers[-1]
    worker.kill()
    worker.wait()
    scene.quiet()
    scene.control("DELETE", "faults", {})
    scene.start_worker()


def test_a_worker_dies_with_the_code_and_with_the_mail_and_both_are_there_once(
    scene: Scene,
) -> None:
    scene.start_worker()
    until(scene.synced, 90, "the first sync")
    shop = Shop(scene)
    shop.prepare()
    shop.grant()
    variant = shop.abandon()
    shop.run()
    assert shop.place() == ("waiting", None)

    hers = {"match": f"Customer/{CUSTOMER}", "seconds": 1, "count": None}
    scene.control("POST", "faults", {"kind": "slow_write", **hers})
    shop.step(1.2)
    kill_while(scene, lambda: shop.status("discount.create") == "executing", "the code's writing")
    until(lambda: shop.status("discount.create") == "executed", 60, "the code")
    [code] = shop.hers("discount.create")
    assert shop.mail() == [], "the mail waits for its code"

    scene.control("POST", "faults", {"kind": "latency", **hers})
    shop.step(0.4)
    kill_while(scene, lambda: shop.status("message.send") == "executing", "the mail's sending")
    until(lambda: shop.status("message.send") == "executed", 60, "the mail")
    [mail] = shop.mail()
    assert mail.content is not None
    assert code.proposal.subject.id in mail.content.text
    assert len(shop.hers("message.send")) == 1

    shop.buy(variant)
    shop.step(24)
    shop.run()
    assert shop.place() == ("stopped", "bought")
    assert shop.mail() == [mail]
    assert len(shop.hers("discount.create")) == 1
    made = [each for each in scene.writes("discountCodeBasicCreate")
            if code.proposal.subject.id in json.dumps(each)]  # fmt: skip
    assert len(made) == 1
    with scene.platform.database.read() as connection:
        assert verify(connection, scene.platform.store_id).ok
