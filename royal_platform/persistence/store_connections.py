"""Grants of the stores: sealed at rest, renewed by one process at a time, never lost on refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from core.errors import NotConfigured
from core.events import NewEvent
from core.secrets.sealing import SealingKey
from core.security.grants import Grant, opened
from core.storage.database import Database, Transaction
from core.storage.turns import process_turn
from core.telemetry.logs import get_logger
from royal_platform.persistence import stores
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.commands import Commands
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.connections import store_connections
from royal_platform.persistence.tables.runs import agents
from royal_platform.persistence.tables.store import stores as stores_table

CURRENT, CANDIDATE = "current", "candidate"
# The name under which agents are paused while their store's access is revoked.
PAUSER = "connection"
_SERVED = ("valid", "revoked")
# Shopify sends the last request of a shop 48 hours after it removed the app, if it does so soon.
SECRET_KEPT = timedelta(days=90)
_KNOWN = ("method", "client_id", "expires_at", "renew_at", "refresh_expires_at")
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoreConnection:
    """How one store is reached; secrets stay in the grant, which ``grant_of`` opens."""

    store_id: str
    origin: str
    state: str
    detail: str
    method: str
    client_id: str | None
    scopes: tuple[str, ...]
    expires_at: datetime | None
    renew_at: datetime | None
    refresh_expires_at: datetime | None
    renewed_at: datetime | None
    connected_at: datetime
    generation: int
    changed_by: str


def get(connection: Connection, store_id: str, slot: str = CURRENT) -> StoreConnection | None:
    """How the store is reached, None while nothing was ever granted."""
    row = connection.execute(select(store_connections).where(_at(store_id, slot))).one_or_none()
    return None if row is None else _row(row)


def active(connection: Connection) -> StoreConnection | None:
    """The connection that people made last and did not end: the store this installation serves."""
    return _newest(
        connection,
        (store_connections.c.slot == CURRENT)
        & (store_connections.c.origin == "entered")
        & store_connections.c.state.in_(_SERVED),
    )


def candidate(connection: Connection) -> StoreConnection | None:
    """What was entered last and is being checked, or was refused by the store."""
    return _newest(connection, store_connections.c.slot == CANDIDATE)


def grant_of(
    connection: Connection, store_id: str, key: SealingKey, slot: str = CURRENT
) -> Grant | None:
    """The grant with its secrets, None when there is none. Raises ``NotConfigured``."""
    row = connection.execute(select(store_connections).where(_at(store_id, slot))).one_or_none()
    if row is None:
        return None
    known = {name: getattr(row, name) for name in _KNOWN}
    text = key.unseal(_name(store_id), row.sealed)
    return opened(text, scopes=tuple(row.scopes), generation=row.generation, **known)


def enter(
    connection: Connection, store_id: str, grant: Grant, key: SealingKey, *, actor: str
) -> StoreConnection:
    """Put down what a person entered, to be checked; an earlier candidate gives way to it."""
    stores.lock(connection, store_id)
    now = wall_now()
    # Counted before the earlier candidate goes: what is asked about that one is not about this.
    generation = _next_generation(connection)
    connection.execute(delete(store_connections).where(store_connections.c.slot == CANDIDATE))
    entered = {
        **_values(store_id, CANDIDATE, grant, key), "origin": "entered", "state": "checking",
        "detail": "", "renewed_at": None, "connected_at": now,
        "generation": generation, "changed_by": actor,
    }  # fmt: skip
    put(connection, store_connections, [entered])
    return _row_of(entered)


def awaits(connection: Connection, entered: StoreConnection) -> bool:
    """Whether ``entered`` is still the candidate; if so it stays it in this transaction."""
    found = _held(connection, entered.store_id, CANDIDATE)
    return found is not None and found.generation == entered.generation


def promote(connection: Connection, store_id: str, scopes: Iterable[str]) -> StoreConnection:
    """The store accepted the candidate: it is how the store is reached from now on.

    The store that was served before is left for it: its grant is kept, for the webhooks that are
    still signed with it, but nothing serves it again by itself.
    """
    columns = store_connections.c
    connection.execute(
        update(store_connections)
        .where(columns.slot == CURRENT, columns.origin == "entered")
        .where(columns.store_id != store_id, columns.state.in_(_SERVED))
        .values(state="replaced", detail="")
    )
    connection.execute(delete(store_connections).where(_at(store_id, CURRENT)))
    connection.execute(
        update(store_connections)
        .where(_at(store_id, CANDIDATE))
        .values(
            slot=CURRENT,
            state="valid",
            detail="",
            scopes=sorted(scopes),
            renewed_at=wall_now(),
            connected_at=wall_now(),
        )
    )
    found = get(connection, store_id)
    if found is None:
        raise RuntimeError(f"there is no candidate for {store_id}")
    return found


def change_state(
    connection: Connection,
    store_id: str,
    state: str,
    *,
    detail: str,
    slot: str = CURRENT,
    actor: str | None = None,
) -> None:
    """Set the state; an ``actor`` makes it a new generation, so processes open the store anew."""
    values: dict[str, Any] = {"state": state, "detail": detail}
    if actor is not None:
        values |= {"changed_by": actor, "generation": store_connections.c.generation + 1}
    connection.execute(update(store_connections).where(_at(store_id, slot)).values(**values))


def forget(connection: Connection, store_id: str, key: SealingKey, *, actor: str) -> None:
    """End the connection: its tokens are erased, that it existed is kept.

    The client secret stays for ``SECRET_KEPT``, or until the shop has had itself erased: without
    it nobody could tell whether such a request is the shop's.
    """
    _empty(
        connection, store_id, _kept_secret(connection, store_id, key), key, state="disconnected",
        detail="", changed_by=actor, generation=store_connections.c.generation + 1,
    )  # fmt: skip


def drop_secret(connection: Connection, store_id: str, key: SealingKey) -> None:
    """Erase what ``forget`` had kept of a connection that ended."""
    found = get(connection, store_id)
    if found is not None and found.state == "disconnected":
        _empty(connection, store_id, Grant("static"), key)


def drop_old_secrets(connection: Connection, key: SealingKey, *, now: datetime) -> int:
    """Erase those that ``forget`` kept until now; how many."""
    columns = store_connections.c
    query = select(columns.store_id).where(
        columns.slot == CURRENT, columns.state == "disconnected", columns.expires_at <= now
    )
    old = list(connection.execute(query).scalars())
    for store_id in old:
        _empty(connection, store_id, Grant("static"), key)
    return len(old)


def _kept_secret(connection: Connection, store_id: str, key: SealingKey) -> Grant:
    try:
        before = grant_of(connection, store_id, key)
    except NotConfigured:
        # Sealed with a key that is gone: it must be possible to end this one too.
        before = None
    if before is None or before.client_secret is None:
        return Grant("static")
    return Grant(
        "static", client_id=before.client_id, client_secret=before.client_secret,
        previous_secret=before.previous_secret, expires_at=wall_now() + SECRET_KEPT,
    )  # fmt: skip


def _empty(
    connection: Connection, store_id: str, left: Grant, key: SealingKey, **values: Any
) -> None:
    connection.execute(
        update(store_connections)
        .where(_at(store_id, CURRENT))
        .values(**_values(store_id, CURRENT, left, key), **values)
    )


def reseal(connection: Connection, key: SealingKey, new_key: SealingKey) -> int:
    """Seal every grant again under ``new_key``; return how many there are."""
    columns = store_connections.c
    query = select(columns.store_id, columns.slot, columns.sealed)
    rows = connection.execute(query.with_for_update()).all()
    for row in rows:
        text = key.unseal(_name(row.store_id), row.sealed)
        connection.execute(
            update(store_connections)
            .where(_at(row.store_id, row.slot))
            .values(sealed=new_key.seal(_name(row.store_id), text))
        )
    return len(rows)


def every_turn(database: Database) -> AbstractContextManager[None]:
    """The renewal's turn of every store: no grant is sealed by a renewal meanwhile."""
    with database.read() as connection:
        found = connection.execute(select(stores_table.c.id)).scalars().all()
    slots = (CURRENT, CANDIDATE)
    return process_turn(database, *(_turn_of(each, slot) for each in found for slot in slots))


