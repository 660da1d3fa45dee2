"""Which addresses may be fetched from, and that a name cannot change its mind in between."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid, TooLarge, Unavailable
from core.outbound.client import exchange
from core.outbound.guard import AddressGuard, PrivateAddressError, is_public

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_no_public_ones(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111"])
def test_public_addresses_are(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_hidden_in_ipv6_is_judged_as_itself(address):
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    nat64 = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address))
    assert is_public(str(nat64)) == is_public(str(address))


class Pages(BaseHTTPRequestHandler):
    seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self):
        Pages.seen.append({**dict(self.headers.items()), "path": self.path})
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.end_headers()
            return
        body = b"x" * (5000 if self.path == "/large" else 5)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def pages() -> Iterator[int]:
    Pages.seen = []
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(guard: AddressGuard, url: str, **more):
    return asyncio.run(exchange(guard, "GET", url, seconds=5, **more))


def test_this_machine_is_refused_by_address_and_by_name(pages):
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1"):
        with pytest.raises((PrivateAddressError, Unavailable, Invalid)):
            fetch(AddressGuard(), f"http://{host}:{pages}/")
    assert Pages.seen == []


def test_an_allowed_address_is_fetched_and_only_at_its_port(pages):
    guard = AddressGuard.of([f"127.0.0.1:{pages}"])
    assert fetch(guard, f"http://127.0.0.1:{pages}/").body == b"xxxxx"
    with pytest.raises(PrivateAddressError):
        fetch(guard, "http://127.0.0.1:1/")


def test_a_redirect_is_guarded_like_the_first_address(pages):
    guard = AddressGuard.of([f"127.0.0.1:{pages}"])
    with pytest.raises(PrivateAddressError):
        fetch(guard, f"http://127.0.0.1:{pages}/to?http://169.254.169.254/latest")
    with pytest.raises(Invalid):
        fetch(guard, f"http://127.0.0.1:{pages}/to?file:///etc/passwd")


def test_a_redirect_to_another_host_gets_no_secret(pages):
    guard = AddressGuard.of([f"127.0.0.1:{pages}", f"localhost:{pages}"])
    url = f"http://127.0.0.1:{pages}/to?http://localhost:{pages}/end"
    fetch(guard, url, headers={"Authorization": "Bearer s3cret"})
    first, second = Pages.seen
    assert first["Authorization"] == "Bearer s3cret"
    assert "Authorization" not in second


def test_endless_redirects_and_large_answers_end(pages):
    guard = AddressGuard.of([f"127.0.0.1:{pages}"])
    loop = f"http://127.0.0.1:{pages}/to?" + "/to?" * 6 + "/"
    with pytest.raises(Unavailable):
        fetch(guard, loop)
    with pytest.raises(TooLarge):
        fetch(guard, f"http://127.0.0.1:{pages}/large", most_bytes=1000)


def test_the_address_that_was_checked_is_the_one_connected_to(pages, monkeypatch):
    """A name that answers publicly first and privately afterwards reaches nothing private."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answers(host, port, *args, **kwargs):
        if host != "rebinding.test":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "198.51.99.7" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises((Unavailable, OSError)):
        asyncio.run(exchange(AddressGuard(), "GET", f"http://rebinding.test:{pages}/", seconds=0.3))
    assert asked == ["rebinding.test"]
    assert Pages.seen == []


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "//x", "http://user:pw@example.com/", "x"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Invalid):
        fetch(AddressGuard(), url)


@pytest.mark.parametrize("entry", ["10.0.0.5", "host:", ":80", "host:port"])
def test_an_allowance_names_host_and_port(entry):
    with pytest.raises(Invalid):
        AddressGuard.of([entry])
