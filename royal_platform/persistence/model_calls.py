"""The log of what models were shown: kept before it is sent, read by an auditor, erasable."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from core.errors import NotFound
from core.events.log import NewEvent
from core.storage.database import Database
from royal_platform.commerce.language.model import Answered, Sent
from royal_platform.persistence import stores
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.model_calls import model_calls, model_texts


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call; ``texts`` has None where a text was erased, and is empty in a list.

    ``outcome`` is None while it is under way or when the process died meanwhile. Tokens and cost
    are None where nobody knows them.
    """

    id: str
    at: datetime
    model: str
    purpose: str
    actor: str
    about: str
    digests: tuple[str, ...]
    characters: int
    hidden: dict[str, int]
    outcome: str | None = None
    answered_by: str | None = None
    milliseconds: int | None = None
    first_token_milliseconds: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
    texts: tuple[str | None, ...] = ()


class StoredSentLog:
    """``SentLog`` on the database. The event chain holds a digest, so a log cannot be edited."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def record(self, sent: Sent) -> str:
        """Keep it with an event ``model.asked``; the call's id."""
        # A model may have said what no database holds: null characters, half surrogate pairs.
        texts = [
            text.replace("\x00", "").encode("utf-8", "replace").decode() for text in sent.texts
        ]
        digests = [_digest(text) for text in texts]
        call = new_id("mdc")
        with self._database.write() as transaction:
            connection = transaction.connection
            now = stores.clock(connection, self._store_id).now()
            for digest, text in dict(zip(digests, texts, strict=True)).items():
                row = {
                    "store_id": self._store_id, "about": sent.about, "digest": digest, "text": text,
                }  # fmt: skip
                insert_if_absent(connection, model_texts, row)
            connection.execute(
                insert(model_calls).values(
                    store_id=self._store_id, id=call, at=now, model=sent.model,
                    purpose=sent.purpose, actor=sent.actor, about=sent.about, digests=digests,
                    characters=sum(map(len, texts)), hidden=sent.hidden,
                )
            )  # fmt: skip
            payload = {
                "model": sent.model, "purpose": sent.purpose, "about": sent.about,
                "digest": _digest("\n".join(digests)), "hidden": sent.hidden,
            }  # fmt: skip
            transaction.record(
                NewEvent(self._store_id, "model.asked", call, payload, sent.actor, now)
            )
        return call

    def answered(self, call_id: str, answered: Answered) -> None:
        """Keep how the call ended beside it."""
        mine = (model_calls.c.store_id == self._store_id) & (model_calls.c.id == call_id)
        values = asdict(answered)
        values["answered_by"] = values.pop("model")
        with self._database.write() as transaction:
            transaction.connection.execute(update(model_calls).where(mine).values(**values))


class ModelCalls:
    """The calls of one store, to read."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def page(
        self, connection: Connection, about: str | None, cursor: str | None, limit: int
    ) -> Page[ModelCall]:
        """The newest first, of one subject or of all; without the texts."""
        condition = model_calls.c.store_id == self.store_id
        if about is not None:
            condition &= model_calls.c.about == about
        order = Order("at", model_calls.c.at, model_calls.c.id, descending=True)
        rows = connection.execute(order.apply(select(model_calls).where(condition), cursor, limit))
        found = [_call(row) for row in rows]
        counted = select(func.count()).select_from(model_calls).where(condition)
        total = int(connection.execute(counted).scalar_one())
        return page(found, limit, total, order, lambda call: (call.at, call.id))

    def get(self, connection: Connection, call_id: str) -> ModelCall:
        """One call with its texts. Raises ``NotFound``."""
        mine = (model_calls.c.store_id == self.store_id) & (model_calls.c.id == call_id)
        row = connection.execute(select(model_calls).where(mine)).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no model call {call_id[:80]!r}.",
                remedy="List them with `royal audit model-calls`.",
            )
        query = select(model_texts.c.digest, model_texts.c.text).where(
            model_texts.c.store_id == self.store_id, model_texts.c.about == row.about
        )
        texts = {found.digest: found.text for found in connection.execute(query)}
        return _call(row, tuple(texts.get(digest) for digest in row.digests))

    def erase(self, connection: Connection, about: str) -> int:
        """Erase the texts that belong to ``about``; how many. Calls and digests stay."""
        mine = (model_texts.c.store_id == self.store_id) & (model_texts.c.about == about)
        return int(connection.execute(delete(model_texts).where(mine)).rowcount)


def _call(row: Row[tuple[object, ...]], texts: tuple[str | None, ...] = ()) -> ModelCall:
    values = row._asdict()
    values.pop("store_id")
    values["digests"] = tuple(values["digests"])
    return ModelCall(**values, texts=texts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
