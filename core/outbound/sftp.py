"""One file by SFTP from an address somebody entered: guarded, its host key pinned, bounded."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

from core.errors import Invalid, RoyalError, TooLarge, Unavailable
from core.outbound.guard import AddressGuard

if TYPE_CHECKING:
    import asyncssh

SCHEME = "sftp://"
_PORT = 22
_PART = 1_000_000
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks. ``secret`` is a password, or a private key in PEM or OpenSSH form.

    ``fingerprint`` is the only host key that is spoken to, as ``ssh-keygen -lf`` writes it
    (``SHA256:…``); the secret is shown to no other.
    """

    user: str
    secret: str = field(repr=False)
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    port: int
    path: str


async def download(
    guard: AddressGuard, url: str, login: Login, *, most_bytes: int = 50_000_000,
    seconds: float = 60.0,
) -> bytes:  # fmt: skip
    """The file at ``sftp://host[:port]/path``; ``/~/path`` is below the user's own folder.

    Raises ``Invalid`` with the fingerprint to enter when none or another is pinned, and for a
    login or a path that is refused; ``PrivateAddressError``, ``TooLarge`` and ``Unavailable``.
    """
    place = _parsed(url)
    address = await guard.resolve(place.host, place.port)
    try:
        async with asyncio.timeout(seconds):
            return await _fetched(place, address, login, most_bytes)
    except RoyalError:
        raise
    except (OSError, TimeoutError) as error:
        raise Unavailable(
            f"{place.host} does not answer ({type(error).__name__}).",
            remedy="Check the address and its port, and that the other side is up.",
        ) from error


async def _fetched(place: _Place, address: str, login: Login, most: int) -> bytes:
    import asyncssh

    host, seen = place.host, list[str]()

    class Pinned(asyncssh.SSHClient):
        def validate_host_public_key(
            self,
            host: str,  # noqa: ARG002
            addr: str,  # noqa: ARG002
            port: int,  # noqa: ARG002
            key: asyncssh.SSHKey,
        ) -> bool:
            seen.append(key.get_fingerprint())
            return seen[-1] == login.fingerprint

    try:
        # Nothing of this machine's own SSH is used: no configuration, agent, key or known host.
        async with asyncssh.connect(
            address, place.port, client_factory=Pinned, known_hosts=([], [], []), config=None,
            agent_path=None, username=login.user, **_credential(login.secret),
        ) as connection, connection.start_sftp_client() as client:  # fmt: skip
            return await _whole(client, place.path, most)
    except asyncssh.HostKeyNotVerifiable as error:
        raise _not_pinned(host, seen[-1] if seen else "", login.fingerprint) from error
    except asyncssh.PermissionDenied as error:
        raise Invalid(
            f"{host} does not let {login.user!r} in.",
            remedy="Check the user, and the secret: a password or a private key.",
        ) from error
    except asyncssh.SFTPError as error:
        raise Invalid(
            f"{host} does not give {place.path!r}: {error.reason[:_SHOWN]}",
            remedy="Check the path; it starts at the root, or with /~/ at the user's own folder.",
        ) from error
    except asyncssh.Error as error:
        raise Unavailable(
            f"{host} broke off: {error.reason[:_SHOWN]}",
            remedy="Check that it speaks SFTP at that port; it is tried again.",
        ) from error


def _credential(secret: str) -> dict[str, object]:
    import asyncssh

    if "PRIVATE KEY-----" not in secret:
        return {"password": secret, "client_keys": None}
    try:
        key = asyncssh.import_private_key(secret)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise Invalid(
            "The private key of the feed cannot be read.",
            remedy="Store it whole and without a passphrase, as ssh-keygen writes it.",
        ) from error
    return {"client_keys": [key], "password": None}


async def _whole(client: asyncssh.SFTPClient, path: str, most: int) -> bytes:
    told = await client.stat(path)
    if told.permissions is not None and not stat.S_ISREG(told.permissions):
        raise Invalid(f"{path!r} is no file.", remedy="Enter the path of the feed's file itself.")
    parts: list[bytes] = []
    size = 0
    async with client.open(path, "rb") as file:
        while part := cast("bytes", await file.read(_PART)):
            # What it says of its size is not relied on.
            size += len(part)
            if size > most:
                raise TooLarge(
                    f"The file is larger than {most:,} bytes.",
                    remedy="Ask for a feed of the articles you may sell.",
                )
            parts.append(part)
    return b"".join(parts)


def _not_pinned(host: str, shown: str, pinned: str) -> Invalid:
    if not pinned:
        return Invalid(
            f"Nobody has confirmed that {host} is the supplier's: its key is {shown}.",
            remedy=f"Compare it with what the supplier tells you, then enter {shown}.",
        )
    return Invalid(
        f"{host} shows the key {shown}, not the one that was entered.",
        remedy="Do not trust it before the supplier confirms the change; then enter the new one.",
    )


def _parsed(url: str) -> _Place:
    try:
        found = urlsplit(url)
        port = found.port or _PORT
    except ValueError as error:
        raise _no_address(url) from error
    path = unquote(found.path)
    if found.scheme != "sftp" or not found.hostname or "@" in found.netloc or len(path) < 2:
        raise _no_address(url)
    return _Place(found.hostname, port, path.removeprefix("/~/"))


def _no_address(url: str) -> Invalid:
    return Invalid(
        f"{url[:_SHOWN]!r} is not a file to fetch by SFTP.",
        remedy="Enter it as sftp://host/path or sftp://host:port/path, with the user beside it.",
    )
