"""Effects and records on the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from app.schemas.common import SubjectOut
from app.schemas.effects import (
    CalibrationOut,
    ConditionOut,
    EffectOut,
    EffectPage,
    EffectQuery,
    EstimateOut,
    PooledOut,
    RecordList,
    RecordOut,
)
from app.views import shared
from orchestrator.core import records as use_case
from royal_platform.persistence.effects import EffectFilter, Effects

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from orchestrator.core.records import AgentRecord
    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.decisions.model import Decision
    from royal_platform.commerce.effects.model import Calibration, Pooled
    from royal_platform.persistence.effects import StoredEffect

_CENT = Decimal("0.01")


def listing(platform: Platform, query: EffectQuery) -> EffectPage:
    """A page of effects."""
    wanted = EffectFilter(query.agent, query.kind, query.status, query.subject)
    with platform.database.read() as connection:
        page = Effects(platform.store_id).page(connection, wanted, query.cursor, query.limit)
        store = shared.store(platform, connection)
        data = [one(connection, each.effect, each.decision) for each in page.items]
    return EffectPage(
        data=data, next_cursor=page.next_cursor, total=page.total,
        provenance=shared.provenance(store),
    )  # fmt: skip


def of_decision(connection: Connection, decision: Decision) -> EffectOut | None:
    """The effect of a decision; None when it has none (not executed, or nothing predicted)."""
    effect = Effects(decision.store_id).get(connection, decision.id)
    return None if effect is None else one(connection, effect, decision)


def one(connection: Connection, effect: StoredEffect, decision: Decision) -> EffectOut:
    """One effect with what its decision changed."""
    return EffectOut(
        decision_id=effect.decision_id,
        agent_id=effect.agent_id,
        kind=effect.kind,
        subject=SubjectOut.model_validate(decision.proposal.subject),
        changes=shared.changes(connection, decision),
        status=cast("Any", effect.status),
        executed_at=effect.opened_at,
        due_at=effect.due_at,
        measured_at=effect.measured_at,
        first_day=effect.first_day,
        last_day=effect.last_day,
        cut=cast("Any", effect.cut),
        unit=effect.unit,
        predicted=_estimate(effect.predicted, effect.predicted_low, effect.predicted_high),
        realised=_realised(effect),
        inside=effect.inside,
        method=effect.method,
        sample=effect.sample,
        reason=effect.reason,
        detail=effect.detail,
    )


def records(platform: Platform, agent_id: str | None) -> RecordList:
    """The record of every agent and kind."""
    found = use_case.records(platform, agent_id)
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
    return RecordList(data=[_record(each) for each in found], provenance=shared.provenance(store))


def _realised(effect: StoredEffect) -> EstimateOut | None:
    if effect.estimate is None or effect.low is None or effect.high is None:
        return None
    return _estimate(effect.estimate, effect.low, effect.high)


def _record(each: AgentRecord) -> RecordOut:
    record = each.record
    return RecordOut(
        agent_id=each.agent_id,
        kind=each.kind,
        unit=each.unit,
        level=each.level.value,
        changed_by=each.changed_by,
        changed_at=each.changed_at,
        why=each.why,
        days=use_case.RECORD_DAYS,
        known=each.known,
        pending=each.pending,
        never=each.never,
        next_due_at=each.next_due_at,
        pooled=None if record.pooled is None else _pooled(record.pooled),
        calibration=None if record.calibration is None else _calibration(record.calibration),
        rules_broken=record.rules_broken,
        conditions=[ConditionOut.model_validate(condition) for condition in record.conditions],
        recommended=None if record.recommended is None else record.recommended.value,
    )


def _pooled(pooled: Pooled) -> PooledOut:
    return PooledOut(
        measured=pooled.measured,
        each=_estimate(*(_amount(v) for v in (pooled.mean, pooled.low, pooled.high))),
        together=_estimate(
            *(_amount(v) for v in (pooled.total, pooled.total_low, pooled.total_high))
        ),
    )


def _calibration(found: Calibration) -> CalibrationOut:
    return CalibrationOut(
        measured=found.measured,
        inside=found.inside,
        share=found.share,
        share_low=found.share_low,
        share_high=found.share_high,
        predicted_mean=_amount(found.predicted),
        realised_mean=_amount(found.realised),
        noise_share=found.noise_share,
    )


def _estimate(point: Decimal, low: Decimal, high: Decimal) -> EstimateOut:
    return EstimateOut(
        point=point.quantize(_CENT), low=low.quantize(_CENT), high=high.quantize(_CENT)
    )


def _amount(value: float) -> Decimal:
    return Decimal(str(value)).quantize(_CENT)
