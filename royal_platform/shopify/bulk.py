"""Reads a whole connection by a bulk operation: outside the API budget, streamed, resumable.

Shopify runs the query in the background and leaves a JSONL file: one object a line, children
behind their parent with ``__parentId``. Only a batch of objects is in memory at any time, and the
place to go on from is a position in that file, so a killed reader loses nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

import httpx
import orjson

from core.telemetry.logs import get_logger
from royal_platform.shopify import documents
from royal_platform.shopify.answers import BulkOperationBulkOperation
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.documents import read_document
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnavailable
from royal_platform.shopify.pages import Complete, Node, Store

log = get_logger(__name__)

# A transaction's worth of objects: nothing is waited for between two, so more than a page's.
BULK_BATCH = 1_000
_FIRST_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.25, 10.0
_RUNNING = {"CREATED", "RUNNING"}
_DOWNLOAD_ATTEMPTS = 5
_PREFIX = "gid://shopify/BulkOperation/"
_KIND_BEGINS = len("gid://shopify/")
_ENDED = {"hasNextPage": False, "endCursor": None}


class BulkFailedError(Exception):
    """The store could not run the operation; the same objects can still be read page by page."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which operation's file to go on: an id and a position in bytes."""

    operation: str
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.operation}#{self.offset}"

    @classmethod
    def parse(cls, text: str | None) -> Place | None:
        """The place that ``str`` wrote; None for a page's cursor or nothing."""
        if text is None or not text.startswith(_PREFIX):
            return None
        operation, _, offset = text.rpartition("#")
        return cls(operation, int(offset))


@dataclass(frozen=True, slots=True)
class Shape:
    """A bulk query and how its children hang in a node, as the page documents have them.

    ``children`` maps a child's type, as its id names it, to the connection it belongs to;
    ``grandchildren`` those of a child.
    """

    document: str
    children: Mapping[str, str]
    grandchildren: Mapping[str, str] = field(default_factory=dict)


SHAPES = {
    "products": Shape(
        "products_bulk",
        {"ProductVariant": "variants", "Metafield": "metafields"},
        {"Metafield": "metafields"},
    ),
    "inventory": Shape("inventory_bulk", {"InventoryLevel": "inventoryLevels"}),
    "collections": Shape("collections_bulk", {"Product": "products", "Metafield": "metafields"}),
    "customers": Shape("customers_bulk", {"Metafield": "metafields"}),
    "fulfillment_orders": Shape(
        "fulfillment_orders_bulk", {"FulfillmentOrderLineItem": "lineItems"}
    ),
    "orders": Shape("orders_bulk", {"LineItem": "lineItems", "Metafield": "metafields"}),
    "returns": Shape(
        "returns_bulk",
        {"Return": "returns"},
        {"ReturnLineItem": "returnLineItems", "UnverifiedReturnLineItem": "returnLineItems"},
    ),
    "segments": Shape("segments_bulk", {}),
    # Stores were seen to name a checkout's lines like an order's.
    "checkouts": Shape(
        "checkouts_bulk", {"AbandonedCheckoutLineItem": "lineItems", "LineItem": "lineItems"}
    ),
    "transactions": Shape("transactions_bulk", {}),
}


