"""A feed by SFTP from a real server on loopback: pinned, guarded, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from core.errors import Invalid, TooLarge, Unavailable
from core.outbound.guard import AddressGuard, PrivateAddressError
from core.outbound.sftp import Login, download
from royal_platform.commerce.shared.model import Money
from royal_platform.suppliers.feed.adapter import Feed
from royal_platform.suppliers.schemas import Auth, FeedSettings
from royal_platform.suppliers.wire import Wire

FEED = b"sku,title,cost\nA-1,Saddle pad,12.50\n"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
KEY = asyncssh.generate_private_key("ssh-ed25519")
PINNED = HOST_KEY.get_fingerprint()
PASSWORD = "word-of-the-feed"
pytestmark = pytest.mark.timeout(60)


@dataclass
class Files:
    """The server; ``tried`` are the logins that it was shown."""

    port: int
    tried: list[str]

    @property
    def url(self) -> str:
        return f"sftp://127.0.0.1:{self.port}/out/feed.csv"

    @property
    def guard(self) -> AddressGuard:
        return AddressGuard.of([f"127.0.0.1:{self.port}"])


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Files]:
    (folder / "out").mkdir(exist_ok=True)
    (folder / "out" / "feed.csv").write_bytes(FEED)
    tried: list[str] = []

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            tried.append(password)
            return (username, password) == ("shop", PASSWORD)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return key.get_fingerprint() == KEY.get_fingerprint()

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Door, server_host_keys=[HOST_KEY],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
    )  # fmt: skip
    async with server:
        yield Files(server.get_port(), tried)


def within(folder: Path, asked: Callable[[Files], Any]) -> tuple[Any, Files]:
    async def run() -> tuple[Any, Files]:
        async with served(folder) as files:
            return await asked(files), files

    return asyncio.run(run())


def fetched(folder: Path, login: Login, **more: Any) -> tuple[Any, Files]:
    return within(folder, lambda files: download(files.guard, files.url, login, **more))


def by_key() -> str:
    return KEY.export_private_key("openssh").decode().rstrip()


@pytest.mark.parametrize("secret", [PASSWORD, by_key()], ids=["password", "key"])
def test_a_file_is_fetched_from_the_host_that_is_pinned(tmp_path: Path, secret: str):
    body, _ = fetched(tmp_path, Login("shop", secret, PINNED))
    assert body == FEED


@pytest.mark.parametrize("entered", ["", f"SHA256:{'A' * 43}"], ids=["none", "another"])
def test_a_host_that_is_not_pinned_is_named_and_never_shown_the_secret(
    tmp_path: Path, entered: str
):
    async def asked(files: Files) -> Invalid:
        with pytest.raises(Invalid) as refused:
            await download(files.guard, files.url, Login("shop", PASSWORD, entered))
        return refused.value

    refused, files = within(tmp_path, asked)
    assert PINNED in str(refused)
    assert files.tried == []


def test_a_private_address_is_refused_before_anything_is_opened(tmp_path: Path):
    async def asked(files: Files) -> None:
        with pytest.raises(PrivateAddressError):
            await download(AddressGuard(), files.url, Login("shop", PASSWORD, PINNED))

    _, files = within(tmp_path, asked)
    assert files.tried == []


def test_a_wrong_password_is_refused_and_not_repeated_in_the_answer(tmp_path: Path):
    async def asked(files: Files) -> Invalid:
        with pytest.raises(Invalid, match="does not let 'shop' in") as refused:
            await download(files.guard, files.url, Login("shop", "guess-me", PINNED))
        return refused.value

    refused, files = within(tmp_path, asked)
    assert "guess-me" not in f"{refused!r}{refused.remedy}{Login('shop', 'guess-me', '')!r}"
    assert files.tried == ["guess-me"]


@pytest.mark.parametrize("path", ["/out/none.csv", "/out", "/../../etc/passwd"])
def test_what_is_no_file_there_is_refused(tmp_path: Path, path: str):
    async def asked(files: Files) -> None:
        address = f"sftp://127.0.0.1:{files.port}{path}"
        with pytest.raises(Invalid):
            await download(files.guard, address, Login("shop", PASSWORD, PINNED))

    within(tmp_path, asked)


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path):
    async def asked(files: Files) -> None:
        login = Login("shop", PASSWORD, PINNED)
        with pytest.raises(TooLarge):
            await download(files.guard, files.url, login, most_bytes=10)

    within(tmp_path, asked)


def test_a_port_where_nobody_listens_is_unavailable(tmp_path: Path):
    _, files = within(tmp_path, lambda _: asyncio.sleep(0))
    with pytest.raises(Unavailable):
        asyncio.run(download(files.guard, files.url, Login("shop", PASSWORD, PINNED)))


@pytest.mark.parametrize(
    "url", ["sftp://me:word@x.test/a", "sftp://x.test", "https://x.test/a", "sftp://x.test:99999/a"]
)
def test_an_address_of_another_form_is_refused(url: str):
    with pytest.raises(Invalid, match="by SFTP"):
        asyncio.run(download(AddressGuard(), url, Login("shop", PASSWORD, PINNED)))


def test_a_supplier_whose_feed_lies_there_has_offers(tmp_path: Path):
    async def secret(name: str) -> str:
        return {"SUPPLIER_FEED": PASSWORD}[name]

    async def asked(files: Files) -> Any:
        settings = FeedSettings.model_validate(
            {"url": files.url, "user": "shop", "fingerprint": PINNED}
        )
        wire = Wire(files.guard, Auth.model_validate({"secret": "SUPPLIER_FEED"}), secret)
        return await Feed("sup_1", settings, wire, tmp_path, "EUR").catalogue()

    found, _ = within(tmp_path, asked)
    assert [(each.supplier_sku, each.cost) for each in found.offers] == [
        ("A-1", Money(D("12.50"), "EUR"))
    ]
    bare = Wire(AddressGuard(), None, secret)
    settings = FeedSettings.model_validate({"url": "sftp://x.test/a", "user": "shop"})
    with pytest.raises(Invalid, match="secret"):
        asyncio.run(Feed("sup_1", settings, bare, tmp_path, "EUR").catalogue())
