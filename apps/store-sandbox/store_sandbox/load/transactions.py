"""`royal-sandbox load transactions`: a file of sold lines becomes a catalogue and a past."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import Invalid
from store_sandbox.load.booking import Books, Order
from store_sandbox.load.countries import country_code
from store_sandbox.load.filing import file_orders
from store_sandbox.load.goods import GoodsRule
from store_sandbox.load.records import Progress
from store_sandbox.load.replace import ShopFacts, insert, replacing, run_from, stand_still
from store_sandbox.load.report import Report
from store_sandbox.load.sales import Sale, SalesReader
from store_sandbox.load.values import priced
from store_sandbox.state import StateStore, Transaction


@dataclass(frozen=True, slots=True)
class TransactionsOptions:
    """How to read the file; see the command's help."""

    shop: ShopFacts
    columns: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    adjustment_codes: tuple[str, ...] = ()
    goods_codes: tuple[str, ...] = ()
    drop_duplicates: bool = False
    now: datetime | None = None


def load_transactions(
    state: StateStore,
    path: Path,
    options: TransactionsOptions,
    progress: Progress | None = None,
) -> Report:
    """Replace the store's content by a transactions file; the report tells what became of it.

    Per local month, order lines + order adjustments - refund lines equal the file's sum of
    quantity x unit price over readable lines, to the ten-thousandth. Costs and stock are unknown
    and stay so: no unit cost, inventory not tracked. Raises Invalid (store untouched) when the
    file has no usable header or not one readable line.
    """
    report = Report()
    rule = GoodsRule(options.adjustment_codes, options.goods_codes)
    reader = SalesReader(zone(options.shop.timezone), options.columns, options.date_format, report)
    sales = list(reader.read(path, progress))
    if not sales:
        raise Invalid(
            f"{path.name!r} has no line that can be read.",
            remedy="Look at the rejects, then give --map, --date-format or --timezone.",
        )
    sales = _duplicates(sales, report, drop=options.drop_duplicates)
    sales.sort(key=lambda sale: (sale.at, sale.quantity < 0 or sale.price < 0))
    books = Books(rule, report)
    books.book(sales)
    products = catalogue(sales, rule)
    orders = sorted(books.orders.values(), key=lambda order: order.at)
    last = sales[-1].at
    report.counts["lines"] = len(sales)
    del sales
    with replacing(state, options.shop) as tx:
        variants = _file_products(tx, products, last)
        customers = _file_customers(tx, orders)
        report.counts |= file_orders(tx, orders, variants, customers)
        report.counts |= {"products": len(products), "customers": len(customers)}
        if options.now is None:
            stand_still(tx, last)
        else:
            run_from(tx, options.now)
    report.counts["rejected"] = len(report.rejects)
    return report


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; Invalid for any other name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"{name!r} is not a time zone.", remedy="Use an IANA name such as Europe/London."
        ) from error


def _duplicates(sales: list[Sale], report: Report, *, drop: bool) -> list[Sale]:
    """Counts lines equal in every column; they stay unless asked otherwise, because they sum."""
    seen: set[Sale] = set()
    unique: list[Sale] = []
    for sale in sales:
        if sale not in seen:
            seen.add(sale)
            unique.append(sale)
    what = "left out" if drop else "kept, because a till may book two alike"
    report.note(f"lines equal to another line in every column, {what}", len(sales) - len(unique))
    return unique if drop else sales


@dataclass(slots=True)
class Product:
    """What the lines of one code say: their most frequent name, the last price above zero."""

    names: Counter[str] = field(default_factory=Counter)
    price: int = 0
    first: int = 0

    @property
    def title(self) -> str:
        """The most frequent description, the shorter one when two are as frequent."""
        ranked = sorted(self.names.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
        return ranked[0][0] if ranked else ""


def catalogue(sales: list[Sale], rule: GoodsRule) -> dict[str, Product]:
    """Products by code, from sales sorted by time; only codes that are goods and were ever sold."""
    products: dict[str, Product] = {}
    for sale in sales:
        if not rule.is_goods(sale.sku):
            continue
        product = products.get(sale.sku)
        if product is None:
            product = products[sale.sku] = Product(first=sale.at)
        if sale.description and sale.price > 0:
            product.names[sale.description] += 1
        if sale.price > 0:
            product.price, _ = priced(1, sale.price)
    return {sku: product for sku, product in products.items() if product.price}


def _file_products(
    tx: Transaction, products: Mapping[str, Product], last: int
) -> dict[str, tuple[int, int, str]]:
    """Writes products without cost and stock: code -> (variant id, product id, title)."""
    location = insert(tx, "locations", ("name", "created_at", "updated_at"), [("Shop", last, last)])
    handles: Counter[str] = Counter()
    rows = []
    for sku, product in products.items():
        handle = re.sub(r"[^a-z0-9]+", "-", f"{product.title} {sku}".lower()).strip("-")
        handles[handle] += 1
        handle += f"-{handles[handle]}" if handles[handle] > 1 else ""
        rows.append((product.title or sku, handle, product.first, product.first, last))
    stamps = ("created_at", "updated_at")
    ids = insert(tx, "products", ("title", "handle", "published_at", *stamps), rows)
    variant_ids = tx.next_ids("variants", len(rows))
    item_ids = tx.next_ids("inventory_items", len(rows))
    pairs = list(zip(products.items(), ids, variant_ids, item_ids, strict=True))
    tx.insert_tuples(
        "variants",
        ("id", "product_id", "inventory_item_id", "sku", "price", *stamps),
        ((v, p, i, sku, product.price, product.first, last) for (sku, product), p, v, i in pairs),
    )
    tx.insert_tuples(
        "inventory_items",
        ("id", "variant_id", "tracked", "unit_cost", *stamps),
        ((i, v, 0, None, product.first, last) for (_, product), _, v, i in pairs),
    )
    tx.insert_tuples(
        "inventory_levels",
        ("item_id", "location_id", *stamps),
        ((i, location[0], product.first, last) for (_, product), _, _, i in pairs),
    )
    return {sku: (v, p, product.title or sku) for (sku, product), p, v, _ in pairs}


def _file_customers(tx: Transaction, orders: list[Order]) -> dict[str, int]:
    """Writes one customer per code of the file, without inventing a name or an address."""
    spent: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    first: dict[str, Order] = {}
    latest: dict[str, int] = {}
    for order in orders:
        if not order.customer:
            continue
        first.setdefault(order.customer, order)
        counts[order.customer] += bool(order.lines)
        spent[order.customer] += sum(line.total for line in order.lines)
        spent[order.customer] -= sum(refund.total for refund in order.refunds.values())
        latest[order.customer] = order.at
    names = ("last_name", "email", "note", "address", "orders_count", "amount_spent")
    rows = [
        (
            None if "@" in code else f"Customer {code}",
            code if "@" in code else None,
            f"Customer {code} of the imported file",
            _address(order.country),
            counts[code],
            spent[code],
            order.at,
            latest[code],
        )
        for code, order in first.items()
    ]
    ids = insert(tx, "customers", (*names, "created_at", "updated_at"), rows)
    return dict(zip(first, ids, strict=True))


def _address(country: str) -> str | None:
    if not country:
        return None
    return json.dumps({"country": country, "countryCodeV2": country_code(country)})
