"""One HTTP door in neutral words: who is let in, what every answer carries, what is a problem."""

from __future__ import annotations

import ipaddress
import logging
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from core.errors import Forbidden, RoyalError, Unauthenticated, problem
from core.security import hmac_requests, sessions, tokens
from core.security.access_log import AccessLog
from core.security.credentials import same
from core.security.principals import Principal, principal
from core.settings import Settings
from core.storage.database import Database
from core.telemetry.logs import get_logger
from core.web.health import HealthCheck, Readiness
from core.web.permissions import PROBE, PUBLIC

REQUEST_ID_HEADER = "X-Request-Id"
BODY_MAX_BYTES = 2 * 1024 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROBE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{7,99}")
# Seeded by the system once: a name for a log line is no secret.
_dice = random.Random()  # noqa: S311
_log = get_logger(__name__)
# Asking the other costs as much as ten questions here, and most answers are no line.
_lines = logging.getLogger(__name__)

# No inline script anywhere. Inline styles are let through because the dialogs (scroll lock) and
# toasts of the command center insert style elements and cannot take a nonce from a built page.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob: https://cdn.shopify.com",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@dataclass(slots=True)
class Door:
    """One HTTP process. ``database`` is asked for at the first request that needs it."""

    name: str
    settings: Settings
    database: Callable[[], Database]
    checks: Sequence[HealthCheck] = ()
    body_max_bytes: int = BODY_MAX_BYTES
    readiness: Readiness = field(init=False)
    access: AccessLog = field(init=False)

    def __post_init__(self) -> None:
        self.readiness = Readiness(self.checks)
        self.access = AccessLog(self.name, self.database)

    def authorise(
        self,
        permission: str | None,
        request: Request,
        known: Callable[[Principal], None] = lambda _: None,
    ) -> Principal | None:
        """Let the caller in or raise. None for routes that are open and a caller unknown.

        ``known`` is told who it is before anything is refused: the logs name who was turned away.
        """
        if permission == PUBLIC or (permission == PROBE and is_local(request)):
            return None
        caller = authenticate(request.headers, request.cookies, self.database, self.settings)
        known(caller)
        if permission is None:
            _log.error("http.route.undeclared", door=self.name, path=request.path)
            raise Forbidden("This route declares no permission.", remedy="Report this as a bug.")
        wanted = "connections:read" if permission == PROBE else permission
        try:
            check_origin(caller, request, self.settings)
            caller.demand(wanted)
        except Forbidden:
            _log.warning(
                "http.caller.refused", door=self.name, caller=caller.name, role=caller.role,
                credential=f"{caller.kind}:{caller.credential}", permission=wanted,
            )  # fmt: skip
            raise
        return caller

    def authorise_signed(self, permission: str, request: Request, body: bytes) -> Principal:
        """Let a machine in by its signature, which is used up; ``request.path`` has the query."""
        key = self.settings.control_hmac_secret.get_secret_value().encode()
        with self.database().write() as transaction:
            caller = hmac_requests.verify(
                transaction.connection,
                key,
                request.method,
                request.path,
                body,
                request.headers,
                now=datetime.now(UTC),
            )
        caller.demand(permission)
        return caller

    def answer_headers(self, path: str, *, secure: bool) -> dict[str, str]:
        """What every answer carries unless its handler said otherwise, besides its request id."""
        headers = dict(_HEADERS)
        if path.startswith(("/v1", "/control", "/login", "/readyz")):
            headers["Cache-Control"] = "no-store"
        if secure and self.settings.is_production:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return headers


@dataclass(frozen=True, slots=True)
class Request:
    """What the door needs to know of a request; header names are case-insensitive."""

    method: str
    path: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    client: str | None


class InternalError(RoyalError):
    """What a caller is told about a failure of ours: its request id and nothing else."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            "Something failed here; the log has the details.",
            remedy=f"Report the request id {request_id}.",
        )


def authenticate(
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
    database: Database | Callable[[], Database],
    settings: Settings,
) -> Principal:
    """The caller behind a bearer token or a session cookie; raises ``Unauthenticated``."""
    given = headers.get("authorization") or headers.get("Authorization") or ""
    scheme, _, value = given.partition(" ")
    value = value.strip()
    cookie = cookies.get(sessions.COOKIE)
    if scheme.lower() == "bearer" and value:
        admin = settings.royal_admin_token
        if admin is not None and same(value, admin.get_secret_value()):
            return principal("admin", "admin", None, "token", credential="environment")
    elif not cookie:
        raise Unauthenticated(
            "This needs a bearer token or a browser session.",
            remedy="Open the link that `royal login-link` prints, or send "
            "`Authorization: Bearer TOKEN` with a token from `royal tokens create`.",
            headers={"WWW-Authenticate": 'Bearer realm="royal"'},
        )
    now = datetime.now(UTC)
    opened = database if isinstance(database, Database) else database()
    with opened.read() as connection:
        if scheme.lower() == "bearer" and value:
            return tokens.verify(connection, value, now=now)
        return sessions.verify(connection, cookie or "", now=now)


def check_origin(caller: Principal, request: Request, settings: Settings) -> None:
    """A browser session changes things only from our own pages (RFC 6454 origin)."""
    if caller.kind != "session" or request.method in _SAFE_METHODS:
        return
    host = request.headers.get("host") or request.headers.get("Host") or ""
    ours = {f"http://{host}", f"https://{host}"} if host else set()
    if settings.royal_public_url:
        ours.add(settings.royal_public_url)
    origin = request.headers.get("origin") or request.headers.get("Origin")
    if origin is None or origin not in ours:
        raise Forbidden(
            "A browser session may change things only from the command center's own pages.",
            remedy="Use the command center, or send a bearer token.",
        )


def is_local(request: Request) -> bool:
    """True for a caller on this machine that no proxy forwarded."""
    if any(request.headers.get(name) for name in ("x-forwarded-for", "forwarded", "x-real-ip")):
        return False
    try:
        address = ipaddress.ip_address(request.client or "")
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def request_id_from(given: str | None) -> str:
    """The caller's request id when it is harmless in a log, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return f"req_{_dice.getrandbits(96):024x}"


def log_answer(
    door: Door, method: str, route: str | None, status: int, seconds: float, *, told: bool = False
) -> None:
    """One line per request; what only reads and succeeds is a detail outside production.

    So is a success of a route that tells of many at once (``told``).
    """
    probed = route in PROBE_PATHS
    reading = method in _SAFE_METHODS and not door.settings.is_production
    detail = probed or (status < 400 and (reading or told))
    level = logging.DEBUG if detail else logging.INFO
    if not _lines.isEnabledFor(level):
        return
    _log.log(
        level,
        "http.request.answered",
        method=method,
        # The template, not the address: a sign-in link's code is a secret.
        route=route or "unmatched",
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )


def problem_body(error: RoyalError, *, path: str, request_id: str) -> bytes:
    """The problem document's bytes."""
    document: dict[str, Any] = problem(error, instance=path, request_id=request_id)
    return orjson.dumps(document, default=str)
