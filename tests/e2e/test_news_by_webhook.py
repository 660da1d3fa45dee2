"""What happens in the store is known here by its webhook: signed, stored, told, read, mirrored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, create_engine, select
from sqlalchemy.pool import NullPool

from royal_platform.persistence.tables.catalog import metafields
from royal_platform.persistence.tables.orders import abandoned_checkouts, customers, returns
from tests.e2e.test_figures_follow_the_store import synced
from tests.installation import Installation, until

ORDER = """mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
  order { id fulfillmentOrders(first: 1) { nodes { id } } } userErrors { message } } }"""
SHIP = """mutation($groups: [FulfillmentOrderLineItemsInput!]!) {
  fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: $groups}) {
  fulfillment { fulfillmentLineItems(first: 1) { nodes { id } } } userErrors { message } } }"""
RETURN = """mutation($given: ReturnInput!) { returnCreate(returnInput: $given) {
  return { id } userErrors { message } } }"""
CLOSE = "mutation($id: ID!) { returnClose(id: $id) { return { status } userErrors { message } } }"

PERSON = '{ customers(first: 1, query: "accepts_marketing:true") { nodes { id } } }'
PLACE = "{ locations(first: 1) { nodes { id } } }"
CONSENT = """mutation($id: ID!, $place: ID!) { customerEmailMarketingConsentUpdate(input: {
  customerId: $id, emailMarketingConsent: {marketingState: UNSUBSCRIBED,
  marketingOptInLevel: CONFIRMED_OPT_IN, sourceLocationId: $place}}) { userErrors { message } } }"""
LEFT = "{ abandonedCheckouts(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { id } } }"
NOTE = """mutation($owner: ID!, $value: String!) { metafieldsSet(metafields: [{ownerId: $owner,
  namespace: "care", key: "wash", type: "single_line_text_field", value: $value}]) {
  userErrors { message } } }"""
# Who bears metafields: the list they are found in, and the topic that tells of a change.
OWNERS = {
    "product": ("products", "products/update"),
    "variant": ("productVariants", "products/update"),
    "collection": ("collections", "collections/update"),
    "customer": ("customers", "customers/update"),
    "order": ("orders", "orders/updated"),
}
CONSENT_TOPIC = "customers_email_marketing_consent/update"
TOPICS = ("returns/approve", "returns/close")


def test_a_return_is_mirrored_when_its_webhook_was_handled(installation: Installation) -> None:
    standing_still(installation)
    already = {topic: len(handled(installation, topic)) for topic in TOPICS}
    before = installation.get("/v1/session")["head"]

    def heard(topic: str) -> bool:
        return len(handled(installation, topic)) > already[topic]

    opened = gone_back(installation)
    until(lambda: heard("returns/approve"), 60, "the return's webhook handled")
    assert mirrored(installation, opened) == "open"
    installation.graphql(CLOSE, id=opened)
    until(lambda: heard("returns/close"), 60, "the closing's webhook handled")
    assert mirrored(installation, opened) == "closed"
    events = installation.get("/v1/events", after=before, type="webhook.received", limit=200)
    told = [each["payload"]["topic"] for each in events["data"]]
    assert [each for each in told if each.startswith("returns/")] == list(TOPICS)


def test_a_withdrawn_consent_and_a_forgotten_checkout_are_mirrored(
    installation: Installation,
) -> None:
    standing_still(installation)
    person = installation.graphql(PERSON)["customers"]["nodes"][0]["id"]
    place = installation.graphql(PLACE)["locations"]["nodes"][0]["id"]
    assert stored(installation, customers, person).email_consent == "subscribed"
    already = len(handled(installation, CONSENT_TOPIC))
    installation.graphql(CONSENT, id=person, place=place)
    until(lambda: len(handled(installation, CONSENT_TOPIC)) > already, 60, "the consent's webhook")
    agreed = stored(installation, customers, person)
    assert (agreed.email_consent, agreed.email_consent_level) == (
        "unsubscribed", "confirmed_opt_in",
    )  # fmt: skip
    assert agreed.email_consent_location
    left = installation.graphql(LEFT)["abandonedCheckouts"]["nodes"][0]["id"]
    assert stored(installation, abandoned_checkouts, left).deleted_at is None
    number = int(left.rpartition("/")[2])
    installation.control("POST", "/control/checkouts/delete", {"id": number})
    until(lambda: handled(installation, "checkouts/delete"), 60, "the deletion's webhook")
    assert stored(installation, abandoned_checkouts, left).deleted_at is not None


def test_a_metafield_of_every_owner_is_mirrored_by_its_owners_webhook(
    installation: Installation,
) -> None:
    standing_still(installation)
    owners = {kind: found_first(installation, where) for kind, (where, _topic) in OWNERS.items()}
    for kind, (_where, topic) in OWNERS.items():
        noted_and_told(installation, kind, owners[kind], topic)
    # Of the shop's own nobody is told: any webhook has them read too, and so has the clock.
    shop = installation.graphql("{ shop { id } }")["shop"]["id"]
    note(installation, shop, "of the shop")
    until(lambda: noted(installation, "shop", shop) == "of the shop", 60, "the next sync")


def standing_still(installation: Installation) -> None:
    """A copied store whose own customers do nothing more, and whose news is worked off."""
    synced(installation)
    until(lambda: "RETURNS_CLOSE" in subscribed(installation), 60, "our subscriptions")
    installation.control("POST", "/control/rate", {"rate": 0})
    until(lambda: not webhooks(installation, state="waiting"), 60, "what came before")


def subscribed(installation: Installation) -> set[str]:
    """The topics that the store sends to this gateway; those of the first start's lead nowhere."""
    found = installation.graphql("{ webhookSubscriptions(first: 100) { nodes { topic uri } } }")
    ours = f":{installation.environment['GATEWAY_PORT']}/"
    return {one["topic"] for one in found["webhookSubscriptions"]["nodes"] if ours in one["uri"]}


