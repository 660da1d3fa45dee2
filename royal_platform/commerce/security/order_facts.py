"""What is known of an order when its risk is judged, and what it shares with earlier orders."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

DAY = timedelta(days=1)
# How long an address or a network says something about who else used it.
ADDRESS_DAYS, NETWORK_DAYS = 30, 7
# Before so many orders were seen, what is usual in this shop is not known.
ENOUGH_ORDERS = 20
_THROWAWAY = re.compile(
    r"(mail-?drop|maildrop|temp-?mail|throw-?away|trash-?mail|mailinator|guerrilla-?mail"
    r"|yopmail|10-?minute-?mail|sharklasers|getnada|disposable|fake-?inbox)"
)


class StoreOpinion(StrEnum):
    """What the store's own fraud check said (Shopify: ``RiskAssessmentResult``)."""

    NONE = "none"
    PENDING = "pending"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order as it was paid. None = not known; never a guess.

    ``customer``, ``mail``, ``phone``, ``address`` and ``network`` are opaque keys that are equal
    when the thing is: no name or address is in here, and no country anywhere. ``value`` is what
    was paid, in the store's currency. ``earlier_orders`` and ``earlier_spent`` are the customer's
    before this order, as the store counts them.
    """

    order_id: str
    placed_at: datetime
    value: float
    customer: str | None = None
    earlier_orders: int | None = None
    earlier_spent: float | None = None
    mail: str | None = None
    phone: str | None = None
    address: str | None = None
    network: str | None = None
    address_differs: bool | None = None
    name_differs: bool | None = None
    disposable_mail: bool | None = None
    failed_payments: int | None = None
    checks_failed: bool | None = None
    opinion: StoreOpinion = StoreOpinion.NONE


@dataclass(frozen=True, slots=True)
class Linked:
    """An order with what it shares with orders before it.

    ``velocity``: orders of the same customer, mail, phone or address within a day.
    ``strangers_at_address``: other customers at its address within 30 days.
    ``strangers_on_network``: other customers on its network address within 7 days.
    """

    facts: OrderFacts
    velocity: int = 0
    strangers_at_address: int = 0
    strangers_on_network: int = 0


@dataclass(frozen=True, slots=True)
class Usual:
    """What is ordinary in this shop, from its past orders; None while there are too few.

    ``median`` and ``high`` (the 95th percentile) are of order values; ``on_network`` is the 95th
    percentile of strangers on one network: phone networks let thousands share an address.
    """

    median: float | None = None
    high: float | None = None
    on_network: float = 0.0


def is_throwaway(mail_domain: str) -> bool:
    """True for a domain whose very name offers mailboxes to throw away. Known brands and words."""
    return _THROWAWAY.search(mail_domain.lower()) is not None


def linked(orders: Iterable[OrderFacts]) -> list[Linked]:
    """What each order shares with those before it, in order of time. Looks at no later order."""
    contacts: dict[str, deque[tuple[datetime, str]]] = defaultdict(deque)
    addresses: dict[str, deque[tuple[datetime, str]]] = defaultdict(deque)
    networks: dict[str, deque[tuple[datetime, str]]] = defaultdict(deque)
    found: list[Linked] = []
    for one in sorted(orders, key=lambda each: (each.placed_at, each.order_id)):
        at, who = one.placed_at, one.customer or one.mail or one.order_id
        keys = _contacts(one)
        same = {order for key in keys for order in _since(contacts[key], at - DAY)}
        found.append(
            Linked(
                one,
                velocity=len(same),
                strangers_at_address=_strangers(addresses, one.address, who, at, ADDRESS_DAYS),
                strangers_on_network=_strangers(networks, one.network, who, at, NETWORK_DAYS),
            )
        )
        for key in keys:
            contacts[key].append((at, one.order_id))
        for book, shared in ((addresses, one.address), (networks, one.network)):
            if shared is not None:
                book[shared].append((at, who))
    return found


def usual(orders: Sequence[Linked]) -> Usual:
    """What is ordinary among these orders."""
    if len(orders) < ENOUGH_ORDERS:
        return Usual()
    values = np.array([each.facts.value for each in orders], dtype=np.float64)
    sharing = np.array([each.strangers_on_network for each in orders], dtype=np.float64)
    median, high = np.quantile(values, (0.5, 0.95))
    return Usual(float(median), float(high), float(np.quantile(sharing, 0.95)))


def _contacts(one: OrderFacts) -> tuple[str, ...]:
    named = (("c", one.customer), ("m", one.mail), ("p", one.phone), ("a", one.address))
    return tuple(f"{kind}:{key}" for kind, key in named if key is not None)


def _strangers(
    book: dict[str, deque[tuple[datetime, str]]], key: str | None, who: str, at: datetime, days: int
) -> int:
    if key is None:
        return 0
    return len(_since(book[key], at - days * DAY) - {who})


def _since(seen: deque[tuple[datetime, str]], begin: datetime) -> set[str]:
    while seen and seen[0][0] < begin:
        seen.popleft()
    return {name for _at, name in seen}
