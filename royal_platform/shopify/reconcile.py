"""Notices what the store no longer has: nothing else in the API tells of deletions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from royal_platform.shopify import documents, mapping
from royal_platform.shopify.documents import Document
from royal_platform.shopify.pages import Node, PageReader
from royal_platform.shopify.ports import MirrorStore

# Without the read_all_orders scope older orders are out of sight, which is not deletion.
_VISIBLE = timedelta(days=59)


async def reconcile(reader: PageReader, mirror: MirrorStore, *, whole_history: bool) -> int:
    """Mark products and orders that are gone as deleted; return how many there were.

    The local ids are taken before the store is read, so what is created meanwhile is not missed;
    a broken read deletes nothing beyond the last page that was read.
    """
    products = await _gone(reader, documents.PRODUCT_IDS, "products", mirror.product_ids())
    known = mirror.order_ids(None if whole_history else mirror.now() - _VISIBLE)
    orders = await _gone(reader, documents.ORDER_IDS, "orders", known)
    if not products and not orders:
        return 0
    with mirror.page() as page:
        count = page.delete_products(map(str, products)) + page.delete_orders(map(str, orders))
        page.tell(
            "store.sync.completed",
            {"kind": "deletion", "products": len(products), "orders": len(orders)},
        )
    return count


async def _gone(
    reader: PageReader, document: Document[Any], connection: str, known: list[int]
) -> list[int]:
    missing: list[int] = []
    position = 0

    def compare(nodes: list[Node], following: str | None) -> None:
        nonlocal position
        there = {int(mapping.local_id(node["id"])) for node in nodes}
        # The last page answers for every id beyond it as well.
        end = max(there) if following is not None else None
        while position < len(known) and (end is None or known[position] <= end):
            if known[position] not in there:
                missing.append(known[position])
            position += 1

    await reader.read(document, connection, compare)
    return missing
