"""A worker killed with -9 on an order's way: one supplier order, fulfilment, mail, refund, hold."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Conflict
from core.events.verify import verify
from orchestrator.core import attending, ledger
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.runs import request_run
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.messages import Messages
from tests.integration.orchestrator.test_orders_in_a_store import (
    AGENT,
    HOME,
    catch_up,
    decided,
    place_order,
)
from tests.integration.orchestrator.test_support_helps_with_orders import thread_about
from tests.integration.orchestrator.test_worker_survives_kills import SETTLED, Scene, scene, until

__all__ = ["scene"]
pytestmark = pytest.mark.timeout(240)


class Street:
    """The scene's store as the helpers of orders ask for it, and its agent at work."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.platform = scene, scene.platform
        self.folder = scene.folder / "sandbox"

    def control(self, path: str, body: dict[str, Any]) -> Any:
        return self.scene.control("POST", path, body)

    def open(self) -> None:
        """The worker reads store and suppliers; the policy asks before a refund above 1.00."""
        self.scene.start_worker()
        until(self.scene.synced, 90, "the first sync")
        registry = get_agent_registry()
        registry.attach(self.platform)
        registry.register(Registration(AGENT, "Order fulfilment", AGENT, ()))
        registry.detach()
        with writing(self.platform) as books:
            stored = books.policies.current(books.connection)
            policy = replace(
                stored.policy, refund_order_max=Decimal(1), quiet_from_hour=0, quiet_to_hour=0
            )
            books.policies.replace(
                books.connection, edited=stored.version, policy=policy, actor="ada", now=books.now
            )
        until(self.platform.offers.offers, 90, "the suppliers' offers")

    def asked(self, kind: str, order_id: str) -> Decision:
        """What the agent proposes of this kind, run as often as it takes."""

        def proposed() -> list[Decision]:
            catch_up(self.platform)
            found = decided(self.platform, kind, order_id)
            if not found:
                self._run()
            return found

        [found] = until(proposed, 60, kind)
        return found

    def _run(self) -> None:
        # Woken by what was read, it may be at work already.
        with contextlib.suppress(Conflict):
            request_run(self.platform, AGENT, "person", "ada")

    def die_writing(self, decision: Decision, match: str) -> None:
        """Approved and begun, killed while the other side takes its time, and taken over."""
        slow = {"kind": "slow_write", "match": match, "seconds": 2, "count": 1}
        self.scene.control("POST", "faults", slow)
        ledger.approve(self.platform, decision.id, decision.argument_hash, "ada")
        # It is taken when the request arrives: the other side is at work, and nobody has heard.
        until(lambda: not self.scene.control("GET", "faults"), 30, f"the request of {decision.id}")
        self._die_and_go_on(decision)

    def die_asking(self, decision: Decision, match: str) -> None:
        """Approved and begun, killed while it waits for what it asks first, and taken over."""
        slow = {"kind": "latency", "match": match, "seconds": 2, "count": None}
        self.scene.control("POST", "faults", slow)
        ledger.approve(self.platform, decision.id, decision.argument_hash, "ada")
        until(lambda: self.scene.statuses([decision.id]) == ["executing"], 30, decision.id)
        self._die_and_go_on(decision)

    def _die_and_go_on(self, decision: Decision) -> None:
        worker = self.scene.workers[-1]
        worker.kill()
        worker.wait()
        assert self.scene.statuses([decision.id]) == ["executing"], "it died amid the work"
        self.scene.control("DELETE", "faults", {})
        self.scene.quiet()
        self.scene.start_worker()
        until(lambda: set(self.scene.statuses([decision.id])) <= SETTLED, 60, decision.id)
        assert self.scene.statuses([decision.id]) == ["executed"]

    def at_suppliers(self, reference: str) -> int:
        with sqlite3.connect(self.folder / "store.db") as db:
            query = "SELECT COUNT(*) FROM supplier_orders WHERE reference = ?"
            [(count,)] = db.execute(query, (reference,)).fetchall()
        return int(count)

    def notices(self) -> list[Decision]:
        catch_up(self.platform)
        self._run()
        with reading(self.platform) as books:
            wanted = DecisionFilter(kind="message.send")
            return list(books.decisions.page(books.connection, wanted, None, 50).items)


def test_an_order_on_its_way_and_its_refund_are_once_whenever_the_worker_dies(
    scene: Scene,
) -> None:
    street = Street(scene)
    street.open()
    platform: Any = scene.platform
    order_id = place_order(platform, street)  # type: ignore[arg-type]
    place = street.asked("supplier_order.place", order_id)
    street.die_writing(place, place.proposal.subject.id)
    assert street.at_suppliers(place.proposal.subject.id) == 1

    scene.control("POST", "step", {"days": 4})
    ship = street.asked("fulfillment.create", order_id)
    street.die_writing(ship, "fulfillmentCreate")
    told = [each["after"]["order"] for each in scene.writes("fulfillmentCreate")]
    assert sum(each.endswith(f"/{order_id}") for each in told) == 1

    [notice] = until(street.notices, 60, "the customer's notice")
    # Whom it goes to is asked first: it dies with the answer, before anything is sent.
    street.die_asking(notice, f"Customer/{notice.proposal.arguments['customer_id']}")
    with reading(platform) as books:
        [message] = Messages(books.store_id).page(books.connection, limit=50).items
    assert message.template == "order_shipped"

    money = asyncio.run(platform.order_money.order_money(order_id))
    thread_id = thread_about(platform, order_id, money.customer_id)
    refund = attending.give_back(platform, thread_id, Decimal("2.00"), "a scratch", "ada")
    assert refund.status.value == "proposed"
    assert "refund.order" in {hit.rule for hit in refund.verdict.hits}
    street.die_writing(refund, "refundCreate")
    after = asyncio.run(platform.order_money.order_money(order_id))
    assert after.refunded == money.refunded + 2
    assert len(scene.writes("refundCreate")) == 1
    with platform.database.read() as connection:
        assert verify(connection, platform.store_id).ok


def test_a_fraudulent_order_is_held_once_with_reasons_whenever_the_worker_dies(
    scene: Scene,
) -> None:
    street = Street(scene)
    street.open()
    platform: Any = scene.platform
    held = ""
    for number in range(3):
        held = place_order(
            platform, street, email=f"ada{number}@mail-drop.example.net", risk="HIGH",  # type: ignore[arg-type]
            client_ip="203.0.113.9", ship_to=HOME,
        )  # fmt: skip
    hold = street.asked("order.hold", held)
    street.die_writing(hold, "fulfillmentOrderHold")
    reasons = " ".join(each.label for each in hold.proposal.evidence)
    assert "high risk" in reasons
    assert "thrown away" in reasons
    state = asyncio.run(platform.orders.order_state(held))
    assert state.held
    assert len(scene.writes("fulfillmentOrderHold")) == 1
    assert decided(platform, "supplier_order.place", held) == []
    with platform.database.read() as connection:
        assert verify(connection, platform.store_id).ok
