"""Approved changes that are made at once share a request where Shopify has one for several.

Each stays its own decision: it was checked and recorded by itself, learns its own refusal, and is
read back by itself.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from core.resilience.combining import Combiner, Outcome
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyUnavailable, rejected
from royal_platform.shopify.schemas import Outcome as Answered

# Shopify takes arrays of up to 250.
_MOST = 250
_CONCURRENT = "IDEMPOTENCY_CONCURRENT_REQUEST"
Change = TypeVar("Change")
Variant = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StockChange:
    """One level's new quantity, with global ids, and the key of whoever decided it."""

    quantity: Mapping[str, Any]
    key: str


class Batches:
    """The shared requests of one client: one at a time per product, and for the stock."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._lock = Lock()
        self._prices: WeakValueDictionary[str, Combiner[Variant]] = WeakValueDictionary()
        self._stock = Combiner(self._set_stock, most=_MOST)

    async def set_price(self, product: str, variant: Variant) -> None:
        """Give a variant (with global ids) its new values; raises its own refusal."""
        with self._lock:
            shared = self._prices.get(product)
            if shared is None:
                shared = Combiner(partial(self._set_prices, product), most=_MOST)
                self._prices[product] = shared
        await shared.run(variant)

    async def set_quantity(self, change: StockChange) -> None:
        """Set one level's quantity; raises its own refusal."""
        await self._stock.run(change)

    async def _set_prices(self, product: str, variants: list[Variant]) -> list[Outcome]:
        """One request; with several variants what is refused keeps no other back."""
        found: dict[int, Outcome] = {}
        for places in _apart(variants, lambda variant: variant["id"]):
            told = await self._set_prices_once(product, [variants[place] for place in places])
            found |= dict(zip(places, told, strict=True))
        return [found[place] for place in range(len(variants))]

    async def _set_prices_once(self, product: str, variants: list[Variant]) -> list[Outcome]:
        variables = {"productId": product, "variants": variants, "partly": len(variants) > 1}
        try:
            answer = await self._client.run(documents.SET_PRICE, variables)
            errors = refusals(answer.product_variants_bulk_update, doing="the price change")
        except Exception as error:  # noqa: BLE001 - what was done before has its own outcome
            return [error] * len(variants)
        return _shared_out(errors, "variants", len(variants), doing="the price change")

    async def _set_stock(self, changes: list[StockChange]) -> list[Outcome]:
        """One request for all; it is all or nothing, so without the refused it is sent again."""
        found: dict[int, Outcome] = {}
        for places in _apart(changes, _level):
            left = places
            while left:
                told = await self._set_levels([changes[place] for place in left])
                refused = {
                    place: error
                    for place, error in zip(left, told, strict=True)
                    if error is not None
                }
                found |= refused or dict.fromkeys(left)
                left = [place for place in left if refused and place not in refused]
        return [found[place] for place in range(len(changes))]

    async def _set_levels(self, changes: list[StockChange]) -> list[Outcome]:
        quantities = [change.quantity for change in changes]
        variables = {
            "input": {"name": "available", "reason": "correction", "quantities": quantities},
            "key": _shared_key([change.key for change in changes]),
        }
        try:
            answer = await self._client.run(documents.SET_QUANTITY, variables)
            errors = refusals(answer.inventory_set_quantities, doing="the stock change")
        except Exception as error:  # noqa: BLE001 - what was refused before has its own outcome
            return [error] * len(changes)
        return _shared_out(errors, "quantities", len(changes), doing="the stock change")


# Kept by who uses them; they keep their client, so no other can have its id meanwhile.
_SHARED: WeakValueDictionary[int, Batches] = WeakValueDictionary()
_SHARING = Lock()


def batches_of(client: ShopifyClient) -> Batches:
    """Whoever writes through ``client`` shares its requests."""
    with _SHARING:
        found = _SHARED.get(id(client))
        if found is None:
            found = _SHARED[id(client)] = Batches(client)
    return found


def refusals(outcome: Answered | None, *, doing: str) -> list[Mapping[str, Any]]:
    """What the store refused; ``ShopifyUnavailable`` when it gave no result, or is at it."""
    if outcome is None:
        raise ShopifyUnavailable(f"The store gave no result for {doing}.", maybe_applied=True)
    errors: list[Mapping[str, Any]] = [
        {"field": each.field, "message": each.message, "code": getattr(each, "code", None)}
        for each in outcome.user_errors
    ]
    if any(error["code"] == _CONCURRENT for error in errors):
        raise ShopifyUnavailable("The same change is being made right now.", retry_after=1.0)
    return errors


def _shared_out(
    errors: Sequence[Mapping[str, Any]], listed: str, count: int, *, doing: str
) -> list[Outcome]:
    """Each change's own refusal by its place in the list; one without a place is everybody's."""
    mine: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for error in errors:
        place = _place(error["field"], listed, count)
        for each in range(count) if place is None else (place,):
            mine[each].append(error)
    return [rejected(mine[each], doing=doing) if each in mine else None for each in range(count)]


def _place(path: Sequence[str] | None, listed: str, count: int) -> int | None:
    told = list(path or ())
    if listed not in told[:-1]:
        return None
    index = told[told.index(listed) + 1]
    return int(index) if index.isdigit() and int(index) < count else None


def _apart(changes: Sequence[Change], subject: Callable[[Change], Any]) -> list[list[int]]:
    """The places of the changes in rounds, none of which holds two changes of one subject."""
    rounds: list[list[int]] = []
    seen: dict[Any, int] = defaultdict(int)
    for place, change in enumerate(changes):
        turn = seen[subject(change)]
        seen[subject(change)] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(place)
    return rounds


def _level(change: StockChange) -> tuple[str, str]:
    return change.quantity["inventoryItemId"], change.quantity["locationId"]


def _shared_key(keys: Iterable[str]) -> str:
    """The decision's own key, or one that the same decisions together always have."""
    ordered = sorted(keys)
    if len(ordered) == 1:
        return ordered[0]
    return "batch:" + hashlib.sha256("\n".join(ordered).encode()).hexdigest()
