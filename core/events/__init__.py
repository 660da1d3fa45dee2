"""The event log that every reader of what happened (feed, audit, metrics) builds on."""

from core.events.feed import EventFeed, FeedClosed, FeedLagged, Subscription, tail
from core.events.log import (
    NewEvent,
    StoredEvent,
    append,
    erase_personal,
    head,
    newest_of,
    personal,
    read_after,
    read_before,
)
from core.events.verify import VerifyResult, verify

__all__ = [
    "EventFeed",
    "FeedClosed",
    "FeedLagged",
    "NewEvent",
    "StoredEvent",
    "Subscription",
    "VerifyResult",
    "append",
    "erase_personal",
    "head",
    "newest_of",
    "personal",
    "read_after",
    "read_before",
    "tail",
    "verify",
]
