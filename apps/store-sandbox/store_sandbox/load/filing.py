"""Writes booked orders with their lines, refunds and adjustments into the state."""

from collections.abc import Mapping, Sequence
from typing import Any

from store_sandbox.load.booking import Order, Refund
from store_sandbox.load.replace import insert
from store_sandbox.state import Transaction

CHUNK = 2000
FIRST_NUMBER = 1001
_ORDER = (
    "number", "customer_id", "created_at", "processed_at", "updated_at", "closed_at",
    "financial_status", "fulfillment_status", "taxes_included", "subtotal", "discounts", "total",
    "refunded", "note", "source_name",
)  # fmt: skip
_LINE = (
    "order_id", "variant_id", "product_id", "title", "sku", "quantity", "current_quantity",
    "unit_price", "discount", "requires_shipping",
)  # fmt: skip
_REFUND = ("order_id", "note", "total", "created_at", "updated_at")
_REFUND_LINE = ("refund_id", "line_id", "quantity", "restock_type", "price", "subtotal")

Variants = Mapping[str, tuple[int, int, str]]


def file_orders(
    tx: Transaction, orders: Sequence[Order], variants: Variants, customers: Mapping[str, int]
) -> dict[str, int]:
    """Write orders sorted by time; the number of rows of each kind.

    A refund may sit on an order of an earlier chunk than its cancellation was booked with, so
    lines get their ids in a first pass and refunds follow in a second.
    """
    counts = dict.fromkeys(("orders", "order lines", "refunds", "refund lines", "adjustments"), 0)
    numbers = _numbers(orders)
    ids: list[int] = []
    included = 1 if tx.get_meta("shop.taxes_included") == "1" else 0
    for start in range(0, len(orders), CHUNK):
        chunk = orders[start : start + CHUNK]
        fresh = numbers[start : start + CHUNK]
        rows = [
            _order_row(order, number, customers.get(order.customer), included)
            for order, number in zip(chunk, fresh, strict=True)
        ]
        placed = insert(tx, "orders", _ORDER, rows)
        ids.extend(placed)
        counts["order lines"] += _file_lines(tx, chunk, placed, variants)
    for start in range(0, len(orders), CHUNK):
        pairs = list(zip(orders[start : start + CHUNK], ids[start : start + CHUNK], strict=True))
        found = [(r, number) for order, number in pairs for r in order.refunds.values()]
        for name, count in _file_refunds(tx, found).items():
            counts[name] += count
    counts["orders"] = len(orders)
    _last_orders(tx)
    return counts


def _order_row(order: Order, number: int, customer: int | None, included: int) -> tuple[Any, ...]:
    gross = sum(line.total for line in order.lines)
    discount = sum(line.unit * line.quantity - line.total for line in order.lines)
    back = sum(refund.total for refund in order.refunds.values())
    updated = max([order.at, *(refund.at for refund in order.refunds.values())])
    paid = "PAID" if back <= 0 else "REFUNDED" if back >= gross else "PARTIALLY_REFUNDED"
    return (
        number, customer, order.at, order.at, updated, order.at, paid, "FULFILLED", included,
        gross, discount, gross, max(0, back), f"Imported order {order.name}", "import",
    )  # fmt: skip


def _numbers(orders: Sequence[Order]) -> list[int]:
    """The file's own order numbers where they are numbers, the next free ones elsewhere."""
    taken: set[int] = set()
    result: list[int] = []
    for order in orders:
        name = order.name
        own = int(name) if name.isascii() and name.isdigit() and len(name) < 12 else 0
        result.append(own if own and own not in taken else 0)
        taken.add(result[-1])
    following = max(taken | {FIRST_NUMBER - 1}) + 1
    for place, number in enumerate(result):
        if not number:
            result[place] = following
            following += 1
    return result


def _file_lines(
    tx: Transaction, orders: Sequence[Order], ids: Sequence[int], variants: Variants
) -> int:
    rows: list[tuple[Any, ...]] = []
    lines = []
    nothing = (None, None, "")
    for order, number in zip(orders, ids, strict=True):
        for line in order.lines:
            variant, product, title = variants.get(line.sku, nothing) if line.goods else nothing
            discount = line.unit * line.quantity - line.total
            name = title or line.description
            rows.append((
                number, variant, product, name, line.sku, line.quantity, line.left, line.unit,
                discount, 1 if line.goods else 0,
            ))  # fmt: skip
            lines.append(line)
    for line, number in zip(lines, insert(tx, "order_lines", _LINE, rows), strict=True):
        line.number = number
    return len(rows)


def _file_refunds(tx: Transaction, found: Sequence[tuple[Refund, int]]) -> dict[str, int]:
    rows = [(number, r.note, r.total, r.at, r.at) for r, number in found]
    ids = insert(tx, "refunds", _REFUND, rows)
    pairs = list(zip(found, ids, strict=True))
    lines = [
        (number, line.number, quantity, "NO_RESTOCK", line.unit, subtotal)
        for (refund, _), number in pairs
        for line, quantity, subtotal in refund.lines
    ]
    loose = [
        (number, order_id, value)
        for (refund, order_id), number in pairs
        for value, _ in refund.amounts
    ]
    insert(tx, "refund_lines", _REFUND_LINE, lines)
    insert(tx, "order_adjustments", ("refund_id", "order_id", "amount"), loose)
    return {"refunds": len(rows), "refund lines": len(lines), "adjustments": len(loose)}


def _last_orders(tx: Transaction) -> None:
    tx.connection.execute(
        "UPDATE customers SET last_order_id ="
        " (SELECT MAX(id) FROM orders WHERE customer_id = customers.id)"
    )
