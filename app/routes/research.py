"""What could be sold: the shortlist of product research."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.research import ResearchOut
from app.views import research as view

api = group("research", "Articles that suppliers offer and the shop does not sell yet, weighed.")


@api.get("/research", responses={200: ResearchOut})
@requires("store:read")
def show_research() -> Response:
    """The newest shortlist: factors with their evidence, why and why not, and the hit rate."""
    return reply(view.show(platform()))
