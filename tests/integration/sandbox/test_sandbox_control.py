"""The control door."""

# ruff: noqa: E501 - GraphQL documents read better in one piece


def test_the_clock_is_open_and_everything_else_wants_the_token(shop):
    assert shop.http.get(f"{shop.url}/control/clock").json()["rate"] == 0.0
    for method, path in (("POST", "step"), ("GET", "journal"), ("POST", "orders")):
        answer = shop.http.request(method, f"{shop.url}/control/{path}")
        assert answer.status_code == 401
        assert "remedy" in answer.json()


def test_a_step_moves_the_world_and_updates_carry_its_time(shop):
    before = shop.http.get(f"{shop.url}/control/clock").json()["now"]
    after = shop.control("POST", "step", {"days": 3}).json()["now"]
    assert after > before
    shop.ask('mutation { tagsAdd(id: "gid://shopify/Order/1", tags: ["late"]) { node { id } } }')
    order = shop.ask('{ order(id: "gid://shopify/Order/1") { updatedAt } }')["order"]
    assert order["updatedAt"] == after
    assert shop.raw("{ shop { id } }").headers["X-Sandbox-Time"] == after
    assert shop.control("POST", "step", {"days": -1}).status_code == 422


def test_an_order_can_be_made_changed_and_refunded(shop):
    made = shop.control(
        "POST",
        "orders",
        {"create": {"lines": [{"sku": "HALT-S", "quantity": 2}], "decrement": True}},
    ).json()["order"]
    query = """query O($id: ID!) { order(id: $id) { updatedAt cancelledAt currentTotalPriceSet { shopMoney { amount } }
        subtotalPriceSet { shopMoney { amount } } lineItems(first: 1) { nodes { id quantity } } } }"""
    order = shop.ask(query, {"id": made})["order"]
    assert order["subtotalPriceSet"]["shopMoney"]["amount"] == "59.8"
    line = order["lineItems"]["nodes"][0]["id"]
    changed = {"modify": {"id": made, "lines": [{"id": line, "price": "20.00", "quantity": 3}]}}
    assert shop.control("POST", "orders", changed).status_code == 200
    order = shop.ask(query, {"id": made})["order"]
    assert order["subtotalPriceSet"]["shopMoney"]["amount"] == "60.0"
    refund = {"refund": {"id": made, "lines": [{"id": line, "quantity": 1}]}}
    assert shop.control("POST", "orders", refund).status_code == 200
    order = shop.ask(query, {"id": made})["order"]
    assert order["currentTotalPriceSet"]["shopMoney"]["amount"] == "40.0"
    shop.control("POST", "orders", {"modify": {"id": made, "cancel": True}})
    assert shop.ask(query, {"id": made})["order"]["cancelledAt"] is not None


def test_lines_bear_their_own_taxes(shop):
    lines = [{"sku": "HALT-S", "quantity": 2, "price": "10.90", "tax_percent": 9},
             {"title": "Gift wrap", "quantity": 1, "price": "2.00"}]  # fmt: skip
    made = shop.control("POST", "orders", {"create": {"lines": lines}}).json()["order"]
    query = """query O($id: ID!) { order(id: $id) { totalTaxSet { shopMoney { amount } }
        totalPriceSet { shopMoney { amount } } lineItems(first: 2) { nodes {
        taxLines { title rate ratePercentage price priceSet { shopMoney { amount } } } } } } }"""
    order = shop.ask(query, {"id": made})["order"]
    assert order["totalTaxSet"]["shopMoney"]["amount"] == "1.8"
    assert order["totalPriceSet"]["shopMoney"]["amount"] == "23.8"
    (tax,), none = (line["taxLines"] for line in order["lineItems"]["nodes"])
    assert tax == {
        "title": "VAT", "rate": 0.09, "ratePercentage": 9.0, "price": "1.80",
        "priceSet": {"shopMoney": {"amount": "1.8"}},
    }  # fmt: skip
    assert none == []


def test_an_app_may_tell_several_taxes_that_come_on_top(shop):
    taxes = [{"title": "GST", "rate": "0.05"},
             {"title": "PST", "rate": "0.07",
              "priceSet": {"shopMoney": {"amount": "0.70", "currencyCode": "EUR"}}}]  # fmt: skip
    item = {"title": "Rope", "quantity": 1, "taxLines": taxes,
            "priceSet": {"shopMoney": {"amount": "10.00", "currencyCode": "EUR"}}}  # fmt: skip
    made = shop.ask(
        """mutation M($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
          order { totalPriceSet { shopMoney { amount } }
            lineItems(first: 1) { nodes { taxLines(first: 1) { title priceSet { shopMoney {
              amount } } } } } } userErrors { message } } }""",
        {"order": {"lineItems": [item]}},
    )["orderCreate"]["order"]
    assert made["totalPriceSet"]["shopMoney"]["amount"] == "11.2"
    assert made["lineItems"]["nodes"][0]["taxLines"] == [
        {"title": "GST", "priceSet": {"shopMoney": {"amount": "0.5"}}}
    ]


def test_an_unknown_sku_is_named(shop):
    answer = shop.control("POST", "orders", {"create": {"lines": [{"sku": "NO", "quantity": 1}]}})
    assert answer.status_code == 422
    assert "'NO'" in answer.json()["detail"]


def test_the_clock_can_run_faster_and_stand_still(shop):
    fast = shop.control("POST", "rate", {"rate": 86_400}).json()
    assert fast["rate"] == 86_400
    still = shop.control("POST", "rate", {"rate": 0}).json()
    assert still["now"] >= fast["now"]


def test_before_the_history_is_there_the_api_says_come_back(shop):
    shop.runtime.ready.clear()
    try:
        answer = shop.raw("{ shop { name } }")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert shop.http.post(f"{shop.url}/admin/oauth/access_token").status_code == 503
        assert shop.http.get(f"{shop.url}/readyz").status_code == 503
    finally:
        shop.runtime.ready.set()
