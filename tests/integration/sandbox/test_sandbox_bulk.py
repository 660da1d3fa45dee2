"""Bulk operations of the sandbox: what is refused, what a file holds, how one ends."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import json

import pytest

from store_sandbox.oauth.tokens import issue_token

RUN = """mutation R($query: String!) { bulkOperationRunQuery(query: $query) {
  bulkOperation { id status type query objectCount url createdAt } userErrors { field message code } } }"""
READ = """query B($id: ID!) { bulkOperation(id: $id) { id status type errorCode createdAt completedAt
  objectCount rootObjectCount fileSize url partialDataUrl query } }"""
CANCEL = "mutation C($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } } }"
PRODUCTS = '{ products { edges { node { id title variants { edges { node { id sku price inventoryItem { id inventoryLevels { edges { node { id quantities(names: ["available"]) { quantity } } } } } } } } } } } }'


def start(shop, query):
    return shop.ask(RUN, {"query": query})["bulkOperationRunQuery"]


def ended(shop, ident, wait_until):
    def over():
        return read(shop, ident)["status"] not in ("CREATED", "RUNNING", "CANCELING")

    wait_until(over)
    return read(shop, ident)


def read(shop, ident):
    return shop.ask(READ, {"id": ident})["bulkOperation"]


def fetch(shop, url):
    answer = shop.http.get(url)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def exported(shop, query, wait_until):
    made = start(shop, query)
    assert made["userErrors"] == []
    found = ended(shop, made["bulkOperation"]["id"], wait_until)
    assert found["status"] == "COMPLETED", found
    return found, fetch(shop, found["url"])


@pytest.fixture(autouse=True)
def _no_faults(shop):
    yield
    shop.runtime.faults.clear()


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        (
            "{ products { nodes { id } } }",
            [
                "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'products'."
            ],
        ),
        (
            '{ node(id: "gid://shopify/Product/1") { id } }',
            [
                "Bulk queries cannot contain a top level `node` field.",
                "Bulk queries must contain at least one connection.",
            ],
        ),
        (
            "{ locations { edges { node { id inventoryLevels { edges { node { id item { variant { product { id variants { edges { node { id metafields { edges { node { id } } } } } } } } } } } } } } } }",
            ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
        ),
        (
            "{ products { edges { node { title variants { edges { node { id } } } } } } }",
            [
                "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': products."
            ],
        ),
        (
            'mutation { tagsAdd(id: "x", tags: []) { node { id } } }',
            ["Invalid operation type. Only `query` operations are supported."],
        ),
        (
            "{ orders { edges { node { id refunds { id refundLineItems { edges { node { id } } } } } } } }",
            [
                "Queries that contain a connection field within a list field are not currently supported."
            ],
        ),
        (
            "{ products { edges { node { colour } } } }",
            ["Invalid bulk query: Field 'colour' doesn't exist on type 'Product'"],
        ),
        (
            "{ products { edges { node { id a: metafields { edges { node { id } } } b: metafields { edges { node { id } } } c: metafields { edges { node { id } } } d: metafields { edges { node { id } } } e: metafields { edges { node { id } } } } } } }",
            ["Bulk queries cannot contain more than 5 connections."],
        ),
    ],
)
def test_what_cannot_run_in_bulk_is_refused_in_shopifys_words(shop, query, messages):
    made = start(shop, query)
    assert made["bulkOperation"] is None
    assert made["userErrors"] == [
        {"field": ["query"], "message": message, "code": "INVALID"} for message in messages
    ]


def test_a_file_holds_parents_then_their_children(shop, wait_until):
    found, rows = exported(shop, PRODUCTS, wait_until)
    assert rows[0] == {"id": "gid://shopify/Product/1", "title": "Leather Halter"}
    assert rows[1] == {
        "id": "gid://shopify/ProductVariant/1",
        "sku": "HALT-S",
        "price": "29.90",
        "inventoryItem": {"id": "gid://shopify/InventoryItem/101"},
        "__parentId": "gid://shopify/Product/1",
    }
    assert rows[2] == {
        "id": "gid://shopify/InventoryLevel/1?inventory_item_id=101",
        "quantities": [{"quantity": 10}],
        "__parentId": "gid://shopify/ProductVariant/1",
    }
    assert (found["objectCount"], found["rootObjectCount"]) == (str(len(rows)), "3")
    assert found["fileSize"] == str(len(shop.http.get(found["url"]).content))
    seen = set()
    for row in rows:
        assert row.get("__parentId") is None or row["__parentId"] in seen
        seen.add(row["id"])


def test_a_file_says_what_pages_say(shop, wait_until):
    """The bulk plan and the GraphQL engine read the same values."""
    selection = """id legacyResourceId name createdAt tags displayFinancialStatus discountCodes
      totalPriceSet { shopMoney { amount currencyCode } } currentTotalPriceSet { presentmentMoney { amount } }
      customer { id displayName amountSpent { amount } ... on Customer { email } }
      risk { recommendation assessments { riskLevel } } refunds { id note }"""
    lines = "id sku quantity taxLines { title rate priceSet { shopMoney { amount } } } product { id title priceRangeV2 { maxVariantPrice { amount } } } ...Line"
    fragment = (
        "fragment Line on LineItem { discountedTotalSet { shopMoney { amount } } kind: __typename }"
    )
    _, rows = exported(
        shop,
        f"{{ orders {{ edges {{ node {{ {selection} lineItems {{ edges {{ node {{ {lines} }} }} }} }} }} }} }} {fragment}",
        wait_until,
    )
    paged = shop.ask(
        f"{{ orders(first: 50, sortKey: ID) {{ nodes {{ {selection} lineItems(first: 50) {{ nodes {{ {lines} }} }} }} }} }} {fragment}"
    )["orders"]["nodes"]
    expected = []
    for order in paged:
        below = order.pop("lineItems")["nodes"]
        expected += [order, *({**line, "__parentId": order["id"]} for line in below)]
    assert rows == expected


def test_page_sizes_are_ignored_and_search_is_not(shop, wait_until):
    _, rows = exported(
        shop,
        '{ orders(first: 1, query: "tag:vip") { edges { node { id } } } }',
        wait_until,
    )
    assert rows == [{"id": "gid://shopify/Order/3"}]
    _, rows = exported(shop, "{ orders(first: 1) { edges { node { id } } } }", wait_until)
    assert len(rows) == 12


def test_an_empty_result_has_no_file(shop, wait_until):
    made = start(shop, '{ orders(query: "tag:nothing") { edges { node { id } } } }')
    found = ended(shop, made["bulkOperation"]["id"], wait_until)
    assert (found["status"], found["url"], found["fileSize"]) == ("COMPLETED", None, None)


def test_the_sixty_day_window_and_missing_scopes_hold_in_bulk(shop, wait_until):
    own = shop.token
    try:
        shop.token = issue_token(shop.runtime.state, "narrow", ("read_orders", "read_products"))
        _, rows = exported(shop, "{ orders { edges { node { id } } } }", wait_until)
        assert len(rows) == 6
        made = start(shop, "{ customers { edges { node { id } } } }")
        found = ended(shop, made["bulkOperation"]["id"], wait_until)
        assert (found["status"], found["errorCode"]) == ("FAILED", "ACCESS_DENIED")
        hidden = made["bulkOperation"]["id"]
    finally:
        shop.token = own
    assert shop.ask(READ, {"id": hidden})["bulkOperation"] is None


def test_five_run_at_once_and_cancelling_makes_room(shop, wait_until):
    shop.control("POST", "faults", {"kind": "bulk_hold", "count": None})
    query = "{ products { edges { node { id } } } }"
    made = [start(shop, query)["bulkOperation"]["id"] for _ in range(5)]
    refused = start(shop, query)
    assert refused["userErrors"] == [
        {
            "field": None,
            "message": f"A bulk query operation for this app and shop is already in progress: {', '.join(made)}.",
            "code": "OPERATION_IN_PROGRESS",
        }
    ]
    gone = shop.ask(CANCEL, {"id": made[0]})["bulkOperationCancel"]
    assert gone == {"bulkOperation": {"id": made[0], "status": "CANCELING"}, "userErrors": []}
    assert ended(shop, made[0], wait_until)["status"] == "CANCELED"
    assert start(shop, query)["userErrors"] == []
    shop.control("DELETE", "faults")
    assert {ended(shop, one, wait_until)["status"] for one in made[1:]} == {"COMPLETED"}
    late = shop.ask(CANCEL, {"id": made[1]})["bulkOperationCancel"]["userErrors"]
    assert late == [
        {"field": None, "message": "A bulk operation cannot be canceled when it is completed"}
    ]
    missing = shop.ask(CANCEL, {"id": "gid://shopify/BulkOperation/1"})["bulkOperationCancel"]
    assert missing["userErrors"] == [{"field": ["id"], "message": "Bulk operation does not exist"}]


def test_operations_are_listed_newest_first(shop, wait_until):
    first = start(shop, "{ products { edges { node { id } } } }")["bulkOperation"]["id"]
    second = start(shop, "{ orders { edges { node { id } } } }")["bulkOperation"]["id"]
    for one in (first, second):
        ended(shop, one, wait_until)
    listed = shop.ask(
        '{ bulkOperations(first: 2, query: "status:completed") { nodes { id } } currentBulkOperation { id } }'
    )
    assert [one["id"] for one in listed["bulkOperations"]["nodes"]] == [second, first]
    assert listed["currentBulkOperation"]["id"] == second


def test_a_failure_leaves_partial_data_and_its_code(shop, wait_until):
    shop.control("POST", "faults", {"kind": "bulk_fail", "after_objects": 2, "code": "TIMEOUT"})
    made = start(shop, "{ products { edges { node { id } } } }")
    found = ended(shop, made["bulkOperation"]["id"], wait_until)
    assert (found["status"], found["errorCode"]) == ("FAILED", "TIMEOUT")
    assert found["url"] is None
    assert found["completedAt"] is None
    assert [row["id"] for row in fetch(shop, found["partialDataUrl"])] == [
        "gid://shopify/Product/1",
        "gid://shopify/Product/2",
    ]


def test_a_link_is_signed_and_expires(shop, wait_until):
    found, _ = exported(shop, "{ products { edges { node { id } } } }", wait_until)
    forged = found["url"].replace("Signature=", "Signature=0")
    assert shop.http.get(forged).status_code == 403
    part = shop.http.get(found["url"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, len(part.content)) == (206, 4)
    with shop.runtime.state.write() as tx:
        tx.connection.execute("UPDATE bulk_operations SET expires_wall = ?", (tx.wall - 1,))
    again = read(shop, found["id"])
    assert (again["status"], again["url"]) == ("EXPIRED", None)
    number = int(found["id"].rsplit("/", 1)[1])
    links = shop.runtime.links_for(shop.url)
    old = links.make(number, shop.runtime.state.wall() - 1)
    assert shop.http.get(old).status_code == 400


def test_the_end_is_told_by_webhook(shop, receiver, wait_until):
    got, uri = receiver
    shop.ask(
        """mutation W($uri: String!) { webhookSubscriptionCreate(topic: BULK_OPERATIONS_FINISH,
        webhookSubscription: {uri: $uri}) { userErrors { message } } }""",
        {"uri": uri},
    )
    found, _ = exported(shop, "{ products { edges { node { id } } } }", wait_until)
    wait_until(lambda: got.got)
    headers, body = got.got[0]
    assert headers["x-shopify-topic"] == "bulk_operations/finish"
    told = json.loads(body)
    assert told["admin_graphql_api_id"] == found["id"]
    assert (told["status"], told["type"], told["error_code"]) == ("completed", "query", None)


def test_an_operation_survives_the_server(tmp_path, fill, wait_until):
    from store_sandbox.admin.schema import served_schema
    from store_sandbox.runtime import Options, Runtime

    options = Options(folder=tmp_path, generate=False, tick_seconds=0, rate=0.0)
    first = Runtime.open(options)
    fill(first.state)
    with first.state.write() as tx:
        tx.insert(
            "bulk_operations",
            [
                {
                    "id": 7,
                    "client_id": "a",
                    "scopes": "read_products",
                    "version": "2026-10",
                    "query": "{ products { edges { node { id } } } }",
                    "status": "RUNNING",
                    "object_count": 1,
                    "created_at": tx.now,
                    "updated_at": tx.now,
                }
            ],
        )
    first.close()
    orphan = first.links.path(8)
    orphan.parent.mkdir()
    orphan.write_text("{}\n")
    second = Runtime.open(options)
    second.bulk.start(served_schema())
    assert not orphan.exists()

    def status():
        with second.state.read() as db:
            return db.execute("SELECT status, object_count FROM bulk_operations").fetchone()

    wait_until(lambda: status()["status"] == "COMPLETED")
    assert status()["object_count"] == 3
    second.close()
