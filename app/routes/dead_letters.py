"""Dead letters: work that was given up, to be retried or dismissed."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import DeadLetterList, DeadLetterPath
from app.views import dead_letters as view

api = group("dead letters", "Work that was given up after repeated crashes or an unknown error.")


@api.get("/dead-letters", responses={200: DeadLetterList})
@requires("agents:read")
def list_dead_letters() -> Response:
    """What was given up and nobody has dealt with, newest first."""
    return reply(view.listing(platform()))


@api.post("/dead-letters/<letter_id>/retry", responses={202: DeadLetterList})
@requires("agents:run")
def retry_dead_letter(path: DeadLetterPath) -> Response:
    """Do the work again; answers with what is left."""
    return reply(view.retry(platform(), caller(), path.letter_id), 202)


@api.post("/dead-letters/<letter_id>/dismiss", responses={200: DeadLetterList})
@requires("agents:run")
def dismiss_dead_letter(path: DeadLetterPath) -> Response:
    """Take it off the list; answers with what is left."""
    return reply(view.dismiss(platform(), caller(), path.letter_id))
