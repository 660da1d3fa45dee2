"""Known vulnerabilities of what is installed, as pip-audit and pnpm tell them, or why not known.

Both ask their databases on the internet. Without the program, or without an answer, the result
says "not checked": silence is never taken for safety.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.security.packages import UI

_SECONDS = 120
_LINE_MAX = 200


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One advisory about one package; ``fixed_in`` "" when no version mends it.

    ``severity`` is the database's word in lower case, "" where it gives none.
    """

    package: str
    version: str
    advisory: str
    fixed_in: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What one program told. ``why_not`` is set when it could not look; then nothing is known.

    ``skipped`` counts packages that its database does not have: of these nothing is known either.
    """

    packages: int
    found: tuple[Vulnerability, ...]
    why_not: str | None = None
    skipped: int = 0


def audit_python(program: str | None = None) -> Audit:
    """What pip-audit says of this environment. ``program`` is its path, found when not given."""
    path = program or _beside("pip-audit")
    if path is None:
        return Audit(0, (), "Not checked: pip-audit is not installed here.")
    argv = (path, "--format", "json", "--progress-spinner", "off", "--local")
    told, why_not = _run(argv, None)
    if told is None:
        return Audit(0, (), why_not)
    named = told.get("dependencies") or []
    packages = [each for each in named if "vulns" in each]
    # Where its database answers nothing it skips every package and calls that no vulnerability.
    if not packages:
        return Audit(0, (), f"Not checked: pip-audit could look up none of {len(named)} packages.")
    found = tuple(
        Vulnerability(
            str(each["name"]), str(each["version"]), str(one["id"]),
            ", ".join(map(str, one.get("fix_versions") or [])),
        )
        for each in packages
        for one in each["vulns"]
    )  # fmt: skip
    return Audit(len(packages), found, skipped=len(named) - len(packages))


def audit_pages(program: str | None = None, folder: Path = UI) -> Audit:
    """What pnpm says of the packages that the pages are built from."""
    if not (folder / "pnpm-lock.yaml").is_file():
        return Audit(0, (), "Not checked: the lock file of the pages is not here.")
    path = program or shutil.which("pnpm")
    if path is None:
        return Audit(0, (), "Not checked: pnpm is not installed here.")
    told, why_not = _run((path, "audit", "--json", "--prod"), folder)
    if told is None:
        return Audit(0, (), why_not)
    if "metadata" not in told:
        return Audit(0, (), "Not checked: pnpm gave no result.")
    found = tuple(
        Vulnerability(
            str(each["module_name"]), str(each.get("vulnerable_versions") or ""),
            str(each.get("github_advisory_id") or each.get("id")),
            str(each.get("patched_versions") or ""), str(each.get("severity") or "").lower(),
        )
        for each in (told.get("advisories") or {}).values()
    )  # fmt: skip
    return Audit(int(told["metadata"].get("dependencies") or 0), found)


def _beside(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def _run(argv: Sequence[str], folder: Path | None) -> tuple[dict[str, Any] | None, str | None]:
    """The program's JSON document, or why there is none. A finding is no failure: exit 0 or 1."""
    name = Path(argv[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - the program is ours to choose, its arguments are fixed
            argv, cwd=folder, capture_output=True, timeout=_SECONDS, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"Not checked: {name} did not answer ({type(error).__name__})."
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = None
    if done.returncode in (0, 1) and isinstance(told, dict):
        return told, None
    said = (done.stderr.strip().splitlines() or ["no word"])[-1]
    return None, f"Not checked: {name} failed: {said[:_LINE_MAX]}"