def handled(installation: Installation, topic: str) -> list[dict[str, Any]]:
    """Its webhooks that were worked on and led to no error."""
    return webhooks(installation, topic=topic, state="handled")


def webhooks(installation: Installation, **wanted: str) -> list[dict[str, Any]]:
    return list(installation.get("/v1/webhooks", limit=200, **wanted)["data"])


def found_first(installation: Installation, where: str) -> str:
    found = installation.graphql(f"{{ {where}(first: 1, reverse: true) {{ nodes {{ id }} }} }}")
    return str(found[where]["nodes"][0]["id"])


def noted_and_told(installation: Installation, kind: str, owner: str, topic: str) -> None:
    def known() -> set[str]:
        return {each["id"] for each in handled(installation, topic)}

    before = known()
    note(installation, owner, f"of a {kind}")
    until(lambda: known() - before, 60, f"the webhook of a {kind} handled")
    assert noted(installation, kind, owner) == f"of a {kind}"


def note(installation: Installation, owner: str, value: str) -> None:
    told = installation.graphql(NOTE, owner=owner, value=value)
    assert told["metafieldsSet"]["userErrors"] == []


def noted(installation: Installation, kind: str, owner: str) -> str | None:
    """The metafield in our own tables."""
    query = select(metafields.c.value).where(
        metafields.c.owner_type == kind,
        metafields.c.owner_id == owner.rpartition("/")[2],
        metafields.c.namespace == "care",
    )
    found = read(installation, query)
    return None if found is None else str(found.value)


def gone_back(installation: Installation) -> str:
    """A shipped order of which one unit comes back: the return's id."""
    query = "{ productVariants(first: 1) { nodes { id } } }"
    variant = installation.graphql(query)["productVariants"]["nodes"][0]["id"]
    line = {"variantId": variant, "quantity": 2}
    given = {"lineItems": [line], "currency": "EUR", "financialStatus": "PAID"}
    order = installation.graphql(ORDER, order=given)["orderCreate"]["order"]
    groups = [{"fulfillmentOrderId": order["fulfillmentOrders"]["nodes"][0]["id"]}]
    shipped = installation.graphql(SHIP, groups=groups)["fulfillmentCreate"]["fulfillment"]
    parcel = shipped["fulfillmentLineItems"]["nodes"][0]["id"]
    back = {"fulfillmentLineItemId": parcel, "quantity": 1, "returnReason": "SIZE_TOO_SMALL"}
    asked = {"orderId": order["id"], "returnLineItems": [back]}
    return str(installation.graphql(RETURN, given=asked)["returnCreate"]["return"]["id"])


def mirrored(installation: Installation, gid: str) -> str | None:
    """The return's status in our own tables."""
    found = stored(installation, returns, gid)
    return None if found is None else str(found.status)


def stored(installation: Installation, table: Table, gid: str) -> Any:
    """The row of our own tables that stands for this object of the store."""
    return read(installation, select(table).where(table.c.id == gid.rpartition("/")[2]))


def read(installation: Installation, query: Select[Any]) -> Any:
    """The first row of our own tables that ``query`` finds."""
    local = f"sqlite:///{installation.home / 'var' / 'royal.db'}"
    url = installation.environment.get("DATABASE_URL", local)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.execute(query).first()
