"""Who is calling: roles, the permissions they carry, and one caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.errors import Forbidden, Invalid

Role = Literal["viewer", "assistant", "operator", "admin"]
Kind = Literal["token", "session", "machine"]

_VIEWER = frozenset(
    {
        "store:read",
        "decisions:read",
        "agents:read",
        "policy:read",
        "events:read",
        "connections:read",
        "session:read",
    }
)
# For programs that act for somebody: they read and propose, a person decides.
_ASSISTANT = _VIEWER | {"decisions:propose"}
_OPERATOR = _ASSISTANT | {"decisions:decide", "agents:run", "stop:write", "segments:write"}
_ADMIN = _OPERATOR | {
    "agents:configure",
    "policy:write",
    "tokens:write",
    "connections:write",
    "models:read",
    "control:read",
    "control:write",
}

ROLES: Mapping[str, frozenset[str]] = {
    "viewer": _VIEWER,
    "assistant": _ASSISTANT,
    "operator": _OPERATOR,
    "admin": _ADMIN,
}
PERMISSIONS = _ADMIN
# Who acts when no caller does; agents are ``agent:<name>``.
OWN_ACTORS = frozenset(
    {
        "clock", "command line", "customer", "event", "executor", "policy", "schedule", "shopify",
        "system", "worker",
    }
)  # fmt: skip
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Principal:
    """One known caller. ``store_id`` None means the store this installation serves.

    ``credential`` is the id of the token or session, no secret; "" for one that has no row.
    """

    name: str
    role: str
    store_id: str | None
    permissions: frozenset[str]
    kind: Kind
    session_id: str | None = None
    credential: str = ""

    def may(self, permission: str) -> bool:
        """True when this caller holds ``permission``."""
        return permission in self.permissions

    def demand(self, permission: str) -> None:
        """Raise ``Forbidden`` unless this caller holds ``permission``."""
        if not self.may(permission):
            raise Forbidden(
                f"{self.name!r} ({self.role}) lacks the permission {permission!r}.",
                remedy="Ask an admin for a token or a link with a role that has it.",
            )


def demand_own_name(name: str) -> None:
    """Refuse a caller's name that the record uses for the installation's own parts.

    A person called ``policy`` would stand in the audit as what the policy decided. Raises
    ``Invalid``.
    """
    plain = name.strip().lower()
    if not plain or len(name) > _LONGEST_NAME:
        raise Invalid(
            f"A caller has a name of 1 to {_LONGEST_NAME} characters.",
            remedy="Name who or what will use it.",
        )
    if plain in OWN_ACTORS or ":" in plain:
        raise Invalid(
            f"The record uses names like {name!r} for its own parts.",
            remedy="Choose a name without a colon that is none of: "
            f"{', '.join(sorted(OWN_ACTORS))}.",
        )


def principal(
    name: str,
    role: str,
    store_id: str | None,
    kind: Kind,
    session_id: str | None = None,
    *,
    credential: str = "",
) -> Principal:
    """A caller with every permission of ``role``."""
    known_by = credential or session_id or ""
    return Principal(name, role, store_id, permissions_of(role), kind, session_id, known_by)


def permissions_of(role: str) -> frozenset[str]:
    """What ``role`` may do; raises ``Invalid`` for a role that does not exist."""
    if role not in ROLES:
        raise Invalid(f"There is no role {role!r}.", remedy=f"Use one of {', '.join(ROLES)}.")
    return ROLES[role]
