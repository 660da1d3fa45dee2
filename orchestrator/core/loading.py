"""Loads of the warehouse: when one is due, what is noted of it, and the imports beside it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Conflict, Invalid, RoyalError
from core.export.table import opens_formula
from core.telemetry.logs import get_logger
from orchestrator.core.books import reading, writing
from royal_platform.commerce.analytics.imports import Fault, read_rates, read_spend
from royal_platform.commerce.pricing.competitors import read_competitor_prices
from royal_platform.commerce.research.trends import read_trends
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.competitor_prices import put_competitor_prices
from royal_platform.persistence.imported import Imported
from royal_platform.persistence.touched_days import last_version
from royal_platform.persistence.trends import put_trends
from royal_platform.persistence.warehouse_loads import WarehouseLoad, WarehouseLoads
from royal_platform.warehouse.embedded import DuckDbWarehouse

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

EVERY = timedelta(hours=1)
# After a sync that changed something, and after a failure; each load copies the last snapshot.
AT_MOST_EVERY = timedelta(minutes=5)
_TOLD = 5
_log = get_logger(__name__)


def is_due(platform: Platform) -> bool:
    """Hourly, and sooner when days changed since; not before the store was read whole."""
    if platform.store().never_read:
        return False
    with reading(platform) as books:
        last = WarehouseLoads(books.store_id).last(books.connection, platform.warehouse.engine)
        if last is None:
            return True
        passed = wall_now() - last.tried_at
        if passed < AT_MOST_EVERY:
            return False
        changed = last_version(books.connection, books.store_id) != last.version
        return changed or last.error is not None or passed >= EVERY


def export(platform: Platform, folder: Path) -> dict[str, int]:
    """Write every table to ``folder`` as Parquet; rows by table.

    From the last load beside us, or, where the warehouse is elsewhere, from the store's tables.
    """
    if isinstance(platform.warehouse, DuckDbWarehouse):
        return platform.warehouse.export(folder)
    with tempfile.TemporaryDirectory() as place:
        made = DuckDbWarehouse(Path(place), platform.store_id)
        made.load(platform.star, wall_now())
        return made.export(folder)


def import_spend(platform: Platform, text: str, source: str, actor: str) -> int:
    """Keep the spend of a CSV file; the rows. Raises ``Invalid`` naming every faulty line."""
    with writing(platform) as books:
        read = read_spend(text, books.store.store_clock().today(), opens_formula)
        _refuse(read.faults)
        Imported(books.store_id).put_spend(books.connection, read.rows, source, books.now)
        payload = {"rows": len(read.rows), "source": source}
        books.tell("warehouse.spend.imported", source, actor, payload)
    return len(read.rows)


def import_rates(platform: Platform, text: str, source: str, actor: str) -> int:
    """Keep the currency rates of a CSV file; the rows. Raises ``Invalid`` as for spend."""
    with writing(platform) as books:
        read = read_rates(text, books.store.store_clock().today(), opens_formula)
        _refuse(read.faults)
        Imported(books.store_id).put_rates(books.connection, read.rows, source, books.now)
        payload = {"rows": len(read.rows), "source": source}
        books.tell("warehouse.rates.imported", source, actor, payload)
    return len(read.rows)


def import_competitor_prices(platform: Platform, text: str, file: str, actor: str) -> int:
    """Keep the competitors' prices of a CSV or JSON file; the rows. Raises ``Invalid`` as above."""
    with writing(platform) as books:
        read = read_competitor_prices(text, books.now, opens_formula)
        _refuse(read.faults)
        put_competitor_prices(books.connection, books.store_id, read.rows, file, books.now)
        payload = {"rows": len(read.rows), "source": file}
        books.tell("pricing.competitors.imported", file, actor, payload)
    return len(read.rows)


def import_trends(platform: Platform, text: str, file: str, actor: str) -> int:
    """Keep the trend series of a CSV file; the rows. Raises ``Invalid`` as above."""
    with writing(platform) as books:
        read = read_trends(text, books.store.store_clock().today(), opens_formula)
        _refuse(read.faults)
        put_trends(books.connection, books.store_id, read.rows, file, books.now)
        payload = {"rows": len(read.rows), "source": file}
        books.tell("research.trends.imported", file, actor, payload)
    return len(read.rows)


def _refuse(faults: Sequence[Fault]) -> None:
    if not faults:
        return
    told = "; ".join(f"line {fault.line}: {fault.reason}" for fault in faults[:_TOLD])
    more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
    raise Invalid(
        f"Nothing was imported. {told}{more}.",
        remedy="Correct the file and import it again.",
        errors=[{"line": fault.line, "reason": fault.reason} for fault in faults],
    )


def load(platform: Platform) -> WarehouseLoad:
    """Load what changed and note it; a failure is noted and raised."""
    warehouse = platform.warehouse
    loads = WarehouseLoads(platform.store_id)
    started = time.monotonic()
    try:
        batch = warehouse.load(platform.star, wall_now())
    except Conflict:
        # Another process is at it: it will note what came of it.
        raise
    except RoyalError as error:
        with platform.database.write() as transaction:
            loads.failed(transaction.connection, warehouse.engine, wall_now(), str(error))
        _log.warning("warehouse.load.failed", engine=warehouse.engine, reason=str(error))
        raise
    freshness = warehouse.freshness()
    counts = {} if freshness is None else freshness.counts
    done = WarehouseLoad(
        engine=warehouse.engine,
        tried_at=wall_now(),
        version=batch.state.mark.days,
        as_of=batch.state.as_of,
        loaded_at=batch.state.loaded_at,
        rows=sum(count or 0 for count in counts.values()),
        seconds=round(time.monotonic() - started, 3),
    )
    with platform.database.write() as transaction:
        loads.loaded(transaction.connection, done)
    _log.info(
        "warehouse.loaded", engine=done.engine, rows_loaded=batch.rows, rows=done.rows,
        seconds=done.seconds,
    )  # fmt: skip
    return done
