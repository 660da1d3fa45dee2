"""What anybody may send to the gateway's socket: it answers or hangs up, and never fails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from api_gateway.app import create_app
from core.settings import Settings
from royal_platform.bootstrap import Platform

SECRET = "webhook-secret"
HOSTILE = settings_of_hypothesis(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Whatever a header may hold by the letter of HTTP, and what it may not.
CELL = st.binary(max_size=40).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b""))
NAMES = [
    b"X-Shopify-Topic", b"X-Shopify-Webhook-Id", b"X-Shopify-Shop-Domain", b"X-Request-Id",
    b"X-Shopify-Triggered-At", b"X-Shopify-Hmac-Sha256", b"Content-Type", b"Cookie", b"Host",
    b"Transfer-Encoding", b"Content-Length", b"Expect",
]  # fmt: skip
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), CELL), max_size=5)
PATHS = st.sampled_from(
    [b"/webhooks/shopify", b"/webhooks/shopify/orders/create", b"/webhooks/shopify/%ff%00",
     b"/webhooks/shopify/", b"/webhooks/shopify?topic=x", b"//webhooks/shopify",
     b"/oauth/shopify/callback?", b"/oauth/shopify/callback?hmac=%ff&state=%00&shop=",
     b"/oauth/shopify/callback?code&code&shop=a.myshopify.com&timestamp=99999999999999999999",
     b"/oauth/shopify/install?ticket=%F0%9F", b"/oauth/shopify/callback?shop=%2e%2e%2f&hmac=e%cc"]
)  # fmt: skip


@pytest.fixture
def gateway(
    settings: Settings, platform: Platform, running: Callable[[Any], Any]
) -> tuple[str, int]:
    """The host and port of a running gateway that knows the sandbox's secret."""
    folder = settings.var_dir / "sandbox"
    folder.mkdir()
    (folder / "credentials.json").write_text(json.dumps({"webhook_secret": SECRET}))
    address = urlsplit(str(running(create_app(settings)).url))
    assert address.hostname is not None
    assert address.port is not None
    return address.hostname, address.port


@HOSTILE
@given(
    method=st.sampled_from([b"POST", b"GET", b"PUT", b"BREW"]),
    path=PATHS,
    extra=HEADERS,
    body=st.binary(max_size=120),
    signed=st.booleans(),
    chunked=st.booleans(),
)
def test_no_bytes_make_the_door_fail(
    method: bytes, path: bytes, extra: list[tuple[bytes, bytes]], body: bytes, signed: bool,
    chunked: bool, gateway: tuple[str, int], platform: Platform,
) -> None:  # fmt: skip
    told = [(b"X-Shopify-Shop-Domain", platform.store().domain.encode())]
    if signed:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
        told += [
            (b"X-Shopify-Hmac-Sha256", base64.b64encode(digest)),
            (b"X-Shopify-Webhook-Id", b"w-wire"),
            (b"X-Shopify-Topic", b"orders/create"),
        ]
    framed = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked and body else body
    lines = [b"%b %b HTTP/1.1" % (method, path), b"Host: door", framed, b"Connection: close"]
    lines += [b"%b: %b" % each for each in [*told, *extra]]
    answer = exchanged(gateway, b"\r\n".join(lines) + b"\r\n\r\n" + sent)
    if answer:
        assert 200 <= int(answer[9:12]) < 500, answer
    else:
        # It may hang up on what is no HTTP, as long as it goes on.
        assert httpx.get(f"http://{gateway[0]}:{gateway[1]}/healthz").status_code == 200


def exchanged(address: tuple[str, int], sent: bytes) -> bytes:
    """All that the door answers until it hangs up, or until nothing more comes."""
    answer = b""
    with socket.create_connection(address, timeout=10) as wire:
        try:
            wire.sendall(sent)
            wire.shutdown(socket.SHUT_WR)
            while found := wire.recv(65_536):
                answer += found
        except (ConnectionError, TimeoutError):
            pass
    return answer


def test_a_webhook_that_ends_early_is_not_stored(
    gateway: tuple[str, int], platform: Platform
) -> None:
    head = (
        b"POST /webhooks/shopify HTTP/1.1\r\nHost: door\r\nContent-Length: 400\r\n"
        b"X-Shopify-Shop-Domain: %b\r\n\r\nhalf" % platform.store().domain.encode()
    )
    assert not exchanged(gateway, head).startswith(b"HTTP/1.1 2")


def test_only_a_post_is_a_webhook(gateway: tuple[str, int]) -> None:
    answer = httpx.get(f"http://{gateway[0]}:{gateway[1]}/webhooks/shopify")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
