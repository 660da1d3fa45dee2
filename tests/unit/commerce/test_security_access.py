"""What the access log and the credentials say: each alarm, and what is no alarm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security import access
from royal_platform.commerce.security.model import Credential, Finding, Visit

NOW = datetime(2026, 6, 10, 12, 30, tzinfo=UTC)
HOME, AWAY = "198.51.100.0/24", "203.0.113.0/24"


def visit(ago: timedelta, **given: Any) -> Visit:
    at = NOW - ago
    told = {
        "inlet": "v1", "outcome": "let_in", "caller": "token:tok_1", "place": HOME, "count": 1,
        "first_at": at, "last_at": at, "hour": at.replace(minute=0),
    }  # fmt: skip
    return Visit(**{**told, **given})


def credential(**given: Any) -> Credential:
    told = {
        "id": "tok_1", "kind": "token", "name": "CI", "role": "operator",
        "created_at": NOW - timedelta(days=100), "expires_at": None, "ended_at": None,
    }  # fmt: skip
    return Credential(**{**told, **given})


def refused(count: int, **given: Any) -> Visit:
    told = {"outcome": "unknown", "caller": "", "count": count}
    return visit(timedelta(minutes=10), **{**told, **given})


def the_one(found: list[Finding]) -> Finding:
    (one,) = found
    assert one.remedy
    assert one.facts
    assert one.id == Finding(one.check, one.subject, Severity.LOW, "", "").id
    return one


def test_many_refusals_of_one_network_in_one_hour_are_brute_force() -> None:
    assert access.brute_force([refused(19)], NOW) == []
    assert the_one(access.brute_force([refused(20)], NOW)).severity is Severity.MEDIUM
    several = [refused(100, inlet="login", outcome="used_link"), refused(120)]
    assert the_one(access.brute_force(several, NOW)).severity is Severity.HIGH
    # Spread over hours or networks it is a mistyped password, and yesterday's is over.
    assert access.brute_force([refused(15), refused(15, place=AWAY)], NOW) == []
    assert access.brute_force([visit(timedelta(hours=30), outcome="unknown", count=99)], NOW) == []


def test_signatures_that_do_not_fit_are_told_by_inlet_and_are_no_brute_force() -> None:
    forged = refused(60, inlet="webhooks")
    one = the_one(access.forged_signatures([forged], NOW))
    assert (one.severity, one.subject) == (Severity.HIGH, f"webhooks {HOME}")
    assert access.forged_signatures([refused(4, inlet="webhooks"), refused(60)], NOW) == []
    assert access.brute_force([forged], NOW) == []


def test_a_settled_credential_from_a_new_network_is_news() -> None:
    settled = visit(timedelta(days=9))
    moved = visit(timedelta(hours=2), place=AWAY)
    one = the_one(access.new_places([settled, moved], [credential()], NOW))
    assert one.severity is Severity.HIGH
    assert one.about == {"token_id": "tok_1"}
    assert HOME in {fact.value for fact in one.facts}


@pytest.mark.parametrize(
    "visits",
    [
        [visit(timedelta(days=3)), visit(timedelta(hours=2), place=AWAY)],  # not settled yet
        [visit(timedelta(days=9)), visit(timedelta(days=2), place=AWAY)],  # no news any more
        [visit(timedelta(days=9)), visit(timedelta(hours=2), place="loopback")],  # this machine
        [visit(timedelta(days=9)), visit(timedelta(hours=2))],  # the same place
        [visit(timedelta(days=9)), refused(3, place=AWAY)],  # not let in
        [visit(timedelta(days=9), caller="token:gone"), visit(timedelta(hours=1), place=AWAY)],
    ],
)
def test_what_is_no_new_place(visits: list[Visit]) -> None:
    assert access.new_places(visits, [credential()], NOW) == []


def test_refused_again_and_again_and_then_let_in_is_a_takeover() -> None:
    tried = refused(40, place=AWAY)
    later = visit(timedelta(minutes=1), place=AWAY)
    one = the_one(access.takeovers([tried, later], [credential()], NOW))
    assert one.severity is Severity.CRITICAL
    assert one.about == {"token_id": "tok_1"}
    before = visit(timedelta(minutes=20), place=AWAY)
    assert access.takeovers([tried, before], [credential()], NOW) == []
    assert access.takeovers([refused(5, place=AWAY), later], [credential()], NOW) == []
    of_a_browser = credential(kind="session", id="ses_1")
    later = visit(timedelta(minutes=1), place=AWAY, caller="session:ses_1")
    assert the_one(access.takeovers([tried, later], [of_a_browser], NOW)).about == {}


def test_a_new_token_that_may_decide_is_told() -> None:
    fresh = {"created_at": NOW - timedelta(hours=1)}
    admin = the_one(access.new_privileges([credential(role="admin", **fresh)], NOW))
    assert admin.severity is Severity.MEDIUM
    silent = [
        credential(role="viewer", **fresh), credential(),
        credential(role="admin", ended_at=NOW, **fresh),
        credential(role="admin", expires_at=NOW, **fresh),
        credential(role="admin", kind="session", **fresh),
    ]  # fmt: skip
    assert access.new_privileges(silent, NOW) == []


def test_a_token_nobody_uses_is_idle_once_it_was_watched_for_a_month() -> None:
    watched = NOW - timedelta(days=31)
    assert the_one(access.idle_tokens([], [credential()], watched, NOW)).subject == "tok_1"
    assert access.idle_tokens([], [credential()], NOW - timedelta(days=5), NOW) == []
    used = [visit(timedelta(days=20))]
    assert access.idle_tokens(used, [credential()], watched, NOW) == []
    young = credential(created_at=NOW - timedelta(days=5))
    assert access.idle_tokens([], [young, credential(ended_at=NOW)], watched, NOW) == []
