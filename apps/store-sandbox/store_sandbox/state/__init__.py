"""The sandbox's one source of truth: a SQLite file and the transactions over it."""

from store_sandbox.state.schema import KEPT, TABLES, columns
from store_sandbox.state.store import Change, Clock, StateStore, Transaction
from store_sandbox.state.units import from_scaled, from_seconds, to_scaled, to_seconds

__all__ = [
    "KEPT",
    "TABLES",
    "Change",
    "Clock",
    "StateStore",
    "Transaction",
    "columns",
    "from_scaled",
    "from_seconds",
    "to_scaled",
    "to_seconds",
]
