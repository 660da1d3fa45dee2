"""Webhooks: only genuine ones, each once, durable before they are answered."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import insert, select

from api_gateway.app import create_app
from api_gateway.inbox import Inbox
from api_gateway.storefront import signature_of
from api_gateway.webhooks import BODY_MAX, Reception
from core.errors import RoyalError
from core.events import StoredEvent, read_after, verify
from core.settings import Settings, read_settings
from orchestrator.core import dead_letters, suppressing, webhooks
from orchestrator.core.books import reading, writing
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.messages.model import Rendered, State
from royal_platform.commerce.messages.rules import address_digest
from royal_platform.messaging.unsubscribing import links_of
from royal_platform.persistence import stores, webhook_inbox
from royal_platform.persistence.commands import Commands, Receipt
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.tables import catalog
from royal_platform.persistence.tables.marketing import stock_wishes
from royal_platform.persistence.tables.runs import webhook_intake
from tests.integration.doors.shop import whole
from tests.integration.orchestrator.inbox import read_once

SECRET = "webhook-secret"
BODY = b'{"id": 1, "title": "R\xc3\xaane"}'


@pytest.fixture
def gateway_settings(migrated_url: str, tmp_path: Any) -> Settings:
    """On SQLite and again on PostgreSQL."""
    return read_settings(
        var_dir=tmp_path, database_url=migrated_url, log_level="ERROR",
        shopify_webhook_secret=SECRET, given_secret_key="k" * 40,
    )  # fmt: skip


@pytest.fixture
def stored(gateway_settings: Settings) -> Iterator[Platform]:
    """The gateway's database as another process sees it."""
    opened = bootstrap(gateway_settings)
    yield opened
    opened.close()


@pytest.fixture
def url(gateway_settings: Settings, running: Callable[[Any], Any]) -> str:
    """A running gateway."""
    return str(running(create_app(gateway_settings)).url)


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(platform: Platform, webhook_id: str = "w-1", **other: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-Shopify-Hmac-Sha256": signature(BODY),
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": webhook_id,
        "X-Shopify-Shop-Domain": platform.store().domain,
        "X-Shopify-Triggered-At": "2026-11-22T10:00:00.123456789Z",
        **other,
    }


def test_a_genuine_webhook_is_stored_and_a_worker_records_its_event(
    url: str, stored: Platform
) -> None:
    read_once(stored)
    answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=headers(stored))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"status": "stored"}
    assert webhooks.waiting(stored) == "w-1"
    assert received(stored) == []
    assert webhooks.tell(stored) == 1
    assert webhooks.tell(stored) == 0
    with stored.database.read() as connection:
        receipt = Commands(stored.store_id).receipt(connection, "w-1")
    assert webhooks.waiting(stored) == "w-1"
    assert receipt is not None
    assert receipt.body == b""
    assert receipt.headers["x-shopify-hmac-sha256"] == signature(BODY)
    assert receipt.headers["content-length"] == str(len(BODY))
    assert receipt.topic == "orders/create"
    assert receipt.triggered_at == datetime(2026, 11, 22, 10, 0, 0, 123456, UTC)
    assert [(each.subject, each.payload["topic"]) for each in received(stored)] == [
        ("w-1", "orders/create")
    ]


def test_a_body_is_kept_only_where_handling_takes_it(url: str, stored: Platform) -> None:
    topics = {
        "customers/redact": BODY, "products/delete": BODY, "fulfillments/create": b"",
        "shop/redact": b"", "app/uninstalled": b"",
    }  # fmt: skip
    for number, topic in enumerate(topics):
        told = headers(stored, f"w-{number}", **{"X-Shopify-Topic": topic})
        answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=told)
        assert answer.status_code == 200, answer.text
    assert {each.topic: each.body for each in kept(stored)} == topics


def kept(platform: Platform) -> list[Receipt]:
    """What is durable, as it came."""
    with platform.database.read() as connection:
        found = webhook_inbox.arrivals(connection, 10_000)
    return [receipt for each in found for receipt in each.receipts]


def received(platform: Platform) -> list[StoredEvent]:
    """The events of webhooks that came, as they were told."""
    with platform.database.read() as connection:
        return read_after(connection, platform.store_id, 0, 10_000, type="webhook.received")


