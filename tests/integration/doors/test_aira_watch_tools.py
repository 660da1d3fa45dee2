"""What the agents found, asked of AIRA: security, order risk, anomalies, reports, support."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from aira.app import create_app
from aira.tools import Asked
from aira.tools.guarding import SUPPRESS, SuppressIn
from core.security.principals import principal
from core.settings import Settings
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.model import RiskFactor
from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.fulfilment.model import Judgeable
from royal_platform.commerce.security.model import Fact, Finding
from royal_platform.commerce.security.order_facts import OrderFacts
from royal_platform.commerce.security.order_risk import OrderRisk, Scorecard
from royal_platform.commerce.support.model import (
    Channel,
    Clockwork,
    Direction,
    Thread,
    ThreadMessage,
    ThreadStatus,
)
from royal_platform.persistence.insights import Insights, StoredReport
from royal_platform.persistence.order_cases import OrderCases
from royal_platform.persistence.security import Findings
from royal_platform.persistence.support import Threads
from tests.integration.doors import shop
from tests.integration.doors.conftest import ADMIN

MONDAY = date(2026, 11, 16)
LEAK = Finding(
    "leaks.events", "evt 7", Severity.HIGH, "A key stands in the event log", "Change the key.",
    (Fact("Key", "OPENAI_API_KEY", "the event log"),),
)  # fmt: skip


@pytest.fixture
def store(platform: Platform) -> Platform:
    shop.fill(platform)
    with writing(platform) as books:
        now, held = books.now, books.connection
        Findings(books.store_id).see(held, LEAK, now=now, run_id="run_1")
        Insights(books.store_id).watched(held, MONDAY, _watch(), now)
        Insights(books.store_id).compose(held, StoredReport(
            "2026-W47", MONDAY, MONDAY + timedelta(days=6), _report(), "d", now, None, None, None,
        ))  # fmt: skip
        order = shop.order_id(2)
        facts = OrderFacts(order, now, 120.0)
        cases = OrderCases(books.store_id)
        cases.put(held, [Judgeable(facts)], {order: now}, now)
        factor = RiskFactor("velocity", 0.5, "Four orders of one address within a day.")
        cases.judge(held, OrderRisk(order, 0.62, 0.12, (factor,)), Scorecard())
        clock = Clockwork(now, now)
        threads = Threads(books.store_id)
        threads.open(held, Thread(
            "thr_1", Channel.MAIL, ThreadStatus.OPEN, "Where is it?", "Zoë Nieuwkoop",
            "zoe@example.org", None, order, now, now, now, clock,
        ))  # fmt: skip
        threads.add(held, ThreadMessage(
            "msg_1", "thr_1", Direction.INBOUND, "Zoë Nieuwkoop", "zoe@example.org", "Where is it?",
            "I wait since Monday.", "", None, None, False, now,
        ))  # fmt: skip
    return platform


@pytest.fixture
def ask(store: Platform, settings: Settings, running: Callable[[Any], Any]) -> Callable[..., Any]:
    url = running(create_app(settings)).url

    def use(tool: str, token: str = ADMIN, /, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.post(f"{url}/v1/tools/{tool}", json=arguments, headers=headers)

    return use


def test_what_the_agents_found_is_told_with_its_reasons(ask: Callable[..., Any]) -> None:
    for tool, arguments, told in (
        ("findings", {}, "A key stands in the event log"),
        ("finding", {"finding": LEAK.id}, "Change the key."),
        ("risk", {"order": "1002"}, "Four orders of one address within a day."),
        ("anomalies", {}, "Oak shelf 50 cm (80 %)"),
        ("reports", {}, "waits for approval"),
        ("report", {}, "1,234.00"),
        ("report", {"week": "2026-w47"}, "2026-W47"),
        ("threads", {"status": "open"}, "Where is it?"),
        ("thread", {"thread": "thr_1"}, "I wait since Monday."),
    ):
        answer = ask(tool, **arguments)
        assert answer.status_code == 200, (tool, answer.text)
        assert told in answer.json()["text"], (tool, answer.json()["text"])
    risk = ask("risk", order="1002").json()["result"]
    assert (risk["risk_percent"], risk["level"], risk["held"]) == ("62.0", "high", False)
    for tool, arguments in (
        ("finding", {"finding": "fnd_none"}), ("report", {"week": "2020-W01"}),
        ("thread", {"thread": "thr_none"}),
    ):  # fmt: skip
        refused = ask(tool, **arguments)
        assert refused.status_code == 404, refused.text
        assert refused.json()["remedy"]
    assert ask("reports", cursor="last").status_code == 422


def test_a_finding_waits_by_a_persons_word_and_a_model_gets_the_card(
    ask: Callable[..., Any], store: Platform, token: Callable[..., str]
) -> None:
    wish = SuppressIn(finding=LEAK.id, days=7, reason="The key is changed tomorrow")
    operator = principal("operator", "operator", None, "token")
    [card] = SUPPRESS.ask(Asked.of(store, operator), wish).cards
    assert card["allowed"] is False, "an operator may not write the policy"
    [card] = SUPPRESS.ask(Asked.of(store, principal("a", "admin", None, "token")), wish).cards
    assert card["confirm"] == {
        "method": "POST", "path": f"/v1/security/findings/{LEAK.id}/suppress",
        "body": {"reason": "The key is changed tomorrow", "days": 7},
    }  # fmt: skip
    assert ask("findings").json()["result"]["total"] == 1, "the card changed nothing"
    assert ask("suppress", token("operator"), **wish.model_dump()).status_code == 403
    done = ask("suppress", **wish.model_dump())
    assert "lets it wait until" in done.json()["text"]
    assert ask("findings").json()["result"]["total"] == 0
    assert ask("suppress", **wish.model_dump()).status_code == 409


def _watch() -> dict[str, Any]:
    return {"judged": 1, "anomalies": [_anomaly()]}


def _anomaly() -> dict[str, Any]:
    return {
        "id": "revenue_net@2026-11-16", "metric": "revenue_net", "day": "2026-11-16",
        "unit": "money", "currency": "EUR", "better": "up", "value": "900.00",
        "expected": "400.00", "low": "300.00", "high": "500.00", "probability": "0.001",
        "also": [], "dimension": "product",
        "causes": [{"key": "1", "label": "Oak shelf 50 cm", "power": "80", "value": "500.00",
                    "expected": "100.00"}],
    }  # fmt: skip


def _report() -> dict[str, Any]:
    figure = {
        "metric": "revenue_net", "unit": "money", "better": "up", "currency": "EUR",
        "amount": "1234.00", "left_out": 0, "compared": "1000.00", "change_percent": "23.4",
        "course": [], "drill": "/analytics",
    }  # fmt: skip
    return {
        "id": "2026-W47", "first": "2026-11-16", "last": "2026-11-22", "figures": [figure],
        "anomalies": [_anomaly()],
    }  # fmt: skip
