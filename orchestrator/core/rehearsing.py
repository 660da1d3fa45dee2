"""A flow tried on the store's last month before it is saved; nothing is sent or kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from orchestrator.core.books import Books, reading
from royal_platform.commerce.marketing.model import Flow, Signal, Trigger
from royal_platform.commerce.marketing.rehearsal import Sending, rehearse
from royal_platform.commerce.messages.model import Purpose, State
from royal_platform.persistence.tables.messages import messages
from royal_platform.persistence.tables.orders import orders

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

DAYS = 30
_WEEK = timedelta(days=7)
_Times = dict[str, list[datetime]]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``why_not`` says why nothing could be tried; then there are no sendings."""

    since: datetime
    until: datetime
    signals: int
    sendings: tuple[Sending, ...]
    why_not: str | None = None


def on_last_month(platform: Platform, flow: Flow) -> Rehearsal:
    """What the flow would have done in the last thirty days, on what really happened."""
    now = platform.clock().now()
    since = now - timedelta(days=DAYS)
    if flow.trigger is Trigger.CAMPAIGN:
        return Rehearsal(since, now, 0, (), flow.trigger.value)
    signals = _in_audience(platform, flow, _signals(platform, flow, since))
    with reading(platform) as books:
        bought, sent = _bought(books, since), _sent(books, since - _WEEK)
        per_week = books.policy.messages_per_week
    agreed = platform.audience.agreed(sorted({each.customer_id for each in signals}))
    found = rehearse(flow, signals, bought, sent, agreed, until=now, per_week=per_week)
    return Rehearsal(since, now, len(signals), tuple(found))


def _signals(platform: Platform, flow: Flow, since: datetime) -> list[Signal]:
    known = platform.signals
    read = {
        # Who finished it later was written to all the same, as long as it was left.
        Trigger.CHECKOUT_ABANDONED: known.checkouts_begun,
        Trigger.PRICE_DROPPED: known.prices_dropped,
        Trigger.CUSTOMER_CREATED: known.customers_created,
        Trigger.ORDER_EXPECTED: known.orders_expected,
        Trigger.BACK_IN_STOCK: known.back_in_stock,
        Trigger.ORDER_PLACED: known.orders_placed,
    }
    return list(read[flow.trigger](since))


def _in_audience(platform: Platform, flow: Flow, signals: list[Signal]) -> list[Signal]:
    if flow.audience is None:
        return signals
    facts = platform.audience.facts(sorted({each.customer_id for each in signals}))
    members = {who for who, known in facts.items() if flow.audience.holds(known) is True}
    return [each for each in signals if each.customer_id in members]


def _bought(books: Books, since: datetime) -> _Times:
    query = select(orders.c.customer_id, orders.c.processed_at).where(
        orders.c.store_id == books.store_id, orders.c.processed_at > since,
        orders.c.customer_id.is_not(None), orders.c.cancelled_at.is_(None),
        orders.c.deleted_at.is_(None), orders.c.test.is_(False),
    )  # fmt: skip
    return _by_customer(books, query)


def _sent(books: Books, since: datetime) -> _Times:
    query = select(messages.c.customer_id, messages.c.sent_at).where(
        messages.c.store_id == books.store_id, messages.c.sent_at > since,
        messages.c.customer_id.is_not(None), messages.c.purpose == Purpose.MARKETING.value,
        messages.c.state == State.SENT.value,
    )  # fmt: skip
    return _by_customer(books, query)


def _by_customer(books: Books, query: Select[Any]) -> _Times:
    found: _Times = defaultdict(list)
    for customer_id, at in books.connection.execute(query):
        found[customer_id].append(at)
    return dict(found)
