"""What the sync remembers of how far each kind is."""

from __future__ import annotations

from royal_platform.shopify import progress
from royal_platform.shopify.ports import SyncState


def test_a_kind_waits_is_prepared_read_and_read_again() -> None:
    state = SyncState("first")
    progress.plan(state, ["orders"], ["orders", "returns"])
    told = state.cursor["progress"]
    assert told == {"orders": {"stage": "waiting"}, "returns": {"stage": "not_granted"}}
    progress.begin(state, "orders", prepared=900)
    started = told["orders"]["started_at"]
    assert told["orders"] == {"stage": "preparing", "prepared": 900, "started_at": started}
    progress.begin(state, "orders")
    assert told["orders"] == {"stage": "reading", "started_at": started}
    progress.end(state, "orders")
    assert (told["orders"]["stage"], told["orders"]["started_at"]) == ("read", started)
    assert told["orders"]["read_at"] >= started
    progress.begin(state, "orders")
    assert told["orders"]["started_at"] > started
