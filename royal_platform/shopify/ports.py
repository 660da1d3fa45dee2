"""What the client and the sync need from storage, in their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from core.resilience.shared_bucket import Answer, Ask
from core.security.grants import Grant
from royal_platform.shopify.rows import (
    CustomerRow,
    LevelRow,
    LocationRow,
    MetafieldRow,
    OrderPageRows,
    ProductRow,
    VariantRow,
)


@dataclass(slots=True)
class SyncState:
    """How far the sync has come; stored with every page in the page's transaction.

    ``cursor`` is the sync's own memory: stage, page cursors, watermarks.
    """

    phase: str
    counts: dict[str, int] = field(default_factory=dict)
    cursor: dict[str, Any] = field(default_factory=dict)
    timezone: str = "UTC"
    currency: str = "USD"


class MirrorPage(Protocol):
    """One transaction of the mirror; nothing of it is seen before it ends well.

    Methods that store objects return how many were news; deletions, how many were there.
    """

    def products(
        self,
        products: Sequence[ProductRow],
        variants: Sequence[VariantRow],
        noted: Sequence[MetafieldRow] = (),
    ) -> int: ...

    def locations(self, rows: Sequence[LocationRow]) -> None: ...

    def inventory(
        self, items: Sequence[tuple[str, int | None, bool]], levels: Sequence[LevelRow]
    ) -> int: ...

    def customers(self, rows: Sequence[CustomerRow]) -> int: ...

    def orders(self, page: OrderPageRows) -> int: ...

    def metafields(self, owner: str, owners: Sequence[Any], noted: Sequence[MetafieldRow]) -> int:
        """All metafields of ``owners``, of the kind ``owner`` ("product", "variant", "order" ...).

        Of owners that are not stored as they come here, by ``updated_at``, nothing is taken.
        """
        ...

    def shop_metafields(self, shop_id: str, noted: Sequence[MetafieldRow]) -> int:
        """All metafields of the shop itself."""
        ...

    def put(self, kind: str, rows: Sequence[Any], parts: Sequence[Any] = ()) -> int:
        """Objects of ``kind`` ("collections", ...) with all the parts that belong to them."""
        ...

    def delete(self, kind: str, ids: Iterable[str]) -> int: ...

    def keep(self, kind: str, ids: Iterable[str]) -> int:
        """The store has exactly these objects of ``kind``; how many others were gone."""
        ...

    def count(self, kind: str) -> int: ...

    def delete_products(self, ids: Iterable[str]) -> int: ...

    def delete_orders(self, ids: Iterable[str]) -> int: ...

    def delete_customers(self, ids: Iterable[str]) -> int: ...

    def shop(self, facts: Mapping[str, Any]) -> None: ...

    def save(self, state: SyncState) -> None: ...

    def tell(self, event: str, payload: Mapping[str, Any]) -> None: ...


class MirrorStore(Protocol):
    """The mirrored store; its ids ascend as numbers."""

    def state(self) -> SyncState: ...

    def page(self) -> AbstractContextManager[MirrorPage]: ...

    def product_ids(self) -> list[int]: ...

    def order_ids(self, since: datetime | None = None) -> list[int]: ...

    def counts(self) -> dict[str, int]: ...

    def analyze_early(self) -> None: ...

    def analyze(self) -> None: ...

    def connected(self) -> None: ...

    def failed(self, state: str, error: str) -> None: ...

    def now(self) -> datetime: ...


class GrantStore(Protocol):
    """One store's grant as every process of the installation shares it."""

    def read(self) -> Grant | None:
        """The grant as it is stored now."""
        ...

    def save(self, grant: Grant) -> None:
        """Keep a renewed grant in place of the one before."""
        ...

    def accepted(self) -> None:
        """The store took the token."""
        ...

    def refused(self, grant: Grant | None, detail: str) -> None:
        """The store takes the grant no longer; ``detail`` is for people."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Held while renewing: one at a time across processes."""
        ...


class Budget(Protocol):
    """The store's cost bucket, shared by whoever draws from it."""

    def exchange(self, ask: Ask) -> Answer:
        """Say what was learned, ask for points."""
        ...
