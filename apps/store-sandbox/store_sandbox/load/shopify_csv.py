"""`royal-sandbox load shopify-csv`: Shopify's own CSV exports become the store."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import Invalid
from store_sandbox.load.exports import Export, Row, find_exports
from store_sandbox.load.known import Known, key_of, known_before
from store_sandbox.load.replace import ShopFacts, insert, replacing, run_from, stand_still
from store_sandbox.load.report import Report
from store_sandbox.load.shopify_catalogue import Catalogue, Customers, tag_text
from store_sandbox.load.transactions import zone
from store_sandbox.load.values import UnreadableError, priced
from store_sandbox.state import StateStore, Transaction

_ORDER = (
    "number", "customer_id", "email", "created_at", "processed_at", "updated_at", "cancelled_at",
    "financial_status", "fulfillment_status", "taxes_included", "subtotal", "discounts",
    "shipping", "tax", "total", "refunded", "tags", "note", "source_name", "discount_codes",
)  # fmt: skip
_LINE = (
    "order_id", "variant_id", "product_id", "title", "sku", "vendor", "quantity",
    "current_quantity", "unfulfilled_quantity", "unit_price", "discount",
)  # fmt: skip
_PAID = frozenset({
    "PAID", "PENDING", "AUTHORIZED", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED", "VOIDED",
})  # fmt: skip


@dataclass(slots=True)
class Exported:
    """An order of the export: its first row and its lines."""

    row: Row
    name: str
    at: int
    lines: list[tuple[str, str, str, int, int, int]] = field(default_factory=list)


class Orders:
    """Gathers rows of orders_export.csv: one row per line, the order's own columns on its first."""

    def __init__(self, timezone: str, report: Report) -> None:
        self._zone = zone(timezone)
        self._report = report
        self.orders: dict[str, Exported] = {}
        self.currencies: set[str] = set()

    def order_row(self, row: Row) -> None:
        """A row; the first of a name must say when the order was made."""
        name = row.text("name")
        if not name:
            raise UnreadableError("no order name")
        order = self.orders.get(name)
        if order is None:
            at = row.seconds("created at", self._zone)
            if at is None:
                raise UnreadableError("no 'Created at' on the first row of the order")
            order = Exported(row, name, at)
            _check(row, self._zone)
            self.orders[name] = order
            self.currencies |= {row.text("currency")} - {""}
        quantity, price = row.count("lineitem quantity"), row.decimal("lineitem price")
        if not quantity:
            return
        if quantity < 0 or price < 0:
            raise UnreadableError("a negative line has no place in an orders export")
        unit, total = priced(quantity, price)
        off = min(priced(1, row.decimal("lineitem discount"))[0], total)
        title, sku = row.text("lineitem name"), row.text("lineitem sku")
        discount = off + unit * quantity - total
        order.lines.append((title, sku, row.text("vendor"), quantity, unit, discount))

    def file(
        self, tx: Transaction, catalogue: Catalogue, customers: Customers, known: Known
    ) -> dict[str, int]:
        """Write orders in order of time, under the ids that are `known`."""
        orders = sorted(self.orders.values(), key=lambda order: order.at)
        rows = [self._row(order, 1001 + place, customers) for place, order in enumerate(orders)]
        notes = [_note(order) for order in orders]
        ids = insert(tx, "orders", _ORDER, rows, known.of(tx, "orders", notes))
        lines = [
            _line(number, line, catalogue)
            for order, number in zip(orders, ids, strict=True)
            for line in order.lines
        ]
        keys = [
            key_of(_note(order), place) for order in orders for place in range(len(order.lines))
        ]
        insert(tx, "order_lines", _LINE, lines, known.of(tx, "order_lines", keys))
        refunds = self._refunds(tx, orders, ids, known)
        return {"orders": len(rows), "order lines": len(lines), "refunds": refunds}

    def _row(self, order: Exported, number: int, customers: Customers) -> tuple[Any, ...]:
        row, at = order.row, order.at
        cancelled = row.seconds("cancelled at", self._zone)
        paid = row.text("financial status").upper()
        subtotal = sum(q * unit - off for _, _, _, q, unit, off in order.lines)
        shipping, tax = row.money("shipping") or 0, row.money("taxes") or 0
        total = row.money("total")
        code = row.text("discount code")
        shipped = row.text("fulfillment status").lower() == "fulfilled"
        email = row.text("email").lower()
        return (
            number, customers.ids.get(email), email or None, at, at, max(at, cancelled or at),
            cancelled, paid if paid in _PAID else "PAID",
            "FULFILLED" if shipped else "UNFULFILLED", 1, subtotal,
            row.money("discount amount") or 0, shipping, tax,
            subtotal + shipping if total is None else total, row.money("refunded amount") or 0,
            tag_text(row.text("tags")), _note(order), "import",
            f'["{code}"]' if code.replace("-", "").isalnum() else "[]",
        )  # fmt: skip

    def _refunds(
        self, tx: Transaction, orders: list[Exported], ids: Sequence[int], known: Known
    ) -> int:
        """Refunded amounts as adjustments: the export says neither which lines nor when."""
        found, notes = [], []
        for order, number in zip(orders, ids, strict=True):
            amount = order.row.money("refunded amount")
            if amount:
                booked = order.row.seconds("cancelled at", self._zone) or order.at
                found.append((number, "Refunded amount of the export", amount, booked, booked))
                notes.append(_note(order))
        columns = ("order_id", "note", "total", "created_at", "updated_at")
        refunds = insert(tx, "refunds", columns, found, known.of(tx, "refunds", notes))
        rows = [(n, row[0], -row[2]) for n, row in zip(refunds, found, strict=True)]
        insert(tx, "order_adjustments", ("refund_id", "order_id", "amount"), rows)
        text = "refunds dated by their order, because the export does not say when"
        self._report.note(text, len(found))
        return len(found)