class BulkReader:
    """Bulk operations of one client."""

    def __init__(self, client: ShopifyClient, batch: int = BULK_BATCH) -> None:
        self._client = client
        self._batch = batch

    async def start(self, shape: Shape) -> Place:
        """Have the store begin; ``BulkFailedError`` when it does not take the query now."""
        answer = await self._client.run(
            documents.START_BULK, {"query": read_document(shape.document)}
        )
        started = answer.bulk_operation_run_query
        if started is None or started.bulk_operation is None:
            refusals = started.user_errors if started is not None else ()
            reasons = "; ".join(error.message for error in refusals)
            raise BulkFailedError(reasons or "no reason given")
        return Place(started.bulk_operation.id)

    async def is_running(self, place: Place) -> bool:
        """Whether the store still prepares the operation's file."""
        found = await self._client.run(documents.BULK_OPERATION, {"id": place.operation})
        return found.bulk_operation is not None and found.bulk_operation.status in _RUNNING

    async def finished(
        self, place: Place, prepared: Callable[[int], None]
    ) -> BulkOperationBulkOperation | None:
        """The operation when it has run; None when there is nothing to read from it any more.

        ``prepared`` is told, at every look meanwhile, how many objects the file holds already.
        """
        pause = _FIRST_LOOK_SECONDS
        while True:
            answer = await self._client.run(documents.BULK_OPERATION, {"id": place.operation})
            found = answer.bulk_operation
            if found is None:
                return None
            if found.status not in _RUNNING:
                break
            log.info("shopify.bulk.running", operation=place.operation, objects=found.object_count)
            await asyncio.to_thread(prepared, int(found.object_count))
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK_SECONDS)
        if found.status == "FAILED":
            raise BulkFailedError(f"The operation failed with {found.error_code}")
        return found if found.status == "COMPLETED" else None

    async def read(
        self,
        operation: BulkOperationBulkOperation,
        place: Place,
        shape: Shape,
        store: Store,
        *,
        complete: Complete | None = None,
    ) -> None:
        """Hand the objects behind ``place`` to ``store``, each batch with the next place.

        The last batch comes with None. ``complete`` fetches what no bulk query can hold.
        """
        nodes: list[Node] = []
        begins = place.offset
        async for lines in self._lines(operation, place.offset):
            for line in lines:
                entry = orjson.loads(line)
                parent = entry.get("__parentId")
                if parent is not None:
                    _hang(nodes[-1], parent, entry, shape)
                else:
                    if len(nodes) >= self._batch:
                        following = str(Place(place.operation, begins))
                        await _hand_over(nodes, following, store, complete)
                        nodes = []
                    nodes.append(_with(entry, shape.children))
                begins += len(line) + 1
        await _hand_over(nodes, None, store, complete)

    async def _lines(
        self, operation: BulkOperationBulkOperation, offset: int
    ) -> AsyncIterator[list[bytes]]:
        """The lines behind ``offset`` as they come; a broken download is taken up again."""
        if operation.url is None:
            # An operation that found nothing leaves no file.
            return
        self._trusted(operation.url)
        position, attempts = offset, 0
        timeout = httpx.Timeout(30.0, connect=5.0)
        async with httpx.AsyncClient(timeout=timeout, verify=_trust()) as http:
            while True:
                try:
                    async for lines in _download(http, operation.url, position):
                        position += sum(map(len, lines)) + len(lines)
                        attempts = 0
                        yield lines
                    return
                except httpx.TransportError as error:
                    attempts += 1
                    if attempts >= _DOWNLOAD_ATTEMPTS:
                        raise ShopifyUnavailable(
                            f"The result of a bulk operation broke off ({type(error).__name__})."
                        ) from None
                    log.info("shopify.bulk.resumed", position=position)
                    await asyncio.sleep(0.2 * 2**attempts)

    def _trusted(self, url: str) -> None:
        """Results come over TLS, or from the store's own address when that is a sandbox."""
        if urlsplit(url).scheme == "https":
            return
        if urlsplit(url).netloc != urlsplit(self._client.address).netloc:
            raise ShopifyRejected(
                "The store names a result file that is not its own and not encrypted.",
                remedy="Check the store's address in SHOPIFY_SHOP.",
            )


@cache
def _trust() -> ssl.SSLContext:
    """Whom to believe: reading the machine's certificates takes longer than a small file."""
    return httpx.create_ssl_context()


async def _download(http: httpx.AsyncClient, url: str, offset: int) -> AsyncIterator[list[bytes]]:
    """The file's lines from ``offset`` on, which is the beginning of one."""
    async with http.stream("GET", url, headers={"Range": f"bytes={offset}-"}) as answer:
        if answer.status_code == 416:
            return
        if answer.status_code >= 500:
            raise ShopifyUnavailable(
                f"The result of a bulk operation is not to be had now ({answer.status_code})."
            )
        if answer.status_code not in (200, 206):
            raise BulkFailedError(f"Its result is refused ({answer.status_code})")
        # Who ignores the range sends all of it.
        ahead = offset if answer.status_code == 200 else 0
        rest = b""
        async for chunk in answer.aiter_bytes():
            data = rest + chunk[ahead:]
            ahead = max(0, ahead - len(chunk))
            *lines, rest = data.split(b"\n")
            if lines:
                yield lines
        if rest:
            yield [rest]


def _with(node: Node, connections: Mapping[str, str]) -> Node:
    """The node with its connections as a page has them, of which nothing is missing."""
    for name in connections.values():
        node[name] = {"nodes": [], "pageInfo": _ENDED}
    return node


def _hang(node: Node, parent: str, child: Node, shape: Shape) -> None:
    kind = str(child["id"])[_KIND_BEGINS:].partition("/")[0]
    if node["id"] == parent and kind in shape.children:
        node[shape.children[kind]]["nodes"].append(_with(child, shape.grandchildren))
        return
    among = [one for name in set(shape.children.values()) for one in node[name]["nodes"]]
    owner = next((one for one in reversed(among) if one["id"] == parent), None)
    if owner is None or kind not in shape.grandchildren:
        raise ShopifyUnavailable("The result of a bulk operation is not grouped by parent.")
    owner[shape.grandchildren[kind]]["nodes"].append(child)


async def _hand_over(
    nodes: list[Node], following: str | None, store: Store, complete: Complete | None
) -> None:
    if complete is not None:
        await complete(nodes)
    await asyncio.to_thread(store, nodes, following)
