"""Mail that comes in: an Internet message (RFC 5322) read as data, whatever it holds.

Nothing of it is believed: bytes decide what a file is, HTML is sanitised, sizes are bounded.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from email import message_from_bytes
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import getaddresses, parseaddr
from html import unescape

from core.errors import Invalid
from royal_platform.commerce.support.model import Arrival, Attachment, Channel
from royal_platform.commerce.support.rules import is_machine, unquoted
from royal_platform.messaging.authenticity import Lookup, is_proven, is_signed

MAIL_MAX = 5 * 1024 * 1024
_TEXT_MAX, _HTML_MAX, _LINE_MAX = 50_000, 200_000, 400
_FILES_MAX, _FILE_MAX, _PARTS_MAX = 20, 4 * 1024 * 1024, 200
_ANSWERS_MAX = 50
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,400})>")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()]{1,64}@[^@\s<>,;:\"()]{1,190}")
_TAGS = frozenset({
    "a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "hr", "i", "li", "ol",
    "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
# What is kept, by its first bytes: nothing that a browser or an office program runs.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"), (b"%PDF-", "application/pdf"),
)  # fmt: skip
_UNKNOWN = "application/octet-stream"
# What the parser raises at headers it cannot read.
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, HeaderParseError)


def mail_key(raw: bytes) -> str:
    """The same for the same mail: of its Message-ID, or of its bytes where it has none."""
    given = BytesHeaderParser(policy=default).parsebytes(raw[:100_000])
    found = _internet_ids(_header(given, "message-id"))
    told = f"id:{found[0]}".encode() if found else b"raw:" + raw
    return hashlib.sha256(told).hexdigest()[:40]


def arrival_of(
    raw: bytes, ours: str, relay: str | None = None, lookup: Lookup | None = None
) -> Arrival:
    """The mail as what a customer sent; ``ours`` is the address our own mail comes from.

    ``relay`` is the name of the relay that says who a mail is from. Without one its own signature
    says so, whose key ``lookup`` finds; with neither its From is believed. Raises ``Invalid`` when
    it has no sender one could answer.
    """
    message = message_from_bytes(raw, policy=default)
    if not isinstance(message, EmailMessage):
        raise Invalid("This is no mail.", remedy="Send the whole message (RFC 5322).")
    author, address = _sender(message)
    headers = {name.lower(): _header(message, name) for name in message}
    body, html = _bodies(message)
    fresh, quoted = unquoted(body)
    ids = _internet_ids(_header(message, "message-id"))
    answers = [
        *_internet_ids(_header(message, "in-reply-to")),
        *reversed(_internet_ids(_header(message, "references"))),
    ]
    return Arrival(
        key=mail_key(raw), channel=Channel.MAIL, author=author, address=address,
        subject=line(_header(message, "subject")), text=fresh, quoted=quoted, html=html,
        internet_id=ids[0] if ids else None, answers=tuple(dict.fromkeys(answers))[:_ANSWERS_MAX],
        is_automatic=is_machine(headers, address) or address == ours.lower(),
        files=_files(message), proven=_names_one(message, address) and (
            _vouched(message, raw, address, relay, lookup)
        ),
    )  # fmt: skip


def media_type_of(content: bytes) -> str:
    """What the bytes are, by themselves; ``application/octet-stream`` when they do not say."""
    for signature, found in _SIGNATURES:
        if content.startswith(signature):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "text/plain" if _is_text(content) else _UNKNOWN


def clean_html(given: str) -> str:
    """Sanitised: no script, style, form, frame or picture (a picture tells who reads it when)."""
    import nh3

    return nh3.clean(
        given[:_HTML_MAX], tags=set(_TAGS), attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        clean_content_tags={"script", "style", "title", "template"},
    )  # fmt: skip


def line(given: str, most: int = _LINE_MAX) -> str:
    """One line without control characters and without characters that turn text around."""
    kept = "".join(" " if c in "\r\n\t" else c for c in given if c in "\r\n\t" or _is_shown(c))
    return " ".join(kept.split())[:most]


def plain(given: str, most: int = _TEXT_MAX) -> str:
    """Text of several lines without control characters."""
    told = given.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in told if c in {"\n", "\t"} or _is_shown(c))[:most]


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Who wrote it is its From: a Reply-To is anybody's word, and names nobody."""
    author, address = parseaddr(_header(message, "from"))
    if not _ADDRESS.fullmatch(address):
        raise Invalid("The mail has no sender.", remedy="Send it with a From that is one address.")
    return line(author, 120), address.lower()


def _names_one(message: EmailMessage, address: str) -> bool:
    """Of one sender, who asks to be answered nowhere else."""
    elsewhere = {each.lower() for _, each in getaddresses(_all(message, "reply-to"))} - {address}
    return not elsewhere and len(getaddresses(_all(message, "from"))) == 1


