"""Dead letters on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.operations import DeadLetterList, DeadLetterOut
from orchestrator.core import dead_letters as use_case

if TYPE_CHECKING:
    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform


def listing(platform: Platform) -> DeadLetterList:
    """Every open one."""
    found = use_case.open_letters(platform)
    return DeadLetterList(
        data=[
            DeadLetterOut(
                id=each.id, kind=each.kind, subject=each.subject, error=each.error, at=each.at
            )
            for each in found
        ]
    )


def retry(platform: Platform, actor: Principal, letter_id: str) -> DeadLetterList:
    """Do it again."""
    use_case.retry(platform, letter_id, actor)
    return listing(platform)


def dismiss(platform: Platform, actor: Principal, letter_id: str) -> DeadLetterList:
    """Drop it."""
    use_case.dismiss(platform, letter_id, actor)
    return listing(platform)
