"""What one request carries through its resolvers."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo

from store_sandbox.admin.nodes import Batch, Node
from store_sandbox.admin.writes.flights import Flights
from store_sandbox.bulk.links import Links
from store_sandbox.state import StateStore
from store_sandbox.state.store import read_clock, read_meta


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop's settings, read once per request."""

    name: str
    domain: str
    currency: str
    timezone: str
    taxes_included: bool
    created_at: int

    @classmethod
    def load(cls, db: sqlite3.Connection) -> "Shop":
        """From the `meta` table; a state nobody filled is a shop with Shopify's defaults."""
        meta = dict(db.execute("SELECT key, value FROM meta WHERE key LIKE 'shop.%'").fetchall())
        return cls(
            name=meta.get("shop.name", "Sandbox"),
            domain=meta.get("shop.domain", "sandbox.myshopify.com"),
            currency=meta.get("shop.currency", "USD"),
            timezone=meta.get("shop.timezone", "UTC"),
            taxes_included=meta.get("shop.taxes_included", "0") == "1",
            created_at=int(meta.get("shop.created_at", "0")),
        )


@dataclass(slots=True)
class Context:
    """State, snapshot, caller and what the response has to mention beside its data."""

    state: StateStore
    client_id: str
    scopes: frozenset[str]
    version: str
    request_id: str
    loopback_http: bool = True
    links: Links | None = None
    flights: Flights = field(default_factory=Flights)
    pause_seconds: float = 0.0
    warnings: list[dict[str, Any]] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)
    _db: sqlite3.Connection | None = None
    _shop: Shop | None = None
    _now: int | None = None
    _unapproved: frozenset[str] | None = None
    _seeds: tuple[int | None, ...] = ()

    @property
    def db(self) -> sqlite3.Connection:
        """The snapshot all reads of this request see, renewed after each mutation."""
        if self._db is None:
            self._db = self._stack.enter_context(self.state.read())
        return self._db

    @property
    def shop(self) -> Shop:
        """The shop's settings."""
        if self._shop is None:
            self._shop = Shop.load(self.db)
        return self._shop

    @property
    def unapproved(self) -> frozenset[str]:
        """The kinds of protected customer data that this app may not see."""
        if self._unapproved is None:
            text = read_meta(self.db, "app.unapproved") or ""
            self._unapproved = frozenset(text.split(",")) - {""}
        return self._unapproved

    @property
    def now(self) -> int:
        """The world's time of this snapshot in UTC seconds."""
        if self._now is None:
            self._now = int(read_clock(self.db).seconds(self.state.wall()))
        return self._now

    @property
    def seed(self) -> int | None:
        """The world's seed; None where nobody lives in the store: imported data has no carriers."""
        if not self._seeds:
            lives = read_meta(self.db, "shop.source") == "world"
            self._seeds = (int(read_meta(self.db, "world.seed") or 0) if lives else None,)
        return self._seeds[0]

    @property
    def oldest_order(self) -> int:
        """Orders created before this second are invisible without `read_all_orders`."""
        return 0 if "read_all_orders" in self.scopes else self.now - 60 * 86_400

    def rows(self, sql: str, wanted: Iterable[Any]) -> list[sqlite3.Row]:
        """Rows of a query with one `IN (SELECT value FROM json_each(?))` list."""
        return self.db.execute(sql, (json.dumps(list(wanted)),)).fetchall()

    def one(self, kind: str, sql: str, number: int | None) -> Node | None:
        """The row of `sql` (one `?`) as a node of its own, None when there is none."""
        if number is None:
            return None
        row = self.db.execute(sql, (number,)).fetchone()
        return None if row is None else Node(kind, row, Batch())

    def release(self) -> None:
        """Give the snapshot back; the next read sees what was committed since."""
        self._stack.close()
        self._stack = ExitStack()
        self._db = self._shop = self._now = None


Info: TypeAlias = GraphQLResolveInfo[Context]
