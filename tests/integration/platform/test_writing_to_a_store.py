"""The writer and the grant against one store: shared requests, each with its own outcome."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resilience.combining import Combiner
from core.security.grants import Grant
from core.settings import read_settings
from royal_platform.bootstrap import Platform, bootstrap, writers
from royal_platform.commerce.shared.model import Money
from royal_platform.shopify import oauth, sync
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnauthorized
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox"), history_days=5) as running:
        yield running


@pytest.fixture(scope="module")
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    folder = sandbox.folder.parent
    opened = bootstrap(
        read_settings(
            flask_env="testing", sandbox_port=sandbox.port, var_dir=folder,
            database_url=f"sqlite:///{folder}/royal.db",
        )
    )  # fmt: skip
    asyncio.run(sync.first(opened))
    yield opened
    opened.close()


def written(sandbox: Sandbox, mutation: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.control(f"journal?mutation={mutation}")["data"]
    return found


def siblings(platform: Platform) -> list[Any]:
    """The variants of the product that has most."""
    owned: dict[str, list[Any]] = {}
    for variant in platform.catalog.variants():
        owned.setdefault(variant.product_id, []).append(variant)
    return max(owned.values(), key=len)


async def test_prices_of_one_product_go_together_and_a_refused_one_keeps_no_other_back(
    platform: Platform, sandbox: Sandbox
) -> None:
    found = siblings(platform)
    writer = writers(platform)
    requests = _requests(platform)
    changes = [
        writer.set_price(
            each.product_id, each.id if number != 1 else "999",
            Money(each.price.amount + 1, each.price.currency), None, f"execute:{number}",
        )
        for number, each in enumerate(found)
    ]  # fmt: skip
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert isinstance(done[1], ShopifyRejected)
    assert done[1].code == "PRODUCT_VARIANT_DOES_NOT_EXIST"
    for number, (each, outcome) in enumerate(zip(found, done, strict=True)):
        if number != 1:
            assert outcome.variant_id == each.id
            assert outcome.price.amount == each.price.amount + 1
    # The first went at once; those who came meanwhile went together.
    assert requests.count("set_price") == 2
    await platform.shopify().aclose()


async def test_reads_at_once_share_a_request_and_each_is_answered_by_itself(
    platform: Platform,
) -> None:
    found = siblings(platform)
    requests = _requests(platform)
    ids = [each.id for each in found] + ["999999999"]
    live = await asyncio.gather(*map(platform.live.variant_price, ids))
    assert live[-1] is None
    assert [each.variant_id for each in live[:-1] if each] == ids[:-1]
    levels = [level for level in platform.stock.levels() if level.available is not None][:6]
    stock = await asyncio.gather(
        *(platform.live.stock_level(each.inventory_item_id, each.location_id) for each in levels)
    )
    assert [each and each.available for each in stock] == [each.available for each in levels]
    # The first went at once; those who came meanwhile went together, by location.
    assert requests.count("variant_prices") == 2
    assert requests.count("stock_levels") <= 2 * len({each.location_id for each in levels})
    await platform.shopify().aclose()


async def test_two_changes_of_one_variant_are_made_one_after_the_other(
    platform: Platform, sandbox: Sandbox
) -> None:
    each = siblings(platform)[0]
    writer = writers(platform)
    prices = [Money(Decimal(amount), each.price.currency) for amount in ("31.00", "32.00", "33.00")]
    done = await asyncio.gather(
        *(writer.set_price(each.product_id, each.id, price, None, str(price)) for price in prices),
        return_exceptions=True,
    )
    live = await platform.live.variant_price(each.id)
    assert live is not None
    assert live.price == prices[-1]
    # Whoever reads back what another decision wrote over says so.
    assert [getattr(outcome, "price", None) for outcome in done][-1] == prices[-1]
    await platform.shopify().aclose()


async def test_stock_changes_go_together_and_a_stale_one_is_refused_alone(
    platform: Platform, sandbox: Sandbox
) -> None:
    levels = [level for level in platform.stock.levels() if level.available is not None][:6]
    writer = writers(platform)
    before = len(written(sandbox, "inventorySetQuantities"))
    requests = _requests(platform)
    done = await asyncio.gather(
        *(
            writer.set_quantity(
                level.inventory_item_id, level.location_id, level.available + 5,
                level.available - (1 if number == 3 else 0), f"execute:stock-{number}",
            )
            for number, level in enumerate(levels)
        ),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(done[3], ShopifyRejected)
    assert done[3].code == "CHANGE_FROM_QUANTITY_STALE"
    for number, (level, outcome) in enumerate(zip(levels, done, strict=True)):
        if number != 3:
            assert outcome.available == level.available + 5
    # The first alone, the others together, and again without the one that was refused.
    assert requests.count("set_quantity") == 3
    assert len(written(sandbox, "inventorySetQuantities")) - before >= 2
    await platform.shopify().aclose()


async def test_an_embedded_apps_session_token_buys_a_token_that_ends_and_is_renewed(
    sandbox: Sandbox,
) -> None:
    told = json.loads((sandbox.folder / "credentials.json").read_text())
    asked = Grant(
        "authorization_code", client_id=told["client_id"], client_secret=told["client_secret"]
    )
    session = sandbox.control("session_token", {})["session_token"]
    now = datetime.now(UTC)
    async with httpx.AsyncClient() as http:
        grant = await oauth.granted_by_exchange(http, sandbox.url, asked, session, now)
        assert grant.access_token
        assert grant.renew_at is not None
        assert grant.expires_at is not None
        assert now < grant.renew_at < grant.expires_at
        headers = {"X-Shopify-Access-Token": grant.access_token}
        answer = await http.post(
            f"{sandbox.url}/admin/api/2026-10/graphql.json", headers=headers,
            json={"query": "{ shop { name } }"},
        )  # fmt: skip
        assert answer.json()["data"]["shop"]["name"]
        with pytest.raises(ShopifyUnauthorized):
            await oauth.granted_by_exchange(http, sandbox.url, asked, f"{session}x", now)


def _requests(platform: Platform) -> list[str]:
    """The names of the documents that the client sends from now on."""
    client, sent = platform.shopify(), []
    run = type(client).run

    async def noted(document: Any, variables: Any = None) -> Any:
        sent.append(document.name)
        return await run(client, document, variables)

    client.run = noted  # type: ignore[method-assign]
    return sent


@given(st.lists(st.sampled_from(["done", "refused"]), min_size=1, max_size=40), st.integers(1, 9))
def test_every_call_learns_its_own_outcome_whatever_thread_it_is_in(
    kinds: list[str], most: int
) -> None:
    seen: list[list[int]] = []

    async def work(items: list[int]) -> list[Exception | None]:
        seen.append(items)
        await asyncio.sleep(0)
        return [ValueError(str(item)) if kinds[item] == "refused" else None for item in items]

    combiner = Combiner(work, most=most)
    told: dict[int, str] = {}

    async def call(item: int) -> None:
        try:
            await combiner.run(item)
            told[item] = "done"
        except ValueError as error:
            told[item] = "refused" if str(error) == str(item) else f"{error} of another"

    async def some(items: list[int]) -> None:
        await asyncio.gather(*(call(item) for item in items))

    numbers = list(range(len(kinds)))
    threads = [
        threading.Thread(target=asyncio.run, args=(some(numbers[start::3]),)) for start in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [told[number] for number in numbers] == kinds
    assert sorted(item for batch in seen for item in batch) == numbers
    assert max(map(len, seen)) <= most


async def test_who_gives_up_waiting_keeps_nobody_from_their_turn() -> None:
    going, seen = asyncio.Event(), []

    async def work(items: list[str]) -> list[None]:
        seen.append(items)
        await going.wait()
        return [None] * len(items)

    combiner = Combiner(work, most=1)
    first = asyncio.create_task(combiner.run("first"))
    await asyncio.sleep(0)
    second = asyncio.create_task(combiner.run("second"))
    third = asyncio.create_task(combiner.run("third"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    going.set()
    await asyncio.wait_for(asyncio.gather(first, third), 10)
    assert seen == [["first"], ["third"]]


async def test_work_that_fails_whole_fails_for_all_and_the_next_begin_anew() -> None:
    async def work(items: list[str]) -> list[None]:
        if "bad" in items:
            raise ConnectionError(items)
        return [None] * len(items)

    combiner = Combiner(work, most=9)
    with pytest.raises(ConnectionError):
        await combiner.run("bad")
    await combiner.run("good")
