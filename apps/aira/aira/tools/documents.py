"""The product's own documentation, searched by words and by meaning."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aira import meaning
from aira.tools.model import PAGE_MAX, Answer, Asked, Json, Paged, Tool, safe
from core.errors import Invalid


class DocsIn(Paged):
    """What to look for."""

    limit: int = Field(3, ge=1, le=PAGE_MAX, description="How many sections")
    text: str = Field(description="Words, for example: undo a price", min_length=1)


def docs(asked: Asked, given: DocsIn) -> Answer:
    """The sections that fit best."""
    platform = asked.platform
    folder = platform.settings.var_dir / "embeddings"
    found = meaning.search(given.text, platform.embedder(actor=asked.caller.name), folder)
    begin = _offset(given.cursor)
    shown = found[begin : begin + given.limit]
    more = len(found) > begin + given.limit
    rows: list[Json] = [
        {"page": each.page, "title": each.title, "heading": each.heading, "text": each.excerpt}
        for each in shown
    ]
    text = "\n\n".join(
        f"**{safe(each.title)}**" + (f" › {safe(each.heading)}" if each.heading else "")
        + f" (docs/{each.page})\n\n{each.excerpt}"
        for each in shown
    )  # fmt: skip
    return Answer(
        result={"total": len(found), "data": rows},
        text=text or f"The documentation has nothing about {safe(given.text)}.", source="royal",
        as_of=asked.platform.clock().now(),
        next_cursor=str(begin + given.limit) if more else None, label="Documentation",
    )  # fmt: skip


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 6:
        raise Invalid("The cursor is not one of this list's.", remedy="Pass its next_cursor.")
    return int(cursor)


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "docs", "Documentation",
        "Searches this product's own documentation: how to approve, undo, stop, connect a store, "
        "what a limit or a setting means.",
        "session:read", DocsIn, docs, aliases=("documentation", "manual"), rest="text",
    ),
)  # fmt: skip
