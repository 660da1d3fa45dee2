"""Reading the sandbox over HTTP."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import pytest

PAGE = """query P($n: Int, $last: Int, $a: String, $b: String, $q: String, $k: OrderSortKeys, $r: Boolean) {
  orders(first: $n, last: $last, after: $a, before: $b, query: $q, sortKey: $k, reverse: $r) {
    edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def names(data):
    return [edge["node"]["name"] for edge in data["orders"]["edges"]]


def test_paging_forward_visits_every_order_once(shop):
    seen, after = [], None
    while True:
        data = shop.ask(PAGE, {"n": 5, "a": after, "k": "UPDATED_AT"})
        seen += names(data)
        info = data["orders"]["pageInfo"]
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
    assert seen == [f"#{n}" for n in range(1001, 1013)]


def test_paging_backward_from_a_cursor_gives_the_orders_before_it(shop):
    last = shop.ask(PAGE, {"last": 3})
    assert names(last) == ["#1010", "#1011", "#1012"]
    assert last["orders"]["pageInfo"]["hasPreviousPage"]
    before = shop.ask(PAGE, {"last": 3, "b": last["orders"]["pageInfo"]["startCursor"]})
    assert names(before) == ["#1007", "#1008", "#1009"]


def test_reverse_pages_from_the_newest(shop):
    first = shop.ask(PAGE, {"n": 2, "r": True, "k": "CREATED_AT"})
    assert names(first) == ["#1012", "#1011"]
    cursor = first["orders"]["pageInfo"]["endCursor"]
    assert names(shop.ask(PAGE, {"n": 2, "r": True, "k": "CREATED_AT", "a": cursor})) == [
        "#1010",
        "#1009",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag:vip", ["#1003"]),
        ("name:'#1004' OR name:'#1005'", ["#1004", "#1005"]),
        ("id:>10 AND NOT id:12", ["#1011"]),
        ("-tag:vip id:<=4", ["#1001", "#1002", "#1004"]),
        ("sku:HALT-* id:1", ["#1001"]),
        ("financial_status:paid (id:2 OR id:3)", ["#1002", "#1003"]),
        ("status:cancelled", []),
    ],
)
def test_search_finds_what_shopify_would_find(shop, query, expected):
    assert names(shop.ask(PAGE, {"n": 50, "q": query})) == expected


def test_updated_at_ranges_with_quoted_times_are_exact_to_the_second(shop):
    orders = shop.ask("{ orders(first: 12) { nodes { name updatedAt } } }")["orders"]["nodes"]
    at = orders[8]["updatedAt"]
    found = names(shop.ask(PAGE, {"n": 50, "q": f"updated_at:>='{at}'"}))
    assert found == ["#1009", "#1010", "#1011", "#1012"]
    assert names(shop.ask(PAGE, {"n": 50, "q": f"updated_at:>'{at}'"})) == found[1:]


def test_an_unknown_search_field_is_ignored_with_a_warning(shop):
    body = shop.raw('{ orders(first: 50, query: "colour:red id:1") { nodes { id } } }').json()
    assert len(body["data"]["orders"]["nodes"]) == 1
    warning = body["extensions"]["search"][0]["warnings"][0]
    assert warning == {
        "field": "colour",
        "message": "Invalid search field for this query.",
        "code": "invalid_field",
    }


def test_money_tags_costs_and_levels_look_like_shopifys(shop):
    data = shop.ask(
        """{ product(id: "gid://shopify/Product/1") { tags totalInventory variantsCount { count precision }
        priceRangeV2 { minVariantPrice { amount currencyCode } }
        variants(first: 1) { nodes { price compareAtPrice inventoryQuantity inventoryItem { unitCost { amount }
        inventoryLevels(first: 5) { nodes { id quantities(names: ["available", "on_hand", "incoming"]) { name quantity } } } } } } }
        productVariant(id: "gid://shopify/ProductVariant/3") { inventoryItem { unitCost { amount } tracked } } }"""
    )
    product = data["product"]
    assert product["tags"] == ["leather", "sale"]
    assert product["totalInventory"] == 30
    assert product["priceRangeV2"]["minVariantPrice"] == {"amount": "29.9", "currencyCode": "EUR"}
    variant = product["variants"]["nodes"][0]
    assert variant["price"] == "29.90"
    assert variant["inventoryItem"]["unitCost"] == {"amount": "12.0"}
    level = variant["inventoryItem"]["inventoryLevels"]["nodes"][0]
    assert level["id"] == "gid://shopify/InventoryLevel/1?inventory_item_id=101"
    assert [q["quantity"] for q in level["quantities"]] == [10, 10, 0]
    assert data["productVariant"]["inventoryItem"]["unitCost"] is None


def test_node_and_nodes_find_every_kind(shop):
    data = shop.ask(
        """{ node(id: "gid://shopify/Order/1") { __typename id ... on Order { name lineItems(first: 1) { nodes { sku } } } }
        nodes(ids: ["gid://shopify/Product/2", "gid://shopify/Product/99",
        "gid://shopify/InventoryLevel/1?inventory_item_id=101"]) { __typename id } }"""
    )
    assert data["node"]["lineItems"]["nodes"] == [{"sku": "HALT-S"}]
    assert [n and n["__typename"] for n in data["nodes"]] == ["Product", None, "InventoryLevel"]


def test_counts_say_at_least_beyond_their_limit(shop):
    data = shop.ask(
        "{ ordersCount(limit: 5) { count precision } all: ordersCount { count precision } }"
    )
    assert data["ordersCount"] == {"count": 5, "precision": "AT_LEAST"}
    assert data["all"] == {"count": 12, "precision": "EXACT"}


def test_relations_are_loaded_in_batches(shop):
    statements = []
    query = """{ orders(first: 12) { nodes { customer { id } lineItems(first: 5) { nodes { variant { product { id } } } }
        refunds { id refundLineItems(first: 5) { nodes { quantity } } } } } }"""
    state = shop.runtime.state
    with state.read() as db:
        db.set_trace_callback(statements.append)
    shop.ask(query)
    for connection in state._readers:
        connection.set_trace_callback(None)
    selects = [s for s in statements if s.lstrip().startswith("SELECT")]
    assert 4 < len(selects) < 15