def test_in_a_stepped_world_it_is_told_when_it_came_by_the_stores_clock(
    url: str, stored: Platform
) -> None:
    now, away = datetime.now(UTC), timedelta(days=400)
    with stored.database.write() as transaction:
        stores.set_clock(
            transaction.connection, stored.store_id, world_at=now + away, wall_at=now, rate=1.0
        )
    answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=headers(stored))
    assert answer.status_code == 200, answer.text
    webhooks.tell(stored)
    with stored.database.read() as connection:
        receipt = Commands(stored.store_id).receipt(connection, "w-1")
    assert receipt is not None
    assert [each.occurred_at for each in received(stored)] == [receipt.received_at + away]


def test_the_same_webhook_again_is_answered_and_adds_nothing(url: str, stored: Platform) -> None:
    answers = [
        httpx.post(f"{url}/webhooks/shopify/{path}", content=BODY, headers=headers(stored))
        for path in ("orders/create", "orders-create", "orders/create")
    ]
    assert [answer.json()["status"] for answer in answers] == ["stored"] * 3
    assert webhooks.tell(stored) == 1
    httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=headers(stored))
    assert webhooks.tell(stored) == 0
    assert [each.subject for each in received(stored)] == ["w-1"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Shopify-Hmac-Sha256": signature(BODY, "another")}, 401),
        ({"X-Shopify-Hmac-Sha256": signature(BODY + b" ")}, 401),
        ({"X-Shopify-Hmac-Sha256": "not base64 at all"}, 401),
        ({"X-Shopify-Hmac-Sha256": ""}, 401),
        ({"X-Shopify-Webhook-Id": ""}, 422),
        ({"X-Shopify-Webhook-Id": "x" * 500}, 422),
        ({"X-Shopify-Topic": "../etc"}, 422),
        ({"X-Shopify-Shop-Domain": "other.myshopify.com"}, 404),
    ],
)
def test_anything_else_is_refused_and_leaves_nothing(
    url: str, stored: Platform, change: dict[str, str], status: int
) -> None:
    answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=headers(stored, **change))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert kept(stored) == []


def test_a_topic_address_must_agree_with_the_header(url: str, stored: Platform) -> None:
    answer = httpx.post(
        f"{url}/webhooks/shopify/products/update", content=BODY, headers=headers(stored)
    )
    assert answer.status_code == 422


def test_a_body_beyond_the_limit_is_refused_even_when_its_length_is_not_told(
    url: str, stored: Platform
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(BODY_MAX // 65536 + 2):
            yield b"x" * 65536

    for content in (b"x" * (BODY_MAX + 1), chunks()):
        try:
            answer = httpx.post(f"{url}/webhooks/shopify", content=content, headers=headers(stored))
        except httpx.TransportError:
            continue  # the door hung up before it was all sent
        assert answer.status_code == 413


async def test_many_at_once_are_all_stored_once(url: str, stored: Platform) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    "/webhooks/shopify", content=BODY, headers=headers(stored, f"w-{number % 60}")
                )
                for number in range(120)
            )
        )
    assert {answer.json()["status"] for answer in answers} == {"stored"}
    assert webhooks.tell(stored) == 60
    with stored.database.read() as connection:
        ids = {each.webhook_id for each in Commands(stored.store_id).unprocessed(connection, 500)}
    assert ids == {f"w-{number}" for number in range(60)}


def test_what_shares_a_commit_is_stored_once_and_told_in_the_order_it_came(
    stored: Platform,
) -> None:
    known = _arriving(stored, "w-known")
    ids = ["w-9", "w-known", "w-1", "w-9"]
    inbox = Inbox(stored.database)

    async def store_all() -> None:
        await inbox.store(known)
        with stored.database.write():
            # While somebody else writes they gather, and the next commit takes them all.
            waiting = [inbox.store(_arriving(stored, each)) for each in ids]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)

    asyncio.run(store_all())
    inbox.close()
    with stored.database.read() as connection:
        arrived = webhook_inbox.arrivals(connection, 100)
    assert [[each.webhook_id for each in one.receipts] for one in arrived] == [["w-known"], ids]
    assert webhooks.tell(stored) == 3
    assert [each.subject for each in received(stored)] == ["w-known", "w-9", "w-1"]
    with stored.database.read() as connection:
        assert verify(connection, stored.store_id).ok