def _vouched(
    message: EmailMessage, raw: bytes, address: str, relay: str | None, lookup: Lookup | None
) -> bool:
    if relay is not None:
        return is_proven(_all(message, "authentication-results"), relay, address)
    return lookup is None or is_signed(raw, address, lookup)


def _bodies(message: EmailMessage) -> tuple[str, str | None]:
    """The text, and the HTML where there is some; text is made of HTML where it is alone."""
    found: dict[str, str] = {}
    for part in _parts(message):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and kind not in found and not _is_file(part):
            found[kind] = _decoded(part)
    html = clean_html(found["text/html"]) if "text/html" in found else None
    text = found.get("text/plain", "")
    if not text.strip() and html is not None:
        text = _text_of(html)
    return plain(text), html


def _text_of(html: str) -> str:
    import nh3

    broken = re.sub(r"(?i)<(br|/p|/div|/li|/tr|/h[1-3])[^<>]{0,20}>", "\n", html)
    return unescape(nh3.clean(broken, tags=set()))


def _files(message: EmailMessage) -> tuple[tuple[Attachment, bytes | None], ...]:
    found: list[tuple[Attachment, bytes | None]] = []
    for part in _parts(message):
        if _is_file(part) and len(found) < _FILES_MAX:
            found.append(_file(part, len(found)))
    return tuple(found)


def _file(part: EmailMessage, place: int) -> tuple[Attachment, bytes | None]:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    digest = hashlib.sha256(content).hexdigest()
    kind = media_type_of(content)
    refused = _why_refused(content, kind, part.get_content_type())
    name = line((_filename(part) or "file").replace("/", "_").replace("\\", "_"), 120)
    attachment = Attachment(
        id=f"{place:02d}_{digest[:40]}", filename=name.lstrip(".") or "file", media_type=kind,
        declared_type=line(part.get_content_type(), 127), size=len(content), sha256=digest,
        refused=refused,
    )  # fmt: skip
    return attachment, None if refused else content


def _why_refused(content: bytes, kind: str, declared: str) -> str | None:
    if not content:
        return "It is empty."
    if len(content) > _FILE_MAX:
        return f"It is larger than {_FILE_MAX // 1024 // 1024} MiB."
    if kind == _UNKNOWN:
        return "Its bytes are of no kind that is kept (PNG, JPEG, GIF, WebP, PDF, plain text)."
    if declared.lower() not in (kind, _UNKNOWN, "image/jpg"):
        return f"It says it is {line(declared, 80)}, and is {kind}."
    return None


def _parts(message: EmailMessage) -> list[EmailMessage]:
    """Every leaf, of deep and wide messages too; a few hundred are enough for any customer."""
    found: list[EmailMessage] = []
    waiting: list[object] = [message]
    while waiting and len(found) < _PARTS_MAX:
        part = waiting.pop(0)
        payload = part.get_payload() if isinstance(part, EmailMessage) else None
        if isinstance(part, EmailMessage):
            if isinstance(payload, list):
                waiting = [*payload[:_PARTS_MAX], *waiting][:_PARTS_MAX]
            else:
                found.append(part)
    return found


def _is_file(part: EmailMessage) -> bool:
    if part.get_content_disposition() == "attachment" or _filename(part):
        return True
    return part.get_content_maintype() not in ("text", "multipart", "message")


def _filename(part: EmailMessage) -> str | None:
    try:
        return part.get_filename()
    except (ValueError, LookupError, HeaderParseError):
        return None


def _decoded(part: EmailMessage) -> str:
    """The part's text, in whatever charset it claims; what cannot be read is replaced."""
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        return raw[: 4 * _HTML_MAX].decode(charset, "replace")
    except (LookupError, ValueError):
        return raw[: 4 * _HTML_MAX].decode("utf-8", "replace")


def _header(message: object, name: str) -> str:
    """A header's value; "" when it is absent or so malformed that the parser gives up."""
    try:
        value = message.get(name, "")  # type: ignore[attr-defined]
        return str(value)
    except _MALFORMED:
        return ""


def _all(message: EmailMessage, name: str) -> list[str]:
    """Every header of the name, the topmost first; one "" when the parser gives up."""
    try:
        return [str(each) for each in message.get_all(name, [])]
    except _MALFORMED:
        return [""]


def _internet_ids(given: str) -> list[str]:
    return _MESSAGE_ID.findall(given[:20_000])


def _is_shown(character: str) -> bool:
    # Cc are controls, Cf turn text around or hide it, Cs are no characters at all.
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return content.lstrip()[:1] != b"<"
