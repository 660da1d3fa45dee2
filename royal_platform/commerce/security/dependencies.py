"""Packages with known vulnerabilities: one finding a package, with its advisories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Finding
from royal_platform.commerce.security.words import fact, finding, phrase

_SEVERITIES = {
    "low": Severity.LOW, "moderate": Severity.MEDIUM, "medium": Severity.MEDIUM,
    "high": Severity.HIGH, "critical": Severity.CRITICAL,
}  # fmt: skip
_ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Advisory:
    """A known vulnerability of a package; ``severity`` "" where its database does not say."""

    package: str
    version: str
    name: str
    fixed_in: str
    severity: str


def vulnerable(check: str, advisories: Iterable[Advisory], source: str) -> list[Finding]:
    """One finding for each package, as grave as its gravest advisory.

    Of an advisory without a severity the gravity is not known: it is told as high, for a person to
    judge, rather than hidden below.
    """
    ordered = sorted(advisories, key=lambda each: (each.package, each.name))
    return [
        _finding(check, package, list(group), source)
        for package, group in groupby(ordered, key=lambda each: each.package)
    ]


def _finding(check: str, package: str, found: Sequence[Advisory], source: str) -> Finding:
    severities = [_SEVERITIES.get(each.severity, Severity.HIGH) for each in found]
    fixes = sorted({each.fixed_in for each in found if each.fixed_in})
    return finding(
        check=check,
        subject=package,
        severity=max(severities, key=_ORDER.index),
        title=phrase("package.title", package=package, version=found[0].version),
        remedy=phrase("package.remedy", fixes=" / ".join(fixes)) if fixes
        else phrase("package.unmended"),
        facts=tuple(fact("label.advisory", each.name, source) for each in found),
    )  # fmt: skip