def test_what_was_stored_is_logged_together_and_all_of_it_at_the_end(
    stored: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[tuple[str, dict[str, int]]] = []

    class Log:
        def info(self, name: str, **keys: int) -> None:
            lines.append((name, keys))

    monkeypatch.setattr("api_gateway.inbox._log", Log())
    inbox = Inbox(stored.database)

    async def store_three() -> None:
        for each in ("w-1", "w-2", "w-3"):
            await inbox.store(_arriving(stored, each))

    asyncio.run(store_three())
    inbox.close()
    assert {name for name, _ in lines} == {"webhooks.stored"}
    assert sum(keys["count"] for _, keys in lines) == 3
    assert sum(keys["commits"] for _, keys in lines) == 3


def test_two_workers_tell_each_webhook_once_and_in_order(
    gateway_settings: Settings, stored: Platform
) -> None:
    ids = [f"w-{number:03}" for number in range(500)]
    with stored.database.write() as transaction:
        for part in range(0, len(ids), 7):
            came = [_arriving(stored, each) for each in ids[part : part + 7]]
            webhook_inbox.keep(transaction.connection, came)
    other = bootstrap(gateway_settings)
    begin = Barrier(2)

    def told_by(platform: Platform) -> None:
        begin.wait(10)
        while webhooks.tell(platform):
            pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(told_by, each) for each in (stored, other)]:
            done.result(60)
    other.close()
    assert [each.subject for each in received(stored)] == ids
    with stored.database.read() as connection:
        assert verify(connection, stored.store_id).ok


def test_what_can_be_no_row_alone_stays_as_it_came_and_stops_no_other(stored: Platform) -> None:
    stray = _arriving(stored, "w-stray")._replace(store_id="no-such-store")
    came = [_arriving(stored, "w-1"), stray, _arriving(stored, "w-2")]
    with stored.database.write() as transaction:
        webhook_inbox.keep(transaction.connection, came)
        webhook_inbox.keep(transaction.connection, [_arriving(stored, "w-3")])
    assert webhooks.tell(stored) == 3
    assert [each.subject for each in received(stored)] == ["w-1", "w-2", "w-3"]
    assert webhooks.tell(stored) == 0
    with stored.database.read() as connection:
        [left] = connection.execute(select(webhook_intake)).all()
        assert verify(connection, stored.store_id).ok
    assert left.refused.startswith("w-stray: ")
    assert [each[1] for each in orjson.loads(left.packed)] == ["w-stray"]
    dead_letters.dismiss(stored, dead_letters.open_letters(stored)[0].id, "somebody")
    with stored.database.read() as connection:
        assert connection.execute(select(webhook_intake)).all() == []


def test_what_was_refused_is_a_dead_letter_of_its_store_and_retried_is_taken_in(
    stored: Platform,
) -> None:
    late = _arriving(stored, "w-late")._replace(store_id="str_late")
    with stored.database.write() as transaction:
        came = [_arriving(stored, "w-1"), late]
        webhook_inbox.keep(transaction.connection, came)
    assert webhooks.tell(stored) == 1
    # Whose store is unknown is told to the store that is served.
    [letter] = dead_letters.open_letters(stored)
    assert letter.kind == "take_in_webhooks"
    assert letter.error.startswith("w-late: ")
    assert "w-1" not in letter.error
    dead_letters.retry(stored, letter.id, "somebody")
    assert webhooks.tell(stored) == 0
    [again] = dead_letters.open_letters(stored)
    assert (again.error, again.id != letter.id) == (letter.error, True)
    with stored.database.write() as transaction:
        stores.create(
            transaction.connection, store_id="str_late", domain="late.myshopify.com",
            source="shopify", api_version="2026-10",
        )  # fmt: skip
    dead_letters.retry(stored, again.id, "somebody")
    assert webhooks.tell(stored) == 1
    assert dead_letters.open_letters(stored) == []
    with stored.database.read() as connection:
        assert connection.execute(select(webhook_intake)).all() == []
        assert verify(connection, stored.store_id).ok
        told = read_after(connection, stored.store_id, 0, 50, type="workflow.buried")
    assert [each.payload["kind"] for each in told] == ["take_in_webhooks"] * 2


def _arriving(platform: Platform, webhook_id: str) -> Receipt:
    return Receipt(
        store_id=platform.store_id, webhook_id=webhook_id, topic="orders/create",
        headers={"x-shopify-topic": "orders/create"}, body=b"", received_at=datetime.now(UTC),
        triggered_at=None, processed_at=None, error=None,
    )  # fmt: skip


