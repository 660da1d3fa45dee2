"""A store in memory behind the ports of money that goes back and of goods that come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from core.errors import Conflict
from royal_platform.commerce.orders.model import (
    Offered,
    OpenedReturn,
    OrderMoney,
    OrderParcels,
    PaidBack,
)
from royal_platform.commerce.shared.model import Money
from tests.fakes.orders import LiveOrders

PAID = Decimal("49.90")


@dataclass
class LiveAfterSale:
    """``RefundReader``, ``RefundWriter``, ``ReturnReader`` and ``ReturnWriter`` of these orders."""

    orders: LiveOrders
    offers: dict[str, Offered] = field(
        default_factory=lambda: {"v1": Offered("v1", Money(PAID, "EUR"), 3)}
    )
    refunds: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    goods: dict[str, Counter[str]] = field(default_factory=dict)
    opened: dict[str, list[tuple[OpenedReturn, Mapping[str, int]]]] = field(default_factory=dict)

    async def order_money(self, order_id: str) -> OrderMoney | None:
        """What was paid and given back."""
        state = self.orders.states.get(order_id)
        if state is None:
            return None
        return OrderMoney(
            order_id, state.name, state.customer_id, "EUR", PAID, self._refunded(order_id),
            (f"pay-{order_id}", "card"), is_foreign=False,
            refundable=self._left(order_id, state.remaining, self.orders.sent[order_id]),
            waiting=self._left(order_id, state.remaining),
        )  # fmt: skip

    async def refund(
        self,
        order: OrderMoney,
        amount: Decimal,
        note: str,
        idempotency_key: str,
        back: PaidBack | None = None,
    ) -> None:
        """Once for each key, and never more than was paid or than is part of the order."""
        given = self.refunds.setdefault(order.id, {})
        if idempotency_key in given:
            return
        if self._refunded(order.id) + amount > PAID:
            raise Conflict("More would go back than was paid.", remedy="Give less back.")
        goods = {} if back is None else back.goods
        found = await self.order_money(order.id)
        there = {} if found is None else found.refundable
        if any(units > there.get(line, 0) for line, units in goods.items()):
            raise Conflict("More would go back than was bought.", remedy="Give less back.")
        given[idempotency_key] = amount
        self.goods.setdefault(order.id, Counter()).update(goods)

    async def order_parcels(self, order_id: str) -> OrderParcels | None:
        """What was sent and is not on its way back."""
        state = self.orders.states.get(order_id)
        if state is None:
            return None
        free = Counter(self.orders.sent[order_id])
        for each, lines in self.opened.get(order_id, []):
            if each.lasting:
                free.subtract(lines)
        returns = tuple(each for each, _ in self.opened.get(order_id, []))
        return OrderParcels(
            order_id, state.cancelled, self._refunded(order_id), dict(+free), returns
        )

    async def offered(self, variant_id: str) -> Offered | None:
        """The variant, where it is sold."""
        return self.offers.get(variant_id)

    async def open_return(
        self,
        order_id: str,
        lines: Mapping[str, int],
        reason: str,
        note: str,
        exchanged: Mapping[str, int] | None = None,
    ) -> None:
        """Another return each time: the store takes no key for it."""
        found = await self.order_parcels(order_id)
        free = {} if found is None else found.returnable
        if any(units > free.get(line, 0) for line, units in lines.items()):
            raise Conflict("More is to come back than was sent.", remedy="Look at the order.")
        if not set(exchanged or {}) <= set(self.offers):
            raise Conflict("Something of it is not sold.", remedy="Choose what is sold.")
        mine = self.opened.setdefault(order_id, [])
        number = f"{order_id}-R{len(mine) + 1}"
        opened = OpenedReturn(number, note, lasting=True, closed=False, exchanged=exchanged or {})
        mine.append((opened, dict(lines)))

    async def cancel_return(self, return_id: str) -> None:
        """Nothing comes back."""
        for order_id, mine in self.opened.items():
            self.opened[order_id] = [
                (replace(each, lasting=False) if each.id == return_id else each, lines)
                for each, lines in mine
            ]

    def _left(self, order_id: str, *units: Mapping[str, int]) -> dict[str, int]:
        """What left stays paid for last: goods that wait are paid back first."""
        found: Counter[str] = Counter()
        for each in units:
            found.update(each)
        found.subtract(self.goods.get(order_id, {}))
        return dict(+found)

    def _refunded(self, order_id: str) -> Decimal:
        return sum(self.refunds.get(order_id, {}).values(), Decimal(0))
