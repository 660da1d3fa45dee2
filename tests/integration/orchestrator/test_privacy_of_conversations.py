"""Conversations are part of what is held about a person: exported, and erased with her."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select

from orchestrator.core import webhooks
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.language.model import Sent
from royal_platform.persistence.chat_turns import ChatEvent, ChatTurns, Speaker
from royal_platform.persistence.conversations import Conversations
from royal_platform.persistence.model_calls import ModelCalls
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.tables.conversations import chat_events, chat_turns, conversations
from royal_platform.persistence.tables.model_calls import model_texts
from royal_platform.shopify.rows import CustomerRow
from royal_platform.store_access import sealing_key
from tests.integration.orchestrator.inbox import NOW, arrived, receipt_of

PERSON, MAIL, ID = "Renée O'Brien", "renee@example.com", "7300000000001"
OTHER = "Grace Hopper"
AT = "2026-11-26T12:00:00.000000Z"
TOLD = {"customer": {"id": int(ID), "email": MAIL, "phone": None}, "orders_to_redact": []}


def with_talk(platform: Platform) -> str:
    """Two customers, and a conversation that names both in every place; its id."""
    rows = [(ID, PERSON), ("7300000000002", OTHER)]
    with platform.mirror().page() as page:
        page.customers(
            [
                CustomerRow(
                    id=number, name=name, country=None, orders=1, spent=0, currency="EUR",
                    created_at=AT, updated_at=AT, search=name.lower(),
                )
                for number, name in rows
            ]
        )  # fmt: skip
    turns = ChatTurns(platform.store_id)
    mine = Conversations(platform.store_id, "boss")
    with writing(platform) as books:
        connection = books.connection
        talk = mine.create(connection, f"What did {PERSON.upper()} buy?", now=NOW)
        mine.moved(connection, talk.id, summary=f"Asked about {PERSON} and {OTHER}.")
        turn = turns.begin(
            connection, talk.id, Speaker("boss", "admin", "user"), text=f"And {MAIL}?",
            mode="model", message_id=None, worker="w", now=NOW,
        )  # fmt: skip
        turns.change(
            connection, turn.id, "w", answer=f"One order by {PERSON}.\nTwo by {OTHER}.",
            messages=[{"content": f"customer {ID}", "args": json.dumps({"name": PERSON})}],
        )  # fmt: skip
        table = {"rows": [{"customer": name, "orders": 1} for _number, name in rows]}
        turns.append(connection, turn.id, [ChatEvent(1, "result", table)])
    platform.sent.record(
        Sent(
            model="m", purpose="chat", actor="boss", about=talk.id,
            texts=(f"customer {ID}", "how many orders?"), hidden={},
        )
    )  # fmt: skip
    return talk.id


def said(platform: Platform) -> str:
    with platform.database.read() as connection:
        return "\n".join(
            str(row)
            for table in (conversations, chat_turns, chat_events, model_texts)
            for row in connection.execute(select(table))
        )


def done(platform: Platform, webhook_id: str) -> dict[str, Any]:
    assert receipt_of(platform, webhook_id).error is None
    with platform.database.read() as connection:
        found = {each.id: each.receipt for each in Privacy(platform.store_id).all(connection)}
    return found[webhook_id]


async def test_a_customers_erasure_reaches_conversations_and_spares_others(shop: Platform):
    talk = with_talk(shop)
    arrived(shop, "w-1", "customers/redact", TOLD)
    await webhooks.work_off(shop)
    left = said(shop)
    for trace in (PERSON, PERSON.upper(), MAIL, ID, "O'Brien"):
        assert trace not in left
    assert left.count(OTHER) == 3
    # Title with summary, turn, event, and the one text that named the person.
    assert done(shop, "w-1")["conversation_passages"] == 4
    with shop.database.read() as connection:
        calls = ModelCalls(shop.store_id).page(connection, talk, None, 10)
        texts = ModelCalls(shop.store_id).get(connection, calls.items[0].id).texts
    assert texts == (None, "how many orders?")


async def test_the_export_lists_what_conversations_say_of_the_person(
    shop: Platform,
):
    with_talk(shop)
    arrived(shop, "w-1", "customers/data_request", TOLD)
    await webhooks.work_off(shop)
    with shop.database.read() as connection:
        told = Privacy(shop.store_id).export(connection, "w-1", sealing_key(shop.settings))
    assert told is not None
    passages = [each["says"] for each in json.loads(told)["conversations"]]
    assert {"customer": PERSON, "orders": 1} in passages
    assert f"One order by {PERSON}." in passages
    assert f"And {MAIL}?" in passages
    assert not any(f"Two by {OTHER}" in str(each) for each in passages)
    assert {"customer": OTHER, "orders": 1} not in passages
    assert done(shop, "w-1")["conversations"] == len(passages)


async def test_a_shops_erasure_deletes_its_conversations(shop: Platform):
    with_talk(shop)
    arrived(shop, "w-1", "shop/redact", {"shop_id": 1})
    await webhooks.work_off(shop)
    with shop.database.read() as connection:
        for table in (conversations, chat_turns, chat_events, model_texts):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
    assert done(shop, "w-1")["conversations"] == 1
