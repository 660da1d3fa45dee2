"""BigQuery's failures in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Invalid, NotConfigured, Unavailable

_NOW = "Try again; the worker does so by itself."


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise ``Invalid`` for what BigQuery refuses, ``Unavailable`` for what may work later.

    What the account may not do is ``NotConfigured``.
    """
    import requests
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth

    try:
        yield
    except api.BadRequest as error:
        raise _refused(error) from None
    except (api.Forbidden, api.Unauthorized, auth.RefreshError) as error:
        raise NotConfigured(
            f"BigQuery does not let us: {_told(error)}",
            remedy="Give the service account BigQuery Data Editor and Job User, then try again.",
        ) from None
    except (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException,
            TimeoutError) as error:  # fmt: skip
        raise Unavailable(f"BigQuery does not answer: {_told(error)}", remedy=_NOW) from None


def _refused(error: Exception) -> Invalid:
    told = _told(error)
    if "bytesBilledLimitExceeded" in told or "limit for bytes billed" in told:
        return Invalid(
            f"BigQuery refuses a query above the cost cap: {told}",
            remedy="Ask for fewer days, or raise BIGQUERY_MAX_BYTES_BILLED.",
        )
    return Invalid(f"BigQuery refuses the query: {told}", remedy="Correct it.")


def _told(error: Exception) -> str:
    return str(getattr(error, "message", None) or error)[:500]