def _note(order: Exported) -> str:
    return f"Imported order {order.name}"


def _check(row: Row, timezone: Any) -> None:
    """Reads every money and date column once, so that a bad one rejects its row at its line."""
    for name in ("shipping", "taxes", "total", "discount amount", "refunded amount"):
        row.money(name)
    row.seconds("cancelled at", timezone)


def _line(
    order_id: int, line: tuple[str, str, str, int, int, int], catalogue: Catalogue
) -> tuple[Any, ...]:
    title, sku, vendor, quantity, unit, discount = line
    found = catalogue.by_sku.get(sku.upper()) if sku else None
    found = found or catalogue.by_name.get(title)
    variant, product, known = found or (None, None, title or sku or "Item")
    return (order_id, variant, product, known, sku or None, vendor or None, quantity, quantity, 0,
            unit, discount)  # fmt: skip


def load_shopify_csv(
    state: StateStore, folder: Path, shop: ShopFacts, now: datetime | None = None
) -> Report:
    """Replace the store's content by Shopify's CSV exports of a folder.

    What an earlier import brought keeps its id, so that what was decided on it goes on.
    An unknown cost stays unknown; a variant without a tracker is not tracked. Raises Invalid
    (store untouched) when no export is there, a column is missing, or the orders are in several
    currencies or another one than `shop.currency`.
    """
    report = Report()
    found = find_exports(folder)
    catalogue, customers, orders = Catalogue(), Customers(), Orders(shop.timezone, report)
    readers = {
        "products": (("handle", "title", "variant price"), catalogue.product_row),
        "inventory": (("handle",), catalogue.stock_row),
        "customers": (("email",), customers.customer_row),
        "orders": (
            ("name", "created at", "lineitem quantity", "lineitem price"),
            orders.order_row,
        ),
    }
    for kind, (required, use) in readers.items():
        if kind in found:
            Export(found[kind], required, report).each(use)
    if orders.currencies - {shop.currency}:
        raise Invalid(
            f"The orders are in {', '.join(sorted(orders.currencies))}, not {shop.currency}.",
            remedy="Give --currency, and export one currency at a time.",
        )
    for order in orders.orders.values():
        email = order.row.text("email").lower()
        if email:
            customers.ensure(email)
    last = max((order.at for order in orders.orders.values()), default=None)
    known = known_before(state)
    with replacing(state, shop) as tx:
        at = tx.now if last is None else last
        # What is brought again is newer than what was there, and than all written to it since.
        stands_at = max(at, tx.now + 1) if known.ids else at
        report.counts |= catalogue.file(tx, stands_at, known)
        report.counts["customers"] = customers.file(tx, stands_at, known)
        report.counts |= orders.file(tx, catalogue, customers, known)
        if now is None:
            stand_still(tx, stands_at)
        else:
            run_from(tx, now)
    report.counts["rejected"] = len(report.rejects)
    return report
