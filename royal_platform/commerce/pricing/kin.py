"""Which products are taken to be alike in how their buyers mind the price.

A merchant's collections say it better than product types, which many stores leave empty: a product
is pooled with the smallest of its collections that is neither a handful nor half the store, and
with its product type where it is in none such. Whatever happens to be on sale has no buyers of its
own kind: a collection of it says nothing. The store tells no collection's rule here, so it is known
by its products: nearly all of them are reduced, and the others are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.catalog.model import Collection, Variant
from royal_platform.commerce.forecasting.model import Integers, Panel

# Of fewer products a group says nothing that they do not say themselves.
_MIN_PRODUCTS = 3
# "All products" or "New in" says as much as the store itself.
_MAX_SHARE = 0.5
# A sale: so many of its products are reduced, and of the others at most half that share. Where all
# prices are shown as reduced, no collection is one.
_ON_SALE = 0.8
_ELSEWHERE = 0.5


@dataclass(frozen=True, slots=True)
class Kin:
    """``group``: one number for each variant of the panel; ``names`` what the groups are called."""

    group: Integers
    names: tuple[str, ...]

    def name(self, row: int) -> str:
        """What the group of a panel's row is called."""
        return self.names[int(self.group[row])]


def by_type(panel: Panel) -> Kin:
    """The product types, for where collections are not known."""
    return Kin(panel.category, panel.categories)


def by_collection(
    panel: Panel, variants: Sequence[Variant], collections: Sequence[Collection]
) -> Kin:
    """Every variant's collection, or its product type; ``variants`` are those of the panel."""
    product = {variant.id: variant.product_id for variant in variants}
    reduced = {
        variant.product_id
        for variant in variants
        if variant.compare_at is not None and variant.compare_at.amount > variant.price.amount
    }
    chosen = _smallest({product[each] for each in panel.variant_ids}, reduced, collections)
    titles = {each.id: each.title for each in collections}
    numbers: dict[tuple[str, str], int] = {}
    names: list[str] = []
    group = np.empty(len(panel.variant_ids), dtype=np.int64)
    for row, variant_id in enumerate(panel.variant_ids):
        collection = chosen.get(product[variant_id])
        category = panel.categories[int(panel.category[row])]
        found = ("type", category) if collection is None else ("collection", collection)
        if found not in numbers:
            numbers[found] = len(names)
            names.append(category if collection is None else titles[collection])
        group[row] = numbers[found]
    return Kin(group, tuple(names))


def _smallest(
    products: set[str], reduced: set[str], collections: Sequence[Collection]
) -> Mapping[str, str]:
    """The collection of each product, of those that say something; equal ones by their id."""
    members = {each.id: products & set(each.product_ids) for each in collections}
    most = _MAX_SHARE * len(products)
    telling = [
        each
        for each in members
        if _MIN_PRODUCTS <= len(members[each]) <= most
        and not _is_sale(members[each], products, reduced)
    ]
    chosen: dict[str, str] = {}
    for each in sorted(telling, key=lambda one: (len(members[one]), one)):
        for product_id in members[each]:
            chosen.setdefault(product_id, each)
    return chosen


def _is_sale(members: set[str], products: set[str], reduced: set[str]) -> bool:
    """Whether the members are there because they are reduced, and not because they are alike."""
    others = products - members
    inside = len(members & reduced) / len(members)
    outside = len(others & reduced) / len(others) if others else inside
    return inside >= _ON_SALE and outside <= inside * _ELSEWHERE
