"""Lets in only requests signed with the control key, each once."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import Unauthenticated
from core.security.principals import Principal
from core.web.door import Door, Request


class ControlDoor(Door):
    """A door for machines: a token or a session does not open it, whatever its role."""

    def authorise(
        self,
        permission: str | None,
        request: Request,
        known: Callable[[Principal], None] = lambda _: None,
    ) -> Principal | None:
        """What is not signed; signed requests go through ``authorise_signed``."""
        if permission is not None and permission.startswith("control:"):
            raise Unauthenticated(
                "Requests to machine control are signed.",
                remedy="Sign with CONTROL_HMAC_SECRET and send X-Royal-Timestamp, X-Royal-Nonce "
                "and X-Royal-Signature; /docs says how.",
            )
        return Door.authorise(self, permission, request, known)
