"""The state file."""

import stat
from datetime import timedelta

import pytest

from store_sandbox.credentials import load_or_create
from store_sandbox.oauth.tokens import Holder, issue_token, verify_token
from store_sandbox.runtime import Options, SandboxError
from store_sandbox.state import StateStore


@pytest.fixture
def wall():
    return [1_700_000_000.0]


@pytest.fixture
def state(tmp_path, wall):
    store = StateStore(tmp_path / "store.db", wall=lambda: wall[0])
    yield store
    store.close()


def product(number):
    return {"id": number, "title": "t", "handle": f"h{number}", "created_at": 1, "updated_at": 1}


def test_a_failed_transaction_leaves_nothing(state):
    def fail_halfway():
        with state.write() as tx:
            tx.insert("products", [product(1)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert state.is_empty()


def test_ids_are_never_handed_out_twice(state):
    with state.write() as tx:
        first = tx.next_ids("orders", 3)
    with state.write() as tx:
        second = tx.next_ids("orders", 2)
    assert len({*first, *second}) == 5


def test_an_update_bears_the_worlds_time(state, wall):
    with state.write() as tx:
        tx.insert("products", [product(1)])
    state.set_clock(rate=60)
    wall[0] += 10
    with state.write() as tx:
        tx.update("products", 1, {"title": "new"})
    with state.read() as db:
        assert db.execute("SELECT updated_at FROM products").fetchone()[0] == 1_700_000_600


def test_the_clock_stands_runs_and_jumps(state, wall):
    start = state.now()
    state.set_clock(rate=0)
    wall[0] += 100
    assert state.now() == start
    state.set_clock(at=start + timedelta(days=2), rate=1)
    wall[0] += 5
    assert state.now() == start + timedelta(days=2, seconds=5)
    wall[0] -= 50
    assert state.now() == start + timedelta(days=2)


def test_living_through_more_time_moves_the_clock_forward_never_back(state):
    later = state.now() + timedelta(days=1)
    with state.write() as tx:
        tx.set_simulated_until(later)
        assert tx.now == int(later.timestamp())
    assert state.now() == later
    with state.write() as tx:
        tx.set_simulated_until(later - timedelta(days=3))
    assert state.now() == later


def test_wiping_keeps_tokens_and_ids(state):
    token = issue_token(state, "app")
    with state.write() as tx:
        used = tx.next_ids("products")[0]
        tx.insert("products", [product(used)])
    state.wipe()
    assert state.is_empty()
    assert verify_token(state, token) is not None
    with state.write() as tx:
        assert tx.next_ids("products")[0] > used


def test_a_token_dies_after_a_day(state, wall):
    token = issue_token(state, "app", ("read_orders",))
    assert verify_token(state, token) == Holder("app", frozenset({"read_orders"}))
    wall[0] += 86_401
    assert verify_token(state, token) is None


def test_credentials_are_made_once_and_only_the_owner_reads_them(tmp_path):
    path = tmp_path / "a" / "credentials.json"
    first = load_or_create(path)
    assert load_or_create(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.client_secret not in repr(first)


def test_a_bad_setting_is_named(monkeypatch):
    monkeypatch.setenv("ROYAL_SANDBOX_SEED", "twenty")
    with pytest.raises(SandboxError, match="ROYAL_SANDBOX_SEED"):
        Options.from_environment()
