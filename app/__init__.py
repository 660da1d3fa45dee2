"""The Flask coordinator: everything the browser needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_openapi3 import OpenAPI

if TYPE_CHECKING:
    from core.settings import Settings


def declare() -> OpenAPI:
    """The application with its routes and documents, reaching nothing outside the process."""
    from app.documented import INFO, SECURITY_SCHEMES, SERVERS, operation_id
    from app.routes import APIS
    from app.schemas.common import Problem

    application = OpenAPI(
        __name__,
        info=INFO,
        servers=SERVERS,
        security_schemes=SECURITY_SCHEMES,
        validation_error_model=Problem,
        operation_id_callback=operation_id,
        doc_ui=False,
        static_folder=None,
    )
    for group in APIS:
        application.register_api(group)
    return application


def create_app(settings: Settings | None = None) -> OpenAPI:
    """The coordinator, ready to serve."""
    return declare()
