"""A day that nobody expected: found, explained, raised through the gate, reported, judged."""

from __future__ import annotations

import asyncio
import email
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr
from sqlalchemy import insert

from orchestrator.core import ledger
from orchestrator.core.agent_registry import get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform
from royal_platform.commerce.analytics.holidays import holiday_of
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence import stores
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.tables import orders
from tests.installation import free_ports
from tests.integration.doors import shop

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}
DAYS = 120
Ask = Callable[..., Any]


def ordinary() -> datetime:
    """Now, or the next day before which no holiday was: what one does was never seen here."""
    now = shop.NOW
    while holiday_of(now.date() - timedelta(days=1)) is not None:
        now += timedelta(days=1)
    return now


NOW = ordinary()
TODAY = NOW.date()


@pytest.fixture
def filled(platform: Platform) -> Platform:
    """Orders of 120 days, six to ten a day, and yesterday five times as many, all to Norway."""
    shop.fill(platform)
    chance = random.Random(5)
    made = []
    for back in range(4, DAYS):
        made += [
            (back, "NL" if chance.random() < 0.7 else "BE") for _ in range(chance.randint(6, 10))
        ]
    made += [(1, "NO")] * 45
    made += [(back, "NL") for back in (2, 3) for _ in range(7)]
    rows = [
        shop.whole(
            orders.orders, store_id=platform.store_id, currency="EUR", id=f"a{number}",
            name=f"#A{number}", day=TODAY - timedelta(days=back), net=Decimal("60.00"),
            total=Decimal("60.00"), units=1, country=country, customer_id=None, search="",
            processed_at=NOW - timedelta(days=back), financial_status="paid",
        )
        for number, (back, country) in enumerate(made)
    ]  # fmt: skip
    with platform.database.write() as transaction:
        stores.set_clock(
            transaction.connection, platform.store_id, world_at=NOW, wall_at=wall_now(), rate=1.0
        )
        stores.change(
            transaction.connection, platform.store_id, sync_cursor={"complete": True},
            name="Ann's <b>shop</b>",
        )  # fmt: skip
        transaction.connection.execute(insert(orders.orders), rows)
    return platform


@pytest.fixture
def ask(application: Any, filled: Platform) -> Ask:
    client = application.test_client()

    def get(path: str, method: str = "get", **more: Any) -> Any:
        return getattr(client, method)(f"/v1/analytics/{path}", headers=ADMIN, **more)

    return get


def run(platform: Platform) -> Any:
    get_agent_registry().attach(platform)
    try:
        with writing(platform) as books:
            run_id, why_not = start_run(
                books, "analytics", trigger="button", actor="ada", by_worker=False
            )
        assert run_id is not None, why_not
        asyncio.run(carry_out(platform, run_id))
    finally:
        get_agent_registry().detach()
    with reading(platform) as books:
        done = books.runs.get(books.connection, run_id)
    assert done.status == "succeeded", done
    return done


def decided(platform: Platform, kind: str) -> list[Decision]:
    with reading(platform) as books:
        wanted = DecisionFilter(kind=kind)
        return list(books.decisions.page(books.connection, wanted, None, 100).items)


def carry(platform: Platform, decision: Decision) -> str:
    ledger.approve(platform, decision.id, decision.argument_hash, "ada")
    return asyncio.run(execute(platform, hands_of(platform), decision.id))


def test_an_odd_day_is_explained_raised_withdrawn_and_judged(ask: Ask, filled: Platform) -> None:
    assert ask("anomalies").get_json()["data"] == []
    run(filled)
    told = {each["metric"]: each for each in ask("anomalies").get_json()["data"]}
    [found] = [
        each for name, each in told.items() if name in {"orders", "revenue_net", "revenue_gross"}
    ]
    assert found["dimension"] == "country"
    assert found["causes"][0]["key"] == "NO"
    assert Decimal(found["value"]) > Decimal(found["high"])
    assert not found["raised"]

    [alert] = [
        each for each in decided(filled, "alert.raise") if each.proposal.subject.id == found["id"]
    ]
    assert carry(filled, alert) == "executed"
    assert ask("anomalies").get_json()["data"][0]["raised"]
    undo = ledger.revert(filled, alert.id, "ada")
    assert asyncio.run(execute(filled, hands_of(filled), undo.id)) == "executed"
    assert not ask("anomalies").get_json()["data"][0]["raised"]

    path = f"anomalies/{found['id']}/verdict"
    assert ask("accuracy").get_json()["confirmed_percent"] is None
    assert ask(path, "post", json={"verdict": "confirmed"}).get_json()["verdict"] == "confirmed"
    assert ask(path, "post", json={"verdict": "maybe"}).status_code == 422
    known = ask("accuracy").get_json()
    assert (known["confirmed"], known["confirmed_percent"]) == (1, "100.0")

    # The day is closed: another run finds nothing new and asks nothing twice.
    before = len(decided(filled, "alert.raise"))
    run(filled)
    assert len(decided(filled, "alert.raise")) == before


