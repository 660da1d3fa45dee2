"""The merchant's own texts: a folder of Markdown files, one policy each; and the shop's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from core.errors import RoyalError
from core.telemetry.logs import get_logger
from royal_platform.commerce.support.knowledge import Policy
from royal_platform.commerce.support.ports import PolicyReader

_MOST_BYTES = 512_000
_MARKS = re.compile(r"[*_`]{1,3}|^#{1,6}\s*|^\s*>\s?|!?\[([^\]]*)\]\([^)]*\)", re.MULTILINE)
_log = get_logger(__name__)


def policies_in(folder: Path) -> Sequence[Policy]:
    """Every ``*.md`` directly in ``folder``, its first heading as title; none without a folder.

    A file that cannot be read or is too large is left out, and the log says so. Links that lead
    out of the folder are not followed.
    """
    found = []
    for path in sorted(folder.glob("*.md")):
        try:
            if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
                raise ValueError("a link, or too large")
            text, at = path.read_text(encoding="utf-8"), path.stat().st_mtime
        except (OSError, ValueError) as error:
            _log.warning("knowledge.policy.skipped", file=path.name, error=type(error).__name__)
            continue
        title, body = _parts(path.stem, text)
        found.append(Policy(path.stem, title, body, None, datetime.fromtimestamp(at, UTC)))
    return found


async def every_policy(
    shop: PolicyReader, folder: Path, patience: float | None = None
) -> tuple[list[Policy], bool]:
    """The shop's and the merchant's own, and whether the shop answered; without its if not.

    ``patience`` is how many seconds a person would wait for the shop; None is as many as it takes.
    """
    own = await asyncio.to_thread(policies_in, folder)
    try:
        async with asyncio.timeout(patience):
            return [*await shop.policies(), *own], True
    except (RoyalError, TimeoutError) as error:
        _log.warning("support.policies.failed", error=type(error).__name__)
        return list(own), False


def _parts(name: str, text: str) -> tuple[str, str]:
    heading = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    body = text if heading is None else text.replace(heading.group(), "", 1)
    plain = _MARKS.sub(lambda match: match.group(1) or "", body).strip()
    return (name if heading is None else heading.group(1).strip()), plain
