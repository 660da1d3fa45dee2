"""The client against a real server that throttles, fails, hangs up and refuses."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest

from core.resilience import RetryPolicy
from royal_platform.commerce.shared.model import Money
from royal_platform.shopify import documents
from royal_platform.shopify.adapter import ShopifyReader, ShopifyWriter
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.credentials import StaticToken
from royal_platform.shopify.errors import (
    ShopifyRejected,
    ShopifyUnauthorized,
    ShopifyUnavailable,
)
from tests.fakes.grants import MemoryGrants
from tests.integration.platform.wire import Reply, Shop, served

QUICK = RetryPolicy(attempts=3, base_seconds=0.01, cap_seconds=0.02, patience_seconds=2)
PRICE = Money(Decimal("12.50"), "EUR")


def priced(price: str) -> Reply:
    return Reply(
        {
            "data": {
                "nodes": [
                    {
                        "id": "gid://shopify/ProductVariant/5",
                        "price": price,
                        "compareAtPrice": None,
                        "updatedAt": "2026-11-01T10:00:00Z",
                        "product": {"id": "gid://shopify/Product/1"},
                        "inventoryItem": {"unitCost": None},
                    }
                ],
                "shop": {"currencyCode": "EUR"},
            }
        }
    )


def wrote(*errors: dict[str, Any]) -> Reply:
    outcome = {"productVariants": [], "userErrors": list(errors)}
    return Reply({"data": {"productVariantsBulkUpdate": outcome}})


def throttled(available: float, restore: float = 1000.0) -> Reply:
    status = {
        "maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": restore,
    }  # fmt: skip
    return Reply(
        {
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": {"requestedQueryCost": 100, "throttleStatus": status}},
        }
    )


def client_of(shop: Shop, **options: Any) -> ShopifyClient:
    return ShopifyClient(shop.address, "2026-10", shop.credentials(), policy=QUICK, **options)


async def read(client: ShopifyClient):
    return await ShopifyReader(client).variant_price("5")


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=429, headers={"Retry-After": "0.01"}),
        Reply(status=500),
        Reply(status=503),
        Reply(cut=True),
        Reply(b"<html>not json</html>"),
        throttled(50),
        Reply({"errors": [{"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
    ],
    ids=["429", "500", "503", "cut", "html", "throttled", "internal"],
)
async def test_a_read_survives_a_passing_fault(fault: Reply):
    async with served(Shop([fault, priced("9.90")])) as shop:
        found = await read(client_of(shop))
        assert found is not None
        assert found.price == Money(Decimal("9.90"), "EUR")
        assert len(shop.seen) == 2


async def test_a_slow_store_is_unavailable_after_the_attempts():
    async with served(Shop([Reply(delay=5)])) as shop:
        with pytest.raises(ShopifyUnavailable):
            await read(client_of(shop, timeout=0.05))
        assert len(shop.seen) == QUICK.attempts


async def test_a_store_that_is_not_there_is_named():
    client = ShopifyClient(
        "http://127.0.0.1:1", "2026-10", StaticToken("t", MemoryGrants()), policy=QUICK
    )
    with pytest.raises(ShopifyUnavailable, match=r"127\.0\.0\.1:1 cannot be reached"):
        await read(client)


async def test_the_bucket_the_store_states_is_waited_for():
    waits: list[float] = []
    async with served(Shop([throttled(0, restore=100_000.0), priced("1")])) as shop:
        client = client_of(shop)
        admit = client.pacer.admit

        async def counted(document: str, *, urgent: bool = False) -> float:
            waits.append(await admit(document, urgent=urgent))
            return waits[-1]

        client.pacer.admit = counted  # type: ignore[method-assign]
        assert await read(client) is not None
    assert len(waits) == 2


async def test_a_refused_token_is_renewed_once():
    async with served(Shop([priced("1")], refuse_tokens=1)) as shop:
        assert await read(client_of(shop)) is not None
        assert shop.grants == 2
        assert shop.tokens == ["token-1", "token-2"]


async def test_a_token_refused_twice_fails_with_the_remedy():
    async with served(Shop([priced("1")], refuse_tokens=99)) as shop:
        with pytest.raises(ShopifyUnauthorized) as caught:
            await read(client_of(shop))
        assert shop.grants == 2
        assert "installed" in caught.value.remedy


async def test_a_static_token_that_is_refused_names_its_variable():
    async with served(Shop([priced("1")], refuse_tokens=99)) as shop:
        grants = MemoryGrants()
        token = StaticToken("shpat_1", grants)
        client = ShopifyClient(shop.address, "2026-10", token, policy=QUICK)
        with pytest.raises(ShopifyUnauthorized, match="SHOPIFY_ACCESS_TOKEN"):
            await read(client)
        assert len(grants.refusals) == 1
        assert "shpat_1" not in f"{token} {grants.grant} {grants.refusals}"


async def test_a_missing_scope_is_refused_with_what_is_needed():
    denied = {
        "message": "Access denied for orders field.",
        "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "`read_orders` access scope."},
    }
    async with served(Shop([Reply({"errors": [denied], "data": None})])) as shop:
        with pytest.raises(ShopifyRejected, match="read_orders") as caught:
            await read(client_of(shop))
        assert caught.value.code == "ACCESS_DENIED"
        assert len(shop.seen) == 1


async def test_a_served_version_that_differs_is_noted():
    reply = priced("1")
    reply.headers["X-Shopify-API-Version"] = "2026-07"
    async with served(Shop([reply])) as shop:
        client = client_of(shop)
        await read(client)
        assert client.served_version == "2026-07"


async def test_a_price_is_written_and_read_back():
    async with served(Shop([wrote(), priced("12.50")])) as shop:
        stored = await ShopifyWriter(client_of(shop)).set_price("1", "5", PRICE, None, "key")
        assert stored.price == PRICE
        change = shop.seen[0]["variables"]
        assert change["productId"] == "gid://shopify/Product/1"
        assert change["variants"] == [{"id": "gid://shopify/ProductVariant/5", "price": "12.50"}]


async def test_a_write_whose_answer_was_lost_is_read_before_it_is_repeated():
    async with served(Shop([Reply(cut=True), priced("12.50")])) as shop:
        stored = await ShopifyWriter(client_of(shop)).set_price("1", "5", PRICE, None, "key")
        assert stored.price == PRICE
        assert [entry["query"].split()[0] for entry in shop.seen] == ["mutation", "query"]


async def test_a_write_that_did_not_arrive_is_read_and_left_to_whoever_may_write_again():
    script = [Reply(status=502), priced("9.90"), wrote(), priced("12.50")]
    async with served(Shop(script)) as shop:
        with pytest.raises(ShopifyUnavailable):
            await ShopifyWriter(client_of(shop)).set_price("1", "5", PRICE, None, "key")
        assert [entry["query"].split()[0] for entry in shop.seen] == ["mutation", "query"]


async def test_a_refused_price_names_field_and_remedy():
    error = {
        "field": ["variants", "0", "price"], "message": "Price must be positive",
        "code": "INVALID_INPUT",
    }  # fmt: skip
    async with served(Shop([wrote(error)])) as shop:
        with pytest.raises(ShopifyRejected) as caught:
            await ShopifyWriter(client_of(shop)).set_price("1", "5", PRICE, None, "key")
        assert caught.value.field == "variants.0.price"
        assert caught.value.remedy
        assert len(shop.seen) == 1


async def test_a_price_the_store_does_not_show_is_not_taken_for_written():
    async with served(Shop([wrote(), priced("9.90")])) as shop:
        with pytest.raises(ShopifyRejected, match="does not show it"):
            await ShopifyWriter(client_of(shop)).set_price("1", "5", PRICE, None, "key")


async def test_after_many_failures_the_store_is_left_alone():
    async with served(Shop([Reply(status=500)])) as shop:
        client = client_of(shop)
        for _ in range(3):
            with pytest.raises(ShopifyUnavailable):
                await read(client)
        asked = len(shop.seen)
        with pytest.raises(ShopifyUnavailable, match="left alone"):
            await read(client)
        assert len(shop.seen) == asked == 8


async def test_no_token_and_no_secret_reach_logs_errors_or_reprs(caplog):
    caplog.set_level(logging.DEBUG)
    async with served(Shop([Reply(status=500)])) as shop:
        client = client_of(shop)
        with pytest.raises(ShopifyUnavailable) as caught:
            await read(client)
        told = "".join([caplog.text, repr(client), repr(client.__dict__), str(caught.value)])
    assert "token-1" not in told
    assert "s3cret" not in told


async def test_each_event_loop_has_its_own_connections():
    import asyncio

    async with served(Shop([priced("1")])) as shop:
        client = client_of(shop)
        await read(client)
        found = await asyncio.to_thread(lambda: asyncio.run(read(client)))
        assert found is not None
        await client.aclose()


async def test_every_document_is_one_operation_and_says_whether_it_may_be_repeated():
    from graphql import OperationDefinitionNode, parse

    for name, value in vars(documents).items():
        if not isinstance(value, documents.Document):
            continue
        (operation,) = [
            node
            for node in parse(value.text).definitions
            if isinstance(node, OperationDefinitionNode)
        ]
        guarded = "@idempotent" in value.text or "tags" in value.name
        # What is released, ended or taken back stays so; the same address is the same address,
        # and a product set by its handle the same product.
        guarded = guarded or value.name in (
            "release_order", "end_discount", "readdress_order", "cancel_return", "set_product",
        )  # fmt: skip
        if operation.operation.value == "mutation":
            assert value.repeatable is guarded, name
