"""``OwnReplies`` on the database: replies that a person wrote and the gate let out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.storage.database import Database
from royal_platform.commerce.decisions.support import REPLY
from royal_platform.commerce.language.model import Passage
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.support import support_messages

_PERSON = "person"
_MOST = 12


class StoredReplies:
    """The replies of one store."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def newest(self, language: str) -> Sequence[Passage]:
        """Sent replies that a person wrote in ``language``, newest first; erased ones are gone."""
        query = (
            select(
                support_messages.c.id, support_messages.c.text, support_messages.c.sent_at,
                decisions.c.arguments,
            )
            .join(
                decisions,
                (decisions.c.store_id == support_messages.c.store_id)
                & (decisions.c.id == support_messages.c.decision_id),
            )
            .where(
                support_messages.c.store_id == self._store_id,
                support_messages.c.direction == "outbound", support_messages.c.text.is_not(None),
                decisions.c.kind == REPLY, decisions.c.provenance == _PERSON,
            )
            .order_by(support_messages.c.sent_at.desc(), support_messages.c.id.desc())
            .limit(_MOST)
        )  # fmt: skip
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            Passage(f"reply:{row.id}", row.text, "a reply of the shop's people", row.sent_at)
            for row in rows
            if row.arguments.get("language") == language
        ]
