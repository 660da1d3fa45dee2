"""Whether a mail comes from whom it says, by what the relay that took it in found (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NESTED_MAX = 20
_COMMENT = re.compile(r"\([^()]*\)")
_PASSED = re.compile(r"dmarc\s*=\s*pass(\s|$)")
_DOMAIN = re.compile(r"\bheader\.from\s*=\s*([^\s;]+)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def is_proven(results: Iterable[str], relay: str, address: str) -> bool:
    """Whether ``relay`` found that DMARC (RFC 7489) holds for the domain of ``address``.

    ``results`` are the ``Authentication-Results`` headers, the topmost first. Only the topmost
    counts, and only when it bears the relay's name (authserv-id): each below was there before the
    relay got the mail, and anybody may have written it.
    """
    topmost = next(iter(results), "")
    plain = _bare(topmost)
    name, *found = plain.split(";")
    if name.strip().partition(" ")[0].lower() != relay.lower():
        return False
    domain = address.rpartition("@")[2].lower()
    verdicts = [each.strip().lower() for each in found if "dmarc" in each.lower()]
    # Two verdicts of one method are no verdict.
    if len(verdicts) != 1 or not _PASSED.match(verdicts[0]):
        return False
    named = _DOMAIN.findall(verdicts[0])
    return named == [domain]


def _bare(text: str) -> str:
    """Without quoted strings, which may be the sender's own words, and without comments.

    Empty when one of them does not end: such a header says nothing.
    """
    text = _QUOTED.sub(" ", text)
    for _ in range(_NESTED_MAX):
        text, changed = _COMMENT.subn(" ", text)
        if not changed:
            break
    return "" if set(text) & set('"()') else text
