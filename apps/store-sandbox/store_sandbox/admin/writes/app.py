"""What an app does to its own installation."""

from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.writes.outcome import Payload, Refused, Write
from store_sandbox.oauth.tokens import narrow, uninstall
from store_sandbox.scopes import DESCRIPTIONS


def leave(write: Write, _args: dict[str, Any]) -> Payload:
    """`appUninstall`: tokens, subscriptions and running bulk operations end."""
    uninstall(write.tx, write.client_id)
    return {"app": write.client_id, "userErrors": []}


def give_back(write: Write, args: dict[str, Any]) -> Payload:
    """`appRevokeAccessScopes`: every token of the app loses them."""
    wanted = frozenset(args["scopes"])
    errors = [
        user_error(["scopes"], f"The scope {one} does not exist.", "UNKNOWN_SCOPES")
        for one in sorted(wanted - frozenset(DESCRIPTIONS))
    ]
    if errors:
        raise Refused(*errors)
    gone = wanted & write.scopes
    narrow(write.tx, write.client_id, gone)
    return {
        "revoked": [{"handle": one, "description": DESCRIPTIONS[one]} for one in sorted(gone)],
        "userErrors": [],
    }
