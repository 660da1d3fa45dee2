"""What the last pricing run knew of each variant's price, kept to show why it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, select

from core.storage.database import Database
from royal_platform.commerce.decisions.costs import Part
from royal_platform.commerce.pricing.competitors import Compared
from royal_platform.commerce.pricing.model import Economics, PriceStudy
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.costs_to_serve import cost_of, document_of
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import price_studies

_AMOUNTS = ("price", "floor_percent", "low", "high", "proposed")


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """A study with the run that made it and when."""

    study: PriceStudy
    run_id: str
    as_of: datetime


class StoredPriceStudies:
    """The studies of one store; a new run's replace the old ones."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def save(self, run_id: str, as_of: datetime, studies: Sequence[PriceStudy]) -> None:
        """Store a run's studies and forget those of other runs; saving twice leaves one."""
        table = price_studies.c
        rows = [
            {
                "store_id": self._store_id, "variant_id": each.variant_id, "run_id": run_id,
                "as_of": as_of, "study": _document(each),
            }
            for each in studies
        ]  # fmt: skip
        with self._database.write() as transaction:
            put(transaction.connection, price_studies, rows)
            transaction.connection.execute(
                delete(price_studies).where(
                    table.store_id == self._store_id, table.run_id != run_id
                )
            )


def studies_of(
    connection: Connection, store_id: str, variant_ids: Sequence[str]
) -> Mapping[str, KeptStudy]:
    """The studies of these variants; one that no run has looked at is missing."""
    table = price_studies.c
    query = select(price_studies).where(
        table.store_id == store_id, table.variant_id.in_(variant_ids)
    )
    return {
        row.variant_id: KeptStudy(_study(row.study), row.run_id, row.as_of)
        for row in connection.execute(query)
    }


def _document(study: PriceStudy) -> dict[str, Any]:
    found = asdict(study)
    for name in _AMOUNTS:
        found[name] = None if found[name] is None else format(found[name], "f")
    found["served"] = None if study.served is None else document_of(study.served)
    found["parts"] = [
        [part.name, None if part.amount is None else f"{part.amount:.4f}", list(part.sources)]
        for part in study.parts
    ]
    found["competitors"] = [
        [each.source, format(each.price.amount, "f"), each.price.currency,
         each.seen_at.isoformat(), each.ignored]
        for each in study.competitors
    ]  # fmt: skip
    return found


def _study(document: Mapping[str, Any]) -> PriceStudy:
    found = dict(document)
    for name in _AMOUNTS:
        found[name] = None if found[name] is None else Decimal(found[name])
    economics = found["economics"]
    found["economics"] = None if economics is None else Economics(**economics)
    served = found.get("served")
    found["served"] = None if served is None else cost_of(served)
    found["parts"] = tuple(
        Part(name, None if amount is None else Decimal(amount), tuple(sources))
        for name, amount, sources in found.get("parts", ())
    )
    found["unknown"] = tuple(found.get("unknown", ()))
    found["competitors"] = tuple(
        Compared(source, Money(Decimal(amount), currency), datetime.fromisoformat(seen), ignored)
        for source, amount, currency, seen, ignored in found.get("competitors", ())
    )
    return PriceStudy(**found)
