"""Every tool of AIRA through its door, on a database with a store in it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert, update

from aira.app import create_app
from aira.commands import complete, read
from aira.tools import TOOLS, Asked
from app import declare
from core.events import head
from core.security.principals import permissions_of, principal
from core.settings import Settings, read_settings
from orchestrator.core.books import reading, writing
from orchestrator.core.runs import request_run
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Finding
from royal_platform.persistence import stores
from royal_platform.persistence.security import Findings
from royal_platform.persistence.tables import catalog
from royal_platform.persistence.tables import decisions as decided
from royal_platform.persistence.tables import effects as effect_rows
from tests.integration.doors import shop
from tests.integration.doors.conftest import ADMIN


@pytest.fixture
def store(platform: Platform) -> Platform:
    """The store of ``shop``."""
    shop.fill(platform)
    return platform


class Ask:
    """Uses a tool over HTTP, as the admin unless another token is given."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, tool: str, token: str = ADMIN, /, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.post(f"{self.url}/v1/tools/{tool}", json=arguments, headers=headers)


@pytest.fixture
def ask(store: Platform, settings: Settings, running: Callable[[Any], Any]) -> Ask:
    """A running AIRA over that store."""
    return Ask(running(create_app(settings)).url)


READS: list[tuple[str, dict[str, Any], str]] = [
    ("status", {}, "The wood shop"),
    ("metrics", {}, "Net sales"),
    ("metrics", {"metric": "revenue", "days": 30}, "360.00"),
    ("metrics", {"metric": "revenue", "days": 30, "by": "product"}, "Oak shelf 50 cm"),
    ("metrics", {"metric": "revenue", "days": 7, "by": "day"}, "Together 360.00"),
    ("forecast", {}, "No forecast yet"),
    ("forecast", {"product": "OAK-1"}, "Oak shelf 50 cm"),
    ("products", {"text": "oak 60"}, "OAK-2"),
    ("product", {"product": "Oak shelf 50 cm"}, "no forecast yet"),
    ("at_risk", {}, "0 products"),
    ("inventory", {"text": "oak-3"}, "OAK-3"),
    ("purchase_orders", {}, "No purchase order"),
    ("orders", {}, "1003"),
    ("order", {"order": "1002"}, "Ann Läufer"),
    ("customers", {"text": "ann"}, "360.00 EUR"),
    ("customer", {"customer": "ann läufer"}, "3 orders"),
    ("risks", {}, "None of 0 open orders"),
    ("risk", {"order": "1002"}, "not judged yet"),
    ("anomalies", {}, "Nothing was watched yet"),
    ("reports", {}, "No week was reported"),
    ("findings", {}, "No check has looked yet"),
    ("decisions", {}, "No decision waits"),
    ("effects", {}, "No decision was executed"),
    ("agents", {}, "inventory_pricing"),
    ("agent", {"agent": "Inventory and pricing"}, "0 6 * * *"),
    ("runs", {}, "no such run"),
    ("policy", {}, "margin_floor_percent"),
    ("events", {}, "agent.registered"),
    ("who", {"product": "OAK-1"}, "No decision changed the price"),
    ("docs", {"text": "undo a price"}, "undo it"),
    ("segments", {}, "No segment"),
    ("audience", {"rule": "orders >= 3"}, "1 of 1 customers"),
    ("flows", {}, "No flow is called that"),
    ("messages", {}, "No message is like that"),
    ("message_preview", {"template": "welcome", "customer": "ann läufer"}, "Nothing was sent"),
    ("research", {}, "Product research has not run yet"),
    ("suppliers", {}, "No supplier is called that"),
    ("offers", {}, "No offer is like that"),
    ("threads", {}, "No thread is like that"),
    ("help", {}, "/metrics"),
    ("help", {"command": "price"}, "decisions:propose"),
]


def test_every_reading_tool_answers_from_the_records(ask: Ask) -> None:
    for name, arguments, told in READS:
        answer = ask(name, **arguments)
        assert answer.status_code == 200, (name, answer.text)
        found = answer.json()
        assert told in found["text"], (name, found["text"])
        assert found["source"] in {"sandbox", "royal"}
        assert found["as_of"]


def test_figures_of_a_store_that_was_not_read_whole_say_so(ask: Ask, store: Platform) -> None:
    counts = {"orders": 3, "orders_expected": 900}
    with store.database.write() as transaction:
        stores.change(transaction.connection, store.store_id, last_sync_at=None, sync_counts=counts)
    found = ask("metrics", metric="revenue").json()
    assert found["result"]["partial"] is True
    assert "Incomplete" in found["text"]
    assert "3 of 900 orders" in found["text"]
    assert "Incomplete" not in ask("policy").json()["text"], "our own records are whole"


