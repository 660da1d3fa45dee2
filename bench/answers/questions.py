"""The questions: as a person asks them, as a command, and as SQL over the store's own tables.

The SQL is written here from the definitions and shares no code with the repositories, so a wrong
query of ours cannot agree with itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Kind = Literal["money", "number", "text"]
SCALE = 10_000  # stored amounts are integers of a ten-thousandth


@dataclass(frozen=True)
class Question:
    """One question; ``read`` finds the answer in the tool's result."""

    id: str
    text: str
    command: str
    tool: str
    kind: Kind
    truth: Decimal | str
    read: Callable[[Json], Any]


def _before_tax(amount: str) -> str:
    """``amount`` of an order ``o`` less its part of the order's tax, where prices include it."""
    return (
        f"({amount} - CASE WHEN o.tax = 0 OR NOT "
        "(SELECT t.taxes_included FROM stores t WHERE t.id = o.store_id) THEN 0 "
        f"ELSE ROUND(1.0 * ({amount}) * o.tax / o.total) END)"
    )


_SOLD = """FROM order_lines l JOIN orders o ON o.store_id = l.store_id AND o.id = l.order_id
    WHERE o.store_id = :store AND o.test = 0 AND o.deleted_at IS NULL
      AND o.day BETWEEN :start AND :end"""
_ORDERED = """FROM orders o WHERE o.store_id = :store AND o.test = 0 AND o.deleted_at IS NULL
      AND o.day BETWEEN :start AND :end"""
_GIVEN_BACK = """FROM refund_lines b
    JOIN refunds r ON r.store_id = b.store_id AND r.order_id = b.order_id AND r.id = b.refund_id
    JOIN orders o ON o.store_id = r.store_id AND o.id = r.order_id
    WHERE o.store_id = :store AND o.test = 0 AND o.deleted_at IS NULL
      AND r.day BETWEEN :start AND :end"""
_CORRECTED = """FROM order_adjustments a
    JOIN refunds r ON r.store_id = a.store_id AND r.order_id = a.order_id AND r.id = a.refund_id
    JOIN orders o ON o.store_id = r.store_id AND o.id = r.order_id
    WHERE o.store_id = :store AND o.test = 0 AND o.deleted_at IS NULL
      AND r.day BETWEEN :start AND :end"""
GROSS = f"(SELECT COALESCE(SUM(l.gross), 0) {_SOLD} AND l.variant_id IS NOT NULL)"
DISCOUNTS = (
    f"((SELECT COALESCE(SUM(l.gross - l.total), 0) {_SOLD} AND l.variant_id IS NOT NULL)"
    f" + (SELECT COALESCE(SUM(o.discount), 0) {_ORDERED}))"
)
RETURNS = f"(SELECT COALESCE(SUM(b.subtotal), 0) {_GIVEN_BACK} AND b.variant_id IS NOT NULL)"
ORDERS = f"(SELECT COUNT(*) {_ORDERED})"
UNITS = f"(SELECT COALESCE(SUM(l.quantity), 0) {_SOLD} AND l.variant_id IS NOT NULL)"
# Each order by itself: its lines less the discount on the whole, without its tax.
_LINES = """(SELECT COALESCE(SUM(l.total), 0) FROM order_lines l
    WHERE l.store_id = o.store_id AND l.order_id = o.id)"""
EARNED = f"(SELECT COALESCE(SUM({_before_tax(f'({_LINES} - o.discount)')}), 0) {_ORDERED})"
NET = (
    f"({EARNED} - (SELECT COALESCE(SUM({_before_tax('b.subtotal')}), 0) {_GIVEN_BACK})"
    f" - (SELECT COALESCE(SUM({_before_tax('-a.amount')}), 0) {_CORRECTED}))"
)

# name, as asked, SQL, whether it is money
METRICS: tuple[tuple[str, str, str, bool], ...] = (
    ("net_sales", "What was our net revenue", NET, True),
    ("gross_sales", "What were our gross sales", GROSS, True),
    ("discounts", "How much did we give in discounts", DISCOUNTS, True),
    ("returns", "How much money went back to customers for returned units", RETURNS, True),
    ("orders", "How many orders were placed", ORDERS, False),
    ("units", "How many units were ordered", UNITS, False),
    ("aov", "What was the average order value", EARNED, True),
)