class StoredGrants:
    """One store's grant for all processes (``royal_platform.shopify.ports.GrantStore``)."""

    def __init__(
        self,
        database: Database,
        store_id: str,
        key: SealingKey,
        origin: str,
        *,
        slot: str = CURRENT,
    ) -> None:
        self._database = database
        self._store_id = store_id
        self._key = key
        self._origin = origin
        self._slot = slot

    def __repr__(self) -> str:
        return f"StoredGrants({self._store_id!r}, {self._origin!r})"

    def read(self) -> Grant | None:
        """The grant as it is stored now."""
        try:
            with self._database.read() as connection:
                found = get(connection, self._store_id, self._slot)
                if found is None or found.origin != self._origin:
                    return None
                return grant_of(connection, self._store_id, self._key, self._slot)
        except NotConfigured:
            if self._origin == "entered":
                raise
            # A token that can be asked for again is no loss.
            _log.warning("store.grant.sealed_with_another_key", store_id=self._store_id)
            return None

    def save(self, grant: Grant) -> None:
        """Keep a renewed grant; what waited for access goes on.

        One that a person replaced or ended meanwhile is dropped: nobody wants it any more.
        """
        self._key.ensure()
        with self._database.write() as transaction:
            connection = transaction.connection
            before = _held(connection, self._store_id, self._slot)
            if before is not None and before.state == "disconnected":
                before = None
            if self._origin == "entered" and not _is_of(grant, before):
                return
            if before is not None and before.origin == "entered" != self._origin:
                # The environment took over a store that a person had connected: theirs is kept.
                return
            self._put(connection, grant, before)
            if before is not None and before.state == "revoked":
                restore(transaction, self._store_id)

    def accepted(self) -> None:
        """The store took the token: if it was thought revoked, go on."""
        with self._database.read() as connection:
            found = get(connection, self._store_id, self._slot)
        if found is None or found.state != "revoked":
            return
        with self._database.write() as transaction:
            connection = transaction.connection
            found = _held(connection, self._store_id, self._slot)
            # Of several processes that saw it, one tells it.
            if found is not None and found.state == "revoked":
                change_state(connection, self._store_id, "valid", detail="", slot=self._slot)
                restore(transaction, self._store_id)

    def refused(self, grant: Grant | None, detail: str) -> None:
        """The store takes ``grant`` no longer: pause its agents, tell it once, keep the rest."""
        if self._slot == CANDIDATE:
            return
        with self._database.write() as transaction:
            connection = transaction.connection
            stores.lock(connection, self._store_id)
            found = get(connection, self._store_id)
            if self._origin == "entered" and grant is not None and not _is_of(grant, found):
                return
            ended = found is None or found.state == "disconnected"
            if ended and grant is not None:
                self._key.ensure()
                self._put(connection, replace(grant, client_secret=None), None)
            elif found is None or found.state != "valid":
                return
            change_state(connection, self._store_id, "revoked", detail=detail)
            revoke(transaction, self._store_id, detail)

    def turn(self) -> AbstractContextManager[None]:
        """One renewal at a time, whichever process wants it."""
        return process_turn(self._database, _turn_of(self._store_id, self._slot))

    def _put(self, connection: Connection, grant: Grant, before: StoreConnection | None) -> None:
        now = wall_now()
        row = _values(self._store_id, self._slot, grant, self._key)
        row |= {"origin": self._origin, "state": "valid", "detail": "", "renewed_at": now}
        if before is None:
            row |= {"connected_at": now, "generation": 1, "changed_by": "system"}
        else:
            row |= {name: getattr(before, name) for name in ("connected_at", "generation")}
            row["changed_by"] = before.changed_by
            if before.state != "revoked":
                row |= {"state": before.state, "detail": before.detail}
        put(connection, store_connections, [row])


