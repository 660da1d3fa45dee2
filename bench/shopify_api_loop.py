"""A peer of the first sync: a loop over Shopify's official Python client, rows kept in SQLite.

Run in the peers' environment: it knows nothing of ours but the documents it is pointed at.
Arguments: port, token, folder of documents, SQLite file. Prints its CPU seconds.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shopify

PAGE = 250


def pages(document: str, connection: str) -> Iterator[list[dict[str, Any]]]:
    """Page after page, waiting as long as the store's bucket asks."""
    after: str | None = None
    while True:
        variables = {"first": PAGE, "after": after, "query": None}
        answer = json.loads(shopify.GraphQL().execute(document, variables))
        if "errors" in answer:
            time.sleep(1)
            continue
        found = answer["data"][connection]
        yield found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]


def keep(kept: sqlite3.Connection, kind: str, nodes: list[dict[str, Any]], part: str) -> None:
    """One row for each object, one for each of its parts."""
    rows = [(n["id"], kind, n.get("updatedAt"), json.dumps(n)) for n in nodes]
    for node in nodes if part else []:
        parts = enumerate(node[part]["nodes"])
        rows += [(f"{node['id']}/{n}", part, node["id"], json.dumps(p)) for n, p in parts]
    with kept:
        kept.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", rows)


def main(port: str, token: str, documents: Path, database: str) -> None:
    # ``127`` + ``.0.0.1:PORT``: how this client builds an address. It knows no version of ours; the
    # store answers with one it supports.
    shopify.Session.setup(protocol="http", myshopify_domain="0.0.1", port=int(port))
    shopify.ShopifyResource.activate_session(shopify.Session("127", "2025-07", token))
    kept = sqlite3.connect(database)
    kept.execute("CREATE TABLE rows (id PRIMARY KEY, kind, detail, body)")
    began = time.process_time()
    for name, connection, part in (
        ("products_page", "products", "variants"),
        ("inventory_page", "inventoryItems", "inventoryLevels"),
        ("customers_page", "customers", ""),
        ("orders_page", "orders", "lineItems"),
    ):
        for nodes in pages((documents / f"{name}.graphql").read_text(), connection):
            keep(kept, connection, nodes, part)
    spent = time.process_time() - began
    (orders,) = kept.execute("SELECT COUNT(*) FROM rows WHERE kind = 'orders'").fetchone()
    print(json.dumps({"cpu": spent, "orders": orders}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
