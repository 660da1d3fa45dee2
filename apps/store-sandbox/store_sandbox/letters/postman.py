"""Brings letters to the shop's inbound door, signed, in their order, again until it took them."""

import asyncio

import httpx
from starlette.concurrency import run_in_threadpool

from store_sandbox.letters.writing import Letter, due
from store_sandbox.log import get_logger
from store_sandbox.runtime import Runtime
from store_sandbox.webhooks.sender import sign

# How far back a shop that has just opened its door is written to.
_BEGIN_SECONDS = 3 * 86_400
_PAUSE_SECONDS = 5.0
_TIMEOUT = httpx.Timeout(5.0, connect=1.0)
_UNTIL = "world.letters_until"
_log = get_logger(__name__)


async def run(runtime: Runtime, door: str, stop: asyncio.Event) -> None:
    """Deliver what is due until told to stop."""
    async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
        while not stop.is_set():
            if runtime.ready.is_set():
                await deliver(runtime, door, client)
            try:
                await asyncio.wait_for(stop.wait(), _PAUSE_SECONDS)
            except TimeoutError:
                continue


async def deliver(runtime: Runtime, door: str, client: httpx.AsyncClient) -> int:
    """Post what is due; how many were taken. The first that is not ends it until the next time.

    One that was taken and not noted is posted again: its Message-ID is the same.
    """
    after, until, letters = await run_in_threadpool(_due, runtime)
    taken = 0
    for letter in letters:
        if not await _post(client, door, letter, runtime.credentials.client_secret):
            break
        taken += 1
    # Whoever shares the last one's second is written to again rather than forgotten.
    upto = until if taken == len(letters) else max(after, letters[taken].at - 1)
    if upto > after:
        await run_in_threadpool(_note, runtime, upto)
    if taken:
        _log.info("letters.delivered", count=taken)
    return taken


def _due(runtime: Runtime) -> tuple[int, int, list[Letter]]:
    now = int(runtime.state.now().timestamp())
    with runtime.state.write() as tx:
        noted = tx.get_meta(_UNTIL)
    after = now - _BEGIN_SECONDS if noted is None else int(noted)
    return after, now, due(runtime.state, after, now)


def _note(runtime: Runtime, until: int) -> None:
    with runtime.state.write() as tx:
        tx.set_meta(_UNTIL, str(until))


async def _post(client: httpx.AsyncClient, door: str, letter: Letter, secret: str) -> bool:
    headers = {
        "Content-Type": "message/rfc822",
        "X-Royal-Hmac-Sha256": sign(letter.mail, secret),
    }
    try:
        answer = await client.post(door, content=letter.mail, headers=headers)
    except httpx.HTTPError:
        return False
    if not answer.is_success:
        _log.warning("letters.refused", status=answer.status_code)
    return answer.is_success