def test_every_tool_is_listed_with_its_schema_and_described_in_openapi(ask: Ask) -> None:
    with httpx.Client(base_url=ask.url, headers={"Authorization": f"Bearer {ADMIN}"}) as client:
        listed = {each["name"]: each for each in client.get("/v1/tools").json()["data"]}
        document = client.get("/openapi.json").json()
    assert set(listed) == set(TOOLS)
    assert listed["price"]["changes"]
    assert listed["price"]["arguments"]["required"] == ["product", "price"]
    assert {name for name, _, _ in READS} == {t.name for t in TOOLS.values() if not t.writes} - {
        "decision", "run_report", "report", "thread", "finding", "segment",
    }  # fmt: skip
    for path in ("/v1/tools", "/v1/tools/{name}", "/v1/commands", "/v1/commands/complete"):
        assert path in document["paths"]
    answer = document["components"]["schemas"]["ToolResult"]["properties"]
    assert {"result", "text", "view", "source", "as_of", "cards"} <= set(answer)


def test_a_wish_becomes_a_decision_and_is_approved_as_it_was_shown(
    ask: Ask, store: Platform, token: Callable[..., str]
) -> None:
    operator = token("operator")
    made = ask("price", operator, product="Oak shelf 50 cm", price="57", reason="It sells slowly.")
    assert made.status_code == 200, made.text
    [card] = made.json()["cards"]
    assert card["status"] == "proposed"
    assert card["ruling"] == "ask"
    assert card["allowed"] is True
    assert card["changes"] == [{"field": "price", "now": "60.00", "proposed": "57", "unit": "EUR"}]
    again = ask("price", operator, product="OAK-1", price="57", reason="Once more.").json()
    assert again["cards"][0]["decision_id"] == card["decision_id"], "the same wish waits already"
    explained = ask("decision", operator, decision=card["decision_id"]).json()
    labels = [each["label"] for each in explained["result"]["evidence"]]
    assert labels[:3] == ["Asked for", "Price now", "Unit cost"]
    assert "It sells slowly." in explained["text"]
    assert "nothing was predicted" in explained["text"]
    shown = ask("approve", operator, decision=card["decision_id"][-6:]).json()
    assert shown["cards"][0]["argument_hash"] == card["argument_hash"]
    assert decision(store, card["decision_id"]).status == "proposed", "shown only"
    wrong = ask("approve", operator, decision=card["decision_id"], argument_hash="0" * 64)
    assert wrong.status_code == 409
    assert card["command"] == f"/approve {card['decision_id']} {card['argument_hash']}"
    tool, arguments = read(card["command"])
    done = ask(tool.name, operator, **arguments.model_dump()).json()
    assert "Approved" in done["text"]
    found = decision(store, card["decision_id"])
    assert found.status == "approved"
    assert found.decided_by.startswith("operator ")
    actors = {
        each["actor"] for each in ask("events", about=card["decision_id"]).json()["result"]["data"]
    }
    assert actors == {found.decided_by}, "the person's name, not the assistant's"


def test_the_gate_judges_a_wish_like_any_proposal(ask: Ask, store: Platform) -> None:
    waiting = shop.propose(store)
    made = ask("price", product="OAK-2", price="30.00").json()
    [card] = made["cards"]
    assert (card["status"], card["ruling"], card["allowed"]) == ("rejected", "deny", False)
    assert "price.step" in made["text"]
    assert decision(store, waiting).status == "proposed", "what is denied takes no other's place"
    better = ask("price", product="OAK-2", price="58.00").json()
    assert better["cards"][0]["status"] == "proposed"
    assert decision(store, waiting).status == "superseded"


@pytest.mark.parametrize("price", ["0", "-5", "57.001", "1e3", "NaN", "60.00", "cheap"])
def test_a_price_that_is_none_is_refused(ask: Ask, price: str) -> None:
    answer = ask("price", product="OAK-2", price=price)
    if price == "1e3":
        assert answer.json()["cards"][0]["status"] == "rejected", "a thousand is beyond the step"
        return
    assert answer.status_code == 422
    assert answer.json()["remedy"]


