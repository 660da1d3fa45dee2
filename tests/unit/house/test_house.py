"""The house keeps its own rules: settings, locks, packages and reference pages agree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from core.settings import environment_names
from royal_platform.commerce.decisions.rules import KINDS

ROOT = Path(__file__).resolve().parents[3]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-uv.lock",
    "requirements-evaluation.lock",
    "requirements-emulator.lock",
    "requirements-sync-peers.lock",
    "apps/command-center-ui/pnpm-lock.yaml",
)


def test_every_setting_has_its_line_in_the_example_and_no_line_is_unknown() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    known = {names[0] for names in environment_names().values()}
    # Read by the sandbox alone, which shares no code with the rest.
    assert shown == known | {"ROYAL_SANDBOX_PLAN"}


def test_every_package_that_is_shipped_is_held_by_an_import_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    shipped = {Path(path).name for path in project["hatch"]["build"]["only-include"]}
    modules = {"wsgi.py", "gunicorn.conf.py"}
    assert shipped - modules == set(project["importlinter"]["root_packages"])


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_rule_of_the_policy_has_its_name_on_the_page(language: str) -> None:
    sources = (ROOT / "royal_platform/commerce/decisions").glob("*.py")
    dotted = {
        name for path in sources for name in re.findall(r'"([a-z_]+\.[a-z_]+)"', path.read_text())
    }
    texts = ROOT / f"apps/command-center-ui/src/modules/approvals/texts.{language}.json"
    named = set(json.loads(texts.read_text())["rule"])
    assert {rule.replace(".", "_") for rule in dotted - set(KINDS)} <= named


def test_lock_files_are_hashed_and_name_no_host() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://", text), name
        assert "sha256:" in text or "integrity: sha512-" in text, name


def test_the_reference_pages_say_what_the_code_says() -> None:
    answer = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("module", "document"),
    [("app.openapi", "openapi.json"), ("aira.openapi", "aira-openapi.json")],
)
def test_the_committed_api_document_is_what_the_code_says(module: str, document: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, capture_output=True, text=True, check=True
    )
    committed = (ROOT / "apps/command-center-ui" / document).read_text()
    assert answer.stdout == committed, "run `make openapi`"
