"""Live reads that are made at once share a request; each is answered by itself.

What is read is what the store says after it was asked: a read never joins a request under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from core.resilience.combining import Combiner, Outcome
from royal_platform.shopify import documents
from royal_platform.shopify.answers import StockLevelsNodes, VariantPricesNodes
from royal_platform.shopify.client import ShopifyClient

# A request may cost 1,000 points; one of these costs about five.
_MOST = 50
Node = TypeVar("Node", VariantPricesNodes, StockLevelsNodes)


@dataclass(slots=True)
class _Asked(Generic[Node]):
    """One id, and what the store has under it."""

    id: str
    found: Node | None = None
    currency: str = ""


class LiveReads:
    """The shared reads of one client: of variants, and of the stock at each location."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._lock = Lock()
        self._variants = Combiner(self._read_variants, most=_MOST)
        self._levels: WeakValueDictionary[str, Combiner[_Asked[StockLevelsNodes]]] = (
            WeakValueDictionary()
        )

    async def variant(self, variant_id: str) -> tuple[VariantPricesNodes | None, str]:
        """The variant's prices (global id) and the shop's currency; raises what the store says."""
        asked: _Asked[VariantPricesNodes] = _Asked(variant_id)
        await self._variants.run(asked)
        return asked.found, asked.currency

    async def level(self, item_id: str, location_id: str) -> StockLevelsNodes | None:
        """The inventory item with its level at one location (global ids)."""
        with self._lock:
            shared = self._levels.get(location_id)
            if shared is None:
                shared = Combiner(partial(self._read_levels, location_id), most=_MOST)
                self._levels[location_id] = shared
        asked: _Asked[StockLevelsNodes] = _Asked(item_id)
        await shared.run(asked)
        return asked.found

    async def _read_variants(self, asked: list[_Asked[VariantPricesNodes]]) -> Sequence[Outcome]:
        answer = await self._client.run(documents.VARIANT_PRICES, {"asked": _ids(asked)})
        for each in asked:
            each.currency = answer.shop.currency_code
        return _answered(asked, answer.nodes)

    async def _read_levels(
        self, location_id: str, asked: list[_Asked[StockLevelsNodes]]
    ) -> Sequence[Outcome]:
        variables = {"asked": _ids(asked), "locationId": location_id}
        answer = await self._client.run(documents.STOCK_LEVELS, variables)
        return _answered(asked, answer.nodes)


# Kept by who uses them; they keep their client, so no other can have its id meanwhile.
_SHARED: WeakValueDictionary[int, LiveReads] = WeakValueDictionary()
_SHARING = Lock()


def reads_of(client: ShopifyClient) -> LiveReads:
    """Whoever reads through ``client`` shares its requests."""
    with _SHARING:
        found = _SHARED.get(id(client))
        if found is None:
            found = _SHARED[id(client)] = LiveReads(client)
    return found


def _ids(asked: Sequence[_Asked[Node]]) -> list[str]:
    return list(dict.fromkeys(each.id for each in asked))


def _answered(asked: Sequence[_Asked[Node]], nodes: Sequence[Node | None]) -> Sequence[Outcome]:
    by_id = {node.id: node for node in nodes if node is not None}
    for each in asked:
        each.found = by_id.get(each.id)
    return [None] * len(asked)