def test_a_store_is_known_by_the_name_it_gives_itself_and_by_two_secrets_while_one_changes(
    gateway_settings: Settings, stored: Platform, running: Callable[[Any], Any]
) -> None:
    changing = gateway_settings.model_copy(
        update={"shopify_webhook_secret_previous": SecretStr("the-old-one")}
    )
    url = str(running(create_app(changing)).url)
    with stored.database.write() as transaction:
        stores.change(transaction.connection, stored.store_id, shop_domain="my.myshopify.com")
    for number, secret in enumerate((SECRET, "the-old-one", "another")):
        told = headers(
            stored, f"w-{number}", **{
                "X-Shopify-Hmac-Sha256": signature(BODY, secret),
                "X-Shopify-Shop-Domain": "My.myshopify.com",
            },
        )  # fmt: skip
        answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=told)
        assert answer.status_code == (401 if secret == "another" else 200), answer.text


async def _is_answered(reception: Reception, domain: str, webhook_id: str) -> bool:
    """Whether one genuine webhook is stored; not when its signature is not believed."""
    told = {
        b"x-shopify-hmac-sha256": signature(BODY).encode(),
        b"x-shopify-topic": b"orders/create",
        b"x-shopify-webhook-id": webhook_id.encode(),
        b"x-shopify-shop-domain": domain.encode(),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY}

    try:
        answer = await reception.receive({"path_params": {}}, told, receive)
    except RoyalError:
        return False
    assert orjson.loads(answer) == {"status": "stored"}
    return True


async def test_one_of_a_burst_reads_the_secrets_again_and_none_taken_back_is_believed_for_long(
    stored: Platform,
) -> None:
    moment, asked, secrets = [0.0], [], [SECRET]

    def told(store_id: str) -> list[str]:
        asked.append(store_id)
        return list(secrets)

    inbox = Inbox(stored.database)
    reception = Reception(stored.database, inbox, told, seconds=lambda: moment[0])
    domain = stored.store().domain
    bursts = (
        asyncio.gather(*(_is_answered(reception, domain, f"w-{burst}-{n}") for n in range(30)))
        for burst in range(3)
    )
    assert set(await next(bursts)) == {True}
    assert len(asked) == 1
    moment[0] = 6.0
    assert set(await next(bursts)) == {True}
    # The burst did not wait for it.
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert len(asked) == 2
    secrets.clear()
    moment[0] = 17.0
    assert set(await next(bursts)) == {False}
    assert len(asked) == 3
    inbox.close()


async def test_a_new_secret_is_believed_at_once_and_wrong_ones_do_not_make_the_door_work(
    stored: Platform,
) -> None:
    moment, asked, secrets = [0.0], [], ["the-old-one"]

    def told(store_id: str) -> list[str]:
        asked.append(store_id)
        return list(secrets)

    inbox = Inbox(stored.database)
    reception = Reception(stored.database, inbox, told, seconds=lambda: moment[0])
    domain = stored.store().domain
    # Signed wrongly, again and again: read once a second at most.
    for seconds in (0.0, 0.9, 1.5, 2.0):
        moment[0] = seconds
        for number in range(10):
            assert not await _is_answered(reception, domain, f"w-wrong-{number}")
    assert len(asked) == 2
    secrets.append(SECRET)
    moment[0] = 3.0
    burst = [_is_answered(reception, domain, f"w-new-{number}") for number in range(30)]
    assert set(await asyncio.gather(*burst)) == {True}
    assert len(asked) == 3
    inbox.close()


@settings_of_hypothesis(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    topic=st.text(max_size=30) | st.sampled_from(["orders/create", "a/b", "", "../x"]),
    extra=st.dictionaries(
        st.sampled_from(
            ["X-Shopify-Topic", "X-Shopify-Webhook-Id", "X-Shopify-Shop-Domain",
             "X-Shopify-Triggered-At", "X-Shopify-Hmac-Sha256", "Content-Type"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip),
    ),
    body=st.binary(max_size=200),
    signed=st.booleans(),
)  # fmt: skip
def test_no_webhook_breaks_the_door(
    topic: str, extra: dict[str, str], body: bytes, signed: bool, url_on_sqlite: str,
    platform: Platform, settings: Settings,
) -> None:  # fmt: skip
    told = {**headers(platform, "w-fuzz"), **extra}
    if signed:
        told["X-Shopify-Hmac-Sha256"] = signature(body)
    path = quote(topic, safe="/")
    answer = httpx.post(f"{url_on_sqlite}/webhooks/shopify/{path}", content=body, headers=told)
    assert answer.status_code < 500, answer.text


@pytest.fixture
def url_on_sqlite(settings: Settings, platform: Platform, running: Callable[[Any], Any]) -> str:
    """A gateway that knows the sandbox's secret."""
    folder = settings.var_dir / "sandbox"
    folder.mkdir()
    (folder / "credentials.json").write_text(json.dumps({"webhook_secret": SECRET}))
    return str(running(create_app(settings)).url)


def test_without_a_secret_it_says_which_variable_to_set(
    settings: Settings, platform: Platform, running: Callable[[Any], Any]
) -> None:
    url = running(create_app(settings)).url
    answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=headers(platform))
    assert answer.status_code == 503
    assert "SHOPIFY_WEBHOOK_SECRET" in answer.json()["remedy"]


