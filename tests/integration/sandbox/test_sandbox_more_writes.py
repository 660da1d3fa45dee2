"""Collections, new products, metafields, consent and risk: written, read back, told."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import hashlib
import json

P = "gid://shopify/Product/%d"


def collection(shop, **more):
    given = {"title": "Summer Tack", "products": [P % 2, P % 1], **more}
    return shop.ask(
        """mutation C($input: CollectionInput) { collectionCreate(input: $input) {
        collection { id handle sortOrder productsCount { count } } userErrors { field message } } }""",
        {"input": given},
    )["collectionCreate"]


def test_a_collection_is_made_filled_and_emptied(shop):
    made = collection(shop, sortOrder="MANUAL")["collection"]
    assert (made["handle"], made["productsCount"]["count"]) == ("summer-tack", 2)
    assert collection(shop)["collection"]["handle"] == "summer-tack-1"
    add = """mutation A($id: ID!, $ids: [ID!]!) { collectionAddProducts(id: $id, productIds: $ids) {
      collection { products(first: 5) { nodes { id } } } userErrors { field message } } }"""
    added = shop.ask(add, {"id": made["id"], "ids": [P % 3]})["collectionAddProducts"]
    assert [one["id"] for one in added["collection"]["products"]["nodes"]] == [P % 2, P % 1, P % 3]
    again = shop.ask(add, {"id": made["id"], "ids": [P % 3]})["collectionAddProducts"]
    assert again["userErrors"][0]["message"] == "Product is already in the collection"
    removed = shop.ask(
        "mutation R($id: ID!, $ids: [ID!]!) { collectionRemoveProducts(id: $id, productIds: $ids) { job { done } userErrors { message } } }",
        {"id": made["id"], "ids": [P % 2]},
    )["collectionRemoveProducts"]
    assert removed == {"job": {"done": False}, "userErrors": []}
    seen = shop.ask(
        """query Q($id: ID!) { collection(id: $id) { hasProduct(id: "gid://shopify/Product/2") products(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } }
        product(id: "gid://shopify/Product/1") { collections(first: 5) { nodes { title } } }
        collections(first: 5, query: "product_id:3") { nodes { id } } collectionsCount { count } }""",
        {"id": made["id"]},
    )
    assert not seen["collection"]["hasProduct"]
    assert seen["collection"]["products"]["nodes"] == [{"id": P % 1}]
    assert len(seen["product"]["collections"]["nodes"]) == 2
    assert [one["id"] for one in seen["collections"]["nodes"]] == [made["id"]]
    gone = shop.ask(
        "mutation D($id: ID!) { collectionDelete(input: {id: $id}) { deletedCollectionId userErrors { message } } }",
        {"id": made["id"]},
    )["collectionDelete"]
    assert gone["deletedCollectionId"] == made["id"]
    assert shop.ask("{ productsCount { count } }")["productsCount"]["count"] == 3


def test_a_collection_needs_a_title_and_products_that_exist(shop):
    assert collection(shop, title=" ")["userErrors"] == [
        {"field": ["title"], "message": "Title can't be blank"}
    ]
    assert collection(shop, products=[P % 99])["userErrors"] == [
        {"field": ["products", "0"], "message": "Product does not exist"}
    ]


CREATE = """mutation P($product: ProductCreateInput) { productCreate(product: $product) {
  product { id title handle status publishedAt variants(first: 2) { nodes { title price inventoryItem { tracked inventoryLevels(first: 2) { nodes { id } } } } } collections(first: 2) { nodes { title } } }
  userErrors { field message } } }"""


def test_a_draft_product_comes_with_its_default_variant(shop):
    into = collection(shop)["collection"]["id"]
    given = {
        "title": "Grooming Kit",
        "status": "DRAFT",
        "tags": ["new"],
        "collectionsToJoin": [into],
    }
    made = shop.ask(CREATE, {"product": given})["productCreate"]
    assert made["userErrors"] == []
    product = made["product"]
    assert (product["handle"], product["status"], product["publishedAt"]) == (
        "grooming-kit",
        "DRAFT",
        None,
    )
    (variant,) = product["variants"]["nodes"]
    assert (variant["title"], variant["price"]) == ("Default Title", "0.00")
    assert not variant["inventoryItem"]["tracked"]
    assert len(variant["inventoryItem"]["inventoryLevels"]["nodes"]) == 1
    assert product["collections"]["nodes"] == [{"title": "Summer Tack"}]
    for bad, errors in (
        ({"title": ""}, [{"field": ["title"], "message": "Title can't be blank"}]),
        (
            {"title": "x", "vendor": "v" * 256},
            [{"field": ["vendor"], "message": "Vendor is too long (maximum is 255 characters)"}],
        ),
        (
            {"title": "x", "handle": "p-1"},
            [
                {
                    "field": ["input", "handle"],
                    "message": "Handle 'p-1' already in use. Please provide a new handle.",
                }
            ],
        ),
    ):
        assert shop.ask(CREATE, {"product": bad})["productCreate"]["userErrors"] == errors


WHOLE = """mutation S($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
  product { id handle status options { name values } variants(first: 5) { nodes { id title sku price
    selectedOptions { name value } inventoryItem { tracked unitCost { amount } } } } }
  userErrors { field message code } } }"""


def leads(*colours):
    variants = [
        {
            "optionValues": [{"optionName": "Colour", "name": colour}],
            "sku": f"LEAD-{colour}",
            "price": "19.90",
            "inventoryItem": {"tracked": True, "cost": "8"},
        }
        for colour in colours
    ]
    options = [{"name": "Colour", "values": [{"name": colour} for colour in colours]}]
    return {"title": "Lead rope", "productOptions": options, "variants": variants}


def test_a_product_is_set_whole_and_set_again_it_is_the_same_one(shop):
    by_handle = {"identifier": {"handle": "lead-rope"}}
    first = shop.ask(WHOLE, {**by_handle, "input": leads("Blue", "Black")})["productSet"]
    assert first["userErrors"] == []
    made = first["product"]
    assert (made["handle"], made["status"]) == ("lead-rope", "ACTIVE")
    assert made["options"] == [{"name": "Colour", "values": ["Blue", "Black"]}]
    blue, black = made["variants"]["nodes"]
    assert (blue["title"], blue["sku"], blue["price"]) == ("Blue", "LEAD-Blue", "19.90")
    assert blue["inventoryItem"] == {"tracked": True, "unitCost": {"amount": "8.0"}}
    assert shop.ask(WHOLE, {**by_handle, "input": leads("Blue", "Black")})["productSet"] == first
    fewer = shop.ask(WHOLE, {**by_handle, "input": leads("Black", "Red")})["productSet"]["product"]
    assert fewer["id"] == made["id"]
    assert [one["title"] for one in fewer["variants"]["nodes"]] == ["Black", "Red"]
    assert fewer["variants"]["nodes"][0]["id"] == black["id"]
    other = shop.ask(WHOLE, {"input": leads("Blue")})["productSet"]["product"]
    assert other["handle"] == "lead-rope-1"


def test_the_pictures_of_a_product_are_those_that_were_set_last(shop):
    pictured = WHOLE.replace(
        "product { id handle", "product { mediaCount { count precision } id handle"
    )
    by_handle = {"identifier": {"handle": "pictured-rope"}}

    def put(*sources, **more):
        files = [{"originalSource": each, "contentType": "IMAGE", "alt": "A"} for each in sources]
        given = {"title": "Rope", "files": files, **more}
        return shop.ask(pictured, {**by_handle, "input": given})["productSet"]

    two = put("https://x.test/a.jpg", "https://x.test/b.jpg")
    assert two["userErrors"] == []
    assert two["product"]["mediaCount"] == {"count": 2, "precision": "EXACT"}
    (error,) = put("data:image/png;base64,AAAA")["userErrors"]
    assert error["field"] == ["input", "files", "0", "originalSource"]
    # Nothing said of them leaves them; none given takes them away.
    same = shop.ask(pictured, {**by_handle, "input": {"title": "Rope"}})["productSet"]["product"]
    assert same["mediaCount"]["count"] == 2
    assert put()["product"]["mediaCount"]["count"] == 0


def test_a_product_is_not_set_to_what_cannot_be(shop):
    long = "Handle is too long (maximum is 255 characters)"
    for bad, told in (
        ({"title": "t" * 256}, {"is too long (maximum is 255 characters)", long}),
        ({"title": "x", "handle": "h" * 256}, {long}),
        ({"vendor": "nobody"}, {"can't be blank"}),
    ):
        answer = shop.ask(WHOLE, {"input": bad})["productSet"]
        assert answer["product"] is None
        assert {error["message"] for error in answer["userErrors"]} == told
    without = {**leads("Blue"), "productOptions": None}
    (error,) = shop.ask(WHOLE, {"input": without})["productSet"]["userErrors"]
    assert error["code"] == "PRODUCT_OPTIONS_INPUT_MISSING"
    given = {"identifier": {"handle": "p-1"}, "input": {"title": "x", "handle": "p-2"}}
    (error,) = shop.ask(WHOLE, given)["productSet"]["userErrors"]
    assert error["code"] == "INPUT_MISMATCH"


SET = """mutation M($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
  metafields { namespace key value type compareDigest } userErrors { field message code elementIndex } } }"""


def field(**more):
    return {
        "ownerId": P % 1,
        "namespace": "royal",
        "key": "score",
        "type": "number_integer",
        "value": "7",
        **more,
    }


def test_metafields_are_set_compared_and_deleted(shop):
    made = shop.ask(SET, {"metafields": [field()]})["metafieldsSet"]
    assert made["userErrors"] == []
    digest = hashlib.sha256(b"7").hexdigest()
    assert made["metafields"][0]["compareDigest"] == digest
    moved = shop.ask(SET, {"metafields": [field(value="8", compareDigest=digest)]})["metafieldsSet"]
    assert moved["metafields"][0]["value"] == "8"
    stale = shop.ask(SET, {"metafields": [field(value="9", compareDigest=digest)]})["metafieldsSet"]
    assert stale["userErrors"][0]["code"] == "STALE_OBJECT"
    read = '{ product(id: "gid://shopify/Product/1") { metafield(namespace: "royal", key: "score") { value } } }'
    assert shop.ask(read)["product"]["metafield"] == {"value": "8"}
    delete = """mutation D($m: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $m) { deletedMetafields { ownerId namespace key } userErrors { message } } }"""
    target = {"ownerId": P % 1, "namespace": "royal", "key": "score"}
    gone = shop.ask(delete, {"m": [target, target]})["metafieldsDelete"]["deletedMetafields"]
    assert gone == [target, None]
    assert shop.ask(read)["product"]["metafield"] is None


def test_the_shop_has_metafields_too(shop):
    made = shop.ask(SET, {"metafields": [field(ownerId="gid://shopify/Shop/1")]})["metafieldsSet"]
    assert made["userErrors"] == []
    read = """{ shop { metafield(namespace: "royal", key: "score") { value }
      metafields(first: 5) { nodes { key ownerType } } } }"""
    assert shop.ask(read)["shop"] == {
        "metafield": {"value": "7"},
        "metafields": {"nodes": [{"key": "score", "ownerType": "SHOP"}]},
    }
    other = shop.ask(SET, {"metafields": [field(ownerId="gid://shopify/Shop/2")]})["metafieldsSet"]
    assert [each["message"] for each in other["userErrors"]] == ["Owner does not exist"]


def test_metafields_are_all_or_none(shop):
    errors = shop.ask(SET, {"metafields": [field(), field(key="other", value="x")]})[
        "metafieldsSet"
    ]
    assert errors["metafields"] is None
    assert errors["userErrors"] == [
        {
            "field": ["metafields", "1", "value"],
            "message": "Value must be an integer.",
            "code": "INVALID_VALUE",
            "elementIndex": 1,
        }
    ]
    many = shop.ask(SET, {"metafields": [field(key=f"k{n:02}") for n in range(26)]})[
        "metafieldsSet"
    ]
    assert many["userErrors"][0] == {
        "field": ["metafields"],
        "message": "Exceeded the maximum metafields input limit of 25.",
        "code": "LESS_THAN_OR_EQUAL_TO",
        "elementIndex": None,
    }


CONSENT = """mutation E($input: CustomerEmailMarketingConsentUpdateInput!) { customerEmailMarketingConsentUpdate(input: $input) {
  customer { emailMarketingConsent { marketingState consentUpdatedAt } } userErrors { field message code } } }"""


def test_consent_is_written_with_its_moment_and_told(shop, receiver, wait_until):
    found, uri = receiver
    shop.ask(
        """mutation W($uri: String!) { webhookSubscriptionCreate(topic: CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE,
        webhookSubscription: {uri: $uri}) { userErrors { message } } }""",
        {"uri": uri},
    )

    def consent(state, **more):
        given = {"marketingState": state, "marketingOptInLevel": "SINGLE_OPT_IN", **more}
        ident = "gid://shopify/Customer/1"
        variables = {"input": {"customerId": ident, "emailMarketingConsent": given}}
        return shop.ask(CONSENT, variables)["customerEmailMarketingConsentUpdate"]

    done = consent("UNSUBSCRIBED", consentUpdatedAt="2026-04-25T01:00:00Z")
    assert done["customer"]["emailMarketingConsent"] == {
        "marketingState": "UNSUBSCRIBED",
        "consentUpdatedAt": "2026-04-25T01:00:00Z",
    }
    wait_until(lambda: found.got)
    told = json.loads(found.got[0][1])
    assert told["email_marketing_consent"]["state"] == "unsubscribed"
    assert told["email_marketing_consent"]["opt_in_level"] == "single_opt_in"
    assert consent("REDACTED")["userErrors"][0]["code"] == "INVALID"
    place = "gid://shopify/Location/1"
    confirmed = {"marketingOptInLevel": "CONFIRMED_OPT_IN", "sourceLocationId": place}
    nowhere = confirmed | {"sourceLocationId": "gid://shopify/Location/99"}
    assert consent("SUBSCRIBED", **nowhere)["userErrors"][0]["field"][-1] == "sourceLocationId"
    consent("SUBSCRIBED", **confirmed)
    how = shop.ask(
        """{ customer(id: "gid://shopify/Customer/1") { defaultEmailAddress {
        marketingState marketingOptInLevel sourceLocation { id } } } }"""
    )["customer"]["defaultEmailAddress"]
    assert how == {
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "CONFIRMED_OPT_IN",
        "sourceLocation": {"id": place},
    }
    sms = shop.ask(
        """mutation { customerSmsMarketingConsentUpdate(input: {customerId: "gid://shopify/Customer/1",
        smsMarketingConsent: {marketingState: SUBSCRIBED}}) { userErrors { field message } } }"""
    )["customerSmsMarketingConsentUpdate"]
    assert sms["userErrors"] == [
        {
            "field": ["input", "smsMarketingConsent"],
            "message": "A phone number is required to set the SMS consent state.",
        }
    ]


ASSESS = """mutation R($input: OrderRiskAssessmentCreateInput!) { orderRiskAssessmentCreate(orderRiskAssessmentInput: $input) {
  orderRiskAssessment { riskLevel facts { description sentiment } } userErrors { field message code } } }"""


def test_an_app_says_how_risky_an_order_is(shop):
    made = shop.ask(
        """mutation { orderCreate(order: {lineItems: [{title: "x", quantity: 1, priceSet: {shopMoney: {amount: "1", currencyCode: EUR}}}]}) { order { id } } }"""
    )["orderCreate"]["order"]["id"]
    facts = [{"description": "Same card as a disputed order", "sentiment": "NEGATIVE"}]
    for level in ("MEDIUM", "HIGH"):
        given = {"orderId": made, "riskLevel": level, "facts": facts}
        told = shop.ask(ASSESS, {"input": given})["orderRiskAssessmentCreate"]
        assert told == {
            "orderRiskAssessment": {"riskLevel": level, "facts": facts},
            "userErrors": [],
        }
    risk = shop.ask(
        "query Q($id: ID!) { order(id: $id) { risk { recommendation assessments { riskLevel } } } }",
        {"id": made},
    )["order"]["risk"]
    assert risk == {"recommendation": "CANCEL", "assessments": [{"riskLevel": "HIGH"}]}
    shipped = {"orderId": "gid://shopify/Order/1", "riskLevel": "LOW", "facts": []}
    refused = shop.ask(ASSESS, {"input": shipped})["orderRiskAssessmentCreate"]
    assert refused["userErrors"][0]["code"] == "ORDER_ALREADY_FULFILLED"