def test_a_decision_is_rejected_with_its_reason(ask: Ask, store: Platform) -> None:
    waiting = shop.propose(store)
    shown = ask("reject", decision="Oak shelf 60 cm", reason="Not now").json()
    assert shown["cards"][0]["confirm"] == {
        "method": "POST", "path": f"/v1/decisions/{waiting}/reject", "body": {"reason": "Not now"},
    }  # fmt: skip
    assert decision(store, waiting).status == "proposed"
    tool, arguments = read(shown["cards"][0]["command"])
    assert arguments.model_dump() == {"decision": waiting, "reason": "Not now"}
    assert ask(tool.name, **arguments.model_dump()).status_code == 200
    found = decision(store, waiting)
    assert (found.status, found.decided_by) == ("rejected", "admin")
    assert ask("reject", decision=waiting).status_code == 409
    assert ask("revert", decision=waiting).status_code == 409
    assert "Not now" in ask("decision", decision=waiting).json()["text"]


def test_what_a_decision_did_is_told_as_far_as_it_is_known(ask: Ask, store: Platform) -> None:
    done = shop.propose(store)
    now = store.clock().now()
    with store.database.write() as transaction:
        transaction.connection.execute(
            update(decided.decisions)
            .where(decided.decisions.c.id == done)
            .values(status="executed", executed_at=now)
        )

    def told() -> tuple[str, str]:
        [row] = ask("effects").json()["result"]["data"]
        return row["measured"], ask("decision", decision=done).json()["text"]

    def put(**values: Any) -> None:
        table = effect_rows.effects
        row = shop.whole(
            table, store_id=store.store_id, decision_id=done, due_at=now, unit="EUR", **values
        )
        with store.database.write() as transaction:
            transaction.connection.execute(delete(table))
            transaction.connection.execute(insert(table).values(row))

    assert told()[0] == "not yet known"
    put(status="pending")
    assert told()[0] == f"not yet known, due {now:%Y-%m-%d}"
    put(status="known", estimate=Decimal("12.5"), low=Decimal(-1), high=Decimal(26))
    assert told()[0] == "12.50 EUR (-1.00 to 26.00, 80 %)"
    assert "Effect: 12.50 EUR" in told()[1]
    put(status="never", detail="The product was withdrawn.")
    assert told()[0] == "cannot be known: The product was withdrawn."


def test_agents_are_run_paused_and_given_autonomy(ask: Ask, store: Platform) -> None:
    run = ask("run", agent="Inventory and pricing", dry_run=True).json()["result"]
    with reading(store) as books:
        queued = books.runs.get(books.connection, run["run_id"])
    assert (queued.requested_by, queued.trigger, queued.dry_run) == ("admin", "person", True)
    assert ask("run", agent="inventory_pricing").status_code == 409, "it is at work"
    assert "queued" in ask("run_report", run=run["run_id"]).json()["text"]
    assert ask("cancel_run", run=run["run_id"]).status_code == 200
    assert "cancelled" in ask("runs").json()["text"]
    assert "paused" in ask("pause", agent="inventory_pricing").json()["text"]
    assert ask("run", agent="inventory_pricing").status_code == 409
    assert "paused" not in ask("resume", agent="inventory_pricing").json()["text"]
    told = ask("autonomy", agent="inventory_pricing", kind="price.set", level="observe").json()
    assert told["result"]["autonomy"]["price.set"] == "observe"
    other = ask("autonomy", agent="security", kind="price.set", level="auto")
    assert other.status_code == 409


def test_the_kill_switch_and_the_policy(ask: Ask, store: Platform) -> None:
    assert ask("stop", scope="kitchen").status_code == 422
    assert ask("stop", scope="agent:inventry_pricing").status_code == 404, "a misspelt agent"
    assert ask("stop", scope="store", reason="Fire drill").json()["result"]["stopped"] == ["store"]
    assert "/lift store" in ask("status").json()["text"]
    waits = ask("price", product="OAK-4", price="57").json()["cards"][0]
    assert (waits["status"], waits["ruling"]) == ("proposed", "deny"), "a stop is lifted one day"
    assert ask("lift").json()["result"]["stopped"] == []
    assert ask("lift").status_code == 409
    shown = ask("limit", name="price-step-max-percent", value="8 %").json()["cards"][0]
    assert shown["changes"] == [
        {"field": "price_step_max_percent", "now": "10", "proposed": "8", "unit": "percent"}
    ]
    assert (shown["kind"], shown["allowed"]) == ("policy.change", True)
    assert ask("policy").json()["result"]["version"] == 0, "proposed only"
    tool, arguments = read(shown["command"])
    done = ask(tool.name, **arguments.model_dump()).json()
    assert (done["result"]["status"], ask("policy").json()["result"]["version"]) == ("executed", 1)
    assert ask(tool.name, **arguments.model_dump()).status_code == 409, "decided already"
    for name, value in (("price_step", "8"), ("cooldown_days", "-1"), ("cooldown_days", "1.5"),
                        ("risk_auto_max", "2"), ("spend_per_day", "none"),
                        ("spend_per_day", "Infinity"), ("actions_per_day", "x"),
                        ("cooldown_days", "1e999999999")):  # fmt: skip
        answer = ask("limit", name=name, value=value)
        assert answer.status_code == 422, (name, value)
    off = ask("limit", name="unit_cost_max", value="none").json()["cards"][0]
    assert off["changes"][0]["proposed"] == "none"
    undone = ask("revert", decision=shown["decision_id"]).json()["result"]
    assert (undone["status"], ask("policy").json()["result"]["version"]) == ("executed", 2)
    assert ask("sync").json()["result"]["requested"]


