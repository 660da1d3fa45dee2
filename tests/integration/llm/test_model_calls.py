"""What models were shown is in the database, chained, readable, erasable; who is known is found."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from core.errors import NotFound
from core.events.log import read_after
from core.events.verify import verify
from core.storage.database import Database
from royal_platform.commerce.language.model import Sent
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.conversations import Conversations
from royal_platform.persistence.model_calls import ModelCalls, StoredSentLog
from royal_platform.persistence.people import StoredPeople
from royal_platform.persistence.tables.model_calls import model_texts
from royal_platform.persistence.tables.orders import customers
from tests.integration.platform.conftest import STORE, database  # noqa: F401


def sent(about: str, *texts: str) -> Sent:
    return Sent("m", "chat", "owner", about, texts, {"name": 1})


def test_a_call_is_kept_with_its_texts_once_and_a_digest_in_the_chain(database: Database) -> None:  # noqa: F811
    log, calls = StoredSentLog(database, STORE), ModelCalls(STORE)
    log.record(sent("cnv_1", "Be kind.", "Hello {NAME_1}"))
    log.record(sent("cnv_1", "Be kind.", "Hello {NAME_1}", "And now?"))
    log.record(sent("cnv_2", "Be kind."))
    with database.read() as connection:
        page = calls.page(connection, "cnv_1", None, 1)
        older = calls.page(connection, "cnv_1", page.next_cursor, 1)
        assert page.total == 2
        newest = calls.get(connection, page.items[0].id)
        assert newest.texts == ("Be kind.", "Hello {NAME_1}", "And now?")
        assert older.items[0].characters == len("Be kind.Hello {NAME_1}")
        assert len(connection.execute(select(model_texts)).all()) == 4
        events = [e for e in read_after(connection, STORE, 0, 10) if e.type == "model.asked"]
        assert [event.subject for event in events][1] == newest.id
        assert "Hello" not in str(events)


def test_deleting_a_conversation_erases_the_texts_and_the_chain_stays_whole(
    database: Database,  # noqa: F811
) -> None:
    mine = Conversations(STORE, "owner")
    with database.write() as transaction:
        about = mine.create(transaction.connection, "Hello", now=wall_now()).id
    StoredSentLog(database, STORE).record(sent(about, "Hello {NAME_1}"))
    with database.write() as transaction:
        mine.delete(transaction.connection, about)
    with database.read() as connection:
        calls = ModelCalls(STORE)
        (kept,) = calls.page(connection, about, None, 5).items
        assert calls.get(connection, kept.id).texts == (None,)
        assert verify(connection, STORE).ok
        with pytest.raises(NotFound):
            ModelCalls("str_other").get(connection, kept.id)


def test_customers_are_found_by_name_as_people_write_it(database: Database) -> None:  # noqa: F811
    names = ("Anna de Bakker", "Seán O'Brien", "'t Hooft", "Oak", "李 小龍", "")
    with database.write() as transaction:
        for number, name in enumerate(names):
            transaction.connection.execute(
                insert(customers).values(
                    store_id=STORE, id=str(number), name=name, orders=0, spent=0, currency="EUR",
                    updated_at=wall_now(), search="",
                )
            )  # fmt: skip
    people = StoredPeople(database, STORE)

    def found(text: str) -> list[str]:
        return [value.text for value in people.named_in(text)]

    assert found("ask ANNA  DE\nBAKKER and Sean O'Brien's wife") == [
        "Anna de Bakker",
        "Seán O'Brien",
    ]
    assert found("Mr. 't Hooft met 李 小龍") == ["'t Hooft", "李 小龍"]
    assert found("an oak shelf") == []
    assert found("Oak called") == ["Oak"]
    assert found("Annabel de Bakker, Anna") == []
    assert StoredPeople(database, "str_other").named_in("Anna de Bakker") == []


def test_names_are_known_as_soon_as_they_are_stored_and_forgotten_later(
    database: Database,  # noqa: F811
) -> None:
    at = wall_now()

    def store(number: str, name: str, updated_at: datetime) -> None:
        with database.write() as transaction:
            transaction.connection.execute(
                insert(customers).values(
                    store_id=STORE, id=number, name=name, orders=0, spent=0, currency="EUR",
                    updated_at=updated_at, search="",
                )
            )  # fmt: skip

    now = [0.0]
    people = StoredPeople(database, STORE, monotonic=lambda: now[0])

    def found(text: str) -> list[str]:
        return [value.text for value in people.named_in(text)]

    assert found("Piet Pan") == []
    store("1", "Piet Pan", at)
    assert found("Piet Pan") == ["Piet Pan"], "a look-up before has not to be waited for"
    store("2", "Jan Tak", at)
    assert found("Jan Tak") == ["Jan Tak"], "changed within the same moment"
    with database.write() as transaction:
        transaction.connection.execute(customers.delete().where(customers.c.id == "1"))
    store("3", "Late Comer", at - timedelta(days=3))
    now[0] += 61
    assert found("Piet Pan") == ["Piet Pan"], "what is known serves while it is read anew"
    deadline = time.monotonic() + 20
    while found("Piet Pan Late Comer") != ["Late Comer"]:
        assert time.monotonic() < deadline
