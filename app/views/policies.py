"""The policy on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.schemas.operations import PolicyDocument, PolicyIn, PolicyOut
from app.views import shared
from royal_platform.commerce.decisions.model import Policy
from royal_platform.persistence.policies import Policies

if TYPE_CHECKING:
    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform


def current(platform: Platform) -> PolicyOut:
    """The version in force; version 0 is the defaults nobody has changed yet."""
    with platform.database.read() as connection:
        stored = Policies(platform.store_id).current(connection)
        store = shared.store(platform, connection)
    return PolicyOut(
        version=stored.version,
        document=PolicyDocument.model_validate(asdict(stored.policy)),
        currency=store.currency,
        changed_by=stored.changed_by,
        changed_at=stored.changed_at or store.created_at,
    )


def replace(platform: Platform, actor: Principal, body: PolicyIn) -> PolicyOut:
    """Put an edited version in force."""
    from orchestrator.core import control

    control.replace_policy(platform, body.version, Policy(**body.document.model_dump()), actor)
    return current(platform)
