"""What the warehouse is loaded from beside the mirror, and how far it has been loaded."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Float, Index, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import ScaledDecimal
from royal_platform.persistence.tables.columns import amount, key, moment, store_key

# Days whose orders or refunds changed; versions rise under the store's row lock.
touched_days = Table(
    "touched_days",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Index(None, "store_id", "version"),
    sqlite_with_rowid=False,
)

ad_spend = Table(
    "ad_spend",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    Column("channel", String(80), primary_key=True),
    Column("currency", String(3), primary_key=True),
    amount("amount"),
    # The file it came from.
    Column("source", String(255), nullable=False),
    moment("imported_at"),
)

# One unit of base costs ``rate`` units of quote.
currency_rates = Table(
    "currency_rates",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    Column("base", String(3), primary_key=True),
    Column("quote", String(3), primary_key=True),
    Column("rate", ScaledDecimal(8), nullable=False),
    Column("source", String(255), nullable=False),
    moment("imported_at"),
)

# The last load of each warehouse; times but ``as_of`` by the machine's clock.
warehouse_loads = Table(
    "warehouse_loads",
    metadata,
    store_key(),
    key("engine"),
    Column("version", BigInteger),
    moment("as_of", nullable=True),
    moment("loaded_at", nullable=True),
    Column("rows", BigInteger),
    Column("seconds", Float),
    moment("tried_at"),
    # Why the last try failed; NULL when it did not.
    Column("error", Text),
)
