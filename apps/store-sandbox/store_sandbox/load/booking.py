"""Turns sales and cancellations into orders, refunds and adjustments that sum to the same cent.

- A line of positive quantity and price is an order line at its own time: with a variant when its
  code is goods, a custom line when it is not.
- A line of negative quantity is a refund, booked at its own time, on the latest earlier line of
  the same customer with the same code and unit price that still has that many units.
- Without such a line, and for negative prices, it is an order adjustment: on the same order when
  that order also sells something, else on an order that carries nothing but this refund.
- A line without price and without customer moves stock but sells nothing: counted, left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from store_sandbox.load.goods import GoodsRule
from store_sandbox.load.report import Report
from store_sandbox.load.sales import Sale
from store_sandbox.load.values import priced


@dataclass(slots=True)
class Line:
    """An order line; money in ten-thousandths."""

    sku: str
    description: str
    goods: bool
    quantity: int
    unit: int
    total: int
    left: int
    number: int = 0


@dataclass(slots=True)
class Refund:
    """Money given back at `at`: lines with (line, quantity, subtotal), and loose amounts."""

    at: int
    note: str
    lines: list[tuple[Line, int, int]] = field(default_factory=list)
    amounts: list[tuple[int, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Ten-thousandths given back (negative when money was taken instead)."""
        return sum(part[2] for part in self.lines) - sum(part[0] for part in self.amounts)


@dataclass(slots=True)
class Order:
    """One order of one local day."""

    name: str
    at: int
    day: int
    customer: str
    country: str
    lines: list[Line] = field(default_factory=list)
    refunds: dict[str, Refund] = field(default_factory=dict)

    def refund(self, name: str, at: int) -> Refund:
        """The refund booked under a name (the cancellation's number) at a time."""
        key = f"{name}/{at}"
        if key not in self.refunds:
            self.refunds[key] = Refund(at, f"Booked as {name}")
        return self.refunds[key]


class Books:
    """Takes sales in order of time; `orders` holds the result."""

    def __init__(self, rule: GoodsRule, report: Report) -> None:
        self._rule, self._report = rule, report
        self.orders: dict[tuple[str, int], Order] = {}
        self._open: dict[tuple[str, str, int], list[tuple[Order, Line]]] = defaultdict(list)

    def book(self, sales: Iterable[Sale]) -> None:
        """Book sales, which must be sorted by time; positive lines of a moment come first."""
        for sale in sales:
            if sale.price == 0 and not sale.customer:
                self._report.note("stock corrections without price and customer, not sold")
            elif sale.quantity * sale.price < 0 or sale.quantity < 0:
                self._give_back(sale)
            elif sale.quantity == 0:
                self._report.note("lines of quantity zero, nothing sold")
            else:
                self._sell(sale)

    def _order(self, sale: Sale) -> Order:
        key = (sale.order, sale.day)
        order = self.orders.get(key)
        if order is None:
            order = Order(sale.order, sale.at, sale.day, sale.customer, sale.country)
            self.orders[key] = order
        return order

    def _sell(self, sale: Sale) -> None:
        order = self._order(sale)
        unit, total = priced(sale.quantity, sale.price)
        goods = self._rule.is_goods(sale.sku)
        description = sale.description or sale.sku
        line = Line(sale.sku, description, goods, sale.quantity, unit, total, sale.quantity)
        order.lines.append(line)
        if sale.customer:
            self._open[sale.customer, sale.sku, unit].append((order, line))
        if not goods:
            self._report.note("lines that are not goods, kept as custom lines")

    def _give_back(self, sale: Sale) -> None:
        value = int((sale.price * sale.quantity).quantize(Decimal("0.0001")).scaleb(4))
        found = self._match(sale) if sale.price >= 0 else None
        if found is not None:
            order, line = found
            line.left += sale.quantity
            part = (line, -sale.quantity, -value)
            order.refund(sale.order, sale.at).lines.append(part)
            self._report.note("cancellations booked on the line they cancel")
            return
        if value == 0:
            self._report.note("cancellations without value, nothing given back")
            return
        reason = f"{sale.sku} {sale.description}".strip()
        self._order(sale).refund(sale.order, sale.at).amounts.append((value, reason))
        self._report.note("negative lines without a line to cancel, booked as adjustments")

    def _match(self, sale: Sale) -> tuple[Order, Line] | None:
        if not sale.customer:
            return None
        unit, _ = priced(1, sale.price)
        for order, line in reversed(self._open.get((sale.customer, sale.sku, unit), [])):
            if line.left >= -sale.quantity:
                return order, line
        return None
