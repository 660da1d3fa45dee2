"""A customer asks in the shop to be told when goods are there again."""

from __future__ import annotations

from core.errors import NotFound
from orchestrator.core.books import Ground, writing
from royal_platform.persistence.stock_wishes import StockWishes

STOREFRONT = "storefront"


def ask(ground: Ground, customer_id: str, variant_id: str) -> bool:
    """Keep the wish; False when the goods are there and nothing was kept. Raises ``NotFound``."""
    with writing(ground) as books:
        wishes = StockWishes(books.store_id)
        available = wishes.available(books.connection, variant_id)
        if available is None:
            raise NotFound(
                f"There is no variant {variant_id!r}.", remedy="Send the id of one that is sold."
            )
        if available > 0:
            return False
        wishes.ask(books.connection, customer_id, variant_id, source=STOREFRONT, now=books.now)
    return True
