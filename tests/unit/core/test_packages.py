"""The bill of materials, and audits that say when they could not look."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from core.security.packages import UI_LOCK, bill_of_materials
from core.security.vulnerabilities import Vulnerability, audit_pages, audit_python
from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.dependencies import Advisory, vulnerable

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_the_bill_names_every_package_once_and_is_the_same_for_the_same_packages() -> None:
    bill, again = bill_of_materials(NOW), bill_of_materials(NOW.replace(year=2027))
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs))
    assert f"pkg:pypi/sqlalchemy@{metadata.version('sqlalchemy')}" in refs
    assert any(each.startswith("pkg:npm/%40tanstack/react-query@5") for each in refs)
    assert bill["serialNumber"] == again["serialNumber"]
    assert UI_LOCK.is_file()


def test_a_bill_without_the_pages_says_so(tmp_path: Path) -> None:
    bill = bill_of_materials(NOW, tmp_path / "none.yaml")
    [told] = bill["metadata"]["properties"]
    assert told["value"].startswith("not included")
    assert not any(each["bom-ref"].startswith("pkg:npm") for each in bill["components"])


def program(folder: Path, said: str, code: int, error: str = "") -> str:
    path = folder / "pip-audit"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\necho '{error}' >&2\nexit {code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_what_pip_audit_finds_is_told_with_what_mends_it(tmp_path: Path) -> None:
    said = {
        "dependencies": [
            {"name": "jinja2", "version": "2.4.1", "vulns": [
                {"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"], "aliases": ["CVE-2014-1402"]},
            ]},
            {"name": "flask", "version": "3.1.0", "vulns": []},
            {"name": "ours", "skip_reason": "not found"},
        ],
        "fixes": [],
    }  # fmt: skip
    audit = audit_python(program(tmp_path, json.dumps(said), 1))
    assert audit.why_not is None
    assert (audit.packages, audit.skipped) == (2, 1)
    assert audit.found == (Vulnerability("jinja2", "2.4.1", "PYSEC-2014-8", "2.7.2"),)


@pytest.mark.parametrize(("said", "code"), [("", 1), ("{}", 2), ("[]", 0), ("<html>", 0)])
def test_an_audit_without_an_answer_is_not_taken_for_safety(
    tmp_path: Path, said: str, code: int
) -> None:
    audit = audit_python(program(tmp_path, said, code, "connection refused"))
    assert audit.why_not is not None
    assert audit.why_not.startswith("Not checked")
    assert "connection refused" in audit.why_not
    assert not audit.found


def test_an_audit_that_skipped_everything_checked_nothing(tmp_path: Path) -> None:
    said = {"dependencies": [{"name": "flask", "skip_reason": "not found"}], "fixes": []}
    audit = audit_python(program(tmp_path, json.dumps(said), 0))
    assert audit.why_not == "Not checked: pip-audit could look up none of 1 packages."


def test_pages_without_a_lock_are_not_checked(tmp_path: Path) -> None:
    assert str(audit_pages(folder=tmp_path).why_not).startswith("Not checked")


def test_a_package_is_as_grave_as_its_gravest_advisory() -> None:
    told = [
        Advisory("b", "1", "A-1", "2", "low"), Advisory("b", "1", "A-2", "", "critical"),
        Advisory("a", "1", "A-3", "", ""),
    ]  # fmt: skip
    first, second = vulnerable("dependencies.python", told, "pip-audit")
    assert (first.subject, first.severity) == ("a", Severity.HIGH)
    assert "No version mends it" in first.remedy
    assert (second.subject, second.severity) == ("b", Severity.CRITICAL)
    assert second.remedy == "Update it to 2."
