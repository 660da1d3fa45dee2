"""What marking an order and revoking a token do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.security import tokens
from core.security.tables import api_tokens
from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Ground, reading, writing
from royal_platform.commerce.catalog.ports import TagReader, TagWriter
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.safeguards import FLAG, TAG, UNFLAG
from royal_platform.persistence.clock import wall_now

IN_FORCE, REVOKED = "in force", "revoked"


class FlagAction(RestsOnPrecondition):
    """``order.flag`` and ``order.unflag``: our tag on an order of the store."""

    def __init__(self, reader: TagReader, writer: TagWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the order has our tag; None when it is gone."""
        tags = await self._reader.tags(_resource(decision))
        return None if tags is None else {"flagged": TAG in tags}

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Marked, or not."""
        return {"flagged": decision.proposal.kind == FLAG}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Put our tag on or take it off; other tags stay."""
        flags = decision.proposal.kind == FLAG
        change = self._writer.add_tags if flags else self._writer.remove_tags
        await change(_resource(decision), [TAG], key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """The other of the two."""
        flags = decision.proposal.kind == FLAG
        word = "Takes the tag off again." if flags else "Puts the tag on again."
        return Inverse(UNFLAG if flags else FLAG, {"tag": TAG}, word)


class RevokeTokenAction(RestsOnPrecondition):
    """``token.revoke``: a token of our API opens no door any more."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the token is in force; None when there is none of that id."""
        query = select(api_tokens.c.revoked_at).where(api_tokens.c.id == _token(decision))
        with reading(self._ground) as books:
            row = books.connection.execute(query).one_or_none()
        return None if row is None else {"token": REVOKED if row.revoked_at else IN_FORCE}

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Revoked."""
        return {"token": REVOKED}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Revoke it by its id; twice changes nothing."""
        with writing(self._ground) as books:
            tokens.revoke(books.connection, _token(decision), now=wall_now())

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Nobody keeps its value, so it cannot come back."""
        return Inverse(None, None, "A revoked token stays revoked: make a new one.")


def _resource(decision: Decision) -> str:
    return f"Order/{decision.proposal.subject.id}"


def _token(decision: Decision) -> str:
    return str(decision.proposal.arguments["token"])
