"""How the sandbox refuses, prices and throttles: Shopify's words and codes."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import pytest

from store_sandbox.admin.cost import Bucket
from store_sandbox.oauth.tokens import issue_token


def first(shop, query, variables=None):
    return shop.errors(query, variables)[0]


def test_a_wrong_token_is_401_with_shopifys_text(shop):
    answer = shop.raw("{ shop { name } }", **{"X-Shopify-Access-Token": "shpat_wrong"})
    assert answer.status_code == 401
    assert answer.json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
    }


def test_wrong_client_credentials_are_refused(shop):
    own = shop.runtime.credentials
    for body, error in (
        ({"client_id": "nobody", "client_secret": "x"}, "application_cannot_be_found"),
        ({"client_id": own.client_id, "client_secret": "x"}, "invalid_client"),
    ):
        answer = shop.http.post(
            f"{shop.url}/admin/oauth/access_token",
            data={**body, "grant_type": "client_credentials"},
        )
        assert answer.status_code == 400
        assert answer.json()["error"] == error


def test_responses_name_the_version_that_answered_and_the_worlds_time(shop):
    answer = shop.raw("{ shop { name } }")
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert answer.headers["X-Sandbox-Time"].endswith("Z")
    old = shop.http.post(
        f"{shop.url}/admin/api/2024-01/graphql.json",
        json={"query": "{ shop { name } }"},
        headers={"X-Shopify-Access-Token": shop.token},
    )
    assert old.headers["X-Shopify-API-Version"] == "2025-10"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (
            "{ products(first: 1) { nodes { colour } } }",
            "undefinedField",
            "Field 'colour' doesn't exist on type 'Product'",
        ),
        (
            "{ product { id } }",
            "missingRequiredArguments",
            "Field 'product' is missing required arguments: id",
        ),
        (
            "{ shop { name(x: 1) } }",
            "argumentNotAccepted",
            "Field 'name' doesn't accept argument 'x'",
        ),
        (
            '{ products(first: "two") { nodes { id } } }',
            "argumentLiteralsIncompatible",
            "Argument 'first' on Field 'products' has an invalid value (\"two\"). Expected type 'Int'.",
        ),
        (
            "{ product(id: null) { id } }",
            "argumentLiteralsIncompatible",
            "Argument 'id' on Field 'product' has an invalid value (null). Expected type 'ID!'.",
        ),
        (
            "{ shop }",
            "selectionMismatch",
            (
                "Field must have selections (field 'shop' returns Shop but has no selections."
                " Did you mean 'shop { ... }'?)"
            ),
        ),
        (
            "query Q($x: Int) { shop { name } }",
            "variableNotUsed",
            "Variable $x is declared by Q but not used",
        ),
        (
            "query Q { products(first: $n) { nodes { id } } }",
            "variableNotDefined",
            "Variable $n is used by Q but not declared",
        ),
        (
            "query Q($n: String) { products(first: $n) { nodes { id } } }",
            "variableMismatch",
            "Type mismatch on variable $n and argument first (String / Int)",
        ),
        ("{ shop { ...F } }", "useAndDefineFragment", "Fragment F was used, but not defined"),
        (
            'mutation { orderUpdate(input: {note: "n"}) { order { id } } }',
            "missingRequiredInputObjectAttribute",
            "Argument 'id' on InputObject 'OrderInput' is required. Expected type ID!",
        ),
        ("{ products { nodes { id } } }", "BAD_REQUEST", "you must provide one of first or last"),
    ],
)
def test_a_faulty_document_is_told_as_graphql_ruby_tells_it(shop, query, code, message):
    error = first(shop, query)
    assert error["extensions"]["code"] == code
    assert error["message"] == message


def test_undefined_fields_carry_path_and_type(shop):
    error = first(shop, "query Q { p: products(first: 1) { nodes { colour } } }")
    assert error["path"] == ["query Q", "p", "nodes", "colour"]
    assert error["extensions"] == {
        "code": "undefinedField",
        "typeName": "Product",
        "fieldName": "colour",
    }


def test_invalid_variables_list_their_problems(shop):
    query = "mutation M($input: OrderInput!) { orderUpdate(input: $input) { order { id } } }"
    error = first(shop, query, {"input": {"note": "x"}})
    assert error["message"] == (
        "Variable $input of type OrderInput! was provided invalid value for id"
        " (Expected value to not be null)"
    )
    assert error["extensions"]["problems"] == [
        {"path": ["id"], "explanation": "Expected value to not be null"}
    ]
    query = "query Q($k: ProductSortKeys) { products(first: 1, sortKey: $k) { nodes { id } } }"
    assert (
        "to be one of: "
        in first(shop, query, {"k": "PRICE"})["extensions"]["problems"][0]["explanation"]
    )


def test_cost_is_reported_and_a_dear_query_refused(shop):
    body = shop.raw("{ products(first: 10) { nodes { id } } }").json()
    cost = body["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 2 + 4 * 1
    assert cost["actualQueryCost"] == 2 + 2 * 1
    assert cost["throttleStatus"]["maximumAvailable"] == 20_000.0
    query = """{ products(first: 250) { nodes { variants(first: 250) { nodes { product {
        variants(first: 250) { nodes { id } } } } } } } }"""
    assert first(shop, query)["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_an_empty_bucket_throttles_without_data(shop):
    shop.runtime.buckets[shop.runtime.credentials.client_id] = Bucket(20, 0.0)
    query = "{ products(first: 250) { nodes { id } } }"
    shop.ask(query)
    body = shop.raw(query).json()
    while "data" in body:
        body = shop.raw(query).json()
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["actualQueryCost"] is None


def test_a_missing_scope_denies_the_field_and_names_it(shop):
    token = issue_token(shop.runtime.state, "other-app", ("read_products",))
    answer = shop.raw("{ orders(first: 1) { nodes { id } } }", **{"X-Shopify-Access-Token": token})
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["message"] == (
        "Access denied for orders field. Required access: `read_orders` access scope."
    )


def test_without_read_all_orders_only_sixty_days_are_visible(shop):
    token = issue_token(shop.runtime.state, "other-app", ("read_orders",))
    answer = shop.raw(
        '{ ordersCount { count } order(id: "gid://shopify/Order/1") { id } }',
        **{"X-Shopify-Access-Token": token},
    )
    assert answer.json()["data"] == {"ordersCount": {"count": 6}, "order": None}


def test_the_sandbox_says_what_it_is(shop):
    assert "sandbox" in shop.http.get(f"{shop.url}/").text
    assert shop.http.get(f"{shop.url}/healthz").json()["source"] == "sandbox"
    scopes = shop.ask("{ currentAppInstallation { accessScopes { handle } } }")
    assert {"handle": "read_all_orders"} in scopes["currentAppInstallation"]["accessScopes"]
