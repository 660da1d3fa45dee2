"""Discount codes: made, refused, used, ended."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import pytest

NODE = """codeDiscountNode { id codeDiscount { __typename ... on DiscountCodeBasic { title status summary startsAt endsAt
  usageLimit asyncUsageCount appliesOncePerCustomer discountClasses combinesWith { orderDiscounts productDiscounts }
  codes(first: 2) { nodes { code asyncUsageCount } }
  customerGets { value { __typename ... on DiscountPercentage { percentage } ... on DiscountAmount { amount { amount } appliesOnEachItem } }
    items { __typename ... on AllDiscountItems { allItems } ... on DiscountProducts { products(first: 5) { nodes { id } } } } }
  minimumRequirement { __typename ... on DiscountMinimumSubtotal { greaterThanOrEqualToSubtotal { amount } } }
  context { __typename ... on DiscountCustomers { customers { id } } } } } }"""
CREATE = """mutation C($basicCodeDiscount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $basicCodeDiscount) { NODE userErrors { field message code } } }""".replace(
    "NODE", NODE
)


def given(**more):
    return {
        "title": "Spring",
        "code": "SPRING10",
        "startsAt": "2026-01-01T00:00:00Z",
        "context": {"all": "ALL"},
        "customerGets": {"value": {"percentage": 0.1}, "items": {"all": True}},
        **more,
    }


def create(shop, **more):
    return shop.ask(CREATE, {"basicCodeDiscount": given(**more)})["discountCodeBasicCreate"]


def made(shop, **more):
    answer = create(shop, **more)
    assert answer["userErrors"] == []
    return answer["codeDiscountNode"]


def test_a_code_says_what_it_gives(shop):
    found = made(
        shop,
        minimumRequirement={"subtotal": {"greaterThanOrEqualToSubtotal": "50"}},
        combinesWith={"orderDiscounts": True},
        usageLimit=5,
    )["codeDiscount"]
    assert found["status"] == "ACTIVE"
    assert found["customerGets"] == {
        "value": {"__typename": "DiscountPercentage", "percentage": 0.1},
        "items": {"__typename": "AllDiscountItems", "allItems": True},
    }
    assert found["minimumRequirement"] == {
        "__typename": "DiscountMinimumSubtotal",
        "greaterThanOrEqualToSubtotal": {"amount": "50.0"},
    }
    assert found["context"] == {"__typename": "DiscountBuyerSelectionAll"}
    assert found["discountClasses"] == ["ORDER"]
    assert found["combinesWith"] == {"orderDiscounts": True, "productDiscounts": False}
    assert found["summary"] == "10% off one-time purchase products • Minimum purchase of 50.00 EUR"


def test_a_code_can_be_for_some_goods_and_some_customers(shop):
    items = {"products": {"productsToAdd": ["gid://shopify/Product/2"]}}
    found = made(
        shop,
        customerGets={"value": {"discountAmount": {"amount": "5"}}, "items": items},
        context={"customers": {"add": ["gid://shopify/Customer/1"]}},
    )["codeDiscount"]
    assert found["customerGets"]["value"] == {
        "__typename": "DiscountAmount",
        "amount": {"amount": "5.0"},
        "appliesOnEachItem": False,
    }
    assert found["customerGets"]["items"]["products"]["nodes"] == [
        {"id": "gid://shopify/Product/2"}
    ]
    assert found["context"]["customers"] == [{"id": "gid://shopify/Customer/1"}]
    assert found["discountClasses"] == ["PRODUCT"]


@pytest.mark.parametrize(
    ("more", "field", "message", "code"),
    [
        ({"code": None}, ["code"], "Code can't be blank", "BLANK"),
        ({"code": ""}, ["code"], "Code is too short (minimum is 1 character)", "TOO_SHORT"),
        ({"code": "a\nb"}, ["code"], "Code cannot contain newline characters.", "INVALID"),
        (
            {"endsAt": "2025-01-01T00:00:00Z"},
            ["endsAt"],
            "Ends at needs to be after starts_at",
            "INVALID",
        ),
        (
            {
                "customerGets": {
                    "value": {"percentage": 0.1},
                    "items": {"products": {"productsToAdd": ["gid://shopify/Product/99"]}},
                }
            },
            ["customerGets", "items", "products", "productsToAdd"],
            "Product with id: 99 is invalid",
            "INVALID",
        ),
        (
            {"customerGets": {"value": {"percentage": 1.5}, "items": {"all": True}}},
            ["customerGets", "value", "percentage"],
            "Value must be between 0.0 and 1.0",
            "VALUE_OUTSIDE_RANGE",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(shop, more, field, message, code):
    assert create(shop, **more) == {
        "codeDiscountNode": None,
        "userErrors": [{"field": ["basicCodeDiscount", *field], "message": message, "code": code}],
    }


def test_a_code_is_unique_whatever_its_case_and_two_minimums_conflict(shop):
    made(shop)
    assert create(shop, code="spring10")["userErrors"][0]["code"] == "TAKEN"
    both = {
        "quantity": {"greaterThanOrEqualToQuantity": "2"},
        "subtotal": {"greaterThanOrEqualToSubtotal": "2"},
    }
    errors = create(shop, code="X", minimumRequirement=both)["userErrors"]
    assert [one["code"] for one in errors] == ["CONFLICT", "CONFLICT"]


def test_uses_are_counted_from_orders(shop):
    made(shop)
    order = {
        "lineItems": [
            {
                "title": "x",
                "quantity": 1,
                "priceSet": {"shopMoney": {"amount": "10", "currencyCode": "EUR"}},
            }
        ],
        "discountCode": {"itemPercentageDiscountCode": {"code": "Spring10", "percentage": 10}},
    }
    shop.ask(
        "mutation O($order: OrderCreateOrderInput!) { orderCreate(order: $order) { order { id } userErrors { message } } }",
        {"order": order},
    )
    found = shop.ask(
        '{ codeDiscountNodeByCode(code: "spring10") { codeDiscount { ... on DiscountCodeBasic { asyncUsageCount codes(first: 1) { nodes { code asyncUsageCount } } } } } codeDiscountNodeMissing: codeDiscountNodeByCode(code: "nothing") { id } }'
    )
    assert found["codeDiscountNodeByCode"]["codeDiscount"] == {
        "asyncUsageCount": 1,
        "codes": {"nodes": [{"code": "SPRING10", "asyncUsageCount": 1}]},
    }
    assert found["codeDiscountNodeMissing"] is None


def test_a_code_is_changed_ended_started_and_deleted(shop):
    ident = made(shop)["id"]
    status = "codeDiscountNode { codeDiscount { ... on DiscountCodeBasic { title status endsAt } } } userErrors { message }"

    def act(name):
        return shop.ask(
            f"mutation A($id: ID!) {{ {name}(id: $id) {{ {status} }} }}", {"id": ident}
        )[name]

    update = shop.ask(
        f"mutation U($id: ID!, $d: DiscountCodeBasicInput!) {{ discountCodeBasicUpdate(id: $id, basicCodeDiscount: $d) {{ {status} }} }}",
        {"id": ident, "d": {"title": "Late spring"}},
    )["discountCodeBasicUpdate"]
    assert update["codeDiscountNode"]["codeDiscount"]["title"] == "Late spring"
    ended = act("discountCodeDeactivate")["codeDiscountNode"]["codeDiscount"]
    assert (ended["status"], ended["endsAt"] is not None) == ("EXPIRED", True)
    started = act("discountCodeActivate")["codeDiscountNode"]["codeDiscount"]
    assert (started["status"], started["endsAt"]) == ("ACTIVE", None)
    delete = "mutation D($id: ID!) { discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { field message code } } }"
    assert shop.ask(delete, {"id": ident})["discountCodeDelete"]["deletedCodeDiscountId"] == ident
    assert shop.ask(delete, {"id": ident})["discountCodeDelete"]["userErrors"] == [
        {"field": ["id"], "message": "Code discount does not exist.", "code": "INVALID"}
    ]


def test_discounts_are_listed(shop):
    for code in ("B", "A"):
        made(shop, code=code, title=code)
    listed = shop.ask(
        "{ codeDiscountNodes(first: 5, sortKey: TITLE) { nodes { codeDiscount { ... on DiscountCodeBasic { title } } } } }"
    )["codeDiscountNodes"]["nodes"]
    assert [one["codeDiscount"]["title"] for one in listed] == ["A", "B"]


def test_goods_and_customers_are_added_and_taken_away(shop):
    def goods(**lists):
        ids = {name: [f"gid://shopify/Product/{n}" for n in some] for name, some in lists.items()}
        return {"value": {"percentage": 0.1}, "items": {"products": ids}}

    customers = {"customers": {"add": ["gid://shopify/Customer/1", "gid://shopify/Customer/2"]}}
    ident = made(shop, customerGets=goods(productsToAdd=[1, 2]), context=customers)["id"]
    changed = shop.ask(
        "mutation U($id: ID!, $d: DiscountCodeBasicInput!) { discountCodeBasicUpdate(id: $id, basicCodeDiscount: $d) { NODE userErrors { message } } }".replace(
            "NODE", NODE
        ),
        {
            "id": ident,
            "d": {
                "customerGets": goods(productsToAdd=[3], productsToRemove=[1]),
                "context": {"customers": {"remove": ["gid://shopify/Customer/2"]}},
            },
        },
    )["discountCodeBasicUpdate"]["codeDiscountNode"]["codeDiscount"]
    assert [one["id"] for one in changed["customerGets"]["items"]["products"]["nodes"]] == [
        "gid://shopify/Product/2",
        "gid://shopify/Product/3",
    ]
    assert changed["context"]["customers"] == [{"id": "gid://shopify/Customer/1"}]


def test_contradictions_end_the_request(shop):
    gets = {
        "value": {"percentage": 0.1, "discountAmount": {"amount": "1"}},
        "items": {"all": True},
    }
    error = shop.errors(CREATE, {"basicCodeDiscount": given(customerGets=gets)})[0]
    assert error["message"] == (
        "A discount can only have one of percentage, discountOnQuantity or discountAmount."
    )
    group = "gid://shopify/Collection/1"
    items = {"collections": {"add": [group], "remove": [group]}}
    gets = {"value": {"percentage": 0.1}, "items": items}
    error = shop.errors(CREATE, {"basicCodeDiscount": given(customerGets=gets)})[0]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"] == (
        "The same Collection id is present in both 'add' and 'remove' fields"
    )