class Book:
    """The installation's database, read only."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        (self.store, self.zone) = self._db.execute("SELECT id, timezone FROM stores").fetchone()

    def one(self, sql: str, **given: Any) -> Any:
        """The first column of the first row."""
        return self._db.execute(sql, {"store": self.store, **given}).fetchone()[0]

    def rows(self, sql: str, **given: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        return self._db.execute(sql, {"store": self.store, **given}).fetchall()

    def today(self) -> date:
        """The store's calendar day, by the clock that its row states."""
        (at,) = self._db.execute("SELECT clock_world_at FROM stores").fetchone()
        moment = datetime.fromisoformat(at)
        return moment.astimezone(ZoneInfo(self.zone)).date()


def questions(book: Book) -> list[Question]:
    """All of them, the same for the same world."""
    families = (_figures, _series, _by_product, _variants, _products, _counts, _orders, _customers,
                _decisions, _agents, _weeks)  # fmt: skip
    found = [question for family in families for question in family(book)]
    assert len({question.id for question in found}) == len(found)
    return found


def money(scaled: int) -> Decimal:
    """A stored amount to the cent, halves up as the books do."""
    return (Decimal(scaled) / SCALE).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def _periods(book: Book) -> list[tuple[str, str, date, date]]:
    """Name, as said, first and last day: three whole months and the last days."""
    today = book.today()
    found = []
    first = today.replace(day=1)
    for _ in range(3):
        end = first - timedelta(days=1)
        first = end.replace(day=1)
        found.append((f"{first:%Y-%m}", f"in {first:%B %Y}", first, end))
    yesterday = today - timedelta(days=1)
    for days in (7, 30, 90):
        start = yesterday - timedelta(days=days - 1)
        found.append((f"last-{days}", f"over the last {days} complete days", start, yesterday))
    return found


def _figures(book: Book) -> Iterator[Question]:
    for span, said, start, end in _periods(book):
        for name, asks, sql, is_money in METRICS:
            raw = book.one(f"SELECT {sql}", start=start.isoformat(), end=end.isoformat())
            truth = money(raw) if is_money else Decimal(raw)
            if name == "aov":
                count = book.one(f"SELECT {ORDERS}", start=start.isoformat(), end=end.isoformat())
                truth = (Decimal(raw) / SCALE / count).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            yield Question(
                f"{name} {span}", f"{asks} {said} ({start} to {end})?",
                f"/metrics {name} {start} {end}", "metrics", "money" if is_money else "number",
                truth, _figure(name),
            )  # fmt: skip


def _figure(name: str) -> Callable[[Json], Any]:
    return lambda result: next(row["value"] for row in result["data"] if row["name"] == name)


def _series(book: Book) -> Iterator[Question]:
    """The best and the worst day."""
    for span, said, start, end in _periods(book)[3:5]:
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        by_day = {
            day: book.one(f"SELECT {ORDERS}", start=day.isoformat(), end=day.isoformat())
            for day in days
        }
        for word, pick in (("most", max), ("fewest", min)):
            value = pick(by_day.values())
            if list(by_day.values()).count(value) > 1:
                continue
            (best,) = [day for day, count in by_day.items() if count == value]
            yield Question(
                f"day of {word} orders {span}", f"Which day {said} had the {word} orders?",
                f"/metrics orders {start} {end} by day", "metrics", "text", best.isoformat(),
                lambda result, pick=pick: pick(
                    result["data"], key=lambda row: Decimal(str(row["value"] or 0))
                )["period"],
            )  # fmt: skip


