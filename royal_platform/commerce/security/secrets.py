"""How old secrets are, and which access nobody uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Fact, Finding, Secret

# NIST SP 800-57 speaks of one to two years for keys of this kind; a year is the careful end.
OLD = timedelta(days=365)


def old_secrets(known: Iterable[Secret], now: datetime) -> list[Finding]:
    """Secrets that were not renewed for a year. One whose age is not known makes no finding."""
    return [
        Finding(
            "secrets.age",
            each.name,
            Severity.MEDIUM if now - each.renewed_at >= 2 * OLD else Severity.LOW,
            f"The secret {each.name} is {(now - each.renewed_at).days} days old",
            "Renew it where it was issued and enter the new one: royal secrets set.",
            (
                Fact("renewed", each.renewed_at.isoformat(), each.kept_in),
                Fact("kept in", each.kept_in, each.kept_in),
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
        Finding(
            "access.scope",
            scope,
            Severity.MEDIUM if scope.startswith("write_") else Severity.LOW,
            f"The grant has {scope} and nothing enabled needs it",
            "Take it out of the app's configuration and connect again, unless you mean to enable "
            "what needs it.",
            (
                Fact("granted", ", ".join(sorted(granted)), "the store's grant"),
                Fact("needed", ", ".join(sorted(wanted)), "enabled agents"),
            ),
        )
        for scope in sorted(set(granted) - covered)
    ]
