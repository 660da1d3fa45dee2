"""The Flask coordinator: everything the browser needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, request
from flask_openapi3.openapi import OpenAPI

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.settings import Settings
    from royal_platform.bootstrap import Platform

__all__ = ["create_app", "declare", "init_autonomous_empire"]


def declare() -> OpenAPI:
    """The application with its routes and documents, reaching nothing outside the process."""
    from app.documented import INFO, SECURITY_SCHEMES, SERVERS, operation_id, refuse_invalid
    from app.routes import APIS
    from app.schemas.common import Problem

    application = OpenAPI(
        __name__,
        info=INFO,
        servers=SERVERS,
        security_schemes=SECURITY_SCHEMES,
        validation_error_model=Problem,
        validation_error_callback=refuse_invalid,
        operation_id_callback=operation_id,
        doc_ui=False,
        static_folder=None,
    )
    for group in APIS:
        application.register_api(group)
    return application


async def init_autonomous_empire() -> None:
    """Register the seven agents, and below them your own; rows once storage is up."""
    from app.empire import SEVEN
    from orchestrator.core.agent_registry import get_agent_registry

    registry = get_agent_registry()
    for registration in SEVEN:
        registry.register(registration)


def create_app(
    settings: Settings | None = None,
    *,
    open_platform: Callable[[Settings], Platform] | None = None,
    built: Path | None = None,
) -> OpenAPI:
    """The coordinator, ready to serve; the platform opens with the first request that needs it.

    ``open_platform`` takes the place of ``bootstrap``; ``built`` is the folder of the built command
    center. Raises ``SettingsError``.
    """
    from app import documents, signin, ui
    from app.installation import checks, opening_of
    from core.settings import get_settings, load_dotenv
    from core.telemetry.logs import configure_logging, json_wanted
    from core.web.door import Door
    from core.web.flask_binding import install

    if settings is None:
        load_dotenv()
        settings = get_settings()
    configure_logging(settings.log_level, json_wanted(settings.log_format, settings.flask_env))
    application = declare()
    opening = opening_of(settings, open_platform)
    application.extensions["royal.settings"] = settings
    application.extensions["royal.platform"] = opening
    door = Door("coordinator", settings, lambda: opening.get().database, checks(settings, opening))
    install(application, door)
    documents.register(application)
    signin.register(application, settings, opening)
    ui.register(application, built or ui.BUILT)
    _behind_proxies(application, settings.trusted_proxies)
    _refuse_nul(application)
    return application


def _refuse_nul(application: Flask) -> None:
    """No text of ours holds U+0000, and PostgreSQL cannot store it."""
    from core.errors import Invalid

    @application.before_request
    def refuse_nul() -> None:
        told = f"{request.path}?{request.query_string.decode('latin-1').lower()}"
        body = request.get_data(cache=True) if request.is_json else b""
        if "\x00" in told or "%00" in told or b"\\u0000" in body or b"\x00" in body:
            raise Invalid("The request holds a NUL character.", remedy="Leave it out.")


def _behind_proxies(application: Flask, count: int) -> None:
    """Believe the forwarding headers of ``count`` proxies of ours, and of nobody else."""
    if count:
        from werkzeug.middleware.proxy_fix import ProxyFix

        wrapped = ProxyFix(application.wsgi_app, x_for=count, x_proto=count, x_host=count)
        application.wsgi_app = wrapped  # type: ignore[method-assign]