def test_a_week_is_reported_once_and_its_words_are_escaped(ask: Ask, filled: Platform) -> None:
    run(filled)
    [report] = ask("reports").get_json()["data"]
    [publish] = decided(filled, "report.publish")
    assert report["published_at"] is None
    assert carry(filled, publish) == "executed"
    [report] = ask("reports").get_json()["data"]
    assert report["published_at"]

    page = ask(f"reports/{report['id']}/page?language=nl")
    words = page.get_data(as_text=True)
    assert "Netto omzet" in words
    assert "<svg" in words
    assert "/analytics?metric=revenue_net" in words
    assert "Ann&#39;s &lt;b&gt;shop&lt;/b&gt;" in words
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert ask(f"reports/{report['id']}/document").get_data().startswith(b"%PDF-")
    figures = {each["metric"]: each for each in ledger_document(filled, report["id"])["figures"]}
    explored = ask(f"explore?metric=orders&from={report['first']}&to={report['last']}").get_json()
    assert figures["orders"]["amount"] == explored["slices"][0]["total"]["amount"]
    assert ask("reports/2001-W01/page").status_code == 404


class House:
    """A mail server that has no box for one of the house and is too busy for another at first."""

    def __init__(self) -> None:
        self.busy = ["bob@house.test"]
        self.taken: list[tuple[str, str]] = []
        self.letters: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str,
                          _options: Any) -> str:  # fmt: skip
        if address == "gone@house.test":
            return "550 5.1.1 no such mailbox"
        if address in self.busy:
            self.busy.remove(address)
            return "451 4.7.1 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.original_content, policy=default)
        self.taken += [(address, str(letter["Subject"])) for address in envelope.rcpt_tos]
        body = letter.get_body(("plain",))
        assert body is not None
        self.letters.append(body.get_content())
        return "250 taken"


def test_the_house_is_told_by_mail_each_once_whatever_one_address_does(filled: Platform) -> None:
    house = House()
    controller = Controller(house, hostname="127.0.0.1", port=free_ports(1)[0])
    controller.start()
    settings = filled.settings.model_copy(update={
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{controller.port}"),
        "mail_from": "Shop <shop@shop.test>",
        "operator_mail": "gone@house.test, ada@house.test,bob@house.test",
    })  # fmt: skip
    mailing = replace(filled, settings=settings)
    try:
        run(mailing)
        [publish] = decided(mailing, "report.publish")
        assert carry(mailing, publish) == "executed"
        alert = decided(mailing, "alert.raise")[0]
        assert carry(mailing, alert) == "executed"
    finally:
        controller.stop()
    assert house.busy == []
    assert [address for address, _ in house.taken] == 2 * ["ada@house.test", "bob@house.test"]
    subjects = [subject for _, subject in house.taken[::2]]
    assert len({subject for _, subject in house.taken}) == 2
    assert subjects[1].endswith(alert.proposal.subject.title)
    assert alert.proposal.arguments["words"] in house.letters[-1]
    assert alert.proposal.arguments["remedy"] in house.letters[-1]


def test_what_is_foretold_is_compared_with_what_came(ask: Ask, filled: Platform) -> None:
    run(filled)
    told = ask("forecast?metric=orders&grain=day").get_json()
    assert told["why"] is None
    assert all(
        Decimal(p["low"]) <= Decimal(p["expected"]) <= Decimal(p["high"]) for p in told["points"]
    )
    assert ask("forecast?metric=aov").get_json()["why"] == "not_a_sum"
    assert ask("accuracy").get_json()["forecasts"] == []

    from orchestrator.core import insights

    days = insights.unsettled(filled, TODAY)["orders"]
    assert days == [TODAY]
    insights.settle(filled, "orders", {TODAY: Decimal(8)})
    [known] = ask("accuracy").get_json()["forecasts"]
    assert (known["metric"], known["days"]) == ("orders", 1)


def ledger_document(platform: Platform, report_id: str) -> Any:
    from royal_platform.persistence.insights import Insights

    with reading(platform) as books:
        found = Insights(books.store_id).report(books.connection, report_id)
    assert found is not None
    return found.document