def test_the_sandbox_store_is_believed_by_its_own_secret(
    settings: Settings, platform: Platform, running: Callable[[Any], Any]
) -> None:
    folder = settings.var_dir / "sandbox"
    folder.mkdir()
    (folder / "credentials.json").write_text(json.dumps({"webhook_secret": SECRET}))
    url = running(create_app(settings)).url
    answer = httpx.post(f"{url}/webhooks/shopify", content=BODY, headers=headers(platform))
    assert answer.status_code == 200


async def test_kill_9_under_load_loses_no_answered_webhook(
    settings: Settings, platform: Platform, tmp_path: Path
) -> None:
    folder = settings.var_dir / "sandbox"
    folder.mkdir()
    (folder / "credentials.json").write_text(json.dumps({"webhook_secret": SECRET}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unset = ("SHOPIFY", "ROYAL", "DATABASE", "FLASK")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api_gateway"], stdout=log, stderr=log,
            env={
                **kept, "GATEWAY_PORT": str(port), "ROYAL_VAR_DIR": str(settings.var_dir),
                "DATABASE_URL": settings.database_url,
            },
        )  # fmt: skip
    answered: set[str] = set()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            await _ready(client, process)

            async def send(sender: int) -> None:
                with contextlib.suppress(httpx.TransportError):
                    for number in range(10_000):
                        webhook_id = f"w-{sender}-{number}"
                        answer = await client.post(
                            "/webhooks/shopify",
                            content=BODY,
                            headers=headers(platform, webhook_id),
                        )
                        assert answer.status_code == 200
                        answered.add(webhook_id)
                        if len(answered) == 150:
                            process.kill()

            await asyncio.gather(*(send(sender) for sender in range(16)))
    finally:
        process.kill()
        process.wait()
    told = webhooks.tell(platform)
    with platform.database.read() as connection:
        found = Commands(platform.store_id).unprocessed(connection, 10_000)
        assert verify(connection, platform.store_id).ok
    assert len(answered) >= 150
    assert answered <= {each.webhook_id for each in found}
    # Each once, in the order they came.
    assert [each.subject for each in received(platform)] == [each.webhook_id for each in found]
    assert told == len(found)


async def _ready(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(40):
        while True:
            assert process.poll() is None
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


def sent_message(platform: Platform) -> str:
    """A marketing mail that went out; the link in it that ends them."""
    with writing(platform) as books:
        content = Rendered("Hello", "<p>Hello</p>", "Hello")
        message = StoredMessage(
            "msg_1", "dec_1", "c1", "hello", "one", "marketing", "letter", "outbox",
            State.COMPOSED, "ann@test.example", content, books.now, None,
        )  # fmt: skip
        Messages(books.store_id).compose(books.connection, message)
    return links_of(platform.settings).to(platform.store_id, "msg_1").partition("3001")[2]


def test_opening_the_link_of_a_mail_asks_and_one_click_ends_marketing(
    url: str, stored: Platform
) -> None:
    path = sent_message(stored)
    said = httpx.get(url + path)
    assert said.status_code == 200
    assert "Unsubscribe" in said.text

    def cause() -> Any:
        with stored.database.read() as connection:
            return Messages(stored.store_id).suppressed(connection, "c1")

    assert cause() is None
    for _ in range(2):
        done = httpx.post(url + path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    assert cause() == "unsubscribed"


def test_a_link_that_was_changed_ends_nothing(url: str, stored: Platform) -> None:
    path = sent_message(stored)
    for wrong in (path.replace("msg_1", "msg_2"), path[:-1], "/unsubscribe/x"):
        assert httpx.post(url + wrong).status_code == 404
        assert httpx.get(url + wrong).status_code == 404


def test_a_wish_is_kept_only_for_whom_the_shop_says_is_logged_in(
    url: str, stored: Platform
) -> None:
    with writing(stored) as books:
        for table, values in (
            (catalog.variants, {"id": "8001", "product_id": "7001"}),
            (catalog.inventory_levels, {"inventory_item_id": "i1", "available": 0}),
        ):
            row = whole(table, store_id=stored.store_id, currency="EUR", **values)
            books.connection.execute(insert(table).values(row))
    shop = stored.store().domain
    at = int(datetime.now(UTC).timestamp())

    def ask(secret: str = SECRET, **changes: str) -> int:
        told = {
            "shop": shop, "logged_in_customer_id": "6001", "path_prefix": "/apps/royal",
            "timestamp": str(at), "variant": "8001", **changes,
        }  # fmt: skip
        told["signature"] = told.get("signature") or signature_of(told.items(), secret)
        return httpx.post(f"{url}/storefront/back-in-stock", params=told).status_code

    assert ask() == 200
    assert ask(secret="other") == 401
    assert ask(signature="é") == 401
    assert ask(timestamp=str(at - 3_600)) == 401
    assert ask(logged_in_customer_id="") == 401
    assert ask(shop="other.myshopify.com") == 401
    assert ask(variant="x") == 422
    assert ask(variant="9") == 404
    with reading(stored) as books:
        kept = books.connection.execute(select(stock_wishes)).all()
    assert [(one.customer_id, one.variant_id) for one in kept] == [("6001", "8001")]


def test_sendgrid_says_who_cannot_be_reached_and_only_with_its_signature(
    gateway_settings: Settings, running: Callable[[Any], Any], stored: Platform
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    told = base64.b64encode(public).decode()
    url = str(running(create_app(gateway_settings.model_copy(update={"sendgrid_webhook_key": told})
                                 )).url)  # fmt: skip
    message_id = "msg_" + "a" * 40
    with writing(stored) as books:
        content = Rendered("Hi", "<p>Hi</p>", "Hi")
        store = Messages(books.store_id)
        store.compose(books.connection, StoredMessage(
            message_id, "dec_1", "6001", "welcome", "hello/1", "marketing", "welcome", "sendgrid",
            State.COMPOSED, "Ann@test.example", content, books.now, None,
        ))  # fmt: skip
        store.move(books.connection, message_id, seen=State.COMPOSED, to=State.SENT, at=books.now)

    def send(*events: Any, signer: Any = key) -> int:
        body = json.dumps(events).encode()
        signed = signer.sign(b"1700000000" + body, ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signed).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": "1700000000",
        }
        return httpx.post(f"{url}/inbound/sendgrid", content=body, headers=headers).status_code

    def cause() -> str | None:
        with reading(stored) as books:
            found = Messages(books.store_id).suppressed(books.connection, "6001")
        return None if found is None else found.value

    event = {"event": "bounce", "type": "bounce", "email": "ann@test.example",
             "message_id": message_id}  # fmt: skip
    assert send(event, signer=ec.generate_private_key(ec.SECP256R1())) == 401
    assert httpx.post(f"{url}/inbound/sendgrid", content=b"[]").status_code == 401
    # A soft bounce, another's address, a message of nobody, and things that are no events.
    assert send({**event, "type": "blocked"}, {**event, "email": "bob@test.example"},
                {**event, "message_id": "msg_" + "b" * 40}, 7, {}) == 200  # fmt: skip
    assert cause() is None
    assert [send(event), send(event)] == [200, 200]
    assert cause() == "bounced"
    assert send({**event, "event": "spamreport"}) == 200
    with reading(stored) as books:
        found = Messages(books.store_id).find(books.connection, message_id)
    assert found is not None
    assert found.state is State.BOUNCED
    # What SendGrid sends once more does not undo what a person decided; what is new does.
    complaint = {**event, "event": "spamreport", "sg_event_id": "e-1"}
    assert send(complaint) == 200
    suppressing.lift(stored, address_digest("ann@test.example"), "somebody")
    assert send(complaint, complaint) == 200
    assert cause() is None
    assert send({**complaint, "sg_event_id": "e-2"}) == 200
    assert cause() == "complained"
