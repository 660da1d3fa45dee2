"""What was written and read back shows in our copy of the store at once, before the next sync."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from orchestrator.core.books import Books
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.catalog import (
    inventory_levels,
    price_observations,
    variants,
)


def show_in_copy(books: Books, decision: Decision, after: Mapping[str, Any]) -> None:
    """Bring the mirrored row up to what the store said; its ``updated_at`` stays the store's."""
    proposal = decision.proposal
    if proposal.kind in PRICE_KINDS:
        _show_price(books, proposal.subject.id, after)
    elif proposal.kind == "inventory.adjust":
        _show_stock(
            books, proposal.arguments["inventory_item_id"], proposal.arguments["location_id"],
            {name: after[name] for name in ("available", "on_hand") if name in after},
        )  # fmt: skip


def _show_price(books: Books, variant_id: str, after: Mapping[str, Any]) -> None:
    price = Decimal(after["price"])
    values: dict[str, Decimal | None] = {"price": price}
    if "compare_at" in after:
        crossed = after["compare_at"]
        values["compare_at"] = None if crossed is None else Decimal(crossed)
    books.connection.execute(
        update(variants)
        .where(variants.c.store_id == books.store_id, variants.c.id == variant_id)
        .values(**values)
    )
    row = {
        "store_id": books.store_id, "variant_id": variant_id, "at": books.now, "price": price,
        "currency": books.store.currency,
    }  # fmt: skip
    insert_if_absent(books.connection, price_observations, row)


def _show_stock(
    books: Books, item_id: str, location_id: str, quantities: Mapping[str, int]
) -> None:
    books.connection.execute(
        update(inventory_levels)
        .where(inventory_levels.c.store_id == books.store_id)
        .where(inventory_levels.c.inventory_item_id == item_id)
        .where(inventory_levels.c.location_id == location_id)
        .values(**quantities)
    )
