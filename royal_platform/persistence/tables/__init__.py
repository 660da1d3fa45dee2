"""Every business table, declared on core's one metadata; importing this package declares them."""

from __future__ import annotations

# The event log and the sign-in tables belong to core but live in the same database.
from core.events import tables as _events
from core.security import tables as _security
from core.storage.schema import metadata
from royal_platform.persistence.tables import (
    catalog,
    connections,
    conversations,
    customers,
    decisions,
    effects,
    fulfilment,
    insights,
    marketing,
    messages,
    model_calls,
    orders,
    price_tests,
    privacy,
    runs,
    security,
    store,
    suppliers,
    supply,
    support,
    warehouse,
)

__all__ = [
    "catalog",
    "connections",
    "conversations",
    "customers",
    "decisions",
    "effects",
    "fulfilment",
    "insights",
    "marketing",
    "messages",
    "metadata",
    "model_calls",
    "orders",
    "price_tests",
    "privacy",
    "runs",
    "security",
    "store",
    "suppliers",
    "supply",
    "support",
    "warehouse",
]

DECLARED_BY_CORE = (_events, _security)
