"""Recomputes a store's hash chain and names the first row that does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from core.events.canonical import GENESIS, chain_hash, digest
from core.events.log import chained_columns, stream
from core.events.tables import event_heads


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """``count`` rows fit; ``first_broken_seq`` and ``reason`` name the first that does not."""

    ok: bool
    count: int
    first_broken_seq: int | None = None
    reason: str | None = None


def verify(connection: Connection, store_id: str) -> VerifyResult:
    """Walk the chain from the first event to the head. Constant memory, one pass."""
    seq, previous = 0, GENESIS
    rows = stream(connection, store_id)
    for row in rows:
        reason = _fault(row, seq + 1, previous)
        if reason is not None:
            return VerifyResult(False, seq, seq + 1, reason)
        seq, previous = seq + 1, row.hash
    head = connection.execute(
        select(event_heads.c.seq, event_heads.c.hash).where(event_heads.c.store_id == store_id)
    ).one_or_none()
    expected = (0, GENESIS) if head is None else (head.seq, head.hash)
    if expected != (seq, previous):
        # Only the end is missing (or the head was moved): the break is right after the last row.
        return VerifyResult(False, seq, seq + 1, "the log does not end where its head says")
    return VerifyResult(True, seq)


def _fault(row: Row[Any], expected_seq: int, previous: str) -> str | None:
    if row.seq != expected_seq:
        return f"event {expected_seq} is missing"
    if digest(row.payload) != row.payload_digest:
        return "the payload was changed"
    if row.data is not None and digest(row.salt + row.data) != row.personal_digest:
        return "the personal data was changed"
    if chain_hash(previous, chained_columns(row._asdict())) != row.hash:
        return "the row or its link to the row before was changed"
    return None
