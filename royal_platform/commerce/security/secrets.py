"""How old secrets are, and which access nobody uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Finding, Secret
from royal_platform.commerce.security.words import fact, finding, phrase

# NIST SP 800-57 speaks of one to two years for keys of this kind; a year is the careful end.
OLD = timedelta(days=365)


def old_secrets(known: Iterable[Secret], now: datetime) -> list[Finding]:
    """Secrets that were not renewed for a year. One whose age is not known makes no finding."""
    return [
        finding(
            "secrets.age",
            each.name,
            Severity.MEDIUM if now - each.renewed_at >= 2 * OLD else Severity.LOW,
            phrase("age.title", name=each.name, days=(now - each.renewed_at).days),
            phrase("age.remedy"),
            (
                fact("label.renewed", each.renewed_at.isoformat(), phrase(each.kept_in)),
                fact("label.kept_in", phrase(each.kept_in), phrase(each.kept_in)),
            ),
        )
        for each in known
        if each.renewed_at is not None and now - each.renewed_at >= OLD
    ]


def scopes_beyond(granted: Sequence[str], needed: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Scopes the store granted that neither the local copy nor an enabled agent needs.

    ``needed`` are the scopes by the name of who needs them; a write scope covers its read scope.
    """
    wanted = {scope for scopes in needed.values() for scope in scopes}
    covered = wanted | {each.replace("write_", "read_", 1) for each in wanted}
    return [
        finding(
            "access.scope",
            scope,
            Severity.MEDIUM if scope.startswith("write_") else Severity.LOW,
            phrase("scope.title", scope=scope),
            phrase("scope.remedy"),
            (
                fact("label.granted", ", ".join(sorted(granted)), phrase("source.grant")),
                fact("label.needed", ", ".join(sorted(wanted)), phrase("source.agents")),
            ),
        )
        for scope in sorted(set(granted) - covered)
    ]
