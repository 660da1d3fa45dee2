"""Signing in with a one-time link and signing out."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from flask import Flask, Response, redirect, request

from app.access import caller, public
from core.errors import Gone
from core.events import NewEvent
from core.security import login_links, sessions
from core.settings import Settings
from core.web.opening import Opening
from royal_platform.persistence import stores

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_CODE_MAX = 200


def register(application: Flask, settings: Settings, opening: Opening[Platform]) -> None:
    """Serve the one-time links."""

    @application.route("/login/<code>")
    @public
    def login(code: str) -> Response:
        """Use the link up, open a session and show the command center."""
        try:
            cookie = _redeem(opening.get(), code[:_CODE_MAX])
        except Gone as error:
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            return _used(error)
        response = Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            sessions.COOKIE,
            cookie,
            max_age=int(sessions.LIFETIME.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=request.is_secure or (settings.royal_public_url or "").startswith("https:"),
            path="/",
        )
        return response

    @application.route("/login")
    @public
    def login_page() -> Response:
        """Without a link the command center says how to get one."""
        return redirect("/")  # type: ignore[return-value]


def close(platform: Platform) -> Response:
    """End the caller's session; a token is not ended here, only by ``royal tokens revoke``."""
    session_id = caller().session_id
    if session_id is not None:
        with platform.database.write() as transaction:
            sessions.close(transaction.connection, session_id, now=datetime.now(UTC))
    response = Response(status=204)
    response.delete_cookie(sessions.COOKIE, path="/", httponly=True, samesite="Lax")
    return response


def _redeem(platform: Platform, code: str) -> str:
    now = datetime.now(UTC)
    with platform.database.write() as transaction:
        issued = login_links.redeem(transaction.connection, code, now=now)
        who = sessions.verify(transaction.connection, issued.value, now=now)
        store_id = who.store_id or platform.store_id
        transaction.record(
            NewEvent(
                store_id=store_id,
                type="session.opened",
                subject=issued.id,
                payload={"role": who.role},
                actor=who.name,
                occurred_at=stores.clock(transaction.connection, store_id).now(),
            )
        )
    return issued.value


def _used(error: Gone) -> Response:
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Sign in</title>"
        f"<h1>{escape(error.detail)}</h1><p>{escape(error.remedy)}"
    )
    return Response(text, status=error.status, mimetype="text/html")
