"""Enters addresses that tell competitors' prices, and reads them when they are due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.errors import Conflict, NotFound, RoyalError
from core.export.table import opens_formula
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from royal_platform.commerce.pricing.competitors import read_feed
from royal_platform.persistence.competitor_feeds import CompetitorFeed, CompetitorFeeds
from royal_platform.persistence.competitor_prices import put_competitor_prices
from royal_platform.persistence.ids import new_id
from royal_platform.suppliers.feed.prices import Fetched
from royal_platform.suppliers.schemas import PriceFeedSettings

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_FAULTS = 50
_AGAIN = timedelta(hours=1)
_log = get_logger(__name__)


def enter(ground: Ground, name: str, settings: PriceFeedSettings, actor: Actor) -> str:
    """Enter a feed; a worker reads it at once. Raises ``Conflict`` for a name that is taken."""
    feed_id = new_id("cpf")
    with writing(ground) as books:
        if not CompetitorFeeds(books.store_id).add(
            books.connection, feed_id, name=name, settings=settings.model_dump(),
            actor=actor_name(actor), now=books.now,
        ):  # fmt: skip
            raise Conflict(
                f"There is a feed {name!r} already.", remedy="Name it apart, or remove that one."
            )
        _tell(books, "pricing.competitors.feed_entered", feed_id, name, actor)
    return feed_id


def remove(ground: Ground, name: str, actor: Actor) -> None:
    """Read a feed no more; the prices that it told stay. Raises ``NotFound``."""
    with writing(ground) as books:
        feed_id = CompetitorFeeds(books.store_id).remove(books.connection, name)
        if feed_id is None:
            raise NotFound(
                f"There is no feed {name!r}.", remedy="See `royal competitors list` for those."
            )
        _tell(books, "pricing.competitors.feed_removed", feed_id, name, actor)


def feeds(ground: Ground) -> list[CompetitorFeed]:
    """Every feed of the store, by name."""
    with reading(ground) as books:
        return CompetitorFeeds(books.store_id).all(books.connection)


def waits(ground: Ground) -> bool:
    """True when a feed is due."""
    with reading(ground) as books:
        return bool(CompetitorFeeds(books.store_id).due(books.connection, books.now))


async def read_due(platform: Platform) -> int:
    """Read every feed that is due; returns how many answered.

    One that does not answer is asked again within the hour; what it told before stays, and counts
    until it is too old.
    """
    with reading(platform) as books:
        due = CompetitorFeeds(books.store_id).due(books.connection, books.now)
    answered = 0
    for feed in due:
        settings = PriceFeedSettings.model_validate(feed.settings)
        try:
            fetched = await platform.price_feed(settings).fetch(feed.etag)
        except RoyalError as error:
            _note_failure(platform, feed, error)
        else:
            _take(platform, feed, settings, fetched)
            answered += 1
    return answered


def _take(
    platform: Platform, feed: CompetitorFeed, settings: PriceFeedSettings, fetched: Fetched
) -> None:
    with writing(platform) as books:
        repository = CompetitorFeeds(books.store_id)
        following = books.now + timedelta(hours=settings.every_hours)
        if fetched.rows is None:
            repository.was_the_same(books.connection, feed.id, books.now, following)
            return
        otherwise = {
            "source": settings.source or feed.name,
            "currency": settings.currency or books.store.currency,
        }
        columns = {str(ours): theirs for ours, theirs in settings.columns.items()}
        read = read_feed(fetched.rows, columns, books.now, opens_formula, otherwise)
        put_competitor_prices(books.connection, books.store_id, read.rows, feed.name, books.now)
        repository.was_read(
            books.connection, feed.id, etag=fetched.etag, price_count=len(read.rows),
            faults=[{"row": each.line, "reason": each.reason} for each in read.faults[:_FAULTS]],
            now=books.now, next_due_at=following,
        )  # fmt: skip
        facts = {"rows": len(read.rows), "faults": len(read.faults)}
        _tell(books, "pricing.competitors.read", feed.id, feed.name, "worker", **facts)
    _log.info("pricing.competitors.read", feed_id=feed.id, **facts)


def _note_failure(platform: Platform, feed: CompetitorFeed, error: RoyalError) -> None:
    with writing(platform) as books:
        CompetitorFeeds(books.store_id).failed(
            books.connection, feed.id, str(error), books.now + _AGAIN
        )
        _tell(
            books, "pricing.competitors.failed", feed.id, feed.name, "worker", reason=error.detail
        )
    _log.warning("pricing.competitors.failed", feed_id=feed.id, reason=error.detail)


def _tell(
    books: Books, type_: str, feed_id: str, name: str, actor: Actor, **facts: Any
) -> None:  # fmt: skip
    """The address is not told: it may hold the key of whoever asks."""
    books.tell(type_, feed_id, actor, {"feed_id": feed_id, "name": name, **facts})
