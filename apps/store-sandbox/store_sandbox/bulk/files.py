"""`GET /bulk/...`: a result file, streamed from disk, for whoever holds a living link."""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from store_sandbox.bulk.links import Links

_NAME = re.compile(r"^bulk-([0-9]{1,18})\.jsonl$")
_DENIED = (
    "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{0}</Code><Message>{1}</Message></Error>"
)


def _refused(status: int, code: str, message: str) -> Response:
    return Response(_DENIED.format(code, message), status, media_type="application/xml")


async def result(request: Request) -> Response:
    """The file; 400 for an expired link, 403 for a forged one, ranges are served."""
    links: Links = request.app.state.runtime.links
    match = _NAME.match(request.path_params["name"])
    query = request.query_params
    expires, signature = query.get("Expires", ""), query.get("Signature", "")
    if match is None or not links.valid(int(match[1]), expires, signature, 0.0):
        message = "The request signature we calculated does not match the signature you provided."
        return _refused(403, "SignatureDoesNotMatch", message)
    wall = request.app.state.runtime.state.wall()
    path = links.path(int(match[1]))
    if not links.valid(int(match[1]), expires, signature, wall) or not path.exists():
        return _refused(400, "ExpiredToken", "The provided token has expired.")
    return FileResponse(path, media_type="application/jsonl", filename=path.name)


ROUTES = [Route("/bulk/{name}", result, methods=["GET"])]