def test_a_segment_is_proposed_with_what_it_changes(ask: Ask) -> None:
    rule = "orders >= 3 and country = NL"
    told = ask("set_segment", segment="Loyal", rule=rule).json()
    [card] = told["cards"]
    assert card["kind"] == "segment.update"
    assert {(each["field"], each["now"], each["proposed"]) for each in card["changes"]} == {
        ("name", None, "Loyal"), ("rule", None, rule),
    }  # fmt: skip
    assert ask("segments").json()["result"]["total"] == 0, "proposed only"
    assert ask("set_segment", segment="Loyal", rule="shoes > 3").status_code == 422


def test_a_model_is_given_the_card_and_never_the_act(store: Platform) -> None:
    waiting = shop.propose(store)
    asked = Asked.of(store, principal("ada", "admin", None, "session"))
    run_id = request_run(store, "inventory_pricing", "person", "ada")
    leak = Finding("leaks.events", "evt 7", Severity.HIGH, "A key is in the log", "Change it.", ())
    with writing(store) as books:
        Findings(books.store_id).see(books.connection, leak, now=books.now, run_id="run_1")
    arguments: dict[str, dict[str, Any]] = {
        "suppress": {"finding": leak.id, "days": 7, "reason": "Changed tomorrow"},
        "sync": {}, "approve": {"decision": waiting}, "reject": {"decision": waiting},
        "revert": {"decision": waiting}, "run": {"agent": "security"},
        "pause": {"agent": "security"}, "resume": {"agent": "security"},
        "autonomy": {"agent": "inventory_pricing", "kind": "price.set", "level": "auto"},
        "cancel_run": {"run": run_id}, "stop": {"reason": "Because it is told to"}, "lift": {},
    }  # fmt: skip
    assert set(arguments) == {
        tool.name for tool in TOOLS.values() if tool.writes and not tool.only_proposes
    }
    with store.database.read() as connection:
        before = head(connection, store.store_id)
    routes = declare().url_map.bind("localhost")
    for name, given in arguments.items():
        tool = TOOLS[name]
        answer = tool.ask(asked, tool.arguments.model_validate(given))
        [card] = answer.cards
        assert card["command"].startswith(f"/{name}"), name
        routes.match(card["confirm"]["path"], method=card["confirm"]["method"])
        again, typed = read(card["command"])
        assert again is tool
        assert typed, "the card's command is one that can be typed"
    with store.database.read() as connection:
        assert head(connection, store.store_id) == before, "nothing was changed"


@pytest.mark.parametrize("role", ["viewer", "assistant", "operator", "admin"])
def test_every_tool_demands_its_permission(ask: Ask, token: Callable[..., str], role: str) -> None:
    may = permissions_of(role)
    given = {
        "decision": "dec_none", "agent": "none", "run": "run_none", "order": "#0",
        "customer": "nobody", "product": "nothing", "kind": "x", "level": "auto", "name": "none",
        "value": "1", "price": "1", "text": "x", "scope": "nowhere", "segment": "none",
        "rule": "orders > 1", "thread": "none", "template": "none",
        "finding": "none", "days": 7, "reason": "x",
    }  # fmt: skip
    value = token(role)
    for name, tool in TOOLS.items():
        arguments = {key: given[key] for key in tool.names if key in given}
        answer = ask(name, value, **arguments)
        if tool.permission in may:
            assert answer.status_code != 403, (name, answer.text)
        else:
            assert answer.status_code == 403, name
            assert tool.permission in answer.json()["detail"]