def revoke(transaction: Transaction, store_id: str, detail: str) -> None:
    """Pause the store's active agents and say why; decisions and data stay as they are."""
    connection = transaction.connection
    store = stores.get(connection, store_id)
    stores.change(
        connection, store_id, connection_state="disconnected", connection_detail=detail,
        connection_at=wall_now(),
    )  # fmt: skip
    held = _set_agents(connection, store_id, seen="active", by=None, status="paused", to=PAUSER)
    _tell(transaction, store, "store.access.revoked", {"detail": detail, "paused": held})
    _log.warning("store.access.revoked", store_id=store_id, paused=held)


def restore(transaction: Transaction, store_id: str) -> None:
    """Access is back: resume the agents that its loss had paused, and no other."""
    connection = transaction.connection
    store = stores.get(connection, store_id)
    freed = _set_agents(connection, store_id, seen="paused", by=PAUSER, status="active", to=None)
    # What was approved meanwhile was held back, not dropped.
    Commands(store_id).add(
        connection, kind="release_held", key=f"release_held:{new_id('rel')}", payload={},
        now=store.store_clock().now(),
    )  # fmt: skip
    _tell(transaction, store, "store.access.restored", {"resumed": freed})
    _log.info("store.access.restored", store_id=store_id, resumed=freed)


