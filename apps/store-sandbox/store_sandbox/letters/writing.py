"""Who writes when: drawn from the world's seed and the order, true of the order at that moment."""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from store_sandbox.letters.words import WORDS
from store_sandbox.state import StateStore
from store_sandbox.state.store import read_meta
from store_sandbox.world.draws import uniforms

_HOUR, _DAY = 3_600, 86_400
# Nobody writes about an order that is older.
_OLDEST = 14 * _DAY
# Of a hundred orders so many lead to a letter; the rest are content.
_WISHES = (("where", 0.030), ("damaged", 0.010), ("size", 0.014), ("return", 0.010),
           ("cancel", 0.008))  # fmt: skip
_SIZE = re.compile(r"(XX?S|S|M|L|XX?L|\d{2})(/.*)?")
_DUTCH = frozenset({"NL", "BE"})
_DRAWS = 4


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, and when it is written in the world's time (seconds since the epoch)."""

    at: int
    key: str
    mail: bytes


def due(state: StateStore, after: int, until: int) -> list[Letter]:
    """What is written in (``after``, ``until``], the oldest first; none where there is no world."""
    with state.read() as db:
        seed = read_meta(db, "world.seed")
        if seed is None:
            return []
        # An import replaces the world: its customers are real, and nobody writes in their name.
        if read_meta(db, "shop.source") == "import":
            return []
        rows = db.execute(
            "SELECT o.*, c.first_name, c.email AS mail,"
            " (SELECT MIN(created_at) FROM fulfillments f WHERE f.order_id = o.id"
            "  AND f.status = 'SUCCESS') AS shipped_at,"
            " (SELECT title FROM order_lines l WHERE l.order_id = o.id ORDER BY l.id LIMIT 1)"
            "  AS what,"
            " (SELECT variant_title FROM order_lines l WHERE l.order_id = o.id ORDER BY l.id"
            "  LIMIT 1) AS which"
            " FROM orders o JOIN customers c ON c.id = o.customer_id"
            " WHERE o.created_at > ? AND o.created_at <= ? AND c.email IS NOT NULL"
            " AND o.test = 0",
            (after - _OLDEST, until),
        ).fetchall()
        found = [letter for row in rows for letter in _letters(row, int(seed))]
    return sorted(
        (each for each in found if after < each.at <= until), key=lambda each: (each.at, each.key)
    )


def _letters(row: sqlite3.Row, seed: int) -> Iterator[Letter]:
    u = uniforms(seed, "letter", row["number"], _DRAWS).tolist()
    wish = _wish(u[0])
    if wish == "size" and not _SIZE.fullmatch((row["which"] or "").replace(" ", "")):
        wish = "return"
    at = None if wish is None else _moment(wish, row, u[1])
    if wish is None or at is None:
        return
    if row["cancelled_at"] is not None and row["cancelled_at"] <= at:
        return
    yield Letter(at, f"letter-{seed}-{row['number']}", _mail(row, wish, at, seed, u[2]))


def _wish(u: float) -> str | None:
    for wish, share in _WISHES:
        if u < share:
            return wish
        u -= share
    return None


def _moment(wish: str, row: sqlite3.Row, u: float) -> int | None:
    """When it is written; None when there is nothing to write about yet."""
    created, shipped = int(row["created_at"]), row["shipped_at"]
    if wish == "cancel":
        at = created + int((0.3 + 2.5 * u) * _HOUR)
        return at if shipped is None or shipped > at else None
    if wish == "where":
        return created + int((1.5 + 2 * u) * _DAY)
    return None if shipped is None else int(shipped) + int((2 + 3 * u) * _DAY)


def _mail(row: sqlite3.Row, wish: str, at: int, seed: int, u: float) -> bytes:
    language = "nl" if _country(row["shipping_address"]) in _DUTCH else "en"
    ways = WORDS[wish][language]
    subject, text = ways[int(u * len(ways))]
    facts = {"order": f"#{row['number']}", "what": row["what"], "name": row["first_name"] or ""}
    message = EmailMessage()
    message["From"] = row["mail"]
    message["To"] = "shop@sandbox.invalid"
    message["Subject"] = subject.format(**facts)
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    message["Message-ID"] = f"<letter-{seed}-{row['number']}@sandbox.invalid>"
    message.set_content(text.format(**facts).strip())
    return bytes(message)


def _country(address: str | None) -> str | None:
    told: dict[str, Any] = json.loads(address) if address else {}
    return told.get("countryCodeV2")
