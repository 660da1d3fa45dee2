"""Where a customer's clock stands: the zones of the country, from the IANA zone table."""

from __future__ import annotations

from functools import cache
from importlib import resources

from sqlalchemy import Connection, select

from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.orders import customers


def zones_of(connection: Connection, store: Store, customer_id: str) -> tuple[str, ...]:
    """The zones the customer may be in; the store's where the country is not known."""
    query = select(customers.c.country).where(
        customers.c.store_id == store.id, customers.c.id == customer_id
    )
    country = connection.execute(query).scalar()
    return _by_country().get(country or "", (store.timezone,))


@cache
def _by_country() -> dict[str, tuple[str, ...]]:
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _place, zone, *_ = line.split("\t")
            found.setdefault(code, []).append(zone)
    return {code: tuple(zones) for code, zones in found.items()}
