"""Access scopes: which the local copy needs, and what a grant covers."""

from __future__ import annotations

from collections.abc import Iterable

# What every page of the command center is read from, whichever agents are enabled.
MIRROR = (
    "read_products",
    "read_inventory",
    "read_locations",
    "read_orders",
    "read_customers",
    "read_discounts",
    "read_returns",
    "read_merchant_managed_fulfillment_orders",
)


def covers(granted: Iterable[str], needed: str) -> bool:
    """Whether the grant covers ``needed``; a write scope brings its read scope along."""
    have = set(granted)
    return needed in have or needed.replace("read_", "write_", 1) in have


def least(scopes: Iterable[str]) -> tuple[str, ...]:
    """The smallest set that covers all of ``scopes``, sorted."""
    wanted = set(scopes)
    implied = {
        each for each in wanted
        if each.startswith("read_") and each.replace("read_", "write_", 1) in wanted
    }  # fmt: skip
    return tuple(sorted(wanted - implied))
