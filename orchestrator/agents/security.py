"""Security: watches orders for fraud, and the installation for misuse and weaknesses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from core.errors import RoyalError
from orchestrator.core import guarding
from orchestrator.core.agent_base import AgentBase
from orchestrator.core.command import main
from orchestrator.core.needs import access
from royal_platform.commerce.security import proposals as propose
from royal_platform.commerce.security.access import (
    brute_force,
    forged_signatures,
    idle_tokens,
    new_places,
    new_privileges,
    takeovers,
)
from royal_platform.commerce.security.leaks import leaks
from royal_platform.commerce.security.model import Finding, Scan, scan_of, scan_told
from royal_platform.commerce.security.secrets import old_secrets, scopes_beyond
from royal_platform.commerce.security.suspicion import CHECKS, MOST_ORDERS, WINDOW, suspicious
from royal_platform.persistence.clock import wall_now


class SecurityAgent(AgentBase):
    """Thin: the rules are those of ``commerce.security``."""

    wakes_on: ClassVar[tuple[str, ...]] = ("store.sync.first", guarding.REFUSED, guarding.ALARMED)
    scopes: ClassVar[tuple[str, ...]] = ("read_orders", "write_orders", "read_customers")

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="security",
            description="Watches orders for fraud and the installation for weaknesses.",
        )

    async def _execute_task(self) -> dict[str, Any]:
        orders: list[dict[str, Any]] = await self.step("compare orders", self._orders)
        told = [
            *orders,
            *await self.step("look at who came in", self._access),
            *await self.step("search for secrets in the logs", self._leaks),
            *await self.step("compare secrets and scopes", self._holdings),
        ]
        scans = [scan_of(each) for each in told]
        changed: dict[str, int] = await self.step("keep what was found", self._keep, told)
        found = [each for scan in scans for each in scan.findings]
        decisions = self.propose(self._proposals(found))
        self._tell(scans, changed)
        return {
            "status": "success",
            "data": {
                "checks": [
                    {"check": scan.check, "ok": scan.ok, "findings": len(scan.findings)}
                    for scan in scans
                ],
                **changed,
                "decisions": len(decisions),
            },
        }

    # -- the steps; each gives its scans as JSON, so that a resumed run sees what the first one saw

    def _access(self) -> list[dict[str, Any]]:
        # Doors note the machine's time, whatever the store's clock says.
        now = wall_now()
        security = self.platform.security
        visits, known = security.visits(now - guarding.LOOKED_BACK), security.credentials()
        begun = security.log_from()
        looked = f"{len(visits)} rows of the access log, {len(known)} credentials"
        idle = [] if begun is None else idle_tokens(visits, known, begun, now)
        found = {
            "access.brute_force": brute_force(visits, now),
            "access.signature": forged_signatures(visits, now),
            "access.new_place": new_places(visits, known, now),
            "access.takeover": takeovers(visits, known, now),
            "access.privilege": new_privileges(known, now),
            "access.idle_token": idle,
        }
        return [
            scan_told(Scan(check, True, looked, len(visits), tuple(findings)))
            for check, findings in found.items()
        ]

    def _leaks(self) -> list[dict[str, Any]]:
        known = guarding.canaries(self.platform.settings)
        found, count = leaks(self.platform.security.texts(), known)
        detail = f"{count} texts searched for {len(known)} secrets and known shapes"
        return [scan_told(Scan("secrets.leak", True, detail, count, tuple(found)))]

    def _holdings(self) -> list[dict[str, Any]]:
        kept = guarding.secrets_kept(self.platform.settings)
        undated = sum(each.renewed_at is None for each in kept)
        detail = f"{len(kept)} secrets; the age of {undated} is not known"
        old = old_secrets(kept, wall_now())
        return [
            scan_told(Scan("secrets.age", True, detail, len(kept), tuple(old))),
            scan_told(self._scopes()),
            *(scan_told(each) for each in guarding.audits()),
        ]

    async def _orders(self) -> list[dict[str, Any]]:
        """What recent orders share and which are unlike the others; asked of the live store."""
        clock = self.platform.clock()
        now = clock.now()
        named = self.platform.security.recent_orders(now - WINDOW, clock)
        ids = list(named)[:MOST_ORDERS]
        try:
            judged = await self.platform.orders.judgeable(ids)
        except RoyalError as error:
            return [scan_told(Scan(check, False, error.detail)) for check in CHECKS]
        found = suspicious([each.facts for each in judged], named, now)
        detail = f"{len(judged)} of {len(named)} orders of {WINDOW.days} days"
        return [
            scan_told(
                Scan(check, True, detail, len(judged),
                     tuple(each for each in found if each.check == check))
            )
            for check in CHECKS
        ]  # fmt: skip

    def _scopes(self) -> Scan:
        given = access(self.platform)
        if given.granted is None:
            return Scan("access.scope", False, "The store's grant has not been read yet.")
        needed = {need.agent_id or "the local copy": need.scopes for need in given.needs}
        beyond = scopes_beyond(given.granted, needed)
        detail = f"{len(given.granted)} scopes granted, {len(given.asked)} needed"
        return Scan("access.scope", True, detail, len(given.granted), tuple(beyond))

    async def _keep(self, told: list[dict[str, Any]]) -> dict[str, int]:
        if self.dry_run:
            return {"opened": 0, "reopened": 0, "resolved": 0}
        scans = [scan_of(each) for each in told]
        return await asyncio.to_thread(guarding.keep, self.platform, scans, self.run_id)

    def _proposals(self, found: Sequence[Finding]) -> list[Any]:
        waiting = self.platform.security.waiting(self.clock.now())
        desk = propose.Desk(self.platform.source, self.clock.now())
        heard = [
            each
            for each in found
            if not any(s.covers(each.check, each.subject, desk.now) for s in waiting)
        ]
        return [
            *(proposal for each in heard for proposal in propose.proposals(each, desk)),
            *(
                propose.alert(each, shown, desk)
                for each, shown in guarding.untold(self.platform, heard)
            ),
        ]

    def _tell(self, scans: Sequence[Scan], changed: dict[str, int]) -> None:
        found = sum(len(scan.findings) for scan in scans)
        self.report(
            looked_at=[f"{scan.check}: {scan.detail}" for scan in scans if scan.ok],
            could_not_see=[f"{scan.check}: {scan.detail}" for scan in scans if not scan.ok],
            headline=f"{found} finding{'' if found == 1 else 's'}, {changed['opened']} new, "
            f"{changed['resolved']} resolved.",
        )


if __name__ == "__main__":
    main("security")
