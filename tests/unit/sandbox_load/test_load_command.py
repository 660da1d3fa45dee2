"""`royal-sandbox load` says what it did, and what it left out."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from store_sandbox.load.command import load_cli
from store_sandbox.state import StateStore

SALES = """\
order,date,sku,description,quantity,unit_price,customer,country
1,2024-01-05 10:00,HALTER-BLUE,Halter,2,12.95,9,Netherlands
2,2024-01-06 10:00,HALTER-BLUE,Halter,two,12.95,9,Netherlands
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROYAL_VAR_DIR", str(tmp_path / "var"))
    (tmp_path / "sales.csv").write_text(SALES)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(load_cli, list(arguments))


def test_a_file_is_loaded_and_its_rejects_are_listed(folder):
    result = run("transactions", str(folder / "sales.csv"), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["counts"]["orders"] == 1
    assert "sales.csv:3: quantity 'two' is not a number" in result.stderr
    rejects = (folder / "var/sandbox/rejects.csv").read_text()
    assert "HALTER-BLUE,Halter,two" in rejects
    state = StateStore(folder / "var/sandbox/store.db")
    assert not state.is_empty()


@pytest.mark.parametrize(
    "arguments",
    [
        ("transactions", "nowhere.csv"),
        ("transactions", "sales.csv", "--timezone", "Mars/Olympus"),
        ("transactions", "sales.csv", "--currency", "pounds"),
        ("transactions", "sales.csv", "--map", "weight=kg"),
        ("transactions", "sales.csv", "--map", "sku=Nothing"),
        ("shopify-csv", "."),
    ],
)
def test_what_cannot_be_loaded_is_a_clear_error_and_exit_code_2(folder, arguments):
    command, name, *rest = arguments
    result = run(command, str(folder / name), *rest)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "The store is unchanged." in result.stderr
