"""Decisions with their approvals, executions and budgets; policies, autonomy, stops, purchases."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import (
    amount,
    currency,
    key,
    moment,
    reference,
    store_key,
)


def _of_a_decision() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["store_id", "decision_id"], ["decisions.store_id", "decisions.id"])


decisions = Table(
    "decisions",
    metadata,
    store_key(),
    key(),
    # Run, kind and subject: proposing the same thing twice in one run stores it once.
    Column("proposal_key", String(300), nullable=False),
    reference("agent_id"),
    reference("run_id", nullable=True),
    Column("kind", String(80), nullable=False),
    Column("subject_type", String(40), nullable=False),
    Column("subject_id", String(120), nullable=False),
    Column("subject_title", Text, nullable=False),
    Column("status", String(20), nullable=False),
    # Observed only: recorded to be compared, never offered for approval.
    Column("shadow", Boolean, nullable=False),
    Column("arguments", Json, nullable=False),
    Column("precondition", Json, nullable=False),
    Column("argument_hash", String(64), nullable=False),
    Column("evidence", Json, nullable=False),
    Column("rationale", Text, nullable=False),
    Column("prediction", Json),
    Column("risk_score", Float, nullable=False),
    Column("risk_factors", Json, nullable=False),
    amount("cost", nullable=True),
    currency("cost_currency", nullable=True),
    amount("stake", nullable=True),
    currency("stake_currency", nullable=True),
    Column("inverse", Json, nullable=False),
    Column("ruling", String(10), nullable=False),
    Column("verdict", Json, nullable=False),
    Column("provenance", String(40), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("decided_at", nullable=True),
    Column("decided_by", String(255)),
    moment("executed_at", nullable=True),
    reference("reverts", nullable=True),
    reference("reverted_by", nullable=True),
    Column("failure", Text),
    UniqueConstraint("store_id", "proposal_key"),
    Index(None, "store_id", "status", "created_at"),
    Index(None, "store_id", "subject_id", "kind"),
    Index(None, "store_id", "agent_id", "created_at"),
    Index(None, "store_id", "run_id"),
)

approvals = Table(
    "approvals",
    metadata,
    store_key(),
    key(),
    reference("decision_id"),
    # approve, reject, revert
    Column("action", String(20), nullable=False),
    Column("actor", String(255), nullable=False),
    Column("argument_hash", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    moment("at"),
    Index(None, "store_id", "decision_id"),
    _of_a_decision(),
)

executions = Table(
    "executions",
    metadata,
    store_key(),
    key("decision_id"),
    Column("idempotency_key", String(120), nullable=False),
    # reserved, writing, written, verified, failed, conflicted
    Column("state", String(20), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    moment("started_at"),
    moment("finished_at", nullable=True),
    Index(None, "store_id", "state"),
    _of_a_decision(),
)

reservations = Table(
    "reservations",
    metadata,
    store_key(),
    key("decision_id"),
    amount("amount"),
    currency(),
    Column("day", Date, nullable=False),
    # YYYY-MM of ``day``
    Column("month", String(7), nullable=False),
    # reserved, settled, released
    Column("state", String(20), nullable=False),
    moment("at"),
    Index(None, "store_id", "day"),
    Index(None, "store_id", "month"),
    _of_a_decision(),
)

policies = Table(
    "policies",
    metadata,
    store_key(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Json, nullable=False),
    Column("changed_by", String(255), nullable=False),
    moment("changed_at"),
)

autonomy = Table(
    "autonomy",
    metadata,
    store_key(),
    key("agent_id"),
    Column("kind", String(80), primary_key=True),
    Column("level", String(20), nullable=False),
    Column("changed_by", String(255), nullable=False),
    moment("changed_at"),
    # Why the record took it away; NULL where a person set it.
    Column("why", Text),
)

stops = Table(
    "stops",
    metadata,
    store_key(),
    key(),
    # store, agent:<id>, all
    Column("scope", String(120), nullable=False),
    Column("by", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    moment("at"),
    moment("lifted_at", nullable=True),
    Column("lifted_by", String(255)),
    Index(None, "store_id", "lifted_at"),
)

purchase_orders = Table(
    "purchase_orders",
    metadata,
    store_key(),
    key(),
    reference("decision_id"),
    reference("variant_id"),
    Column("sku", String(255)),
    Column("title", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    amount("unit_cost", nullable=True),
    currency(nullable=True),
    reference("location_id", nullable=True),
    # NULL: it is not known whom it goes to
    reference("supplier_id", nullable=True),
    # ordered, received, cancelled
    Column("status", String(20), nullable=False),
    moment("expected_at", nullable=True),
    moment("created_at"),
    UniqueConstraint("store_id", "decision_id"),
    Index(None, "store_id", "variant_id"),
    _of_a_decision(),
)
