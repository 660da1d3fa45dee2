"""What a query costs before and after it ran, by the rule the recordings follow."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import pytest
from graphql import parse

from store_sandbox.admin.cost import Bucket, Pricing, size
from store_sandbox.admin.schema import served_schema
from store_sandbox.bulk.selections import fragments_of


def costs(query, data=None, variables=None):
    document = parse(query)
    pricing = Pricing(served_schema(), fragments_of(document), variables or {})
    operation = document.definitions[0]
    return pricing.requested(operation), None if data is None else pricing.actual(operation, data)


@pytest.mark.parametrize(
    ("query", "data", "expected"),
    [
        ("{ shop { name } }", {"shop": {"name": "x"}}, (1, 1)),
        # a null object costs what the object costs, without what would be below it
        ("{ order(id: 1) { customer { id } } }", {"order": None}, (2, 1)),
        # an empty page costs what was asked for
        ("{ orders(first: 10) { nodes { id } } }", {"orders": {"nodes": []}}, (6, 6)),
        ("{ orders(first: 10) { nodes { id } } }", {"orders": {"nodes": [{"id": "1"}]}}, (6, 3)),
        # but not for what its objects would have held
        (
            "{ order(id: 1) { returns(first: 5) { nodes { returnLineItems(first: 5) { nodes { id } } } } } }",
            {"order": {"returns": {"nodes": []}}},
            (21, 5),
        ),
        ("{ ordersCount { count } }", {"ordersCount": {"count": 1}}, (10, 10)),
        # a list costs as much as one of its objects
        (
            "{ currentAppInstallation { accessScopes { handle } } }",
            {"currentAppInstallation": {"accessScopes": [{"handle": str(n)} for n in range(40)]}},
            (2, 2),
        ),
        # consents are free, the addresses they belong to are not
        (
            "{ customer(id: 1) { defaultEmailAddress { emailAddress } emailMarketingConsent { marketingState } } }",
            {
                "customer": {
                    "defaultEmailAddress": {"emailAddress": "a"},
                    "emailMarketingConsent": None,
                }
            },
            (2, 2),
        ),
        # a mutation pays for the objects of its payload, not for what is below them
        (
            'mutation { orderClose(input: {id: "1"}) { order { id customer { id } } userErrors { message } } }',
            {"orderClose": {"order": {"id": "1", "customer": {"id": "2"}}, "userErrors": []}},
            (11, 11),
        ),
        (
            'mutation { orderClose(input: {id: "1"}) { order { id customer { id } } userErrors { message } } }',
            {"orderClose": {"order": None, "userErrors": [{"message": "no"}]}},
            (11, 10),
        ),
        # what a directive leaves out is free, but no request is
        ("{ shop @skip(if: true) { name } }", {}, (1, 0)),
    ],
)
def test_a_query_costs_what_shopify_says(query, data, expected):
    assert costs(query, data) == expected


def test_directives_follow_their_variables():
    query = "query Q($with: Boolean!) { shop { name plan @include(if: $with) { shopifyPlus } } }"
    assert costs(query, variables={"with": True})[0] == 2
    assert costs(query, variables={"with": False})[0] == 1


def test_the_size_of_a_page_grows_slowly():
    assert [size(count) for count in (0, 1, 2, 10, 50, 250)] == [0, 1, 1, 4, 7, 11]


def test_a_drained_bucket_fills_with_time():
    now = [0.0]
    bucket = Bucket(100.0, 10.0, lambda: now[0])
    bucket.drain()
    assert not bucket.take(1)
    now[0] = 1.0
    assert bucket.status()["currentlyAvailable"] == 10
    assert bucket.take(10)
