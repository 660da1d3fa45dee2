"""A store of 20,000 variants and 200,000 orders in a sandbox state file, made in seconds.

The rows are plain arithmetic: this is for measuring speed and memory, never for quality.
"""

from __future__ import annotations

from pathlib import Path

from store_sandbox.state import StateStore

DAY = 86_400


def fill_large(path: Path, variants: int = 20_000, orders: int = 200_000) -> None:
    """Fill an empty state file."""
    state = StateStore(path)
    with state.write() as tx:
        now = tx.now
        for key, value in {
            "shop.name": "Large",
            "shop.currency": "EUR",
            "shop.timezone": "Europe/Berlin",
            "shop.taxes_included": "1",
            "shop.source": "import",
        }.items():
            tx.set_meta(key, value)
        stamps = {"created_at": now - 700 * DAY, "updated_at": now - 700 * DAY}
        tx.insert("locations", [{"id": 1, "name": "Main", "country_code": "DE", **stamps}])
        _goods(tx, variants, now - 700 * DAY)
        customers = max(1, orders // 4)
        tx.insert_tuples(
            "customers",
            ("id", "first_name", "last_name", "email", "created_at", "updated_at"),
            (
                (n, "Ann", f"Rider{n}", f"rider{n}@example.com", now - 700 * DAY, now - 600 * DAY)
                for n in range(1, customers + 1)
            ),
        )
        _orders(tx, orders, variants, customers, now)
        tx.changes.clear()
    state.close()


def _goods(tx, variants: int, at: int) -> None:
    products = max(1, variants // 4)
    tx.insert_tuples(
        "products",
        ("id", "title", "handle", "vendor", "tags", "published_at", "created_at", "updated_at"),
        (
            (n, f"Product {n}", f"p-{n}", "Royal", ",a,b,", at, at, at)
            for n in range(1, products + 1)
        ),
    )
    tx.insert_tuples(
        "variants",
        (
            "id",
            "product_id",
            "inventory_item_id",
            "sku",
            "price",
            "position",
            "created_at",
            "updated_at",
        ),
        (
            (n, (n - 1) // 4 % products + 1, n, f"SKU-{n}", 199_000 + n, (n - 1) % 4 + 1, at, at)
            for n in range(1, variants + 1)
        ),
    )
    tx.insert_tuples(
        "inventory_items",
        ("id", "variant_id", "unit_cost", "created_at", "updated_at"),
        ((n, n, 99_000, at, at) for n in range(1, variants + 1)),
    )
    tx.insert_tuples(
        "inventory_levels",
        ("item_id", "location_id", "available", "on_hand", "created_at", "updated_at"),
        ((n, 1, n % 50, n % 50, at, at) for n in range(1, variants + 1)),
    )


def _orders(tx, orders: int, variants: int, customers: int, now: int) -> None:
    names = (
        "id", "number", "customer_id", "email", "created_at", "processed_at", "updated_at",
        "subtotal", "total", "tags",
    )  # fmt: skip
    step = 600 * DAY / orders

    def at(n: int) -> int:
        return int(now - 600 * DAY + n * step)

    tx.insert_tuples(
        "orders",
        names,
        (
            (
                n, 1000 + n, n % customers + 1, f"rider{n % customers + 1}@example.com", at(n),
                at(n), at(n), 598_000, 598_000, ",web,",
            )
            for n in range(1, orders + 1)
        ),
    )  # fmt: skip
    tx.insert_tuples(
        "order_lines",
        (
            "id", "order_id", "variant_id", "product_id", "title", "sku", "quantity",
            "current_quantity", "unit_price",
        ),
        (
            (
                2 * n + k, n, v, (v - 1) // 4 + 1, f"Product {(v - 1) // 4 + 1}", f"SKU-{v}", 1,
                1, 299_000,
            )
            for n in range(1, orders + 1)
            for k in (0, 1)
            for v in ((7 * n + 13 * k) % variants + 1,)
        ),
    )  # fmt: skip