def _set_agents(
    connection: Connection, store_id: str, *, seen: str, by: str | None, status: str, to: str | None
) -> list[str]:
    which = (
        (agents.c.store_id == store_id)
        & (agents.c.status == seen)
        & (agents.c.paused_by.is_(None) if by is None else agents.c.paused_by == by)
    )
    found = sorted(connection.execute(select(agents.c.id).where(which)).scalars())
    connection.execute(update(agents).where(which).values(status=status, paused_by=to))
    return found


def _tell(
    transaction: Transaction, store: stores.Store, type_: str, payload: dict[str, Any]
) -> None:
    transaction.record(
        NewEvent(store.id, type_, store.id, payload, PAUSER, store.store_clock().now())
    )


def _values(store_id: str, slot: str, grant: Grant, key: SealingKey) -> dict[str, Any]:
    return {
        "store_id": store_id,
        "slot": slot,
        **{name: getattr(grant, name) for name in _KNOWN},
        "scopes": sorted(grant.scopes),
        "sealed": key.seal(_name(store_id), grant.secrets()),
    }


def _at(store_id: str, slot: str) -> ColumnElement[bool]:
    return (store_connections.c.store_id == store_id) & (store_connections.c.slot == slot)


def _newest(connection: Connection, which: ColumnElement[bool]) -> StoreConnection | None:
    columns = store_connections.c
    query = select(store_connections).where(which)
    query = query.order_by(columns.connected_at.desc(), columns.store_id).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _row(row)


def _held(connection: Connection, store_id: str, slot: str) -> StoreConnection | None:
    """As ``get``, the store held: changes of its connection come one after another."""
    stores.lock(connection, store_id)
    return get(connection, store_id, slot)


def _is_of(grant: Grant, found: StoreConnection | None) -> bool:
    return found is not None and found.generation == grant.generation


def _next_generation(connection: Connection) -> int:
    query = select(func.max(store_connections.c.generation))
    return int(connection.execute(query).scalar() or 0) + 1


def _turn_of(store_id: str, slot: str) -> str:
    return f"grant:{store_id}:{slot}"


def _name(store_id: str) -> str:
    return f"store_connection:{store_id}"


def _row(row: Row[Any]) -> StoreConnection:
    return _row_of(row._asdict())


def _row_of(values: Mapping[str, Any]) -> StoreConnection:
    known = {name: values[name] for name in StoreConnection.__slots__}
    return StoreConnection(**{**known, "scopes": tuple(known["scopes"])})
