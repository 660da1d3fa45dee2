"""When the warehouse is loaded, what is told of it, and what people add to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid, NotConfigured
from core.events.log import read_after
from core.settings import Settings
from orchestrator.core import loading
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.analytics.ports import Query
from royal_platform.commerce.research.trends import Point
from royal_platform.persistence import stores
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.touched_days import touch
from royal_platform.persistence.warehouse_loads import WarehouseLoads
from tests.integration.doors.conftest import ADMIN


def read_once(platform: Platform) -> None:
    with platform.database.write() as transaction:
        stores.change(transaction.connection, platform.store_id, last_sync_at=wall_now())


def last_tried(platform: Platform, at: datetime) -> None:
    """As if the last try had been then."""
    loads = WarehouseLoads(platform.store_id)
    with platform.database.write() as transaction:
        last = loads.last(transaction.connection, "duckdb")
        assert last is not None
        loads.loaded(transaction.connection, replace(last, tried_at=at))


def told(application: Any) -> dict[str, Any]:
    listing = (
        application.test_client()
        .get("/v1/connections", headers={"Authorization": f"Bearer {ADMIN}"})
        .get_json()["data"]
    )
    return {found["id"]: found for found in listing}["warehouse"]


def test_it_is_loaded_after_the_first_sync_hourly_and_soon_after_changes(
    platform: Platform,
) -> None:
    assert not loading.is_due(platform), "a part of a store is no history"
    read_once(platform)
    assert loading.is_due(platform)
    loading.load(platform)
    assert not loading.is_due(platform)
    last_tried(platform, wall_now() - timedelta(minutes=6))
    assert not loading.is_due(platform), "nothing changed"
    with platform.database.write() as transaction:
        stores.lock(transaction.connection, platform.store_id)
        touch(transaction.connection, platform.store_id, [date(2026, 3, 1)])
    assert loading.is_due(platform)
    loading.load(platform)
    last_tried(platform, wall_now() - timedelta(minutes=61))
    assert loading.is_due(platform)


def test_the_last_load_is_a_fact_on_connections(application: Any, platform: Platform) -> None:
    assert told(application)["state"] == "disconnected"
    read_once(platform)
    done = loading.load(platform)
    found = told(application)
    assert found["state"] == "connected"
    assert found["detail"].startswith(f"{done.rows} rows, loaded 0 min ago")


def test_a_load_that_fails_says_why_and_what_was_loaded_stays(
    settings: Settings, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIGQUERY_CREDENTIALS", "nonsense")
    other = bootstrap(settings.model_copy(update={"bigquery_project_id": "p"}))
    read_once(platform)
    with pytest.raises(NotConfigured, match="service account"):
        loading.load(other)
    with other.database.read() as connection:
        failed = WarehouseLoads(other.store_id).last(connection, "bigquery")
    assert failed is not None
    assert failed.loaded_at is None
    assert "royal secrets set BIGQUERY_CREDENTIALS" in (failed.error or "")
    assert not loading.is_due(other), "not again at once"
    other.close()


def test_spend_is_imported_whole_or_not_at_all(platform: Platform) -> None:
    good = "day,channel,currency,amount\n2026-03-01,ads,EUR,12.50\n"
    with pytest.raises(Invalid, match="line 3: channel begins as a formula does") as refused:
        loading.import_spend(platform, good + "2026-03-01,=1+1,EUR,1\n", "ads.csv", "cli:me")
    assert refused.value.errors == [
        {"line": 3, "reason": "channel begins as a formula does: '=1+1'"}
    ]
    assert loading.import_spend(platform, good, "ads.csv", "cli:me") == 1
    rates = "day,base,quote,rate\n2026-03-01,USD,EUR,0.92\n"
    assert loading.import_rates(platform, rates, "rates.csv", "cli:me") == 1
    loading.load(platform)
    spent = platform.warehouse.rows(Query("SELECT channel, amount, source FROM fact_spend")).rows
    assert spent == (("ads", Decimal("12.5"), "ads.csv"),)


def test_competitors_prices_are_imported_whole_or_not_at_all(platform: Platform) -> None:
    good = "source,sku,barcode,price,currency,seen_at\na,S1,,9.95,EUR,2026-03-01T09:00:00Z\n"
    with pytest.raises(Invalid, match="line 3: sku begins as a formula does") as refused:
        loading.import_competitor_prices(
            platform, good + "a,=1+1,,9.95,EUR,2026-03-01T09:00:00Z\n", "prices.csv", "cli:me"
        )
    assert [fault["line"] for fault in refused.value.errors or ()] == [3]
    assert loading.import_competitor_prices(platform, good, "prices.csv", "cli:me") == 1
    with platform.database.read() as connection:
        [event] = read_after(connection, platform.store_id, 0, 10, "pricing.competitors.imported")
    assert (event.actor, event.payload) == ("cli:me", {"rows": 1, "source": "prices.csv"})


def test_trends_are_imported_whole_or_not_at_all(platform: Platform) -> None:
    good = "day,series,category,value\n2026-03-01,searches,Saddle Pads,41\n"
    with pytest.raises(Invalid, match="line 3: series begins as a formula does"):
        loading.import_trends(platform, good + "2026-03-02,=1+1,Pads,1\n", "t.csv", "cli:me")
    assert platform.trends.by_kind(date(2026, 3, 20)) == {}
    for value in ("41", "43"):
        text = good.replace("41", value)
        assert loading.import_trends(platform, text, "t.csv", "cli:me") == 1
    [kind] = platform.trends.by_kind(date(2026, 3, 20)).items()
    assert kind == (
        "saddle pads",
        {"searches": [Point(date(2026, 3, 1), "searches", "saddle pads", Decimal(43))]},
    )
    # Days that are not compared are left where they are.
    for today in (date(2026, 3, 1), date(2026, 5, 1)):
        assert platform.trends.by_kind(today) == {}
    with platform.database.read() as connection:
        told = read_after(connection, platform.store_id, 0, 10, "research.trends.imported")
    assert {each.actor for each in told} == {"cli:me"}


def test_it_is_exported_wherever_it_is_kept(
    settings: Settings, platform: Platform, tmp_path: Path
) -> None:
    read_once(platform)
    loading.load(platform)
    beside_us = loading.export(platform, tmp_path / "here")
    elsewhere = bootstrap(settings.model_copy(update={"bigquery_project_id": "p"}))
    assert loading.export(elsewhere, tmp_path / "there") == beside_us
    assert (tmp_path / "there" / "fact_order.parquet").exists()
    elsewhere.close()
