"""From changes of a transaction to rows waiting for delivery, in the same commit."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from store_sandbox.faults import Faults
from store_sandbox.state import Change, StateStore, Transaction
from store_sandbox.webhooks.payloads import payload

# Shopify tries again eight times over four hours; wall seconds after each failure
PATIENCE = (10.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 3_600.0, 4_200.0)


def topic_name(topic: str) -> str:
    """`orders/create` as the enum writes it: `ORDERS_CREATE`."""
    return topic.replace("/", "_").upper()


class Outbox:
    """Turns changes into deliveries; `wake` is called after commits that left some."""

    def __init__(self, state: StateStore, secret: str, faults: Faults, scale: float = 1.0) -> None:
        self.state = state
        self.secret = secret
        self.faults = faults
        self.scale = scale
        self.wake: Callable[[], object] | None = None

    def write(self, tx: Transaction) -> None:
        """Add one delivery per change and subscription; repeats of a change are told once."""
        rows = tx.connection.execute("SELECT * FROM webhook_subscriptions").fetchall()
        if not rows:
            return
        subscribers: dict[str, list[Any]] = {}
        for row in rows:
            subscribers.setdefault(row["topic"], []).append(row)
        seen: set[tuple[str, int, str]] = set()
        for change in tx.changes:
            key = (change.topic, change.subject_id, json.dumps(dict(change.detail)))
            if key in seen:
                continue
            seen.add(key)
            told = subscribers.get(topic_name(change.topic), [])
            own = change.detail.get("client_id")
            self._deliveries(tx, change, [one for one in told if own in (None, one["client_id"])])

    def _deliveries(self, tx: Transaction, change: Change, subscribers: list[Any]) -> None:
        if not subscribers:
            return
        body = payload(tx, change)
        if body is None:
            return
        event = str(uuid.uuid4())
        late = self.faults.take("webhook_delay", change.topic)
        due = tx.wall + (0.0 if late is None else late.number("seconds", 1.0))
        tx.insert(
            "webhook_deliveries",
            [
                {
                    "webhook_id": str(uuid.uuid4()),
                    "event_id": event,
                    "subscription_id": row["id"],
                    "topic": change.topic,
                    "body": json.dumps(_chosen(body, json.loads(row["include_fields"]))),
                    "triggered_at": tx.wall,
                    "due_at": due,
                }
                for row in subscribers
            ],
        )

    def announce(self, _tx: Transaction) -> None:
        """Wake the sender once the deliveries are committed."""
        if self.wake is not None:
            self.wake()

    def delay(self, attempts: int, rate: float) -> float | None:
        """Wall seconds to wait after this many failures, None when patience has ended.

        A world whose clock runs fast has its four hours sooner.
        """
        if attempts > len(PATIENCE):
            return None
        return PATIENCE[attempts - 1] * self.scale / max(1.0, rate)


def _chosen(body: Mapping[str, Any], fields: list[str]) -> Mapping[str, Any]:
    return {key: body[key] for key in fields if key in body} if fields else body
