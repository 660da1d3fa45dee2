"""A supplier that publishes nothing: it is written to."""

from __future__ import annotations

from collections.abc import Sequence

from royal_platform.commerce.suppliers.ports import Reading
from royal_platform.suppliers.feed.rows import Row


class NoCatalogue:
    """Nothing to read; asking is no fault."""

    known = True

    async def rows(self) -> list[Row]:
        """No rows."""
        return []

    async def catalogue(self) -> Reading:
        """No offers."""
        return Reading(())

    def mapped(self, rows: Sequence[Row]) -> Reading:  # noqa: ARG002
        """No offers."""
        return Reading(())
