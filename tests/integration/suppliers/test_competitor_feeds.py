"""Competitors' prices at an address: fetched when due, mapped, and only where they changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.errors import Conflict, NotFound
from core.events.log import read_after
from core.settings import read_settings
from orchestrator.core import competing
from orchestrator.core.books import reading
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence.tables.catalog import competitor_feeds, competitor_prices
from royal_platform.suppliers.schemas import PriceFeedSettings
from tests.integration.platform.wire import Reply, Shop, served

ROWS = (
    "artikel;prijs;gezien\n"
    "S1;19.95;2026-01-05T09:00:00Z\n"
    "S2;=1+1;2026-01-05T09:00:00Z\n"
    "S3;9,95;2026-01-05T09:00:00Z\n"
)
COLUMNS = {"sku": "artikel", "price": "prijs", "seen_at": "gezien"}


@dataclass
class Service(Shop):
    """Tells its prices, or that they are still the same; remembers what it was asked with."""

    text: str = ROWS
    etag: str = '"v1"'
    asked: list[str | None] = field(default_factory=list)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        self.asked.append(headers.get("if-none-match"))
        if path != "/prices.csv":
            return Reply({"error": "gone"}, 404)
        if self.asked[-1] == self.etag:
            return Reply(b"", 304)
        return Reply(self.text.encode(), headers={"ETag": self.etag})


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    opened = bootstrap(read_settings(
        var_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'royal.db'}",
        given_secret_key="k" * 40, log_level="ERROR",
    ))  # fmt: skip
    yield opened
    opened.close()


def allowing(platform: Platform, service: Service) -> Platform:
    """The platform of an operator who has named the service's loopback address."""
    allowed = f"127.0.0.1:{service.port}"
    return replace(
        platform, settings=platform.settings.model_copy(update={"outbound_allowed": allowed})
    )


def make_due(platform: Platform) -> None:
    with platform.database.write() as transaction:
        transaction.connection.execute(
            update(competitor_feeds).values(next_due_at=competitor_feeds.c.created_at)
        )


def told(platform: Platform) -> list[tuple[str, str, str, str]]:
    table = competitor_prices.c
    with platform.database.read() as connection:
        rows = connection.execute(
            select(table.source, table.article, table.price, table.file).order_by(table.article)
        )
        return [(row.source, row.article, f"{row.price:.2f}", row.file) for row in rows]


async def test_a_feed_is_read_by_its_map_and_again_only_where_it_changed(
    platform: Platform,
) -> None:
    async with served(Service([])) as service:
        opened = allowing(platform, service)
        settings = PriceFeedSettings(
            url=f"{service.address}/prices.csv", columns=COLUMNS, source="other-shop.example",
            currency="EUR",
        )  # fmt: skip
        competing.enter(opened, "watcher", settings, "cli:me")
        assert competing.waits(opened)
        assert await competing.read_due(opened) == 1
        assert not competing.waits(opened)
        assert told(opened) == [("other-shop.example", "S1", "19.95", "watcher")]
        [feed] = competing.feeds(opened)
        assert (feed.state, feed.price_count, feed.etag) == ("ready", 1, '"v1"')
        assert [each["row"] for each in feed.faults] == [2, 3]
        assert feed.next_due_at - feed.created_at >= timedelta(hours=6)

        make_due(opened)
        service.text = ROWS.replace("19.95", "18.95").replace("T09", "T10")
        assert await competing.read_due(opened) == 1
        assert [price for _, _, price, _ in told(opened)] == ["19.95"]
        make_due(opened)
        service.etag = '"v2"'
        assert await competing.read_due(opened) == 1
        assert sorted(price for _, _, price, _ in told(opened)) == ["18.95", "19.95"]
        assert service.asked == [None, '"v1"', '"v1"']
        with reading(opened) as books:
            kinds = [each.type for each in read_after(books.connection, books.store_id, 0, 20)]
        assert kinds.count("pricing.competitors.read") == 2


async def test_an_address_of_the_own_network_is_refused_and_what_was_told_stays(
    platform: Platform,
) -> None:
    async with served(Service([])) as service:
        settings = PriceFeedSettings(url=f"{service.address}/prices.csv?key=s3cret")
        competing.enter(platform, "inside", settings, "cli:me")
        assert await competing.read_due(platform) == 0
        assert service.asked == []
        [feed] = competing.feeds(platform)
        assert feed.state == "failed"
        assert feed.detail
        assert not competing.waits(platform)
        with reading(platform) as books:
            events = read_after(books.connection, books.store_id, 0, 20)
        assert "pricing.competitors.failed" in {each.type for each in events}
        assert "s3cret" not in repr(events)


async def test_what_the_service_refuses_is_told_and_asked_again_within_the_hour(
    platform: Platform,
) -> None:
    async with served(Service([])) as service:
        opened = allowing(platform, service)
        competing.enter(opened, "gone", PriceFeedSettings(url=f"{service.address}/x"), "cli:me")
        assert await competing.read_due(opened) == 0
        [feed] = competing.feeds(opened)
        assert "404" in feed.detail
        assert feed.next_due_at - feed.created_at < timedelta(hours=2)


def test_a_name_is_taken_once_and_a_feed_can_be_removed(platform: Platform) -> None:
    settings = PriceFeedSettings(url="https://prices.example/list.json")
    competing.enter(platform, "watcher", settings, "cli:me")
    with pytest.raises(Conflict):
        competing.enter(platform, "watcher", settings, "cli:me")
    competing.remove(platform, "watcher", "cli:me")
    assert competing.feeds(platform) == []
    with pytest.raises(NotFound):
        competing.remove(platform, "watcher", "cli:me")
