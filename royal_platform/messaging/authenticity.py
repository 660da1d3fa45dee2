"""Whether a mail comes from whom it says: by what the relay that took it in found (RFC 8601), or by
its own signature (DKIM, RFC 6376).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from core.telemetry.logs import get_logger

# The text record of a name, None where there is none (``dns_text``).
Lookup = Callable[[str], bytes | None]

_NESTED_MAX = 20
_SIGNATURES_MAX = 5
_LOOKUP_SECONDS = 5.0
# What must not be changed by whoever passes a mail on that was written to somebody else.
_SIGNED = (b"from", b"to", b"subject")
_log = get_logger(__name__)
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


def is_signed(raw: bytes, address: str, lookup: Lookup) -> bool:
    """Whether the domain of ``address`` signed the mail, as DMARC aligns them.

    A signature counts only when it covers the whole body and the headers that say who wrote what to
    whom. Of a mail with many, the first few are looked at.
    """
    import dkim

    domain = address.rpartition("@")[2].lower()
    checked = dkim.DKIM(raw, minkey=1024, timeout=_LOOKUP_SECONDS)
    present = {name.lower() for name, _value in checked.headers}
    wanted = {name for name in _SIGNED if name in present}

    def record(name: bytes, timeout: float = _LOOKUP_SECONDS) -> bytes | None:  # noqa: ARG001
        return lookup(name.decode("ascii"))

    for place in range(min(_SIGNATURES_MAX, _count_of_signatures(checked.headers))):
        try:
            prepared = checked.verify_headerprep(place)
            if not prepared:
                continue
            fields, covered, headers = prepared
            signer = fields[b"d"].decode("ascii").lower()
            whole = b"l" not in fields and wanted <= {name.lower() for name in covered}
            if whole and _aligned(signer, domain) and checked.verify_sig(
                fields, covered, headers[place], record
            ):  # fmt: skip
                return True
        except (dkim.DKIMException, ValueError, KeyError, IndexError) as error:
            _log.info("mail.signature.unread", domain=domain, reason=type(error).__name__)
    return False


def dns_text(name: str) -> bytes | None:
    """The text record of ``name``; None where there is none, or the name server does not answer."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=_LOOKUP_SECONDS, search=False)
    except dns.exception.DNSException as error:
        _log.info("mail.key.unknown", name=name, reason=type(error).__name__)
        return None
    return b"".join(next(iter(found)).strings)


def _count_of_signatures(headers: Iterable[tuple[bytes, bytes]]) -> int:
    return sum(name.lower() == b"dkim-signature" for name, _value in headers)


def _aligned(signer: str, domain: str) -> bool:
    """The same domain, or one below the other: whoever holds the upper one gave the lower away.

    A name of one label is nobody's.
    """
    if "." not in signer or "." not in domain:
        return False
    return signer == domain or signer.endswith(f".{domain}") or domain.endswith(f".{signer}")


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