def test_ids_of_another_store_are_not_found(
    ask: Ask, store: Platform, token: Callable[..., str]
) -> None:
    waiting = shop.propose(store)
    with store.database.write() as transaction:
        stores.create(
            transaction.connection, store_id="str_other", domain="other.myshopify.com",
            source="shopify", api_version="2026-10",
        )  # fmt: skip
    foreign = token("admin", "str_other")
    for name, arguments in (
        ("decision", {"decision": waiting}),
        ("approve", {"decision": waiting, "argument_hash": "0" * 64}),
        ("reject", {"decision": waiting}), ("revert", {"decision": waiting}),
        ("product", {"product": shop.product_id(1)}), ("product", {"product": "OAK-1"}),
        ("forecast", {"product": shop.variant_id(1)}), ("order", {"order": shop.order_id(1)}),
        ("customer", {"customer": shop.CUSTOMER}),
        ("price", {"product": shop.variant_id(1), "price": "57"}),
        ("agent", {"agent": "inventory_pricing"}), ("run", {"agent": "inventory_pricing"}),
        ("pause", {"agent": "inventory_pricing"}), ("who", {"product": "OAK-1"}),
        ("run_report", {"run": "run_x"}), ("cancel_run", {"run": "run_x"}),
    ):  # fmt: skip
        assert ask(name, foreign, **arguments).status_code == 404, name
    for name in ("products", "orders", "customers", "decisions", "inventory", "runs"):
        assert ask(name, foreign).json()["result"]["total"] == 0, name
    assert ask("agents", foreign).json()["result"]["total"] == 0
    assert decision(store, waiting).status == "proposed"


def test_lists_page_to_their_end_without_repeating(ask: Ask, store: Platform) -> None:
    for number in range(1, 14):
        shop.propose(store, number)
    for name, key, total in (
        ("products", "variant_id", shop.SHELVES), ("inventory", "variant_id", shop.SHELVES),
        ("decisions", "id", 13), ("orders", "id", 3), ("events", "seq", None),
        ("docs", None, None),
    ):  # fmt: skip
        given = {"text": "price"} if name == "docs" else {}
        seen: list[Any] = []
        cursor = None
        while True:
            answer = ask(name, **given, limit=4, **({"cursor": cursor} if cursor else {})).json()
            page = answer["result"]["data"]
            assert len(page) <= 4
            seen += [str(each if key is None else each[key]) for each in page]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
            assert f"/{name}" in answer["text"].rpartition("Next page:")[2]
        assert len(seen) == len(set(seen)), name
        assert total is None or len(seen) == total, name
    assert ask("products", cursor="nonsense").status_code == 422
    assert ask("events", cursor="-1").status_code == 422


def test_a_name_for_several_things_asks_which(ask: Ask) -> None:
    answer = ask("product", product="oak")
    assert answer.status_code == 409
    assert "Oak shelf 100 cm" in answer.json()["detail"]
    assert answer.json()["errors"]
    assert ask("price", product="oak shelf", price="5").status_code == 409


def test_a_thing_is_found_by_id_global_id_sku_or_title(ask: Ask) -> None:
    for word in (shop.product_id(3), f"gid://shopify/Product/{shop.product_id(3)}",
                 shop.variant_id(3), f"gid://shopify/ProductVariant/{shop.variant_id(3)}",
                 "oak-3", " OAK SHELF 70 CM "):  # fmt: skip
        found = ask("product", product=word)
        assert found.json()["result"]["id"] == shop.product_id(3), (word, found.text)
        made = ask("price", product=word, price="57")
        assert made.json()["result"]["subject"] == shop.title(3), word
    for word in (shop.order_id(2), f"gid://shopify/Order/{shop.order_id(2)}", "#1002", "1002"):
        assert ask("order", order=word).json()["result"]["id"] == shop.order_id(2), word
    for word in (shop.CUSTOMER, f"gid://shopify/Customer/{shop.CUSTOMER}", "Ann Läufer"):
        assert ask("customer", customer=word).json()["result"]["id"] == shop.CUSTOMER, word


def test_what_cannot_be_stored_is_refused(ask: Ask) -> None:
    headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
    for value in (r"\u0000", r"\ud800", "x" * 2_001):
        for name, field in (("products", "text"), ("product", "product"), ("stop", "reason")):
            body = f'{{"{field}": "a{value}"}}'
            answer = httpx.post(f"{ask.url}/v1/tools/{name}", content=body, headers=headers)
            assert answer.status_code == 422, (name, value, answer.text)
    for body in ("[]", "3", '"x"', "{"):
        answer = httpx.post(f"{ask.url}/v1/tools/products", content=body, headers=headers)
        assert answer.status_code == 422, body
    answer = httpx.get(
        f"{ask.url}/v1/commands/complete", params={"text": "/products \0"}, headers=headers
    )
    assert answer.json() == {"data": []}


