"""The policy on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.schemas.operations import PolicyDocument, PolicyIn, PolicyOut
from app.views import shared
from royal_platform.commerce.decisions.model import Policy, Status
from royal_platform.commerce.decisions.policy_change import POLICY
from royal_platform.persistence.decisions import DecisionFilter, Decisions
from royal_platform.persistence.policies import Policies

if TYPE_CHECKING:
    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform

_WAITING = DecisionFilter(statuses=(Status.PROPOSED.value,), kind=POLICY, order="newest")
_WAITING_MAX = 20


def current(platform: Platform) -> PolicyOut:
    """The version in force; version 0 is the defaults nobody has changed yet."""
    with platform.database.read() as connection:
        stored = Policies(platform.store_id).current(connection)
        store = shared.store(platform, connection)
        waiting = Decisions(store.id).page(connection, _WAITING, None, _WAITING_MAX).items
    return PolicyOut(
        version=stored.version,
        document=PolicyDocument.model_validate(asdict(stored.policy)),
        currency=store.currency,
        changed_by=stored.changed_by,
        changed_at=stored.changed_at or store.created_at,
        decision_id=None,
        waiting=[each.id for each in waiting],
    )


def replace(platform: Platform, actor: Principal, body: PolicyIn) -> PolicyOut:
    """Decide on an edited version: in force at once, or waiting for a second person."""
    from orchestrator.core.policy_changes import replace_policy

    wanted = Policy(**body.document.model_dump())
    decided = replace_policy(platform, body.version, wanted, actor, body.reason)
    found = current(platform)
    return found if decided is None else found.model_copy(update={"decision_id": decided.id})
