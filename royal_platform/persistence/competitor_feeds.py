"""The addresses of one store that tell competitors' prices, and how their last readings went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.catalog import competitor_feeds

_TABLE = competitor_feeds.c


@dataclass(frozen=True, slots=True)
class CompetitorFeed:
    """One address with its ``settings`` as entered; ``faults`` are the rows last left out."""

    id: str
    name: str
    settings: dict[str, Any]
    etag: str | None
    state: str
    detail: str
    price_count: int
    faults: list[dict[str, Any]]
    read_at: datetime | None
    next_due_at: datetime
    created_at: datetime
    changed_by: str


class CompetitorFeeds:
    """The feeds of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def add(
        self, connection: Connection, feed_id: str, *, name: str, settings: Mapping[str, Any],
        actor: str, now: datetime,
    ) -> bool:  # fmt: skip
        """Enter a feed that is due at once; False when its name is taken."""
        return insert_if_absent(
            connection,
            competitor_feeds,
            {
                "store_id": self.store_id, "id": feed_id, "name": name, "settings": dict(settings),
                "etag": None, "state": "new", "detail": "", "price_count": 0, "faults": [],
                "read_at": None, "next_due_at": now, "created_at": now, "changed_by": actor,
            },
        )  # fmt: skip

    def remove(self, connection: Connection, name: str) -> str | None:
        """Forget a feed, not the prices it told; its id, None when there is none of that name."""
        found: str | None = connection.execute(
            select(_TABLE.id).where(_TABLE.store_id == self.store_id, _TABLE.name == name)
        ).scalar()
        if found is not None:
            connection.execute(
                delete(competitor_feeds).where(_TABLE.store_id == self.store_id, _TABLE.id == found)
            )
        return found

    def all(self, connection: Connection) -> list[CompetitorFeed]:
        """Every feed, by name."""
        return self._read(connection, _TABLE.store_id == self.store_id)

    def due(self, connection: Connection, now: datetime) -> list[CompetitorFeed]:
        """Those whose reading is due."""
        return self._read(
            connection, (_TABLE.store_id == self.store_id) & (_TABLE.next_due_at <= now)
        )

    def was_read(
        self, connection: Connection, feed_id: str, *, etag: str | None, price_count: int,
        faults: Sequence[Mapping[str, Any]], now: datetime, next_due_at: datetime,
    ) -> None:  # fmt: skip
        """Note a reading that brought prices."""
        self._set(
            connection, feed_id, state="ready", detail="", etag=etag, price_count=price_count,
            faults=[dict(each) for each in faults], read_at=now, next_due_at=next_due_at,
        )  # fmt: skip

    def was_the_same(
        self, connection: Connection, feed_id: str, now: datetime, next_due_at: datetime
    ) -> None:
        """Note that nothing changed since."""
        self._set(
            connection, feed_id, state="ready", detail="", read_at=now, next_due_at=next_due_at
        )

    def failed(
        self, connection: Connection, feed_id: str, detail: str, next_due_at: datetime
    ) -> None:
        """Note a reading that failed; what it told before stays."""
        self._set(
            connection, feed_id, state="failed", detail=detail[:2000], next_due_at=next_due_at
        )

    def _set(self, connection: Connection, feed_id: str, **values: Any) -> None:
        connection.execute(
            update(competitor_feeds)
            .where(_TABLE.store_id == self.store_id, _TABLE.id == feed_id)
            .values(**values)
        )

    def _read(self, connection: Connection, which: Any) -> list[CompetitorFeed]:
        query = select(competitor_feeds).where(which).order_by(_TABLE.name)
        found = []
        for row in connection.execute(query):
            values = dict(row._mapping)  # noqa: SLF001
            del values["store_id"]
            found.append(CompetitorFeed(**values))
        return found
