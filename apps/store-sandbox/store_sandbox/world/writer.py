"""Writes facts into the store: one path for a whole history and for the last few seconds."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from store_sandbox.state import Transaction, payments
from store_sandbox.state.taxes import CENT, REDUCED_TAXES, reduce_tax, tax_in
from store_sandbox.world import tables
from store_sandbox.world.facts import (
    ChargedBack,
    CheckoutAbandoned,
    CheckoutRecovered,
    Fact,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
    PriceChanged,
    StockArrived,
    StockOrdered,
)
from store_sandbox.world.ledger import Ledger
from store_sandbox.world.rows import address, line_rows, order_row
from store_sandbox.world.shelves import Shelves
from store_sandbox.world.shop import Shop


class Writer:
    """Collects the rows that facts make or change and writes them once, at `flush`.

    Rows changed at a moment the store's clock has already passed carry the clock's time as
    `updated_at`, so that a client paging by it never misses them.
    """

    def __init__(self, tx: Transaction, shop: Shop, floor: int) -> None:
        self.tx, self.shop, self.floor = tx, shop, floor
        self.rows = Ledger(tx)
        self.shelves = Shelves(tx, shop)
        self._disputes: list[tuple[str, Any]] = []
        self._disputed_orders: list[dict[str, Any]] = []
        self._rings: list[tuple[str, Any]] = []
        self._taxes: list[dict[str, Any]] = []
        # Rates of product types that bear another tax than the usual one, in ten-thousandths.
        self._rates: dict[str, int] = json.loads(tx.get_meta(REDUCED_TAXES) or "{}")
        self._apply: dict[type, Callable[[Any], None]] = {
            OrderPlaced: self._placed,
            OrderShipped: self._shipped,
            OrderRefunded: self._refunded,
            CheckoutAbandoned: self._abandoned,
            CheckoutRecovered: self._recovered,
            PriceChanged: self._repriced,
            StockOrdered: self._ordered,
            StockArrived: self._arrived,
            ChargedBack: self._disputed,
        }

    def write(self, facts: list[Fact]) -> None:
        """Take facts in order of time and write their rows."""
        for fact in facts:
            self._apply[type(fact)](fact)
        self.rows.flush()
        self.shelves.flush()
        self.tx.insert("line_taxes", self._taxes)
        self.tx.insert("disputes", self._disputed_orders)
        tables.add_secrets(self.tx, "dispute", self._disputes)
        tables.add_secrets(self.tx, "ring", self._rings)

    def _stamp(self, at: datetime) -> int:
        return max(int(at.timestamp()), self.floor)

    def _customer(self, fact: OrderPlaced | CheckoutAbandoned) -> dict[str, Any]:
        person, at = fact.person, int(fact.at.timestamp())
        found = self.rows.customers.find(person.key)
        if found is not None:
            return found
        subscribed = person.subscribed
        customer = self.rows.customers.add(
            person.key,
            {
                "first_name": person.first_name,
                "last_name": person.last_name,
                "email": person.email,
                "email_consent": "SUBSCRIBED" if subscribed else "NOT_SUBSCRIBED",
                "email_consent_at": at if subscribed else None,
                "address": json.dumps(address(person), ensure_ascii=False),
                "orders_count": 0,
                "amount_spent": 0,
                "last_order_id": None,
                "created_at": at,
                "updated_at": self._stamp(fact.at),
            },
        )
        self.tx.changed("customers/create", customer["id"])
        return customer

    def _placed(self, fact: OrderPlaced) -> None:
        customer = self._customer(fact)
        stamp = self._stamp(fact.at)
        order = self.rows.orders.add(fact.key, order_row(fact, customer, stamp))
        order["number"] = self.rows.next_number()
        lines = line_rows(fact, self.shop, self.shelves, order["id"])
        self.rows.add_lines(order["id"], lines)
        self._tax(fact, order, lines)
        for line in fact.lines:
            units = line.quantity
            self.shelves.move(line.variant, stamp, available=-units, committed=units)
        customer["orders_count"] += 1
        customer["amount_spent"] += order["total"]
        customer["last_order_id"], customer["updated_at"] = order["id"], stamp
        if fact.ring:
            self._rings.append((fact.key, {"ring": fact.ring, "order_id": order["id"]}))
        for topic in ("orders/create", "orders/paid"):
            self.tx.changed(topic, order["id"])
        if order["total"]:
            self.tx.changed(payments.TOPIC, payments.sale_number(order["id"]))

    def _tax(self, fact: OrderPlaced, order: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        for sold, line in zip(fact.lines, lines, strict=True):
            product = self.shop.products[int(self.shop.product_of[sold.variant])]
            if product.kind.name in self._rates:
                self._taxes.append(reduce_tax(order, line, self._rates[product.kind.name]))

    def _shipped(self, fact: OrderShipped) -> None:
        order = self.rows.orders.find(fact.order)
        if order is None or order["fulfillment_status"] == "FULFILLED":
            return
        if order["cancelled_at"] is not None or self._held_back(order["id"]):
            return
        stamp = self._stamp(fact.at)
        self.rows.add_fulfilment(order["id"], self.shelves.location, fact.at, stamp)
        for line in self.rows.lines(order["id"]):
            units = line["unfulfilled_quantity"]
            variant = self.shelves.index(line["variant_id"])
            if units and variant is not None:
                self.shelves.move(variant, stamp, committed=-units, on_hand=-units)
            line["unfulfilled_quantity"] = 0
        order["fulfillment_status"], order["updated_at"] = "FULFILLED", stamp
        order["closed_at"] = int(fact.at.timestamp())
        for topic in ("orders/fulfilled", "orders/updated"):
            self.tx.changed(topic, order["id"])

    def _held_back(self, order_id: int) -> bool:
        """An order on hold stays where it is; it leaves later if it is let go."""
        marked = self.tx.connection.execute(
            "UPDATE fulfillment_holds SET missed = 1 WHERE order_id = ?", (order_id,)
        )
        return marked.rowcount > 0

    def _refunded(self, fact: OrderRefunded) -> None:
        order = self.rows.orders.find(fact.order)
        if order is None or (fact.cancelled and order["cancelled_at"] is not None):
            return
        stamp = self._stamp(fact.at)
        refund = self.rows.add_refund(order["id"], fact.note, fact.at, stamp)
        lines = self.rows.lines(order["id"])
        total = fact.goodwill * CENT
        came_back: dict[int, int] = {}
        for part in fact.returned:
            line = lines[part.line]
            quantity = min(part.quantity, line["current_quantity"])
            if quantity:
                total += self._give_back(fact, refund, line, quantity, restock=part.restocked)
                came_back |= {line["id"]: quantity} if not line["unfulfilled_quantity"] else {}
        if came_back and not fact.cancelled:
            self.rows.add_return(order, came_back, fact.at, stamp)
        if fact.goodwill:
            self.rows.add_adjustment(refund, -fact.goodwill * CENT)
        if fact.cancelled:
            total += order["shipping"]
            order["cancelled_at"], order["cancel_reason"] = int(fact.at.timestamp()), fact.cancelled
            self.tx.changed("orders/cancelled", order["id"])
        refund["total"] = total
        order["refunded"] += total
        whole = order["refunded"] >= order["total"]
        order["financial_status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        order["updated_at"] = stamp
        self.rows.spend_less(order["customer_id"], total, stamp)
        self.tx.changed("refunds/create", refund["id"])
        if total:
            self.tx.changed(payments.TOPIC, payments.refund_number(refund["id"]))
        self.tx.changed("orders/updated", order["id"])

    def _give_back(
        self,
        fact: OrderRefunded,
        refund: dict[str, Any],
        line: dict[str, Any],
        quantity: int,
        *,
        restock: bool,
    ) -> int:
        whole: int = line["quantity"]
        total = line["unit_price"] * whole - line["discount"]
        kept = whole - line["current_quantity"]
        subtotal = _share(total, kept + quantity, whole) - _share(total, kept, whole)
        line["current_quantity"] -= quantity
        kind = "CANCEL" if fact.cancelled else "RETURN" if restock else "NO_RESTOCK"
        self.rows.add_refund_line(
            {
                "refund_id": refund["id"],
                "line_id": line["id"],
                "quantity": quantity,
                "restock_type": kind,
                "price": line["unit_price"],
                "subtotal": subtotal,
                "tax": _share(line["tax"], kept + quantity, whole)
                - _share(line["tax"], kept, whole),
                "location_id": self.shelves.location if restock else None,
            }
        )
        variant = self.shelves.index(line["variant_id"])
        if variant is not None and restock:
            stamp = self._stamp(fact.at)
            if fact.cancelled:
                line["unfulfilled_quantity"] = max(0, line["unfulfilled_quantity"] - quantity)
                self.shelves.move(variant, stamp, available=quantity, committed=-quantity)
            else:
                self.shelves.move(variant, stamp, available=quantity, on_hand=quantity)
        return subtotal

    def _abandoned(self, fact: CheckoutAbandoned) -> None:
        customer = self._customer(fact)
        stamp = self._stamp(fact.at)
        lines = [
            {
                "variant_id": self.shelves.variant_ids[line.variant],
                "product_id": self.shelves.product_ids[line.variant],
                "title": self.shelves.titles[line.variant],
                "sku": self.shelves.skus[line.variant],
                "quantity": line.quantity,
                "unit_price": line.unit_price * CENT,
            }
            for line in fact.lines
        ]
        subtotal = sum(line.total for line in fact.lines) * CENT
        checkout = self.rows.checkouts.add(
            fact.key,
            {
                "customer_id": customer["id"],
                "email": fact.person.email,
                "created_at": int(fact.at.timestamp()),
                "updated_at": stamp,
                "completed_at": None,
                "subtotal": subtotal,
                "tax": tax_in(subtotal),
                "total": subtotal,
                "lines": json.dumps(lines, ensure_ascii=False),
                "shipping_address": customer["address"],
            },
        )
        self.tx.changed("checkouts/create", checkout["id"])

    def _recovered(self, fact: CheckoutRecovered) -> None:
        checkout = self.rows.checkouts.find(fact.key)
        if checkout is not None:
            checkout["completed_at"] = int(fact.at.timestamp())
            checkout["updated_at"] = self._stamp(fact.at)
            self.tx.changed("checkouts/update", checkout["id"])

    def _repriced(self, fact: PriceChanged) -> None:
        compare_at = fact.compare_at * CENT or None
        self.shelves.reprice(fact.variant, self._stamp(fact.at), fact.price * CENT, compare_at)

    def _ordered(self, fact: StockOrdered) -> None:
        self.shelves.move(fact.variant, self._stamp(fact.at), incoming=fact.quantity)

    def _arrived(self, fact: StockArrived) -> None:
        self.shelves.move(
            fact.variant,
            self._stamp(fact.at),
            available=fact.quantity,
            on_hand=fact.quantity,
            incoming=-fact.ordered,
        )

    def _disputed(self, fact: ChargedBack) -> None:
        order = self.rows.orders.find(fact.order)
        # Who got the money back, or nothing at all, has nothing to dispute.
        if order is not None and order["cancelled_at"] is None:
            value = {"ring": fact.ring, "order_id": order["id"], "at": int(fact.at.timestamp())}
            self._disputes.append((fact.order, value))
            number = self.tx.next_ids("disputes")[0]
            row = {"id": number, "order_id": order["id"], "created_at": value["at"]}
            self._disputed_orders.append(row)


def _share(total: int, units: int, quantity: int) -> int:
    """What `units` of a line cost, in whole cents; all units cost the whole line exactly."""
    if units >= quantity:
        return total
    return round(total * units / quantity / CENT) * CENT
