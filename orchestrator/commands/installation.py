"""``royal up, worker, doctor, sync, stop, resume, db``: the installation as a whole."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.commands.access import issue_link
from orchestrator.commands.shared import (
    FAILED,
    AsJson,
    command,
    me,
    platform,
    settings,
    show,
    table,
)

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

database = typer.Typer(no_args_is_help=True, help="The database.")
Scope = Annotated[str, typer.Argument(help="store, or agent:<id>.")]


@command
def up() -> None:
    """Start every service, print the addresses and a sign-in link; Ctrl-C stops them."""
    from orchestrator.supervisor.up import run

    found = settings()

    def link() -> str:
        # Read while the services start, not before the first of them may.
        from royal_platform.bootstrap import bootstrap

        opened = bootstrap(found)
        try:
            return issue_link(opened)
        finally:
            opened.close()

    raise typer.Exit(run(found, link))


@command
def worker() -> None:
    """Serve as a worker: run agents, execute decisions, keep the store in sync."""
    os.environ.setdefault("LOG_LEVEL", "INFO")
    gc.disable()
    with platform() as opened:
        from orchestrator.core.worker import serve

        _keep_what_is_imported()
        serve(opened)


@command
def sync(as_json: AsJson = False) -> None:
    """Read the store now: everything the first time, then what changed."""
    import asyncio

    from royal_platform.persistence.holdings import held

    gc.disable()
    with platform() as opened:
        _keep_what_is_imported()
        started = time.monotonic()
        news = asyncio.run(_sync(opened, watch=not as_json))
        with opened.database.read() as connection:
            counts = held(connection, opened.store_id)
    seconds = round(time.monotonic() - started, 1)
    line = f"{news} new or changed in {seconds} s; stored: {counts}"
    show(as_json, {"news": news, "seconds": seconds, "counts": counts}, [line])


def _keep_what_is_imported() -> None:
    """Modules live as long as the process: walking them for cycles is a quarter of a first sync.

    And a sixth of the time they take to be imported, for which a command turns it off.
    """
    gc.freeze()
    gc.enable()


async def _sync(opened: Platform, *, watch: bool) -> int:
    """The sync, with a line of progress when a person may be watching."""
    import asyncio

    reading = asyncio.ensure_future(opened.sync().run())
    told: dict[str, Any] = {}
    while not reading.done():
        await asyncio.wait([reading], timeout=0.5)
        counts = opened.store().sync_counts
        if watch and counts != told:
            told = counts
            words = ", ".join(f"{name} {count}" for name, count in counts.items())
            end = "\r" if sys.stderr.isatty() else "\n"
            typer.echo(words.ljust(70) + end, err=True, nl=False)
    news = reading.result()
    await opened.refresh_clock()
    return news


@command
def stop(
    scope: Scope = "store",
    reason: Annotated[str, typer.Option(help="Why; kept in the log.")] = "",
    as_json: AsJson = False,
) -> None:
    """Press the kill switch: no write starts after this returns."""
    from orchestrator.core import control

    with platform() as opened:
        state = control.stop(opened, scope, me(), reason)
    flights = [{"decision_id": each.decision_id, "state": each.state} for each in state.in_flight]
    lines = [f"Stopped: {', '.join(state.stopped)}."]
    lines += [f"in flight: {each['decision_id']} ({each['state']})" for each in flights]
    show(as_json, {"stopped": list(state.stopped), "in_flight": flights}, lines)


@command
def resume(scope: Scope = "store", as_json: AsJson = False) -> None:
    """Lift a stop; what was approved goes on."""
    from orchestrator.core import control

    with platform() as opened:
        state = control.resume(opened, scope, me())
    left = f"Still stopped: {', '.join(state.stopped)}." if state.stopped else "Nothing is stopped."
    show(as_json, {"stopped": list(state.stopped)}, [left])


@command
def doctor(as_json: AsJson = False) -> None:
    """Check what this installation needs, and say what to do about what is missing."""
    import asyncio

    with platform() as opened:
        checks = [_database(opened), asyncio.run(_store(opened)), _worker(opened), _log(opened)]
    rows = [("ok" if good else "!!", name, told) for name, good, told in checks]
    document = [{"check": name, "ok": good, "detail": told} for name, good, told in checks]
    show(as_json, document, table(rows, ("", "check", "finding")))
    if not all(good for _, good, _ in checks):
        raise typer.Exit(FAILED)


def _database(opened: Platform) -> tuple[str, bool, str]:
    started = time.monotonic()
    opened.database.ping()
    return "database", True, f"{opened.database.dialect}, {_ms(started)} ms"


async def _store(opened: Platform) -> tuple[str, bool, str]:
    from core.errors import RoyalError
    from royal_platform.shopify import documents

    started = time.monotonic()
    try:
        await opened.shopify().run(documents.SHOP)
    except RoyalError as error:
        return "store", False, str(error)
    return "store", True, f"{opened.source} at {opened.shopify().address}, {_ms(started)} ms"


def _worker(opened: Platform) -> tuple[str, bool, str]:
    from datetime import timedelta

    from royal_platform.persistence.clock import wall_now
    from royal_platform.persistence.commands import list_workers

    with opened.database.read() as connection:
        workers = list_workers(connection)
    fresh = timedelta(seconds=opened.settings.stale_seconds)
    alive = [each for each in workers if wall_now() - each.heartbeat_at < fresh]
    if alive:
        return "worker", True, f"{len(alive)} alive"
    return (
        "worker",
        False,
        "none alive: start one with `royal worker` or everything with `royal up`",
    )


def _log(opened: Platform) -> tuple[str, bool, str]:
    from core.events.verify import verify

    with opened.database.read() as connection:
        result = verify(connection, opened.store_id)
    told = "whole" if result.ok else f"broken at {result.first_broken_seq}"
    return "event log", result.ok, f"{result.count} events, {told}"


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


@database.command()
@command
def upgrade(as_json: AsJson = False) -> None:
    """Bring the database to the newest schema."""
    from orchestrator.core.engine import migrate
    from orchestrator.core.engine_database import engine_url
    from royal_platform.persistence import schema

    found = settings()
    schema.upgrade(found.database_url)
    migrate(engine_url(found.database_url, found.var_dir))
    show(as_json, {"upgraded": True}, ["The database is up to date."])
