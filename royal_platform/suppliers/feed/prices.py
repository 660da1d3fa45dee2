"""Competitors' prices that a service tells at an address: fetched only where they changed."""

from __future__ import annotations

from dataclasses import dataclass

from royal_platform.suppliers.feed.rows import Row, rows_of
from royal_platform.suppliers.schemas import PriceFeedSettings
from royal_platform.suppliers.wire import Wire, refused

_UNCHANGED = 304
# What a server may name a version: longer ones are not kept, and so everything is fetched anew.
_LONGEST_TAG = 200


@dataclass(frozen=True, slots=True)
class Fetched:
    """The rows and the version that the server names them by; ``rows`` None: still the same."""

    rows: list[Row] | None
    etag: str | None


@dataclass(frozen=True, slots=True)
class PriceFeed:
    """One such address."""

    settings: PriceFeedSettings
    wire: Wire

    async def fetch(self, etag: str | None) -> Fetched:
        """What it tells now. Raises ``SupplierRejected`` or ``Unavailable``."""
        answer = await self.wire.send("GET", self.settings.url, etag=etag)
        if answer.status == _UNCHANGED and etag is not None:
            return Fetched(None, etag)
        if answer.status != 200:
            raise refused(answer, doing="to give its prices")
        named = answer.headers.get("etag")
        kept = named if named is not None and len(named) <= _LONGEST_TAG else None
        return Fetched(rows_of(answer.body, items=self.settings.items), kept)
