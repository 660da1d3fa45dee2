"""Which addresses may be connected to: public ones, and private ones an operator has named.

A name is resolved once and the very address that was checked is connected to, so a name server
that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Forbidden, Invalid, Unavailable

# IPv6 ranges that carry an IPv4 address inside; judged by that address.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(Forbidden):
    """The address belongs to this machine or its network and nobody has allowed it."""

    title, slug = "Private address", "private-address"


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """``allowed`` holds ``host:port`` entries an operator has named, e.g. ``127.0.0.1:3003``."""

    allowed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> AddressGuard:
        """A guard that allows these. Raises ``Invalid`` for one that is not ``host:port``."""
        found = [entry.strip().lower() for entry in entries if entry.strip()]
        for entry in found:
            host, _, port = entry.rpartition(":")
            if not host or not port.isdigit():
                raise Invalid(
                    f"{entry!r} is not a host with its port.",
                    remedy="Write it as host:port, for example 10.0.0.5:8080.",
                )
        return cls(frozenset(found))

    async def resolve(self, host: str, port: int) -> str:
        """The address to connect to. Raises ``PrivateAddressError``, or ``Unavailable``.

        Every address the name has must pass: one public among private ones is no excuse.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unavailable(
                f"The name {host!r} cannot be resolved.", remedy="Check the address for a typo."
            ) from error
        addresses = [str(each[4][0]) for each in found]
        if f"{host.lower()}:{port}" not in self.allowed:
            for address in addresses:
                if not is_public(address):
                    raise PrivateAddressError(
                        f"{host!r} is an address of this machine or its network.",
                        remedy=f"Use a public address, or allow this one with "
                        f"ROYAL_OUTBOUND_ALLOWED={host}:{port}.",
                    )
        return addresses[0]


def is_public(address: str) -> bool:
    """True when the address is reachable from the internet at large (RFC 6890 registries)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = _inner(found)
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _inner(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