def _by_product(book: Book) -> Iterator[Question]:
    """What sold best. Revenue of a product: its lines less what was given back, before tax."""
    paid, returned = _before_tax("l.total"), _before_tax("b.subtotal")
    sold = f"SELECT l.product_id AS p, SUM({paid}) AS m, SUM(l.quantity) AS u {_SOLD} GROUP BY 1"
    back = f"""SELECT v.product_id AS p, SUM({returned}) AS m {
        _GIVEN_BACK.replace(
            "FROM refund_lines b",
            "FROM refund_lines b JOIN variants v "
            "ON v.store_id = b.store_id AND v.id = b.variant_id",
        )
    } GROUP BY 1"""
    for span, said, start, end in _periods(book)[:3]:
        rows = book.rows(
            f"SELECT t.title, s.m - COALESCE(b.m, 0), s.u FROM ({sold}) s "
            f"LEFT JOIN ({back}) b ON b.p = s.p JOIN products t ON t.id = s.p "
            "AND t.store_id = :store ORDER BY 2 DESC LIMIT 5",
            start=start.isoformat(), end=end.isoformat(),
        )  # fmt: skip
        command = f"/metrics revenue {start} {end} by product"
        yield Question(
            f"best product {span}", f"Which product made the most revenue {said}?", command,
            "metrics", "text", rows[0][0], lambda result: result["data"][0]["product"],
        )  # fmt: skip
        for title, revenue, _ in rows[1:3]:
            yield Question(
                f"revenue of {title} {span}",
                f"How much revenue, after returns, did {title} make {said}?", command, "metrics",
                "money", money(revenue),
                lambda result, title=title: _row(result, "product", title)["revenue"]["amount"],
            )  # fmt: skip


def _row(result: Json, key: str, value: Any) -> Json:
    return next(row for row in result["data"] if row[key] == value)


