"""The royal-sandbox command."""

import json

import pytest
from typer.testing import CliRunner

from store_sandbox.cli import cli
from store_sandbox.state import StateStore


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("ROYAL_VAR_DIR", str(tmp_path))
    return lambda *words: CliRunner().invoke(cli, list(words))


@pytest.fixture
def state(tmp_path, run):
    return StateStore(tmp_path / "sandbox" / "store.db", rate=0.0)


def test_help_names_every_command_and_says_that_nothing_is_real(run):
    text = run("--help").stdout
    assert "Nothing in it is real" in text
    for word in ("serve", "clock", "step", "truth", "reset", "load"):
        assert word in text


def test_without_a_sandbox_the_remedy_is_told(run):
    result = run("clock")
    assert result.exit_code == 3
    assert "royal-sandbox serve" in result.output


def test_the_clock_is_shown_set_and_stepped(run, state):
    before = json.loads(run("clock", "--json").stdout)
    assert before["rate"] == 0.0
    after = json.loads(run("step", "2", "--json").stdout)
    assert after["now"] > before["now"]
    assert json.loads(run("clock", "--rate", "60", "--json").stdout)["rate"] == 60.0


def test_a_reset_empties_the_store(run, state):
    with state.write() as tx:
        row = {"id": 1, "title": "t", "handle": "h", "created_at": 1, "updated_at": 1}
        tx.insert("products", [row])
    assert run("reset", "--yes").exit_code == 0
    assert state.is_empty()


def test_a_wrong_setting_ends_with_its_name(run, monkeypatch):
    monkeypatch.setenv("ROYAL_SANDBOX_PLAN", "gold")
    result = run("clock")
    assert result.exit_code == 3
    assert "ROYAL_SANDBOX_PLAN" in result.output
