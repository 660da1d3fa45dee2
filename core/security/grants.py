"""A grant of access to an outside system: how it was given, its secrets, until when it holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Method = Literal["static", "client_credentials", "authorization_code"]
_SECRETS = (
    "client_secret", "previous_secret", "access_token", "refresh_token", "spare_refresh_token",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grant:
    """Access to one outside system (OAuth 2.0, RFC 6749); its repr shows no secret.

    ``renew_at`` lies before ``expires_at``; both None mean that the token does not end.
    ``previous_secret`` is the client secret before the last rotation, ``spare_refresh_token`` the
    refresh token before the last renewal: each is good until its successor was used.
    ``generation`` says which act of a person it comes from; every renewal keeps it.
    """

    method: Method
    client_id: str | None = None
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    generation: int = field(default=0, compare=False)
    client_secret: str | None = field(default=None, repr=False)
    previous_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    spare_refresh_token: str | None = field(default=None, repr=False)

    def secrets(self) -> str:
        """The secret parts as one JSON text, to be sealed."""
        return json.dumps({name: getattr(self, name) for name in _SECRETS})


def opened(text: str, **known: Any) -> Grant:
    """The grant whose secret parts are ``text`` and whose other parts are ``known``."""
    found = json.loads(text)
    return Grant(**known, **{name: found.get(name) for name in _SECRETS})
