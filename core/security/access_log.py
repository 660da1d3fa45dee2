"""The access log: who came in from where and who was turned away, counted by the hour.

It is bounded whoever knocks: a row is an hour, an inlet, an outcome, a credential and a network, a
batch holds so many rows and no more, and rows are dropped after ``KEPT``. It holds no secret and no
full address.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from core.errors import RoyalError
from core.security.principals import Principal
from core.security.tables import access_log
from core.storage.database import Database
from core.telemetry.logs import get_logger

KEPT = timedelta(days=35)
ELSEWHERE = "elsewhere"
_AFTER_SECONDS = 2.0
_MOST_ROWS = 500
_OUTCOMES = {401: "unknown", 403: "not_allowed", 410: "used_link"}
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """How often one credential ("" = none) met one outcome from one network within an hour."""

    hour: datetime
    door: str
    inlet: str
    outcome: str
    caller: str
    place: str
    count: int
    first_at: datetime
    last_at: datetime


Key = tuple[datetime, str, str, str, str, str]


class AccessLog:
    """What one door notes. It waits in memory for at most two seconds and is then written.

    A process that is killed loses those two seconds and nothing else.
    """

    def __init__(
        self,
        door: str,
        database: Callable[[], Database],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._door = door
        self._database = database
        self._now = now
        self._waiting: dict[Key, tuple[int, datetime, datetime]] = {}
        self._turn = threading.Lock()
        self._timer: threading.Timer | None = None

    def note(
        self, route: str | None, status: int, caller: Principal | None, client: str | None
    ) -> None:
        """Note an answer: a known caller that was let in, or anybody who was turned away."""
        outcome = _OUTCOMES.get(status, "let_in")
        if outcome == "let_in" and (caller is None or status >= 400):
            return
        if outcome == "used_link" and _inlet(route) != "login":
            return
        now = self._now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        who = "" if caller is None else f"{caller.kind}:{caller.credential}"
        with self._turn:
            key = (hour, self._door, _inlet(route), outcome, who, place_of(client))
            if key not in self._waiting and len(self._waiting) >= _MOST_ROWS:
                # So many networks in two seconds are one attack.
                key = (*key[:5], ELSEWHERE)
            count, first, _ = self._waiting.get(key, (0, now, now))
            self._waiting[key] = (count + 1, first, now)
            if self._timer is None:
                self._timer = threading.Timer(_AFTER_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what waits. A database that is away loses it: a door does not stop for that."""
        with self._turn:
            waiting, self._waiting = self._waiting, {}
            self._timer = None
        if not waiting:
            return
        try:
            with self._database().write() as transaction:
                _add(transaction.connection, waiting)
        except (RoyalError, SQLAlchemyError) as error:
            reason = type(error).__name__
            _log.warning("access_log.write.failed", lost=len(waiting), reason=reason)


def place_of(client: str | None) -> str:
    """The network of an address: /24 of IPv4, /48 of IPv6, "loopback", "" when there is none."""
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return "loopback"
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, bits), strict=False))


def since(connection: Connection, at: datetime) -> Sequence[Access]:
    """What was noted since ``at``, the oldest first."""
    query = (
        select(access_log)
        .where(access_log.c.last_at >= at)
        .order_by(*(access_log.c[name] for name in ("hour", "door", "inlet", "outcome", "caller")))
        .order_by(access_log.c.place)
    )
    return [Access(**row._asdict()) for row in connection.execute(query)]


def begun_at(connection: Connection) -> datetime | None:
    """Since when there is a log; None while it is empty."""
    column = access_log.c.first_at
    found: datetime | None = connection.execute(
        select(func.min(column, type_=column.type))
    ).scalar_one()
    return found


def prune(connection: Connection, *, now: datetime) -> int:
    """Drop what is older than ``KEPT``; how many rows."""
    dropped = connection.execute(delete(access_log).where(access_log.c.last_at < now - KEPT))
    return int(dropped.rowcount)


def _inlet(route: str | None) -> str:
    if route is None:
        return "unmatched"
    return route.strip("/").partition("/")[0][:40] or "root"


def _add(connection: Connection, waiting: dict[Key, tuple[int, datetime, datetime]]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    names = ("hour", "door", "inlet", "outcome", "caller", "place")
    rows = [
        {**dict(zip(names, key, strict=True)), "count": count, "first_at": first, "last_at": last}
        # In one order in every process: two batches never wait for each other.
        for key, (count, first, last) in sorted(waiting.items())
    ]
    wanted = dialect.insert(access_log)
    new = wanted.excluded
    connection.execute(
        wanted.on_conflict_do_update(
            index_elements=list(names),
            set_={"count": access_log.c.count + new.count, "last_at": new.last_at},
        ),
        rows,
    )
