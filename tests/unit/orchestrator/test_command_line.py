"""The ``royal`` command: fast help, JSON, exit codes, and errors that say what to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from core.events import read_after
from core.security.grants import Grant
from core.settings import get_settings
from core.storage.database import Database
from core.storage.locks import FileLock
from orchestrator.cli import app
from orchestrator.commands.shared import platform
from orchestrator.core import command
from royal_platform.persistence import stores
from royal_platform.persistence.store_connections import StoredGrants
from royal_platform.persistence.tables.connections import store_connections
from tests.integration.platform.wire import until

runner = CliRunner()


@pytest.fixture(autouse=True)
def own_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SHOPIFY_SHOP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ROYAL_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SANDBOX_PORT", "1")
    get_settings.cache_clear()


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, orchestrator.cli; "
        "heavy = {'dbos', 'sqlalchemy', 'alembic', 'numpy', 'httpx'} & set(sys.modules);"
        "print(heavy)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == "set()"


def test_every_command_of_the_contract_is_there() -> None:
    told = runner.invoke(app, ["--help"]).output
    for name in ("up", "worker", "doctor", "sync", "agents", "approvals", "stop", "resume",
                 "secrets", "tokens", "audit", "db", "login-link"):  # fmt: skip
        assert name in told


def test_a_wrong_setting_is_named_and_ends_with_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "not-a-port-4711")
    get_settings.cache_clear()
    told = runner.invoke(app, ["agents", "list"])
    assert told.exit_code == 3
    assert "PORT" in told.stderr
    assert "4711" not in told.stderr


def test_wrong_usage_ends_with_two() -> None:
    assert runner.invoke(app, ["agents", "fly"]).exit_code == 2


def test_a_missing_decision_ends_with_one_and_a_remedy() -> None:
    told = runner.invoke(app, ["approvals", "approve", "dec_none"])
    assert told.exit_code == 1
    assert "There is no decision" in told.stderr
    as_json = runner.invoke(app, ["approvals", "approve", "dec_none", "--json"])
    assert json.loads(as_json.stdout)["remedy"]


def test_a_fresh_installation_answers_in_json() -> None:
    assert json.loads(runner.invoke(app, ["agents", "list", "--json"]).stdout) == []
    assert json.loads(runner.invoke(app, ["audit", "verify", "--json"]).stdout)["ok"] is True


def test_stop_and_resume_say_what_is_stopped() -> None:
    told = json.loads(runner.invoke(app, ["stop", "--reason", "test", "--json"]).stdout)
    assert told == {"stopped": ["store"], "in_flight": []}
    assert json.loads(runner.invoke(app, ["resume", "--json"]).stdout) == {"stopped": []}
    assert runner.invoke(app, ["resume"]).exit_code == 1
    assert runner.invoke(app, ["stop", "the-moon"]).exit_code == 1


def test_a_token_is_shown_once_and_can_be_revoked() -> None:
    made = json.loads(
        runner.invoke(
            app, ["tokens", "create", "--name", "ci", "--role", "viewer", "--json"]
        ).stdout
    )
    listed = runner.invoke(app, ["tokens", "list"]).stdout
    assert made["id"] in listed
    assert made["token"] not in listed
    assert runner.invoke(app, ["tokens", "revoke", made["id"]]).exit_code == 0
    assert runner.invoke(app, ["tokens", "revoke", made["id"]]).exit_code == 1
    log = runner.invoke(app, ["audit", "verify"])
    assert log.exit_code == 0, log.output
    with platform() as opened, opened.database.read() as connection:
        told = read_after(connection, opened.store_id, 0, 50, type="security.token.created")
        gone = read_after(connection, opened.store_id, 0, 50, type="security.token.revoked")
    assert [each.subject for each in (*told, *gone)] == [made["id"], made["id"]]
    assert made["token"] not in str(told)


def test_a_secret_of_several_lines_is_kept_whole() -> None:
    from core.secrets.secret_provider import local_store

    key = "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"
    told = runner.invoke(app, ["secrets", "set", "SUPPLIER_FEED"], input=key + "\n")
    assert told.exit_code == 0, told.output
    assert local_store(get_settings()).get("SUPPLIER_FEED") == key


def test_a_secret_survives_a_rotation_and_is_never_printed() -> None:
    value = "s3cr3t-value-9"
    told = runner.invoke(app, ["secrets", "set", "MY_KEY"], input=value + "\n")
    assert told.exit_code == 0, told.output
    assert runner.invoke(app, ["secrets", "rotate"]).exit_code == 0
    names = runner.invoke(app, ["secrets", "get-names"])
    assert "MY_KEY" in names.stdout
    assert value not in told.output + names.output
    from core.secrets.secret_provider import local_store

    assert local_store(get_settings()).get("MY_KEY") == value


def test_the_events_are_exported_as_lines_of_json() -> None:
    runner.invoke(app, ["stop"])
    lines = runner.invoke(app, ["audit", "export"]).stdout.splitlines()
    assert [json.loads(line)["type"] for line in lines][-1] == "stop.pressed"


def test_a_sign_in_link_points_at_the_command_center() -> None:
    link = json.loads(runner.invoke(app, ["login-link", "--json"]).stdout)["link"]
    assert link.startswith("http://127.0.0.1:10000/login/")


def test_the_database_is_brought_up_to_date() -> None:
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0


def test_an_agent_for_another_store_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run("inventory_pricing", ["--store", "elsewhere"]) == 1
    assert "There is no store 'elsewhere'" in capsys.readouterr().err


def test_a_rotation_that_was_cut_short_is_finished_by_the_next(tmp_path: Path) -> None:
    from core.secrets.secret_provider import local_store

    runner.invoke(app, ["secrets", "set", "MY_KEY"], input="a-value\n")
    folder = tmp_path / "var" / "secrets"
    # Cut between sealing under the new key and putting that key in its place.
    (folder / "master.key.next").write_text("ab" * 32)
    (folder / "master.key.next").chmod(0o600)
    local_store(get_settings()).rotate("ab" * 32)
    told = runner.invoke(app, ["secrets", "rotate", "--json"])
    assert told.exit_code == 0, told.output
    assert local_store(get_settings()).get("MY_KEY") == "a-value"
    assert not (folder / "master.key.next").exists()


def test_a_rotation_cut_short_before_it_sealed_anything_loses_nothing(tmp_path: Path) -> None:
    from core.secrets.secret_provider import local_store

    runner.invoke(app, ["secrets", "set", "MY_KEY"], input="a-value\n")
    (tmp_path / "var" / "secrets" / "master.key.next").write_text("cd" * 32)
    assert runner.invoke(app, ["secrets", "rotate"]).exit_code == 0
    assert local_store(get_settings()).get("MY_KEY") == "a-value"


def test_a_grant_renewed_while_the_key_is_rotated_still_opens(tmp_path: Path) -> None:
    from core.secrets.secret_provider import local_store

    runner.invoke(app, ["secrets", "set", "MY_KEY"], input="a-value\n")
    assert runner.invoke(app, ["db", "upgrade"]).exit_code == 0
    database = Database(get_settings().database_url)
    with database.write() as transaction:
        stores.create(
            transaction.connection, store_id="s", domain="s.test", source="shopify",
            api_version="2026-10",
        )  # fmt: skip
    grants = StoredGrants(database, "s", local_store(get_settings()).key, "environment")
    grants.save(Grant("client_credentials", access_token="before"))

    def sealed() -> str:
        with database.read() as connection:
            return connection.execute(select(store_connections.c.sealed)).scalar_one()

    def renew() -> None:
        with grants.turn():
            grants.save(replace(grants.read() or Grant("static"), access_token="renewed"))

    before = sealed()
    with ThreadPoolExecutor(2) as pool:
        # The rotation stands still between sealing the grants and putting its key in its place.
        with FileLock(tmp_path / "var" / "secrets" / "store.json.lock"):
            rotated = pool.submit(runner.invoke, app, ["secrets", "rotate"])
            until(lambda: rotated.done() or sealed() != before, 20)
            renewed = pool.submit(renew)
            wait([renewed], timeout=0.3)
        assert rotated.result(20).exit_code == 0
        renewed.result(20)
    grant = StoredGrants(database, "s", local_store(get_settings()).key, "environment").read()
    database.dispose()
    assert grant is not None
    assert grant.access_token == "renewed"


def test_every_royal_command_that_a_remedy_names_exists() -> None:
    root = Path(__file__).resolve().parents[3]
    named: set[tuple[str, ...]] = set()
    for folder in ("app", "core", "orchestrator", "royal_platform", "apps"):
        for path in (root / folder).rglob("*.py"):
            if "node_modules" not in path.parts:
                found = re.findall(r"`royal ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", path.read_text())
                named |= {tuple(words.split()) for words in found}
    assert ("tokens", "create") in named
    for words in sorted(named):
        assert runner.invoke(app, [*words, "--help"]).exit_code == 0, words


def test_an_evaluation_asks_on_what_and_needs_a_history() -> None:
    unasked = runner.invoke(app, ["evaluate"])
    assert unasked.exit_code == 2
    assert "--store" in unasked.output
    empty = runner.invoke(app, ["evaluate", "--store", "--json"])
    assert empty.exit_code == 1
    assert "royal sync" in json.loads(empty.stdout)["remedy"]
