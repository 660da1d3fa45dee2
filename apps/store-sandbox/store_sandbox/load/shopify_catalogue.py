"""Products, stock and customers of Shopify's own CSV exports."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from store_sandbox.load.countries import country_code
from store_sandbox.load.exports import Row
from store_sandbox.load.known import Known, key_of
from store_sandbox.load.replace import insert
from store_sandbox.load.values import UnreadableError, priced, whole
from store_sandbox.state import Transaction


@dataclass(slots=True)
class Variant:
    """A variant of an export; money in ten-thousandths, None = not said."""

    options: tuple[str, ...]
    sku: str
    price: int
    compare_at: int | None
    cost: int | None
    tracked: bool
    policy: str
    stock: int | None
    places: int | None = None  # units of the inventory export so far


@dataclass(slots=True)
class Product:
    """A product of an export, gathered from the rows of its handle."""

    handle: str
    title: str
    vendor: str
    kind: str
    tags: str
    body: str
    status: str
    option_names: tuple[str, ...]
    variants: list[Variant] = field(default_factory=list)


class Catalogue:
    """Gathers rows of the products and the inventory export, then writes them."""

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.by_sku: dict[str, tuple[int, int, str]] = {}
        self.by_name: dict[str, tuple[int, int, str]] = {}

    def product_row(self, row: Row) -> None:
        """A row of products_export.csv: the first of a handle describes the product."""
        handle = row.text("handle")
        if not handle:
            raise UnreadableError("no handle")
        product = self.products.get(handle)
        if product is None:
            product = self.products[handle] = _product(row, handle)
        price = row.money("variant price")
        if price is None:
            return  # a row that only carries an image
        values = [row.text(f"option{n} value") for n in (1, 2, 3)]
        policy = "CONTINUE" if row.text("variant inventory policy") == "continue" else "DENY"
        product.variants.append(
            Variant(
                options=tuple(value for value in values if value),
                sku=row.text("variant sku"),
                price=price,
                compare_at=row.money("variant compare at price"),
                cost=row.money("cost per item"),
                tracked=bool(row.text("variant inventory tracker")),
                policy=policy,
                stock=row.count("variant inventory qty"),
            )
        )

    def stock_row(self, row: Row) -> None:
        """A row of inventory_export.csv: units of one variant at one place; places are added."""
        product = self.products.get(row.text("handle"))
        values = tuple(v for v in (row.text(f"option{n} value") for n in (1, 2, 3)) if v)
        variants = product.variants if product else []
        found = next((v for v in variants if v.options == values), None)
        if found is None:
            raise UnreadableError("no such variant in the products export")
        text = row.text("available", "available (not editable)", "on hand (current)", "on hand")
        if text and text.lower() != "not stocked":
            units = whole(text, "available")
            found.places = (found.places or 0) + units
            found.stock, found.tracked = found.places, True

    def file(self, tx: Transaction, at: int, known: Known) -> dict[str, int]:
        """Write everything as it stands at `at` (UTC seconds), under the ids that are `known`."""
        location = insert(
            tx, "locations", ("name", "created_at", "updated_at"), [("Shop", at, at)],
            known.of(tx, "locations", ["Shop"]),
        )  # fmt: skip
        products = list(self.products.values())
        names = ("title", "handle", "vendor", "product_type", "tags", "description_html", "status",
                 "options", "published_at", "created_at", "updated_at")  # fmt: skip
        handles = [product.handle for product in products]
        ids = insert(
            tx, "products", names, [_product_row(p, at) for p in products],
            known.of(tx, "products", handles),
        )  # fmt: skip
        keys = [
            key_of(product.handle, _options(product, variant))
            for product in products
            for variant in product.variants
        ]
        variant_ids = known.of(tx, "variants", keys)
        item_ids = known.of(tx, "inventory_items", keys)
        place = 0
        variants, items, levels = [], [], []
        for product, number in zip(products, ids, strict=True):
            for position, variant in enumerate(product.variants, start=1):
                v, i = variant_ids[place], item_ids[place]
                place += 1
                variants.append(_variant_row(product, variant, v, i, number, position, at))
                items.append((i, v, int(variant.tracked), variant.cost, at, at))
                units = (variant.stock or 0) if variant.tracked else 0
                levels.append((i, location[0], units, units, at, at))
                self._remember(product, variant, (v, number, product.title))
        tx.insert_tuples("variants", _VARIANT, variants)
        tx.insert_tuples("inventory_items", _ITEM, items)
        tx.insert_tuples("inventory_levels", _LEVEL, levels)
        return {"products": len(products), "variants": len(keys)}

    def _remember(self, product: Product, variant: Variant, found: tuple[int, int, str]) -> None:
        if variant.sku:
            self.by_sku.setdefault(variant.sku.upper(), found)
        options = [value for value in variant.options if value != "Default Title"]
        name = " - ".join([product.title, " / ".join(options)]) if options else product.title
        self.by_name.setdefault(name, found)


_VARIANT = ("id", "product_id", "inventory_item_id", "title", "sku", "position", "price",
            "compare_at_price", "inventory_policy", "options", "created_at",
            "updated_at")  # fmt: skip
_ITEM = ("id", "variant_id", "tracked", "unit_cost", "created_at", "updated_at")
_LEVEL = ("item_id", "location_id", "available", "on_hand", "created_at", "updated_at")


def _product(row: Row, handle: str) -> Product:
    names = [row.text(f"option{n} name") for n in (1, 2, 3)]
    status = row.text("status").upper()
    return Product(
        handle=handle,
        title=row.text("title") or handle,
        vendor=row.text("vendor"),
        kind=row.text("type", "product category"),
        tags=tag_text(row.text("tags")),
        body=row.text("body (html)"),
        status=status if status in ("ACTIVE", "DRAFT", "ARCHIVED") else "ACTIVE",
        option_names=tuple(name for name in names if name and name != "Title"),
    )


def tag_text(text: str) -> str:
    """`b, a` -> `,a,b,` as the state keeps tags."""
    tags = sorted({tag.strip() for tag in text.split(",") if tag.strip()})
    return f",{','.join(tags)}," if tags else ""


def _product_row(product: Product, at: int) -> tuple[Any, ...]:
    options = []
    for place, name in enumerate(product.option_names):
        values = [v.options[place] for v in product.variants if len(v.options) > place]
        options.append({"name": name, "values": list(dict.fromkeys(values))})
    published = at if product.status == "ACTIVE" else None
    return (product.title, product.handle, product.vendor, product.kind, product.tags,
            product.body, product.status, json.dumps(options), published, at, at)  # fmt: skip


def _variant_row(
    product: Product, variant: Variant, number: int, item: int, *rest: int
) -> tuple[Any, ...]:
    product_id, position, at = rest
    options = _options(product, variant)
    title = " / ".join(variant.options) or "Default Title"
    return (number, product_id, item, title, variant.sku or None, position, variant.price,
            variant.compare_at, variant.policy, options, at, at)  # fmt: skip


def _options(product: Product, variant: Variant) -> str:
    pairs = zip(product.option_names, variant.options, strict=False)
    return json.dumps([{"name": name, "value": value} for name, value in pairs])


class Customers:
    """Gathers rows of customers_export.csv by e-mail, then writes them."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Any, ...]] = {}
        self.ids: dict[str, int] = {}

    def customer_row(self, row: Row) -> None:
        """One customer; a row without e-mail keeps its own key."""
        email = row.text("email").lower()
        spent = row.decimal("total spent")
        consent = row.text("accepts email marketing", "accepts marketing").lower() == "yes"
        country = row.text("default address country code", "country code", "country")
        address = {
            "address1": row.text("default address address1", "address1") or None,
            "city": row.text("default address city", "city") or None,
            "zip": re.sub(r"^'", "", row.text("default address zip", "zip")) or None,
            "country": country or None,
            "countryCodeV2": country_code(country),
        }
        self.rows[email or f"row {row.line}"] = (
            row.text("first name") or None,
            row.text("last name") or None,
            email or None,
            row.text("note") or None,
            tag_text(row.text("tags")),
            "SUBSCRIBED" if consent else "NOT_SUBSCRIBED",
            json.dumps(address, ensure_ascii=False) if country else None,
            row.count("total orders") or 0,
            priced(1, spent)[0],
        )

    def ensure(self, email: str) -> str:
        """A customer only the orders know."""
        self.rows.setdefault(email, (None, None, email, None, "", "NOT_SUBSCRIBED", None, 0, 0))
        return email

    def file(self, tx: Transaction, at: int, known: Known) -> int:
        """Write everybody, under the ids that are `known`; how many they are."""
        names = ("first_name", "last_name", "email", "note", "tags", "email_consent", "address",
                 "orders_count", "amount_spent", "created_at", "updated_at")  # fmt: skip
        rows = [(*values, at, at) for values in self.rows.values()]
        ids = insert(tx, "customers", names, rows, known.of(tx, "customers", self.rows))
        self.ids = dict(zip(self.rows, ids, strict=True))
        return len(rows)
