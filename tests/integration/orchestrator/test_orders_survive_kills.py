"""A worker killed with -9 on an order's way: one supplier order, mail, reply, refund, hold."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest

from core.errors import Conflict
from core.events.verify import verify
from orchestrator.core import agent_registry, attending, ledger
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.runs import request_run
from orchestrator.core.taking_in import MAIL_TOPIC
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.messages.model import State
from royal_platform.commerce.support.model import (
    Direction,
    Sentiment,
    Thread,
    ThreadMessage,
    Triage,
    Urgency,
)
from royal_platform.persistence import webhook_inbox
from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.support import Threads
from tests.integration.orchestrator.test_orders_in_a_store import (
    AGENT,
    HOME,
    catch_up,
    decided,
    place_order,
)
from tests.integration.orchestrator.test_worker_survives_kills import SETTLED, Scene, scene, until

__all__ = ["scene"]
pytestmark = pytest.mark.timeout(240)
SUPPORT = "customer_support"


@dataclass(frozen=True)
class Jam:
    """A database that never gets done with saying that a message is out, until it is freed."""

    begin: tuple[str, str]
    is_there: str
    end: tuple[str, ...]


_ASLEEP = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
_TRIGGER = "CREATE TRIGGER jam BEFORE UPDATE OF state ON messages"
_SLEEPER = "CREATE FUNCTION endless() RETURNS trigger LANGUAGE plpgsql AS"
JAMS = {
    "sqlite": Jam(
        (f"CREATE VIEW endless AS {_ENDLESS}", f"{_TRIGGER} BEGIN SELECT MAX(i) FROM endless; END"),
        "SELECT 1 FROM messages WHERE template = 'reply' AND state = 'composed'",
        ("DROP TRIGGER jam",),
    ),
    "postgresql": Jam(
        (
            f"{_SLEEPER} 'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END'",
            f"{_TRIGGER} FOR EACH ROW EXECUTE FUNCTION endless()",
        ),
        f"SELECT 1 {_ASLEEP}",
        # What a process asked the server for does not end with the process.
        (f"SELECT pg_terminate_backend(pid, 10000) {_ASLEEP}", "DROP TRIGGER jam ON messages"),
    ),
}


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

    def _run(self, agent_id: str = AGENT) -> None:
        # Woken by what was read, it may be at work already.
        with contextlib.suppress(Conflict):
            request_run(self.platform, agent_id, "person", "ada")

    def die_writing(self, decision: Decision, match: str) -> None:
        """Approved and begun, killed while the other side takes its time, and taken over."""
        slow = {"kind": "slow_write", "match": match, "seconds": 2, "count": 1}
        self.scene.control("POST", "faults", slow)
        ledger.approve(self.platform, decision.id, decision.argument_hash, "ada")
        # It is taken when the request arrives: the other side is at work, and nobody has heard.
        until(lambda: not self.scene.control("GET", "faults"), 30, f"the request of {decision.id}")
        self._die(decision)
        self._go_on(decision)

    def die_asking(self, decision: Decision, match: str) -> None:
        """Approved and begun, killed while it waits for what it asks first, and taken over."""
        slow = {"kind": "latency", "match": match, "seconds": 2, "count": None}
        self.scene.control("POST", "faults", slow)
        ledger.approve(self.platform, decision.id, decision.argument_hash, "ada")
        until(lambda: self.scene.statuses([decision.id]) == ["executing"], 30, decision.id)
        self._die(decision)
        self._go_on(decision)

    def die_sending(self, decision: Decision) -> None:
        """Approved and composed, killed before it is kept that it is out, and taken over."""
        jam = JAMS[self.platform.database.dialect]
        self._tell_database(jam.begin)
        ledger.approve(self.platform, decision.id, decision.argument_hash, "ada")
        until(lambda: self._finds(jam.is_there), 30, "the reply in the outbox")
        self._die(decision)
        self._tell_database(jam.end)
        assert [each.state for each in self.replies_out()] == [State.COMPOSED]
        self._go_on(decision)

    def _tell_database(self, statements: tuple[str, ...]) -> None:
        with self.platform.database.write() as transaction:
            for each in statements:
                transaction.connection.exec_driver_sql(each)

    def _finds(self, query: str) -> bool:
        with self.platform.database.read() as connection:
            return connection.exec_driver_sql(query).first() is not None

    def _die(self, decision: Decision) -> None:
        worker = self.scene.workers[-1]
        worker.kill()
        worker.wait()
        assert self.scene.statuses([decision.id]) == ["executing"], "it died amid the work"

    def _go_on(self, decision: Decision) -> None:
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

    def ask(self, address: str, text: str) -> Thread:
        """The mail as the gateway keeps it, taken in by the worker and understood; its thread.

        What it means is said here: a machine learns to read for half a minute.
        """
        registry = get_agent_registry()
        registry.attach(self.platform)
        registry.register(Registration(SUPPORT, "Support", SUPPORT, ()))
        registry.detach()
        agent_registry.pause(self.platform, SUPPORT, "ada")
        mail, now = EmailMessage(), datetime.now(UTC)
        mail["From"], mail["Subject"], mail["Message-ID"] = address, text, "<where@home>"
        mail.set_content(text)
        with writing(self.platform) as books:
            receipt = Receipt(
                books.store_id, "where", MAIL_TOPIC, {}, bytes(mail), now, None, None, None
            )
            webhook_inbox.keep(books.connection, [receipt])
        [thread] = until(self._threads, 30, "the mail's thread")
        with writing(self.platform) as books:
            store = Threads(books.store_id)
            [letter] = store.messages(books.connection, thread.id)
            meant = Triage(letter.id, "en", "order_status", Sentiment.NEUTRAL, Urgency.NORMAL, 0.9)
            store.understood(books.connection, thread.id, meant)
        agent_registry.resume(self.platform, SUPPORT, "ada")
        self._run(SUPPORT)
        return thread

    def _threads(self) -> list[Thread]:
        with reading(self.platform) as books:
            return list(Threads(books.store_id).page(books.connection).items)

    def replies(self) -> list[Decision]:
        """What the agent proposes to say."""
        with reading(self.platform) as books:
            wanted = DecisionFilter(kind="reply.send")
            return list(books.decisions.page(books.connection, wanted, None, 50).items)

    def replies_out(self) -> list[StoredMessage]:
        with reading(self.platform) as books:
            found = Messages(books.store_id).page(books.connection, limit=50).items
        return [each for each in found if each.template == "reply"]

    def told(self, thread: Thread) -> list[ThreadMessage]:
        """What the shop said in a thread."""
        with reading(self.platform) as books:
            said = Threads(books.store_id).messages(books.connection, thread.id)
        return [each for each in said if each.direction is Direction.OUTBOUND]


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

    state = asyncio.run(platform.orders.order_state(order_id))
    thread = street.ask(message.address, f"Where is my order {state.name}?")
    assert thread.order_id == order_id
    [reply] = until(street.replies, 60, "the reply")
    [cited] = [each for each in reply.proposal.evidence if each.source == "order"]
    assert cited.query == f"order:{order_id}"
    [parcel] = state.tracking
    assert parcel in cited.value
    # On its way or at the door, as its carrier says by now.
    where = parcel if "delivered on" not in cited.value else "was delivered on"
    assert where in reply.proposal.arguments["text"]
    street.die_sending(reply)
    [out] = street.replies_out()
    assert (out.state, out.address) == (State.SENT, message.address)
    assert out.content is not None
    assert where in out.content.text
    assert [each.decision_id for each in street.told(thread)] == [reply.id]
    assert [each.proposal.evidence for each in street.replies()] == [reply.proposal.evidence]

    money = asyncio.run(platform.order_money.order_money(order_id))
    refund = attending.give_back(platform, thread.id, Decimal("2.00"), "a scratch", "ada")
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
