"""The sandbox as an ASGI application: `uvicorn store_sandbox.app:create_app --factory`."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from store_sandbox import control
from store_sandbox.admin import endpoint
from store_sandbox.admin.schema import served_schema
from store_sandbox.bulk import files
from store_sandbox.letters import postman
from store_sandbox.log import get_logger
from store_sandbox.oauth import routes as oauth
from store_sandbox.runtime import Options, Runtime
from store_sandbox.supplier import routes as supplier
from store_sandbox.webhooks.sender import Sender
from store_sandbox.worldly import fill, tick

_log = get_logger(__name__)
_PAGE = """Royal Equips store sandbox

This is the sandbox: a store that lives in one file on this machine and speaks the Shopify Admin
API. Nothing here is a real shop, a real customer or real money.

  GET  /admin/oauth/authorize             install an app: consent, then a code
  POST /admin/oauth/access_token          every OAuth grant -> token
  POST /admin/api/2026-10/graphql.json    the Admin GraphQL API
  GET  /control/clock                     the world's time
  GET  /supplier/groothandel/catalogue.csv  an invented supplier's list and order desk
  GET  /healthz
"""


async def index(_request: Request) -> Response:
    """Say what this is."""
    return PlainTextResponse(_PAGE)


async def healthz(request: Request) -> Response:
    """Alive; `ready` once the history is there."""
    runtime: Runtime = request.app.state.runtime
    body = {"status": "ok", "service": "store-sandbox", "ready": runtime.ready.is_set()}
    return JSONResponse({**body, "source": "sandbox"})


async def readyz(request: Request) -> Response:
    """200 once the history is there, 503 before."""
    runtime: Runtime = request.app.state.runtime
    ready = runtime.ready.is_set()
    return JSONResponse({"ready": ready, "source": "sandbox"}, 200 if ready else 503)


async def _live(runtime: Runtime, stop: asyncio.Event) -> None:
    """Fill the state, then keep the world up to its clock until told to stop."""
    await run_in_threadpool(served_schema)
    await run_in_threadpool(fill, runtime)
    runtime.bulk.start(served_schema())
    runtime.ready.set()
    _log.info("sandbox.store.ready", now=runtime.state.now().isoformat())
    seconds = runtime.options.tick_seconds
    while seconds > 0 and not stop.is_set():
        try:
            await run_in_threadpool(tick, runtime)
        except sqlite3.Error as error:
            _log.error("sandbox.world.tick.failed", error=str(error))
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue


def _tell(task: asyncio.Task[None]) -> None:
    """A background task that died is an error somebody has to see."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("sandbox.task.died", task=task.get_name(), exc_info=error)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    stop = asyncio.Event()
    _log.info("sandbox.store.starting", state=runtime.options.state_path.name)
    tasks = [
        asyncio.create_task(_live(runtime, stop), name="world"),
        asyncio.create_task(Sender(runtime.outbox).run(stop), name="webhooks"),
    ]
    if (door := runtime.options.mail_to) is not None:
        tasks.append(asyncio.create_task(postman.run(runtime, door, stop), name="letters"))
    for task in tasks:
        task.add_done_callback(_tell)
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        runtime.close()


def create_app(options: Options | None = None) -> Starlette:
    """The application over the state file of `options` (default: from the environment)."""
    runtime = Runtime.open(options or Options.from_environment())
    routes = [
        Route("/", index),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *endpoint.ROUTES,
        *files.ROUTES,
        *oauth.ROUTES,
        *control.ROUTES,
        *supplier.ROUTES,
    ]
    app = Starlette(routes=routes, lifespan=_lifespan)
    app.state.runtime = runtime
    return app
