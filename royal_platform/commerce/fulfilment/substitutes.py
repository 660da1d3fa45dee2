"""What could be sent instead, where the customer agrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_WITHIN = Decimal("0.15")


@dataclass(frozen=True, slots=True)
class Article:
    """A variant that could be sent; ``available`` None: as many as wanted."""

    variant_id: str
    product_id: str
    title: str
    category: str
    price: Decimal
    available: int | None


def substitutes(
    missing: Article, quantity: int, shelf: Iterable[Article], most: int = 3
) -> list[Article]:
    """What is nearest and there in that quantity: the same product first, then the same category
    within 15 % of the price; the nearer price first. Nothing is sent without the customer's word.
    """
    there = [
        each
        for each in shelf
        if each.variant_id != missing.variant_id
        and (each.available is None or each.available >= quantity)
        and _alike(missing, each)
    ]
    there.sort(
        key=lambda each: (
            each.product_id != missing.product_id,
            abs(each.price - missing.price),
            each.variant_id,
        )
    )
    return there[:most]


def _alike(missing: Article, other: Article) -> bool:
    if other.product_id == missing.product_id:
        return True
    near = abs(other.price - missing.price) <= _WITHIN * missing.price
    return bool(missing.category) and other.category == missing.category and near
