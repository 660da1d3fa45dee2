"""Webhooks after the 200: handled by topic, poison buried, privacy topics acted upon."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from core.errors import Conflict
from core.events import NewEvent, read_after, verify
from core.events.log import personal
from orchestrator.core import dead_letters, webhooks
from orchestrator.core.books import reading, writing
from royal_platform.bootstrap import Platform
from royal_platform.persistence import store_connections, webhook_inbox
from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.tables.catalog import metafields
from royal_platform.persistence.tables.orders import (
    customers,
    order_transactions,
    orders,
    returns,
)
from royal_platform.persistence.tables.runs import webhook_intake, webhook_receipts
from royal_platform.store_access import sealing_key
from tests.integration.orchestrator.inbox import NOW, arrived, receipt_of, stores_key

PERSON = "Ada Lovelace"


def with_people(platform: Platform) -> None:
    """Two customers with an order each, an event with personal data, and a handled webhook."""
    money = {"currency": "EUR", "total": 0, "tax": 0, "discount": 0, "net": 0}
    with writing(platform) as books:
        for number, name in (("1", PERSON), ("2", "Grace Hopper")):
            key = {"store_id": platform.store_id, "id": number, "updated_at": NOW}
            books.connection.execute(
                insert(customers).values(
                    **key, name=name, country="GB", orders=1, spent=0, currency="EUR",
                    created_at=NOW, search=name.lower(),
                )
            )  # fmt: skip
            books.connection.execute(
                insert(orders).values(
                    **key, **money, name=f"#100{number}", processed_at=NOW, day=NOW.date(),
                    created_at=NOW, test=False, customer_id=number, customer_name=name,
                    tags=[], units=1, search=f"#100{number} {name.lower()}",
                )
            )  # fmt: skip
            books.connection.execute(
                insert(order_transactions).values(
                    **key, order_id=number, kind="SALE", status="SUCCESS", amount=0,
                    currency="EUR", test=False, created_at=NOW,
                )
            )  # fmt: skip
            books.connection.execute(
                insert(returns).values(
                    **key, order_id=number, name=f"#100{number}-R1", status="OPEN", units=1,
                    created_at=NOW,
                )
            )  # fmt: skip
        for owner in ("customer", "order"):
            for number, name in (("1", PERSON), ("2", "Grace Hopper")):
                books.connection.execute(
                    insert(metafields).values(
                        store_id=platform.store_id, owner_type=owner, owner_id=number,
                        namespace="care", key="called", type="single_line_text_field", value=name,
                    )
                )  # fmt: skip
        assert books.transaction is not None
        books.transaction.record(
            NewEvent(platform.store_id, "order.flagged", "1", {}, "test", NOW, {"name": PERSON})
        )
    arrived(platform, "w-old", "orders/create", {"id": 1, "customer": {"id": 1, "name": PERSON}})
    arrived(platform, "w-other", "orders/create", {"id": 2, "customer": {"id": 2}})
    webhooks.tell(platform)
    with writing(platform) as books:
        for webhook_id in ("w-old", "w-other"):
            books.commands.processed(books.connection, webhook_id, now=NOW)


def everything_stored(platform: Platform) -> str:
    with platform.database.read() as connection:
        rows = [
            *connection.execute(select(customers)),
            *connection.execute(select(orders)),
            *connection.execute(select(metafields)),
            *connection.execute(select(webhook_receipts)),
            *connection.execute(select(webhook_intake)),
        ]
        rows += [personal(connection, platform.store_id, seq) for seq in range(1, 30)]
    return str(rows)


async def test_a_customers_erasure_reaches_every_place_and_leaves_a_receipt(shop: Platform):
    with_people(shop)
    assert PERSON in everything_stored(shop)
    arrived(shop, "w-data", "customers/data_request", {"customer": {"id": 1}})
    await webhooks.work_off(shop)
    with shop.database.read() as connection:
        told = Privacy(shop.store_id).export(connection, "w-data", sealing_key(shop.settings))
    assert told is not None
    held = json.loads(told)
    assert [row["name"] for row in held["customer"]] == [PERSON]
    assert [row["name"] for row in held["orders"]] == ["#1001"]
    assert [row["order_id"] for row in held["transactions"]] == ["1"]
    assert [row["name"] for row in held["returns"]] == ["#1001-R1"]
    assert {"refunds", "refund_lines", "order_cases"} <= held.keys()
    assert held["events"][0]["data"] == {"name": PERSON}
    assert [(row["owner_type"], row["value"]) for row in held["metafields"]] == [
        ("customer", PERSON), ("order", PERSON),
    ]  # fmt: skip
    # One that could not be handled keeps its body, to be tried again.
    arrived(shop, "w-vain", "customers/delete", {"customer": {"name": PERSON}})
    await webhooks.work_off(shop)
    assert receipt_of(shop, "w-vain").error is not None
    request = {"customer": {"id": 1, "email": "ada@example.com"}, "orders_to_redact": [1]}
    arrived(shop, "w-redact", "customers/redact", request)
    await webhooks.work_off(shop)
    left = everything_stored(shop)
    for trace in (PERSON, PERSON.lower(), "ada@example.com"):
        assert trace not in left
    assert "Grace Hopper" in left
    with shop.database.read() as connection:
        done = {each.id: each for each in Privacy(shop.store_id).all(connection)}
        assert verify(connection, shop.store_id).ok
        kinds = read_after(connection, shop.store_id, 0, 50, type="privacy.request.done")
    assert done["w-redact"].receipt == {
        "customers": 1, "orders": 1, "metafields": 2, "event_details": 1, "webhook_bodies": 1,
        "exports": 1,
        "messages": 0, "flows": 0, "stock_wishes": 0, "checkouts": 0, "order_cases": 0,
        "threads": 0, "address_changes": 0, "decided_words": 0,
        "conversation_passages": 0,
    }  # fmt: skip
    assert not done["w-data"].has_export
    assert len(kinds) == 2
    with pytest.raises(Conflict, match="erased"):
        webhooks.replay(shop, "w-redact", "somebody")


async def test_no_body_that_tells_of_a_person_outlives_its_handling(shop: Platform):
    person = {"id": 9, "customer": {"id": 1, "name": PERSON}}
    topics = [
        "fulfillments/create", "app/uninstalled", "customers/data_request", "customers/delete",
        "customers/redact",
    ]  # fmt: skip
    for number, topic in enumerate(topics):
        arrived(shop, f"w-{number}", topic, person, at=number)
    stores_key(shop)
    await webhooks.work_off(shop)
    assert PERSON not in everything_stored(shop)
    assert dead_letters.open_letters(shop) == []


async def test_a_shops_erasure_leaves_no_person(shop: Platform):
    with_people(shop)
    arrived(shop, "w-shop", "shop/redact", {"shop_id": 1})
    await webhooks.work_off(shop)
    left = everything_stored(shop)
    assert PERSON not in left
    assert "Grace" not in left
    with shop.database.read() as connection:
        assert verify(connection, shop.store_id).ok
        assert [each.topic for each in Privacy(shop.store_id).all(connection)] == ["shop/redact"]


async def test_a_shops_erasure_that_is_replayed_keeps_what_the_first_has_counted(shop: Platform):
    def receipt() -> dict[str, int]:
        with shop.database.read() as connection:
            return Privacy(shop.store_id).counts(connection, "w-shop")

    with_people(shop)
    arrived(shop, "w-shop", "shop/redact", {"shop_id": 1})
    await webhooks.work_off(shop)
    first = receipt()
    assert (first["customers"], first["event_details"]) == (2, 1)
    webhooks.replay(shop, "w-shop", "somebody")
    await webhooks.work_off(shop)
    assert receipt() == first


async def test_an_uninstalled_app_pauses_and_says_so(shop: Platform):
    from core.security.grants import Grant

    with shop.database.write() as transaction:
        key = sealing_key(shop.settings)
        key.ensure()
        grant = Grant("static", access_token="t")
        store_connections.enter(transaction.connection, shop.store_id, grant, key, actor="a")
        store_connections.promote(transaction.connection, shop.store_id, ())
    arrived(shop, "w-gone", "app/uninstalled", {"id": 1})
    await webhooks.work_off(shop)
    with shop.database.read() as connection:
        found = store_connections.get(connection, shop.store_id)
        told = read_after(connection, shop.store_id, 0, 50, type="store.access.revoked")
    assert found is not None
    assert found.state == "revoked"
    assert len(told) == 1


async def test_news_from_before_it_was_connected_does_not_end_access(shop: Platform):
    from core.security.grants import Grant

    with shop.database.write() as transaction:
        key = sealing_key(shop.settings)
        key.ensure()
        grant = Grant("static", access_token="t")
        store_connections.enter(transaction.connection, shop.store_id, grant, key, actor="a")
        served = store_connections.promote(transaction.connection, shop.store_id, ())
    for seconds, state in ((-1, "valid"), (1, "revoked")):
        told = served.connected_at + timedelta(seconds=seconds)
        receipt = Receipt(
            shop.store_id, f"w-{state}", "app/uninstalled", {}, b'{"id": 1}', NOW, told, None, None
        )
        with writing(shop) as books:
            webhook_inbox.keep(books.connection, [receipt])
        await webhooks.work_off(shop)
        with shop.database.read() as connection:
            found = store_connections.get(connection, shop.store_id)
        assert found is not None
        assert found.state == state


async def test_poison_is_buried_replayed_and_never_in_the_way(shop: Platform):
    arrived(shop, "w-bad", "products/delete", b"[1, 2")
    arrived(shop, "w-worse", "customers/redact", {"customer": None})
    arrived(shop, "w-good", "products/delete", {"id": 77})
    assert await webhooks.work_off(shop) == 3
    assert receipt_of(shop, "w-bad").error is not None
    assert receipt_of(shop, "w-good").error is None
    letters = dead_letters.open_letters(shop)
    assert {letter.subject for letter in letters} == {"w-bad", "w-worse"}
    dead_letters.retry(shop, letters[0].id, "somebody")
    assert receipt_of(shop, letters[0].subject).processed_at is None
    webhooks.replay(shop, "w-good", "somebody")
    with pytest.raises(Conflict, match="waits"):
        webhooks.replay(shop, "w-good", "somebody")
    assert await webhooks.work_off(shop) == 2
    assert receipt_of(shop, "w-good").error is None
    with reading(shop) as books:
        failed = books.commands.receipts(books.connection, state="failed", limit=1)
    assert failed.total == 2
    assert failed.next_cursor is not None
    assert failed.items[0].body == b""


async def test_what_is_replayed_or_retried_leaves_no_letter_open(shop: Platform):
    arrived(shop, "w-bad", "products/delete", b"[1, 2")
    await webhooks.work_off(shop)
    for number in range(3):
        [letter] = dead_letters.open_letters(shop)
        webhooks.replay(shop, letter.subject, "somebody")
        assert dead_letters.open_letters(shop) == [], number
        await webhooks.work_off(shop)
    with reading(shop) as books:
        told = read_after(books.connection, shop.store_id, 0, 50, type="workflow.resolved")
    assert [each.payload["how"] for each in told] == ["replayed"] * 3
    # Two of one webhook, as earlier versions left them.
    with writing(shop) as books:
        books.commands.bury(
            books.connection, workflow_id="webhook:w-bad", kind=webhooks.KIND, subject="w-bad",
            error="earlier", now=NOW,
        )  # fmt: skip
    dead_letters.retry(shop, dead_letters.open_letters(shop)[0].id, "somebody")
    assert dead_letters.open_letters(shop) == []


async def test_what_only_says_that_something_changed_waits_for_a_store_that_is_away(
    shop: Platform,
):
    # A key without a store behind it: what is tried fails at once.
    stores_key(shop)
    arrived(shop, "w-1", "orders/updated", {"id": 1})
    await webhooks.work_off(shop)
    assert receipt_of(shop, "w-1").processed_at is None
    assert dead_letters.open_letters(shop) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "customer", "orders_to_redact", "shop_id", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    topic=st.sampled_from(
        ["products/delete", "orders/delete", "customers/redact", "customers/data_request",
         "shop/redact", "app/uninstalled", "customers/delete"]
    ),
    body=JSON,
)  # fmt: skip
async def test_no_payload_stops_the_inbox(shop: Platform, topic: str, body: Any):
    webhook_id = f"w-{datetime.now(UTC).timestamp()}"
    arrived(shop, webhook_id, topic, body)
    await webhooks.work_off(shop)
    assert receipt_of(shop, webhook_id).processed_at is not None
