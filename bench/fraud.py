"""Fraud on worlds whose truth is known: what the score flags, order by order, as time goes on.

An order is judged by what the store shows when it is paid, with the scorecard that the outcomes
known by then have taught: chargebacks and cancellations for fraud when they came, all others once
nobody had disputed them for long enough. Only the evaluation reads which orders are of a ring.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.security.order_facts import (
    Linked,
    OrderFacts,
    StoreOpinion,
    is_throwaway,
    linked,
    usual,
)
from royal_platform.commerce.security.order_risk import (
    HOLD_FROM,
    Floats,
    Scorecard,
    features,
    scores,
)
from royal_platform.commerce.security.order_risk_learning import Quality, learn, quality
from royal_platform.persistence.order_cases import BEHIND, MATURE
from store_sandbox.state import StateStore

HEADING = "## Fraud, on the sandbox's known truth"
_INTRODUCTION = (
    HEADING,
    "",
    "Rings of strangers order costly goods to one address in bursts; a part is noticed before",
    "it ships, the others are charged back weeks later. Each order is judged when it is paid, by",
    "the scorecard that the outcomes known by then have taught; the first four weeks are not",
    f"counted. Flagged is what scores {HOLD_FROM:.0%} or more: it would be held. The store's own",
    "check alone flags what it calls high. The invented rings are simple, and all their mailboxes",
    "are of one throw-away domain that the score knows by its name; *mail untold* is the score",
    "without that. The fraud of a real shop is harder to see.",
)
_COLUMNS = (
    "| world | orders | of rings | flagged | precision | recall | average precision | Brier"
    " | as stated: precision | recall | mail untold: precision | recall"
    " | store's check: precision | recall |"
)
_SCALE = 10_000
_WEEK = timedelta(days=7)
# Judging begins when there is something to compare with.
_WARM_UP = timedelta(days=28)
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """When it became known that an order was bad; None: it never did."""

    bad_at: datetime | None


@dataclass(frozen=True)
class Measured:
    """One world: the score as stated, the score that learns, the same when it is not told of
    throw-away mail, and the store's own check.
    """

    stated: Quality
    learning: Quality
    blind: Quality
    store: Quality


def measure(state: StateStore) -> Measured:
    """Judge every order of the world after the first four weeks."""
    with state.read() as db:
        facts, known = order_facts(db), _known(db)
        ringed = rings(db)
    orders = linked(facts)
    begin = orders[0].facts.placed_at + _WARM_UP
    judged = [each for each in orders if each.facts.placed_at >= begin]
    bad = np.array([each.facts.order_id in ringed for each in judged], dtype=np.bool_)
    stated, learning = _judged(orders, known, begin)
    untold = linked(replace(each, disposable_mail=None) for each in facts)
    _, blind = _judged(untold, known, begin)
    store = np.array([each.facts.opinion is StoreOpinion.HIGH for each in judged], dtype=float)
    return Measured(
        quality(stated, bad, HOLD_FROM),
        quality(learning, bad, HOLD_FROM),
        quality(blind, bad, HOLD_FROM),
        quality(store, bad, 0.5),
    )


def report(names: Sequence[str], found: Sequence[Measured]) -> str:
    """The section of the report."""
    lines = [*_INTRODUCTION, "", _COLUMNS, "| " + " | ".join(["---"] * 14) + " |"]
    lines += [_row(name, each) for name, each in zip(names, found, strict=True)]
    return "\n".join(lines)


def _row(name: str, found: Measured) -> str:
    mine, stated, blind, store = found.learning, found.stated, found.blind, found.store
    cells = [
        name, f"{mine.orders:,}", str(mine.bad), str(mine.flagged), _percent(mine.precision),
        _percent(mine.recall),
        "-" if mine.average_precision is None else f"{mine.average_precision:.3f}",
        "-" if mine.brier is None else f"{mine.brier:.4f}",
        _percent(stated.precision), _percent(stated.recall), _percent(blind.precision),
        _percent(blind.recall), _percent(store.precision),
        _percent(store.recall),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _judged(
    orders: Sequence[Linked], known: dict[str, Known], begin: datetime
) -> tuple[Floats, Floats]:
    """Scores week by week: with the stated weights, and with what was learned by then."""
    stated: list[Floats] = []
    learning: list[Floats] = []
    week = begin
    last = orders[-1].facts.placed_at
    while week <= last:
        seen = [each for each in orders if week - BEHIND <= each.facts.placed_at < week]
        now = [each for each in orders if week <= each.facts.placed_at < week + _WEEK]
        shop = usual(seen)
        told = [(each, _outcome(each, known, week)) for each in seen]
        settled = [(each, bad) for each, bad in told if bad is not None]
        bad = np.array([bad for _each, bad in settled], dtype=np.bool_)
        card = learn(features([each for each, _bad in settled], shop), bad)
        matrix = features(now, shop)
        stated.append(scores(matrix, Scorecard()))
        learning.append(scores(matrix, card))
        week += _WEEK
    return np.concatenate(stated), np.concatenate(learning)


def _outcome(order: Linked, known: dict[str, Known], now: datetime) -> bool | None:
    bad_at = known[order.facts.order_id].bad_at
    if bad_at is not None and bad_at <= now:
        return True
    return False if order.facts.placed_at < now - MATURE else None


def order_facts(db: sqlite3.Connection) -> list[OrderFacts]:
    """What the Admin API shows of every order when it is paid."""
    rows = db.execute(
        "SELECT id, customer_id, email, processed_at, total, shipping_address, billing_address,"
        " client_ip, risk_level FROM orders ORDER BY processed_at, id"
    )
    bought: dict[int, list[float]] = defaultdict(list)
    found: list[OrderFacts] = []
    for row in rows:
        value, earlier = row["total"] / _SCALE, bought[row["customer_id"]]
        mail = row["email"] or ""
        found.append(
            OrderFacts(
                order_id=str(row["id"]),
                placed_at=datetime.fromtimestamp(row["processed_at"], UTC),
                value=value,
                customer=str(row["customer_id"]),
                earlier_orders=len(earlier),
                earlier_spent=sum(earlier),
                mail=mail or None,
                address=_address(row["shipping_address"]),
                network=row["client_ip"],
                address_differs=row["shipping_address"] != row["billing_address"],
                disposable_mail=is_throwaway(mail.rpartition("@")[2]),
                opinion=StoreOpinion((row["risk_level"] or "none").lower()),
            )
        )
        earlier.append(value)
    return found


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    told: dict[str, Any] = json.loads(text)
    return f"{told.get('address1')} {told.get('zip')}"


def _known(db: sqlite3.Connection) -> dict[str, Known]:
    rows = db.execute(
        "SELECT o.id, MIN(COALESCE(d.created_at, CASE WHEN o.cancel_reason = 'FRAUD' THEN"
        " o.cancelled_at END)) AS at FROM orders o LEFT JOIN disputes d ON d.order_id = o.id"
        " GROUP BY o.id"
    )
    return {
        str(row["id"]): Known(None if row["at"] is None else datetime.fromtimestamp(row["at"], UTC))
        for row in rows
    }


def rings(db: sqlite3.Connection) -> set[str]:
    rows = db.execute("SELECT value FROM world_secrets WHERE kind = 'ring'")
    return {str(json.loads(row[0])["order_id"]) for row in rows}