def _variants(book: Book) -> Iterator[Question]:
    rows = book.rows(
        "SELECT v.title, v.sku, v.price, v.unit_cost, t.title, "
        "(SELECT SUM(i.available) FROM inventory_levels i WHERE i.store_id = v.store_id "
        " AND i.inventory_item_id = v.inventory_item_id) "
        "FROM variants v JOIN products t ON t.store_id = v.store_id AND t.id = v.product_id "
        "WHERE v.store_id = :store AND v.deleted_at IS NULL AND t.status = 'active' "
        "AND v.sku IS NOT NULL AND v.tracked = 1 AND v.unit_cost IS NOT NULL "
        "AND (SELECT COUNT(*) FROM products q WHERE q.store_id = v.store_id "
        " AND q.title = t.title) = 1 ORDER BY v.id"
    )
    for place, (title, sku, price, cost, product, available) in enumerate(
        rows[:: max(1, len(rows) // 12)][:12]
    ):
        command = f'/product "{product}"'
        by_sku: Callable[..., Callable[[Json], Any]] = lambda key, sku=sku: (  # noqa: E731
            lambda result: _amount(_row(result, "sku", sku)[key])
        )
        yield Question(
            f"price {sku}", f"What does {title} ({sku}) cost in our shop?", command, "product",
            "money", money(price), by_sku("price"),
        )  # fmt: skip
        yield Question(
            f"available {sku}", f"How many of {sku} can we sell right now?",
            f"/inventory {sku}", "inventory", "number", Decimal(available),
            lambda result, sku=sku: sum(
                row["available"] for row in result["data"] if row["sku"] == sku
            ),
        )  # fmt: skip
        if place % 2 == 0:
            margin_cost = money(cost)
            yield Question(
                f"unit cost {sku}", f"What do we pay for one {sku}?", command, "product", "money",
                margin_cost, by_sku("unit_cost"),
            )  # fmt: skip


def _amount(value: Any) -> Any:
    return value["amount"] if isinstance(value, dict) and "amount" in value else value


def _products(book: Book) -> Iterator[Question]:
    rows = book.rows(
        "SELECT title, vendor, product_type, (SELECT COUNT(*) FROM variants v WHERE "
        "v.store_id = p.store_id AND v.product_id = p.id AND v.deleted_at IS NULL) FROM products p "
        "WHERE p.store_id = :store AND p.deleted_at IS NULL AND p.status = 'active' "
        "AND (SELECT COUNT(*) FROM products q WHERE q.title = p.title) = 1 ORDER BY p.id"
    )
    for title, vendor, product_type, count in rows[3 :: max(1, len(rows) // 6)][:6]:
        command = f'/product "{title}"'
        yield Question(
            f"vendor of {title}", f"Who is the vendor of {title}?", command, "product", "text",
            vendor, lambda result: result["vendor"],
        )  # fmt: skip
        yield Question(
            f"type of {title}", f"What type of product is {title}?", command, "product", "text",
            product_type, lambda result: result["product_type"],
        )  # fmt: skip
        yield Question(
            f"variants of {title}", f"How many variants does {title} have?", command, "product",
            "number", Decimal(count), lambda result: len(result["data"]),
        )  # fmt: skip


def _counts(book: Book) -> Iterator[Question]:
    total: Callable[[Json], Any] = lambda result: result["total"]  # noqa: E731
    kept = "store_id = :store AND deleted_at IS NULL"
    for id_, text, command, tool, sql in (
        ("active products", "How many active products do we have?", "/products status=active",
         "products", f"SELECT COUNT(*) FROM products WHERE {kept} AND status = 'active'"),
        ("customers", "How many customers do we have?", "/customers", "customers",
         f"SELECT COUNT(*) FROM customers WHERE {kept}"),
        ("orders in all", "How many orders have we had in all?", "/orders", "orders",
         f"SELECT COUNT(*) FROM orders WHERE {kept}"),
        ("agents", "How many agents are there?", "/agents", "agents",
         "SELECT COUNT(*) FROM agents WHERE store_id = :store"),
    ):  # fmt: skip
        yield Question(id_, text, command, tool, "number", Decimal(book.one(sql)), total)
    for span, said, start, end in _periods(book)[:2]:
        for status in ("paid", "partially_refunded", "refunded"):
            count = book.one(
                f"SELECT COUNT(*) FROM orders WHERE {kept} AND financial_status = :status "
                "AND day BETWEEN :start AND :end",
                status=status, start=start.isoformat(), end=end.isoformat(),
            )  # fmt: skip
            yield Question(
                f"{status} orders {span}",
                f"How many orders placed {said} are {status.replace('_', ' ')}?",
                f"/orders financial_status={status} start={start} end={end}", "orders", "number",
                Decimal(count), total,
            )  # fmt: skip


def _orders(book: Book) -> Iterator[Question]:
    rows = book.rows(
        "SELECT o.name, o.customer_name, o.country, o.total, o.units, (SELECT SUM(r.total) FROM "
        "refunds r WHERE r.store_id = o.store_id AND r.order_id = o.id) FROM orders o "
        "WHERE o.store_id = :store AND o.deleted_at IS NULL AND o.customer_name IS NOT NULL "
        "ORDER BY o.processed_at"
    )
    plain = [row for row in rows if row[5] is None][7 :: len(rows) // 6][:5]
    refunded = [row for row in rows if row[5]][11 :: max(1, len(rows) // 40)][:4]
    for name, customer, country, total, units, back in [*plain, *refunded]:
        command = f"/order {name}"
        yield Question(
            f"total {name}", f"What is the total of order {name}?", command, "order", "money",
            money(total), lambda result: _amount(result["total"]),
        )  # fmt: skip
        yield Question(
            f"customer {name}", f"Who placed order {name}?", command, "order", "text", customer,
            lambda result: result["customer"],
        )  # fmt: skip
        if back:
            yield Question(
                f"refunded {name}", f"How much did we refund on order {name} in all?", command,
                "order", "money", money(back),
                lambda result: sum(Decimal(_amount(each["total"])) for each in result["refunds"]),
            )  # fmt: skip
        else:
            yield Question(
                f"units {name}", f"How many units are in order {name}?", command, "order",
                "number", Decimal(units), lambda result: result["units"],
            )  # fmt: skip
            yield Question(
                f"country {name}", f"To which country did order {name} go (two letters)?", command,
                "order", "text", country, lambda result: result["country"],
            )  # fmt: skip


def _customers(book: Book) -> Iterator[Question]:
    rows = book.rows(
        "SELECT name, country, orders, spent FROM customers c WHERE store_id = :store "
        "AND deleted_at IS NULL AND name IS NOT NULL AND (SELECT COUNT(*) FROM customers d "
        "WHERE d.store_id = c.store_id AND d.name = c.name) = 1 ORDER BY spent DESC, id LIMIT 5"
    )
    best = book.one(
        "SELECT name FROM customers WHERE store_id = :store AND deleted_at IS NULL "
        "ORDER BY spent DESC LIMIT 1"
    )
    yield Question(
        "best customer", "Which customer spent the most with us?", "/customers", "customers",
        "text", best, lambda result: result["data"][0]["name"],
    )  # fmt: skip
    for name, _, orders, spent in rows:
        command = f'/customer "{name}"'
        yield Question(
            f"spent {name}", f"How much has {name} spent in all?", command, "customer", "money",
            money(spent), lambda result: _amount(result["spent"]),
        )  # fmt: skip
        yield Question(
            f"orders of {name}", f"How many orders did {name} place in all?", command, "customer",
            "number", Decimal(orders), lambda result: result["orders"],
        )  # fmt: skip


def _decisions(book: Book) -> Iterator[Question]:
    for kind, said in (("price.set", "price changes"), ("inventory.reorder", "reorders")):
        waiting = book.one(
            "SELECT COUNT(*) FROM decisions WHERE store_id = :store AND status = 'proposed' "
            "AND kind = :kind AND shadow = 0", kind=kind,
        )  # fmt: skip
        yield Question(
            f"waiting {kind}", f"How many proposed {said} wait for me?",
            f"/decisions kind={kind}", "decisions", "number", Decimal(waiting),
            lambda result: result["total"],
        )  # fmt: skip
    stake = book.one(
        "SELECT MAX(stake) FROM decisions WHERE store_id = :store AND status = 'proposed'"
    )
    yield Question(
        "largest stake", "What is the most money at stake in a waiting decision?", "/decisions",
        "decisions", "money", money(stake),
        lambda result: _amount(result["data"][0]["money_at_stake"]),
    )  # fmt: skip
    rows = book.rows(
        "SELECT id, subject_title, arguments, precondition FROM decisions d "
        "WHERE store_id = :store AND status = 'proposed' AND kind = 'price.set' "
        "AND (SELECT COUNT(*) FROM decisions e WHERE e.subject_title = d.subject_title) = 1 "
        "ORDER BY stake DESC LIMIT 6"
    )
    for id_, title, arguments, precondition in rows:
        proposed, now = json.loads(arguments)["price"], json.loads(precondition)["price"]
        command = f"/decision {id_}"
        yield Question(
            f"proposed price {id_}", f"Which price is proposed for {title}?", command, "decision",
            "money", Decimal(proposed), lambda result: result["arguments"]["price"],
        )  # fmt: skip
        yield Question(
            f"price before {id_}", f"From which price is {title} to be changed by the decision "
            "that waits?", command, "decision", "money", Decimal(now),
            lambda result: result["precondition"]["price"],
        )  # fmt: skip


def _agents(book: Book) -> Iterator[Question]:
    cron = book.one("SELECT cron FROM schedules WHERE agent_id = 'inventory_pricing'")
    yield Question(
        "schedule", "On which schedule (cron) does the inventory and pricing agent run?",
        "/agent inventory_pricing", "agent", "text", cron, lambda result: result["schedule"],
    )  # fmt: skip
    waiting = book.one(
        "SELECT COUNT(*) FROM decisions WHERE store_id = :store AND status = 'proposed' "
        "AND agent_id = 'inventory_pricing' AND shadow = 0"
    )
    yield Question(
        "decisions of the agent", "How many decisions of the pricing agent wait?",
        "/agent inventory_pricing", "agent", "number", Decimal(waiting),
        lambda result: result["waiting_decisions"],
    )  # fmt: skip
    currency = book.one("SELECT currency FROM stores")
    yield Question(
        "currency", "In which currency does the store count?", "/status", "status", "text",
        currency, lambda result: result["currency"],
    )  # fmt: skip


def _weeks(book: Book) -> Iterator[Question]:
    """Units of whole weeks, Monday to Sunday."""
    monday = book.today() - timedelta(days=book.today().weekday())
    for back in (1, 2, 3):
        start = monday - timedelta(weeks=back)
        end = start + timedelta(days=6)
        units = book.one(f"SELECT {UNITS}", start=start.isoformat(), end=end.isoformat())
        yield Question(
            f"units in the week of {start}",
            f"How many units did we sell in the week of {start}?", "/forecast", "forecast",
            "number", Decimal(units),
            lambda result, start=start: _row(result, "week", start.isoformat())["sold"],
        )  # fmt: skip