def test_postgresql_answers_the_same(migrated_postgres_url: str, settings: Settings) -> None:
    platform = bootstrap(
        read_settings(**{**settings.model_dump(), "database_url": migrated_postgres_url})
    )
    try:
        shop.fill(platform)
        waiting = shop.propose(platform)
        asked = Asked.of(platform, principal("ada", "admin", None, "session"))
        cases = [*READS, ("decision", {"decision": waiting}, "Grounds"),
                 ("price", {"product": "OAK-9", "price": "57"}, "waits for a person"),
                 ("events", {"about": "OAK-9"}, "no such entry")]  # fmt: skip
        for name, arguments, told in cases:
            tool = TOOLS[name]
            answer = tool.run(asked, tool.arguments.model_validate(arguments))
            wanted = waiting if name == "decisions" else told
            assert wanted in answer.text, (name, answer.text)
        for text in ("/price oak", "/approve ", "/order 10", "/customer a", "/run s", "/who Oak"):
            assert complete(asked, text).data, text
    finally:
        platform.close()


def test_titles_are_data(ask: Ask, store: Platform) -> None:
    nasty = "](javascript:alert(1)) <img src=x> | `/stop` **now**"
    with store.database.write() as transaction:
        transaction.connection.execute(
            update(catalog.variants)
            .where(catalog.variants.c.id == shop.variant_id(9))
            .values(title=nasty)
        )
    text = ask("products", text="oak-9").json()["text"]
    assert "\\](javascript" in text
    assert "\\<img" in text
    assert "\\|" in text
    made = ask("price", product="OAK-9", price="57").json()
    assert "\\<img" in made["text"]
    assert made["cards"][0]["title"] == nasty, "in a card it is text, not markup"


def test_commands_complete_from_the_store(
    ask: Ask, store: Platform, token: Callable[..., str]
) -> None:
    waiting = shop.propose(store)

    def ends(text: str, value: str = ADMIN) -> list[str]:
        headers = {"Authorization": f"Bearer {value}"}
        answer = httpx.get(
            f"{ask.url}/v1/commands/complete", params={"text": text}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return [each["text"] for each in answer.json()["data"]]

    assert ends("hello") == []
    assert "/metrics " in ends("/me")
    assert len(ends("/")) == 20
    assert ends("/metrics rev") == ["/metrics revenue"]
    assert "/metrics revenue last 30 days" in ends("/metrics revenue la")
    assert ends('/price "Oak shelf 60')[0] == '/price "Oak shelf 60 cm"'
    assert ends("/product oak shelf 60")[0] == '/product "Oak shelf 60 cm"'
    assert ends("/price OAK-2") == ['/price "Oak shelf 60 cm"']
    assert ends("/approve ") == [f"/approve {waiting}"]
    assert ends(f"/approve {waiting[-5:]}") == [f"/approve {waiting}"]
    assert ends("/approve oak") == [f"/approve {waiting}"]
    assert ends("/run inv") == ["/run inventory_pricing"]
    assert ends("/products oak stock=l") == ["/products oak stock=low"]
    assert "/products stock=" in ends("/products st")
    kept = [each for each in ends("/products oak stock=low ") if "stock=low" not in each]
    assert kept == [], "what was given stays"
    assert ends("/autonomy inventory_pricing price.set ob") == [
        "/autonomy inventory_pricing price.set observe"
    ]
    assert ends("/limit cool") == ["/limit cooldown_days"]
    assert ends("/stop ag")[0].startswith("/stop agent:")
    assert ends("/help pri") == ["/help price"]
    assert ends("/order 1002") == ["/order #1002"]
    assert ends("/customer ann") == ['/customer "Ann Läufer"']
    assert ends("/nonsense x") == []
    viewer = token("viewer")
    assert ends("/appr", viewer) == ["/decisions "], "which is also called approvals"
    assert ends("/approve ", viewer) == []
    for text in ('/price "', "/\\", '/"', "/products ", "/metrics by ", "/price oak ", "/ "):
        ends(text)


def decision(platform: Platform, decision_id: str) -> Any:
    with reading(platform) as books:
        return books.decisions.get(books.connection, decision_id)
