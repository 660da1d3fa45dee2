"""Reads connections page by page, the next page on its way while one is being stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.documents import Document
from royal_platform.shopify.errors import ShopifyRejected

Node = dict[str, Any]
# Nodes of whichever kind: each document has the type of its own.
Store = Callable[[list[Any], str | None], None]
Complete = Callable[[list[Node]], Awaitable[None]]

# As many refunds as orders_page.graphql asks for: a list this long may have been cut.
_REFUNDS_ASKED = 5
_SMALLEST_PAGE = 10
# Orders whose refunds are asked for together: about 700 points, under the 1,000 of one query.
_ORDERS_AT_ONCE = 10


def batched(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids in lists of ``size``, the last one shorter."""
    rest = iter(ids)
    while batch := list(islice(rest, size)):
        yield batch


class PageReader:
    """Pages of one client; shrinks its pages when the store finds a query too expensive."""

    def __init__(self, client: ShopifyClient, page_size: int = 250) -> None:
        self._client = client
        self._size = page_size

    async def read(
        self,
        document: Document[Any],
        connection: str,
        store: Store,
        *,
        after: str | None = None,
        query: str | None = None,
        complete: Complete | None = None,
    ) -> None:
        """Hand every page's nodes and the next page's cursor (None = last) to ``store``.

        ``store`` runs in a thread, one page at a time, in order; ``complete`` fetches what the
        page's own nested connections left out.
        """
        coming: asyncio.Task[Mapping[str, Any]] | None = asyncio.create_task(
            self._fetch(document, connection, after, query)
        )
        try:
            while coming is not None:
                page = await coming
                info = page["pageInfo"]
                following = info["endCursor"] if info["hasNextPage"] else None
                coming = (
                    asyncio.create_task(self._fetch(document, connection, following, query))
                    if following is not None
                    else None
                )
                nodes = page["nodes"]
                if complete is not None:
                    await complete(nodes)
                await asyncio.to_thread(store, nodes, following)
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)

    async def complete_products(self, nodes: list[Node]) -> None:
        """Fetch the variants and metafields of products that have more than a page shows."""
        for node in nodes:
            await self._rest(
                node["variants"], documents.PRODUCT_VARIANTS, node["id"], ("product", "variants")
            )
            await self.complete_metafields([node, *node["variants"]["nodes"]])

    async def complete_metafields(self, nodes: list[Node]) -> None:
        """Fetch the metafields of whatever has more of them than a page shows."""
        for node in nodes:
            await self._rest(
                node["metafields"], documents.OWNER_METAFIELDS, node["id"], ("owner", "metafields")
            )

    async def read_shop_metafields(self) -> Node:
        """The shop with all its metafields."""
        nodes: list[Any] = []
        after: str | None = None
        while True:
            answer = await self._client.run(documents.SHOP_METAFIELDS, {"after": after})
            page = answer["shop"]["metafields"]
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return {"id": answer["shop"]["id"], "metafields": {"nodes": nodes}}
            after = page["pageInfo"]["endCursor"]

    async def complete_levels(self, nodes: list[Node]) -> None:
        """Fetch the levels of items that lie at more locations than a page shows."""
        for node in nodes:
            await self._rest(
                node["inventoryLevels"], documents.ITEM_LEVELS, node["id"],
                ("inventoryItem", "inventoryLevels"),
            )  # fmt: skip

    async def read_moved_levels(self, query: str | None) -> list[Any]:
        """The stock levels at every active location that ``query`` finds."""
        levels: list[Any] = []
        after: str | None = None
        while True:
            variables = {"after": after, "query": query}
            page = (await self._client.run(documents.MOVED_LEVELS, variables))["locations"]
            for place in page["nodes"]:
                found: Node = {**place["inventoryLevels"]}
                await self._rest(
                    found, documents.LOCATION_LEVELS, place["id"], ("location", "inventoryLevels"),
                    query=query,
                )  # fmt: skip
                levels += found["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return levels
            after = page["pageInfo"]["endCursor"]

    async def complete_fulfillment_orders(self, nodes: list[Node]) -> None:
        """Fetch the lines of fulfilment orders that have more than a page shows."""
        for node in nodes:
            await self._rest(
                node["lineItems"], documents.FULFILLMENT_ORDER_LINES, node["id"],
                ("fulfillmentOrder", "lineItems"),
            )  # fmt: skip

    async def complete_returns(self, nodes: list[Node]) -> None:
        """Fetch the returns of orders, and their lines, that a page left out."""
        for node in nodes:
            await self._rest(
                node["returns"], documents.ORDER_RETURNS, node["id"], ("order", "returns")
            )
            for each in node["returns"]["nodes"]:
                await self._rest(
                    each["returnLineItems"], documents.RETURN_LINES, each["id"],
                    ("found", "returnLineItems"),
                )  # fmt: skip

    async def complete_checkouts(self, nodes: list[Node]) -> None:
        """Fetch the lines of checkouts that have more than a page shows."""
        for node in nodes:
            await self._rest(
                node["lineItems"], documents.CHECKOUT_LINES, node["id"], ("checkout", "lineItems")
            )

    async def complete_collections(self, nodes: list[Node]) -> None:
        """Fetch the members of collections that have more than a page shows."""
        for node in nodes:
            await self._rest(
                node["products"], documents.COLLECTION_PRODUCTS, node["id"],
                ("collection", "products"),
            )  # fmt: skip
        await self.complete_metafields(nodes)

    async def complete_orders(self, nodes: list[Node]) -> None:
        """Fetch lines, metafields, refunds and what refunds hold that a page of orders left out."""
        await self.complete_metafields(nodes)
        for node in nodes:
            if len(node["refunds"]) >= _REFUNDS_ASKED:
                whole = (await self._client.run(documents.ORDER, {"id": node["id"]}))["order"]
                if whole is not None:
                    node.update(whole)
            await self._rest(
                node["lineItems"], documents.ORDER_LINES, node["id"], ("order", "lineItems")
            )
            for refund in node["refunds"]:
                await self._rest(
                    refund["refundLineItems"], documents.REFUND_LINES, refund["id"],
                    ("refund", "refundLineItems"),
                )  # fmt: skip
                await self._rest(
                    refund["orderAdjustments"], documents.REFUND_ADJUSTMENTS, refund["id"],
                    ("refund", "orderAdjustments"),
                )  # fmt: skip

    async def add_refunds(self, nodes: list[Node]) -> None:
        """Fetch the refunds of orders from a bulk operation, which names no more than their ids."""
        refunded = {node["id"]: node for node in nodes if node["refunds"]}
        for ids in batched(refunded, _ORDERS_AT_ONCE):
            answer = await self._client.run(documents.ORDER_REFUNDS, {"ids": ids})
            for ident, found in zip(ids, answer["nodes"], strict=True):
                # An order deleted meanwhile goes with the next comparison.
                refunded[ident]["refunds"] = found["refunds"] if found else []
        await self.complete_orders(list(refunded.values()))

    async def _rest(
        self, part: Node, document: Document[Any], owner: str, path: tuple[str, str], **asked: Any
    ) -> None:
        while part["pageInfo"]["hasNextPage"]:
            variables = {"id": owner, "after": part["pageInfo"]["endCursor"], **asked}
            holder = (await self._client.run(document, variables))[path[0]]
            if holder is None:
                return
            part["nodes"] += holder[path[1]]["nodes"]
            part["pageInfo"] = holder[path[1]]["pageInfo"]

    async def _fetch(
        self, document: Document[Any], connection: str, after: str | None, query: str | None
    ) -> Mapping[str, Any]:
        variables: dict[str, Any] = {"after": after}
        sized = "$first" in document.text
        while True:
            if sized:
                variables |= {"first": self._size, "query": query}
            try:
                page: Mapping[str, Any] = (await self._client.run(document, variables))[connection]
                return page
            except ShopifyRejected as error:
                if error.code != "MAX_COST_EXCEEDED" or not sized or self._size <= _SMALLEST_PAGE:
                    raise
                self._size //= 2
