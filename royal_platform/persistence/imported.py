"""Spend and rates that people import; the next load of the warehouse has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from royal_platform.commerce.analytics.imports import Rate, Spend
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.warehouse import ad_spend, currency_rates


class Imported:
    """What was imported for one store. Importing a day, channel and currency again replaces it."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def put_spend(
        self, connection: Connection, rows: Sequence[Spend], source: str, at: datetime
    ) -> None:
        """Keep spend from the file named ``source``."""
        put(
            connection,
            ad_spend,
            [
                {
                    "store_id": self.store_id, "day": row.day, "channel": row.channel,
                    "currency": row.currency, "amount": row.amount, "source": source,
                    "imported_at": at,
                }
                for row in rows
            ],
        )  # fmt: skip

    def put_rates(
        self, connection: Connection, rows: Sequence[Rate], source: str, at: datetime
    ) -> None:
        """Keep rates from the file named ``source``."""
        put(
            connection,
            currency_rates,
            [
                {
                    "store_id": self.store_id, "day": row.day, "base": row.base,
                    "quote": row.quote, "rate": row.rate, "source": source, "imported_at": at,
                }
                for row in rows
            ],
        )  # fmt: skip
