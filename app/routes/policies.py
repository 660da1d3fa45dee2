"""The limits every decision is judged by."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import PolicyIn, PolicyOut
from app.views import policies as view

api = group("policies", "The limits the gate reads.")


@api.get("/policies", responses={200: PolicyOut})
@requires("policy:read")
def get_policy() -> Response:
    """The policy in force."""
    return reply(view.current(platform()))


@api.put("/policies", responses={200: PolicyOut})
@requires("policy:write")
def put_policy(body: PolicyIn) -> Response:
    """Replace the policy; the version that was edited must still be in force."""
    return reply(view.replace(platform(), caller(), body))
