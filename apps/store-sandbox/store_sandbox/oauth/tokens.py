"""Codes, access tokens and refresh tokens; only their digests are stored.

A used refresh token stays good for 30 days more, until the one that replaced it is used: an app
that lost the answer of a renewal can ask again.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from store_sandbox.scopes import ALL
from store_sandbox.state import StateStore, Transaction

CODE_LIFE = 60
CLIENT_LIFE = 86_400
OFFLINE_LIFE = 3_600
ONLINE_LIFE = 86_400
REFRESH_LIFE = 90 * 86_400
RECOVERY = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token this is and what it may do."""

    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token, and a refresh token when it expires and can be renewed."""

    access: str
    scopes: frozenset[str]
    life: int | None
    refresh: str | None = None


def digest(token: str) -> str:
    """How a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(
    state: StateStore,
    client_id: str,
    scopes: tuple[str, ...] = ALL,
    life: int | None = CLIENT_LIFE,
) -> str:
    """A new access token; `life` in wall seconds, None for one that does not expire."""
    with state.write() as tx:
        return _access(tx, client_id, frozenset(scopes), life)


def verify_token(state: StateStore, token: str) -> Holder | None:
    """The holder of a live access token, None for any other text."""
    with state.read() as db:
        row = db.execute(
            "SELECT client_id, scopes FROM api_tokens WHERE digest = ?"
            " AND (expires_wall IS NULL OR expires_wall > ?)",
            (digest(token), state.wall()),
        ).fetchone()
    return None if row is None else Holder(row["client_id"], _scopes(row["scopes"]))


def offline(
    tx: Transaction, holder: Holder, *, expiring: bool, replaces: str | None = None
) -> Pair:
    """An offline access token; `expiring` ones come with a refresh token."""
    if not expiring:
        return Pair(_access(tx, holder.client_id, holder.scopes, None), holder.scopes, None)
    access = _access(tx, holder.client_id, holder.scopes, OFFLINE_LIFE)
    refresh = f"shprt_{secrets.token_hex(16)}"
    tx.connection.execute(
        "INSERT INTO refresh_tokens VALUES (?, ?, ?, ?, NULL, ?)",
        (digest(refresh), holder.client_id, _text(holder.scopes), tx.wall + REFRESH_LIFE, replaces),
    )
    return Pair(access, holder.scopes, OFFLINE_LIFE, refresh)


def renew(tx: Transaction, client_id: str, refresh: str) -> Pair | None:
    """A new pair for a refresh token, None when it is not good (any more)."""
    db = tx.connection
    own = digest(refresh)
    row = db.execute(
        "SELECT * FROM refresh_tokens WHERE digest = ? AND client_id = ? AND expires_wall > ?"
        " AND (first_used_wall IS NULL OR first_used_wall > ?)",
        (own, client_id, tx.wall, tx.wall - RECOVERY),
    ).fetchone()
    if row is None:
        return None
    if row["replaces"] is not None:
        db.execute(
            "DELETE FROM refresh_tokens WHERE digest = ? OR (replaces = ? AND digest <> ?)",
            (row["replaces"], row["replaces"], own),
        )
    db.execute(
        "UPDATE refresh_tokens SET first_used_wall = COALESCE(first_used_wall, ?) WHERE digest = ?",
        (tx.wall, own),
    )
    holder = Holder(client_id, _scopes(row["scopes"]))
    return offline(tx, holder, expiring=True, replaces=own)


def issue_code(state: StateStore, holder: Holder, *, online: bool) -> str:
    """An authorization code, good once and for a minute."""
    code = secrets.token_hex(16)
    with state.write() as tx:
        tx.connection.execute("DELETE FROM oauth_codes WHERE expires_wall < ?", (tx.wall,))
        tx.connection.execute(
            "INSERT INTO oauth_codes VALUES (?, ?, ?, ?, ?)",
            (
                digest(code),
                holder.client_id,
                _text(holder.scopes),
                int(online),
                tx.wall + CODE_LIFE,
            ),
        )
    return code


def take_code(tx: Transaction, client_id: str, code: str) -> tuple[Holder, bool] | None:
    """(holder, online) of a code, which is then gone; None when it is not good."""
    row: Any = tx.connection.execute(
        "DELETE FROM oauth_codes WHERE digest = ? AND client_id = ? AND expires_wall > ?"
        " RETURNING scopes, online",
        (digest(code), client_id, tx.wall),
    ).fetchone()
    if row is None:
        return None
    return Holder(client_id, _scopes(row["scopes"])), bool(row["online"])


def online(tx: Transaction, holder: Holder) -> Pair:
    """An access token of a person at the screen, for a day."""
    access = _access(tx, holder.client_id, holder.scopes, ONLINE_LIFE)
    return Pair(access, holder.scopes, ONLINE_LIFE)


def revoke(tx: Transaction, token: str) -> None:
    """End one access token."""
    tx.connection.execute("DELETE FROM api_tokens WHERE digest = ?", (digest(token),))


def narrow(tx: Transaction, client_id: str, gone: frozenset[str]) -> None:
    """Take scopes from every token of an app."""
    for table in ("api_tokens", "refresh_tokens"):
        sql = f"SELECT digest, scopes FROM {table} WHERE client_id = ?"  # noqa: S608
        for row in tx.connection.execute(sql, (client_id,)).fetchall():
            left = _text(_scopes(row["scopes"]) - gone)
            update = f"UPDATE {table} SET scopes = ? WHERE digest = ?"  # noqa: S608
            tx.connection.execute(update, (left, row["digest"]))


def uninstall(tx: Transaction, client_id: str) -> None:
    """End everything an app holds; its `app/uninstalled` subscription hears of it last."""
    db = tx.connection
    for table in ("api_tokens", "refresh_tokens", "oauth_codes"):
        db.execute(f"DELETE FROM {table} WHERE client_id = ?", (client_id,))  # noqa: S608
    leaving = f"uninstalled:{client_id}"
    db.execute("DELETE FROM webhook_subscriptions WHERE client_id = ?", (leaving,))
    db.execute(
        "DELETE FROM webhook_subscriptions WHERE client_id = ? AND topic <> 'APP_UNINSTALLED'",
        (client_id,),
    )
    db.execute(
        "UPDATE webhook_subscriptions SET client_id = ? WHERE client_id = ?", (leaving, client_id)
    )
    db.execute(
        "UPDATE bulk_operations SET status = 'CANCELING'"
        " WHERE client_id = ? AND status IN ('CREATED', 'RUNNING')",
        (client_id,),
    )
    tx.changed("app/uninstalled", 1, client_id=leaving)


def _access(tx: Transaction, client_id: str, scopes: frozenset[str], life: int | None) -> str:
    token = f"shpat_{secrets.token_hex(16)}"
    db = tx.connection
    db.execute("DELETE FROM api_tokens WHERE expires_wall < ?", (tx.wall,))
    db.execute("DELETE FROM refresh_tokens WHERE expires_wall < ?", (tx.wall,))
    db.execute(
        "INSERT INTO api_tokens VALUES (?, ?, ?, ?)",
        (digest(token), client_id, _text(scopes), None if life is None else tx.wall + life),
    )
    return token


def _text(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))


def _scopes(text: str) -> frozenset[str]:
    return frozenset(one for one in text.split(",") if one)
