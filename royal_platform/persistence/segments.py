"""The segments of one store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from core.errors import Conflict, NotFound
from core.storage.database import Database
from royal_platform.commerce.customers.model import Segment
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.customers import segments


class StoredSegments:
    """``Segments`` in force: each call is one short read."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._rows = SegmentRows(store_id)

    def all(self) -> Sequence[Segment]:
        """Every segment in force, by name."""
        with self._database.read() as connection:
            return self._rows.all(connection)

    def get(self, segment_id: str) -> Segment | None:
        """One segment in force; None when there is none (any more)."""
        with self._database.read() as connection:
            return self._rows.find(connection, segment_id)


class SegmentRows:
    """Reads and changes segments inside the caller's transaction; rules were parsed before."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def all(self, connection: Connection) -> list[Segment]:
        """Every segment in force, by name."""
        query = self._in_force().order_by(segments.c.unique_name)
        return [_segment(row) for row in connection.execute(query)]

    def find(self, connection: Connection, segment_id: str) -> Segment | None:
        """One segment in force."""
        row = connection.execute(self._in_force().where(segments.c.id == segment_id)).one_or_none()
        return None if row is None else _segment(row)

    def get(self, connection: Connection, segment_id: str) -> Segment:
        """One segment in force. Raises ``NotFound``."""
        found = self.find(connection, segment_id)
        if found is None:
            raise NotFound(
                f"There is no segment {segment_id!r}.", remedy="List them: GET /v1/segments."
            )
        return found

    def version(self, connection: Connection, segment_id: str) -> int:
        """The last version of a segment, in force or not; 0 when there never was one."""
        query = select(segments.c.version).where(
            segments.c.store_id == self.store_id, segments.c.id == segment_id
        )
        return int(connection.execute(query).scalar() or 0)

    def create(
        self,
        connection: Connection,
        *,
        name: str,
        rule: str,
        actor: str,
        now: datetime,
        segment_id: str | None = None,
    ) -> Segment:
        """Save a new one, or put the removed one of that id back in force.

        Raises ``Conflict`` when a segment in force has the name.
        """
        if self._named(connection, name) is not None:
            raise _name_taken(name)
        segment = Segment(segment_id or new_id("seg"), name, rule, 1, actor, now, actor, now)
        values = {"store_id": self.store_id, **asdict(segment), "unique_name": name.lower()}
        if insert_if_absent(connection, segments, values):
            return segment
        removed = connection.execute(
            update(segments)
            .where(segments.c.store_id == self.store_id, segments.c.id == segment.id)
            .where(segments.c.deleted_at.is_not(None))
            .values(name=name, rule=rule, unique_name=name.lower(), deleted_at=None,
                    version=segments.c.version + 1, changed_by=actor, changed_at=now)
        )  # fmt: skip
        if not removed.rowcount:
            raise _name_taken(name)
        return self.get(connection, segment.id)

    def change(
        self,
        connection: Connection,
        segment_id: str,
        *,
        edited: int,
        name: str,
        rule: str,
        actor: str,
        now: datetime,
    ) -> Segment:
        """Save a change made from version ``edited``. Raises ``NotFound`` or ``Conflict``."""
        self._check(connection, segment_id, edited)
        named = self._named(connection, name)
        if named is not None and named.id != segment_id:
            raise _name_taken(name)
        self._update(
            connection, segment_id, name=name, rule=rule, unique_name=name.lower(),
            version=edited + 1, changed_by=actor, changed_at=now,
        )  # fmt: skip
        return self.get(connection, segment_id)

    def remove(
        self, connection: Connection, segment_id: str, *, edited: int, actor: str, now: datetime
    ) -> Segment:
        """Take a segment out of force; its row stays for what refers to it."""
        segment = self._check(connection, segment_id, edited)
        self._update(
            connection, segment_id, unique_name=None, deleted_at=now, version=edited + 1,
            changed_by=actor, changed_at=now,
        )  # fmt: skip
        return segment

    def _check(self, connection: Connection, segment_id: str, edited: int) -> Segment:
        segment = self.get(connection, segment_id)
        if segment.version != edited:
            raise Conflict(
                f"The segment was changed meanwhile: it is at version {segment.version}, "
                f"{edited} was edited.",
                remedy="Read the segment again and apply your change to it.",
            )
        return segment

    def _update(self, connection: Connection, segment_id: str, **values: Any) -> None:
        connection.execute(
            update(segments)
            .where(segments.c.store_id == self.store_id, segments.c.id == segment_id)
            .values(**values)
        )

    def _named(self, connection: Connection, name: str) -> Row[Any] | None:
        query = self._in_force().where(segments.c.unique_name == name.lower())
        found: Row[Any] | None = connection.execute(query).one_or_none()
        return found

    def _in_force(self) -> Any:
        return select(segments).where(
            segments.c.store_id == self.store_id, segments.c.deleted_at.is_(None)
        )


def _name_taken(name: str) -> Conflict:
    return Conflict(f"A segment is called {name!r} already.", remedy="Choose another name.")


def _segment(row: Row[Any]) -> Segment:
    return Segment(
        id=row.id,
        name=row.name,
        rule=row.rule,
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
