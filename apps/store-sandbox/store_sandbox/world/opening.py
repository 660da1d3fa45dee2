"""Puts the shop itself into an empty store: location, products, variants, shelves."""

import json
import re
from typing import Any

from store_sandbox.state import Transaction
from store_sandbox.world import tables
from store_sandbox.world.book import Book
from store_sandbox.world.shop import Product, Shop

CENT = 100  # the state counts ten-thousandths
SHOP_META = {
    "shop.name": "Hoefslag & Co",
    "shop.currency": "EUR",
    "shop.timezone": "Europe/Amsterdam",
    "shop.taxes_included": "1",
    "shop.source": "world",
}
# What every new store is given, in the language of Shopify's segments.
_SEGMENTS = {
    "Customers who have purchased at least once": "number_of_orders >= 1",
    "Customers who have purchased more than once": "number_of_orders >= 2",
    "Customers who haven't purchased": "number_of_orders = 0",
    "Email subscribers": "email_subscription_status = 'SUBSCRIBED'",
}


def open_shop(tx: Transaction, shop: Shop, book: Book, at: int) -> None:
    """Write the catalogue as it looked at `at` (UTC seconds), with the book's shelves."""
    for key, value in SHOP_META.items():
        tx.set_meta(key, value)
    location = tx.next_ids("locations")[0]
    tx.insert(
        "locations",
        [
            {
                "id": location,
                "name": "Warehouse Ermelo",
                "address1": "Ruiterpad 12",
                "city": "Ermelo",
                "zip": "3851 MN",
                "country_code": "NL",
                "created_at": at,
                "updated_at": at,
            }
        ],
    )
    product_ids = tx.next_ids("products", len(shop.products))
    tx.insert(
        "products",
        [_product(p, number, at) for p, number in zip(shop.products, product_ids, strict=True)],
    )
    _variants(tx, shop, book, at, location=location, product_ids=product_ids)
    _collections(tx, shop, at, product_ids)
    _segments(tx, at)


def _segments(tx: Transaction, at: int) -> None:
    """The groups of customers that a new store starts with."""
    idents = tx.next_ids("segments", len(_SEGMENTS))
    tx.insert(
        "segments",
        [
            {"id": ident, "name": name, "query": query, "created_at": at, "updated_at": at}
            for ident, (name, query) in zip(idents, _SEGMENTS.items(), strict=True)
        ],
    )


def _collections(tx: Transaction, shop: Shop, at: int, product_ids: range) -> None:
    """One collection for each kind of goods."""
    members: dict[str, list[int]] = {}
    for product, number in zip(shop.products, product_ids, strict=True):
        members.setdefault(product.kind.name, []).append(number)
    idents = tx.next_ids("collections", len(members))
    tx.insert(
        "collections",
        [
            {
                "id": ident,
                "title": name,
                "handle": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
                "sort_order": "BEST_SELLING",
                "created_at": at,
                "updated_at": at,
            }
            for ident, name in zip(idents, members, strict=True)
        ],
    )
    tx.insert_tuples(
        "collection_products",
        ("collection_id", "product_id", "position"),
        (
            (ident, number, place)
            for ident, numbers in zip(idents, members.values(), strict=True)
            for place, number in enumerate(numbers, 1)
        ),
    )


def _product(product: Product, number: int, at: int) -> dict[str, Any]:
    options: dict[str, list[str]] = {}
    for item in product.items:
        for name, value in item.options:
            values = options.setdefault(name, [])
            if value not in values:
                values.append(value)
    kind = product.kind.name.lower()
    return {
        "id": number,
        "title": product.title,
        "handle": re.sub(r"[^a-z0-9]+", "-", product.title.lower()).strip("-"),
        "vendor": product.vendor,
        "product_type": product.kind.name,
        "description_html": f"<p>{product.title} by {product.vendor}, from our {kind} range.</p>",
        "tags": "," + ",".join(sorted(set(product.tags))) + ",",
        "options": json.dumps([{"name": n, "values": v} for n, v in options.items()]),
        "published_at": at,
        "created_at": at,
        "updated_at": at,
    }


def _variants(
    tx: Transaction, shop: Shop, book: Book, at: int, *, location: int, product_ids: range
) -> None:
    count = len(shop.items)
    variant_ids, item_ids = tx.next_ids("variants", count), tx.next_ids("inventory_items", count)
    variants, items, levels = [], [], []
    for index, item in enumerate(shop.items):
        number = int(shop.product_of[index])
        stamps = {"created_at": at, "updated_at": at}
        values = [value for _, value in item.options]
        variants.append(
            {
                "id": variant_ids[index],
                "product_id": product_ids[number],
                "inventory_item_id": item_ids[index],
                "title": " / ".join(values) or "Default Title",
                "sku": item.sku,
                "position": index - shop.products[number].first + 1,
                "price": book.price[index] * CENT,
                "compare_at_price": book.compare_at[index] * CENT or None,
                "options": json.dumps([{"name": n, "value": v} for n, v in item.options]),
                **stamps,
            }
        )
        cost = round(item.cost * 100) * CENT if item.cost_entered else None
        row = {"id": item_ids[index], "variant_id": variant_ids[index], "unit_cost": cost}
        items.append({**row, **stamps})
        shelf = {"available": book.stock[index], "on_hand": book.stock[index]}
        levels.append({"item_id": item_ids[index], "location_id": location, **shelf, **stamps})
    tx.insert("variants", variants)
    tx.insert("inventory_items", items)
    tx.insert("inventory_levels", levels)
    tables.add_keys(tx, "variant", ((str(i), n) for i, n in enumerate(variant_ids)))
