"""What the security agent finds, kept and told; suppressions that people give and end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from core.errors import Conflict, Invalid
from core.secrets.secret_provider import local_store
from core.security.vulnerabilities import Audit, audit_pages, audit_python
from core.settings import Settings
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.runs import wake
from royal_platform.commerce.decisions.notices import RAISE, Severity
from royal_platform.commerce.security.access import (
    SETTLED,
    brute_force,
    forged_signatures,
    new_places,
    new_privileges,
    takeovers,
)
from royal_platform.commerce.security.dependencies import Advisory, vulnerable
from royal_platform.commerce.security.model import Finding, Scan, Secret, State, Suppression
from royal_platform.commerce.security.proposals import rises
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.security import Findings

# Longer than a quarter nobody remembers why.
LONGEST_DAYS = 90
# The doors turned so many away that the agent looks at once instead of at night.
REFUSED = "access.refused"
# A credential came in as it never did, or may do what none could: the same.
ALARMED = "access.alarmed"
# What is known of a place is older than what makes it known.
LOOKED_BACK = 4 * SETTLED
_HOUR = timedelta(hours=1)
if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_log = get_logger(__name__)


def keep(ground: Ground, scans: Sequence[Scan], run_id: str) -> dict[str, int]:
    """Keep what every check found in one transaction, told as events; counts of what changed.

    The same scans again change nothing but the times: a run that a crash interrupted keeps them
    once more. A check that could not look resolves nothing.
    """
    counted = {"opened": 0, "reopened": 0, "resolved": 0}
    with writing(ground) as books:
        for scan in scans:
            for change in _keep(books, scan, run_id):
                counted[change] += 1
    _log.info("security.scans.kept", scans=len(scans), **counted)
    return counted


def wake_alarmed(platform: Platform) -> list[str]:
    """Start the agent while somebody tries to come in or did, at most once an hour for each.

    Gives the run it started. What a run has kept already starts no other.
    """
    now = wall_now()
    visits = platform.security.visits(now - LOOKED_BACK)
    last_hour = [each for each in visits if each.last_at >= now - _HOUR]
    if brute_force(last_hour, now) or forged_signatures(last_hour, now):
        started = wake(platform, REFUSED, f"refused_{now:%Y%m%d%H}")
        if started:
            return started
    known = platform.security.credentials()
    found = [
        *takeovers(visits, known, now), *new_places(visits, known, now),
        *new_privileges(known, now),
    ]  # fmt: skip
    for each in _unkept(platform, found):
        started = wake(platform, ALARMED, f"{each.id}_{now:%Y%m%d%H}")
        if started:
            # It looks at all of them.
            return started
    return []


def untold(ground: Ground, found: Sequence[Finding]) -> list[tuple[Finding, str | None]]:
    """Findings that people are to be told of, each with the severity they were told before."""
    with reading(ground) as books:
        return [
            (each, _shown(books, each))
            for each in found
            if rises(each, [
                Severity(asked.proposal.arguments["severity"])
                for asked in books.decisions.asked_on(books.connection, RAISE, each.id)
            ])
        ]  # fmt: skip


def suppress(
    ground: Ground, finding_id: str, *, whole_check: bool, reason: str, days: int, actor: Actor
) -> Suppression:
    """Let a finding, or all of its check, wait for so many days of the store's time.

    Raises ``NotFound``; ``Invalid`` for more than 90 days or no reason; ``Conflict`` for a finding
    that is resolved or waits already.
    """
    if not reason.strip() or not 1 <= days <= LONGEST_DAYS:
        raise Invalid(
            "A suppression has a reason and ends.",
            remedy=f"Say why, and for 1 to {LONGEST_DAYS} days.",
        )
    name = actor_name(actor)
    with writing(ground) as books:
        found = Findings(books.store_id).get(books.connection, finding_id, books.now)
        if found.state is not State.OPEN:
            raise Conflict(
                f"The finding {finding_id!r} is {found.state} already.",
                remedy="Read it again: nothing is left to suppress.",
            )
        made = Findings(books.store_id).suppress(
            books.connection, found.finding, whole_check=whole_check, reason=reason.strip(),
            person=name, now=books.now, until=books.now + timedelta(days=days),
        )  # fmt: skip
        told = {"check": made.check, "finding_id": finding_id, "whole_check": whole_check,
                "until": made.expires_at.isoformat()}  # fmt: skip
        books.tell("security.suppressed", made.id, name, told)
    return made


def end_suppression(ground: Ground, suppression_id: str, actor: Actor) -> None:
    """End a suppression before its time. Raises ``NotFound``."""
    with writing(ground) as books:
        Findings(books.store_id).end(books.connection, suppression_id, books.now)
        books.tell("security.suppression.ended", suppression_id, actor_name(actor), {})


def canaries(settings: Settings) -> dict[str, str]:
    """The values of the secrets that are set, by name: what must stand in no log and no event."""
    given = ((name, getattr(settings, name)) for name in type(settings).model_fields)
    return {
        name.upper(): value.get_secret_value()
        for name, value in given
        if isinstance(value, SecretStr)
    }


def secrets_kept(settings: Settings) -> list[Secret]:
    """Secrets by name, with their age where it is known; no value is read."""
    stored = local_store(settings).set_at()
    kept = [Secret(name, "place.store", at) for name, at in sorted(stored.items())]
    given = [name for name in canaries(settings) if name not in stored]
    return [*kept, *(Secret(name, "place.environment", None) for name in sorted(given))]


def audits() -> list[Scan]:
    """Known vulnerabilities of what is installed, or that they were not checked, and why."""
    told = (("dependencies.python", "pip-audit", audit_python()),
            ("dependencies.pages", "pnpm audit", audit_pages()))  # fmt: skip
    return [_audited(check, source, audit) for check, source, audit in told]


def _unkept(ground: Ground, found: Sequence[Finding]) -> list[Finding]:
    """Findings that no run has kept, or that were resolved since."""
    with reading(ground) as books:
        findings = Findings(books.store_id)
        kept = {each.id: findings.find(books.connection, each.id, books.now) for each in found}
    return [
        each for each in found
        if (stored := kept[each.id]) is None or stored.state is State.RESOLVED
    ]  # fmt: skip


def _shown(books: Books, finding: Finding) -> str | None:
    kept = Findings(books.store_id).find(books.connection, finding.id, books.now)
    return None if kept is None or kept.alert is None else kept.alert.severity.value


def _audited(check: str, source: str, audit: Audit) -> Scan:
    if audit.why_not is not None:
        return Scan(check, False, audit.why_not)
    advisories = [
        Advisory(each.package, each.version, each.advisory, each.fixed_in, each.severity)
        for each in audit.found
    ]
    unknown = f"; {audit.skipped} it does not know" if audit.skipped else ""
    detail = f"{audit.packages} packages asked about at {source}{unknown}"
    found = vulnerable(check, advisories, source)
    return Scan(check, True, detail, audit.packages, tuple(found))


def _keep(books: Books, scan: Scan, run_id: str) -> Iterable[str]:
    findings = Findings(books.store_id)
    findings.note(books.connection, scan, now=books.now, run_id=run_id)
    if not scan.ok:
        return
    for each in scan.findings:
        change = findings.see(books.connection, each, now=books.now, run_id=run_id)
        if change is not None:
            yield change
            told = {"check": each.check, "severity": each.severity.value, "run_id": run_id}
            books.tell(f"security.finding.{change}", each.id, "agent:security", told)
    seen = [each.id for each in scan.findings]
    for gone in findings.resolve(books.connection, scan.check, seen, books.now):
        yield "resolved"
        told = {"check": scan.check, "run_id": run_id}
        books.tell("security.finding.resolved", gone, "agent:security", told)
