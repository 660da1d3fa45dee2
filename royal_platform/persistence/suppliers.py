"""The suppliers of one store: how each is reached, and how its last reading went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from core.errors import Conflict, NotFound
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.suppliers import suppliers

# Its catalogue and its desk are one published API.
_MAKES_TO_ORDER = "printful"


@dataclass(frozen=True, slots=True)
class Supplier:
    """One supplier; ``settings`` as entered, ``sample`` the first rows of its feed."""

    id: str
    name: str
    kind: str
    origin: str
    settings: dict[str, Any]
    active: bool
    state: str
    detail: str
    sample: list[dict[str, str]]
    faults: list[dict[str, Any]]
    offer_count: int
    fault_count: int
    read_at: datetime | None
    next_due_at: datetime
    created_at: datetime
    changed_by: str
    version: int

    @property
    def address(self) -> str | None:
        """Where it takes mail, as entered."""
        found: str | None = (self.settings.get("mail") or {}).get("address")
        return found

    @property
    def takes_orders(self) -> bool:
        """Whether an order reaches it over a wire, and not only by hand."""
        return self.kind == _MAKES_TO_ORDER or bool(self.settings.get("desk"))

    @property
    def mails_to(self) -> str | None:
        """Where what is ordered from it is mailed by itself, as a person said; None: nowhere."""
        says_so = (self.settings.get("mail") or {}).get("send_orders")
        return self.address if self.active and says_so else None

    @property
    def serves_by_mail(self) -> str | None:
        """Where it takes customers' orders by mail, as a person said; None: it does not."""
        says_so = (self.settings.get("mail") or {}).get("send_customers_orders")
        return self.address if says_so and not self.takes_orders else None


class Suppliers:
    """The suppliers of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def add(
        self,
        connection: Connection,
        *,
        supplier_id: str,
        name: str,
        kind: str,
        origin: str,
        settings: Mapping[str, Any],
        actor: str,
        active: bool,
        now: datetime,
    ) -> bool:
        """Enter a supplier that is due at once; False when its id or name is taken."""
        return insert_if_absent(
            connection,
            suppliers,
            {
                "store_id": self.store_id, "id": supplier_id, "name": name, "kind": kind,
                "origin": origin, "settings": dict(settings), "active": active, "state": "new",
                "detail": "", "sample": [], "faults": [], "offer_count": 0, "fault_count": 0,
                "read_at": None, "next_due_at": now, "created_at": now, "changed_by": actor,
                "version": 1,
            },
        )  # fmt: skip

    def get(self, connection: Connection, supplier_id: str) -> Supplier:
        """One supplier. Raises ``NotFound``."""
        found = self.find(connection, supplier_id)
        if found is None:
            raise NotFound(
                f"There is no supplier {supplier_id!r}.", remedy="See the list of suppliers."
            )
        return found

    def find(self, connection: Connection, supplier_id: str) -> Supplier | None:
        """One supplier; None when there is none."""
        row = connection.execute(self._select().where(suppliers.c.id == supplier_id)).one_or_none()
        return None if row is None else _supplier(row)

    def all(self, connection: Connection) -> list[Supplier]:
        """Every supplier, by name."""
        query = self._select().order_by(func.lower(suppliers.c.name), suppliers.c.id)
        return [_supplier(row) for row in connection.execute(query)]

    def due(self, connection: Connection, now: datetime) -> list[Supplier]:
        """Active suppliers, and new ones, whose reading is due; the longest due first."""
        query = (
            self._select()
            .where(suppliers.c.next_due_at <= now)
            .where(suppliers.c.active | suppliers.c.state.in_(("new", "reading")))
            .order_by(suppliers.c.next_due_at, suppliers.c.id)
        )
        return [_supplier(row) for row in connection.execute(query)]

    def change(
        self,
        connection: Connection,
        supplier_id: str,
        *,
        version: int,
        name: str,
        settings: Mapping[str, Any],
        active: bool,
        actor: str,
        now: datetime,
    ) -> None:
        """Replace what was entered; due at once. Raises ``NotFound`` and ``Conflict``."""
        for other in self.all(connection):
            if other.name.lower() == name.lower() and other.id != supplier_id:
                raise Conflict(f"There is a supplier {name!r} already.", remedy="Name it apart.")
        found = connection.execute(
            update(suppliers)
            .where(suppliers.c.store_id == self.store_id, suppliers.c.id == supplier_id)
            .where(suppliers.c.version == version)
            .values(
                name=name, settings=dict(settings), active=active, changed_by=actor,
                next_due_at=now, version=version + 1, state="reading",
            )
        )  # fmt: skip
        if found.rowcount == 0:
            self.get(connection, supplier_id)
            raise Conflict(
                "The supplier was changed meanwhile.", remedy="Read it again and repeat the change."
            )

    def hasten(self, connection: Connection, supplier_id: str, now: datetime) -> None:
        """Let it be read at once."""
        self.get(connection, supplier_id)
        self._set(connection, supplier_id, next_due_at=now, state="reading")

    def was_read(
        self,
        connection: Connection,
        supplier_id: str,
        *,
        sample: Sequence[Mapping[str, str]],
        faults: Sequence[Mapping[str, Any]],
        offer_count: int,
        fault_count: int,
        now: datetime,
        next_due_at: datetime,
    ) -> None:
        """Note a reading that went well."""
        self._set(
            connection, supplier_id, state="ready", detail="", sample=list(sample),
            faults=list(faults), offer_count=offer_count, fault_count=fault_count, read_at=now,
            next_due_at=next_due_at,
        )  # fmt: skip

    def failed(
        self, connection: Connection, supplier_id: str, detail: str, next_due_at: datetime
    ) -> None:
        """Note a reading that failed; the offers stay as they were."""
        self._set(
            connection, supplier_id, state="failed", detail=detail[:2000], next_due_at=next_due_at
        )

    def _set(self, connection: Connection, supplier_id: str, **values: Any) -> None:
        connection.execute(
            update(suppliers)
            .where(suppliers.c.store_id == self.store_id, suppliers.c.id == supplier_id)
            .values(**values)
        )

    def _select(self) -> Any:
        return select(suppliers).where(suppliers.c.store_id == self.store_id)


def _supplier(row: Row[Any]) -> Supplier:
    values = dict(row._mapping)  # noqa: SLF001
    del values["store_id"]
    return Supplier(**values)
