"""Words to and about a person that decisions hold, forgotten with that person.

That it was decided, when and by whom, stays, and so does the digest of what was approved.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select, update

from royal_platform.commerce.decisions.support import REPLY
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.support import support_threads
from royal_platform.persistence.traces import ERASED

_WORDS = ("text", "note")


class DecidedWords:
    """What one store's decisions say in threads: replies, and notes on help that was given."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def of(self, connection: Connection, customer_id: str) -> list[dict[str, Any]]:
        """What was decided to say to this customer, and what was noted of the customer's orders."""
        return [
            {"kind": row.kind, "rationale": row.rationale}
            | {name: row.arguments[name] for name in _WORDS if name in row.arguments}
            for row in connection.execute(self._rows(customer_id))
        ]

    def erase(self, connection: Connection, customer_id: str | None) -> int:
        """Forget the words of this customer's threads (None: of all); how many decisions held some.

        Before the threads forget whose they are.
        """
        rows = connection.execute(self._rows(customer_id)).all()
        for row in rows:
            words = {name: ERASED for name in _WORDS if name in row.arguments}
            # A reply's title is the customer's own subject, an order's is its number.
            title = ERASED if row.kind == REPLY else row.subject_title
            connection.execute(
                update(decisions)
                .where(decisions.c.store_id == self.store_id, decisions.c.id == row.id)
                .values(
                    arguments={**row.arguments, **words}, subject_title=title, evidence=[],
                    rationale=ERASED,
                )
            )  # fmt: skip
        return len(rows)

    def _rows(self, customer_id: str | None) -> Select[Any]:
        theirs = select(support_threads.c.id).where(support_threads.c.store_id == self.store_id)
        if customer_id is not None:
            theirs = theirs.where(support_threads.c.customer_id == customer_id)
        table = decisions.c
        return select(
            table.id, table.kind, table.arguments, table.subject_title, table.rationale
        ).where(
            table.store_id == self.store_id,
            table.arguments["thread_id"].as_string().in_(theirs),
        )  # fmt: skip
