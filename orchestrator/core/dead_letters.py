"""Work that was given up: listed until a person retries or dismisses it."""

from __future__ import annotations

from core.errors import Conflict, NotFound
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.runs import start_run
from royal_platform.persistence import webhook_inbox
from royal_platform.persistence.commands import DeadLetter

_log = get_logger(__name__)


def open_letters(ground: Ground) -> list[DeadLetter]:
    """What was given up and nobody has dealt with, newest first."""
    with reading(ground) as books:
        return books.commands.dead_letters(books.connection)


def retry(ground: Ground, letter_id: str, actor: Actor) -> str:
    """Do the work again; returns what started, e.g. a run's id.

    A run is started anew. Syncs and webhooks are looked at again by the worker's next turn.
    Raises ``NotFound``; ``Conflict`` for an execution: nobody knows whether its write happened.
    """
    name = actor_name(actor)
    with writing(ground) as books:
        letter = _open_letter(books, letter_id)
        started = _again(books, letter, name)
        resolve_of(books, letter.kind, letter.subject, actor, "retried")
    _log.info("dead_letter.retried", letter_id=letter_id, kind=letter.kind, started=started)
    return started


def dismiss(ground: Ground, letter_id: str, actor: Actor) -> None:
    """Take it off the list without doing it again. Raises ``NotFound``."""
    name = actor_name(actor)
    with writing(ground) as books:
        letter = _open_letter(books, letter_id)
        if letter.kind == "take_in_webhooks":
            webhook_inbox.discard(books.connection, int(letter.subject))
        _resolve(books, letter, name, "dismissed")
    _log.info("dead_letter.dismissed", letter_id=letter_id)


def resolve_of(books: Books, kind: str, subject: str, actor: Actor, how: str) -> None:
    """The work on ``subject`` is done again: no letter about it, however old, is open any more."""
    for letter in books.commands.dead_letters(books.connection):
        if (letter.kind, letter.subject) == (kind, subject):
            _resolve(books, letter, actor_name(actor), how)


def _again(books: Books, letter: DeadLetter, actor: str) -> str:
    if letter.kind == "run_agent":
        run = books.runs.get(books.connection, letter.subject)
        run_id, why_not = start_run(
            books, run.agent_id, trigger="retry", actor=actor, dry_run=run.dry_run,
            waited_for=True,
        )  # fmt: skip
        if why_not is not None or run_id is None:
            raise why_not or Conflict("The run was not started.", remedy="Try again.")
        return run_id
    if letter.kind == "execute_decision":
        raise Conflict(
            f"Decision {letter.subject!r} failed in its execution and may have been written.",
            remedy="Look at the store, dismiss this, and run the agent again.",
        )
    if letter.kind == "take_in_webhooks":
        webhook_inbox.readmit(books.connection, int(letter.subject))
    if letter.kind == "handle_webhook" and books.commands.receipt(books.connection, letter.subject):
        books.commands.reopen(books.connection, letter.subject)
    return letter.kind


def _open_letter(books: Books, letter_id: str) -> DeadLetter:
    for letter in books.commands.dead_letters(books.connection):
        if letter.id == letter_id:
            return letter
    raise NotFound(
        f"There is no open dead letter {letter_id!r}.",
        remedy="List them: GET /v1/dead-letters, or `royal dead-letters list`.",
    )


def _resolve(books: Books, letter: DeadLetter, actor: str, how: str) -> None:
    books.commands.resolve(books.connection, letter.id, now=books.now)
    books.tell(
        "workflow.resolved", letter.workflow_id, actor,
        {"workflow_id": letter.workflow_id, "kind": letter.kind, "how": how},
    )  # fmt: skip
