"""BigQuery's official client, made when it is first needed: importing it takes a second."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from core.errors import NotConfigured
from core.secrets.secret_provider import SecretNotFoundError, UnifiedSecretResolver
from core.settings import Settings

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

SECRET = "BIGQUERY_CREDENTIALS"  # noqa: S105 - a name
_REMEDY = (
    f"Store the service account's JSON with `royal secrets set {SECRET}`, or set "
    "GOOGLE_APPLICATION_CREDENTIALS."
)


def connect(settings: Settings) -> Client:
    """A client by the secret, else by the machine's own credentials.

    For a thread without an event loop. Raises ``NotConfigured`` when there is neither.
    """
    from google.auth.exceptions import DefaultCredentialsError
    from google.cloud import bigquery

    try:
        return bigquery.Client(
            project=settings.bigquery_project_id,
            credentials=_credentials(settings),
            location=settings.bigquery_location,
        )
    except DefaultCredentialsError:
        raise NotConfigured("BigQuery has no credentials.", remedy=_REMEDY) from None


def _credentials(settings: Settings) -> Any:
    """Those of the secret; None leaves it to the client to find the machine's."""
    from google.oauth2 import service_account

    try:
        found = asyncio.run(UnifiedSecretResolver(settings).get_secret(SECRET))
    except SecretNotFoundError:
        return None
    try:
        return service_account.Credentials.from_service_account_info(json.loads(found))  # type: ignore[no-untyped-call]
    except ValueError:
        raise NotConfigured(f"{SECRET} is no service account's JSON.", remedy=_REMEDY) from None
