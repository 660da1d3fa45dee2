"""Executing decisions: the only module that is given a Writer.

Once in effect, whatever crashes: the row says ``writing`` before the write starts, and whoever
resumes asks the live store first. The stop is read in the transaction that opens the write.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from core.errors import RoyalError, Unavailable
from core.telemetry.logs import get_logger
from orchestrator.core.action import Action, Facts, idempotency_key
from orchestrator.core.actions import Hands, action_of
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.closing import EXECUTOR, conflict, drop, fail, finish, lasting, succeed
from orchestrator.core.discounting import Coupons
from orchestrator.core.fulfilling import Counter
from orchestrator.core.gate import gate_state
from orchestrator.core.ledger import CLOCK_ACTOR, approvers_of
from orchestrator.core.mail_desk import desks_of
from orchestrator.core.messaging import Post
from orchestrator.core.proposing import POLICY_ACTOR, denial
from orchestrator.core.refunding import Till
from orchestrator.core.reshipping import PostRoom
from orchestrator.core.returning import Counterpart
from orchestrator.core.turns import turn
from royal_platform.commerce.decisions.model import Decision, Ruling, Status, Verdict
from royal_platform.commerce.decisions.rules import (
    judge,
    mismatches,
    persons_needed,
    planned_spend,
    stopping,
)
from royal_platform.persistence import store_connections

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_CUT_SHORT = " It may have been written before that: an earlier attempt was cut short."
_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.5
_log = get_logger(__name__)

Next = Literal["write", "verify", "end"]


@dataclass(frozen=True, slots=True)
class Opened:
    """What to do next with a decision, and the facts from before the write.

    ``resumed``: an earlier attempt was cut short, and what it sent may still land.
    """

    next: Next
    before: Facts
    resumed: bool = False


async def execute(ground: Ground, hands: Hands, decision_id: str) -> str:
    """Carry an approved decision out, or finish what a crash interrupted; returns its status.

    Safe to call any number of times, also at once: one change is made. A store that does not
    answer is asked again a few times; then the decision fails with what is known.
    """
    with turn(ground.database, idempotency_key(decision_id)):
        return await _execute(ground, hands, decision_id)


async def _execute(ground: Ground, hands: Hands, decision_id: str) -> str:
    pause = _FIRST_PAUSE_SECONDS
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await _attempt(ground, hands, decision_id)
        except Unavailable as error:
            if attempt == _ATTEMPTS:
                return _give_up(ground, decision_id, error)
            _log.warning("execution.store.unavailable", attempt=attempt, reason=error.detail)
            await asyncio.sleep(pause)
            pause *= 2
        except RoyalError as error:
            if _is_held(ground, decision_id):
                return Status.APPROVED.value
            return _give_up(ground, decision_id, error)
    raise AssertionError("unreachable")


def _is_held(ground: Ground, decision_id: str) -> bool:
    """Nothing was begun and the store refuses us: it goes on when access is back."""
    with reading(ground) as books:
        status = books.decisions.get(books.connection, decision_id).status
        connection = store_connections.get(books.connection, books.store_id)
    return status is Status.APPROVED and connection is not None and connection.state == "revoked"


async def _attempt(ground: Ground, hands: Hands, decision_id: str) -> str:
    with reading(ground) as books:
        decision = books.decisions.get(books.connection, decision_id)
    if decision.status not in {Status.APPROVED, Status.EXECUTING}:
        return decision.status.value
    action = action_of(decision.proposal.kind, ground, hands)
    if action is None:
        reason = f"This version cannot execute {decision.proposal.kind!r}."
        return _refuse(ground, decision_id, reason)
    live = await action.read(decision)
    with writing(ground) as books:
        opened = _open(books, action, decision_id, live)
    if opened.next == "end":
        return _status(ground, decision_id)
    if opened.next == "write":
        refusal = await _write(action, decision, opened.before)
        live = await action.read(decision)
        landed_late = opened.resumed and _is_done(action, decision, opened.before, live)
        if refusal is not None and not landed_late:
            return _refused(ground, action, decision_id, opened.before, live=live, refusal=refusal)
    return _verify(ground, action, decision_id, opened.before, live)


def _open(books: Books, action: Action, decision_id: str, live: Facts | None) -> Opened:
    """In one transaction: is it allowed to start now, and does the world still look as decided?"""
    decision = books.decisions.get(books.connection, decision_id, lock=True)
    if decision.status is Status.APPROVED:
        return _open_fresh(books, action, decision, live)
    if decision.status is Status.EXECUTING:
        return _open_interrupted(books, action, decision, live)
    return Opened("end", {})


def _open_fresh(books: Books, action: Action, decision: Decision, live: Facts | None) -> Opened:
    proposal = decision.proposal
    if proposal.expires_at <= books.now:
        drop(books, decision, Status.EXPIRED, CLOCK_ACTOR, None)
        return Opened("end", {})
    verdict = _judge_now(books, decision, live)
    if any(hit.rule == "stop" for hit in verdict.hits):
        # It stays approved: lifting the stop commands it again.
        _log.info("execution.held", decision_id=decision.id, reason="stop")
        return Opened("end", {})
    reason = _why_not_now(books, decision, verdict)
    if reason is not None:
        drop(books, decision, Status.REJECTED, POLICY_ACTOR, reason)
        return Opened("end", {})
    books.executions.start(
        books.connection, decision.id, idempotency_key=idempotency_key(decision.id), now=books.now
    )
    books.decisions.move(books.connection, decision.id, seen=Status.APPROVED, to=Status.EXECUTING)
    books.tell_decision("decision.executing", decision, EXECUTOR)
    if not _holds(action, decision, live):
        conflict(books, action, decision, live)
        return Opened("end", {})
    _reserve(books, decision)
    before = dict(live or {})
    books.executions.move(
        books.connection, decision.id, seen=("reserved",), to="writing", before=before
    )
    return Opened("write", before)


def _open_interrupted(
    books: Books, action: Action, decision: Decision, live: Facts | None
) -> Opened:
    """A crash cut an execution short: only the live store knows whether the write was made."""
    execution = books.executions.get(books.connection, decision.id)
    if execution is None:
        raise RuntimeError(f"decision {decision.id} is executing without an execution")
    before = dict(execution.before or {})
    if _is_done(action, decision, before, live):
        return Opened("verify", before)
    if not _holds(action, decision, live, before):
        conflict(books, action, decision, live, before=before, after=_CUT_SHORT)
        return Opened("end", {})
    scope = _stopped(books, decision)
    if scope is not None:
        fail(books, decision, f"Stopped ({scope}) before it was written; nothing was changed.")
        return Opened("end", {})
    books.executions.move(books.connection, decision.id, seen=("reserved", "writing"), to="writing")
    return Opened("write", before, resumed=True)


async def _write(action: Action, decision: Decision, before: Facts) -> str | None:
    """Write; the text of a refusal, None when it was taken. ``Unavailable`` passes through."""
    try:
        await action.write(decision, before, idempotency_key(decision.id))
    except Unavailable:
        raise
    except RoyalError as error:
        _log.warning("execution.write.refused", decision_id=decision.id, reason=error.detail)
        return str(error)
    return None


def _verify(
    ground: Ground, action: Action, decision_id: str, before: Facts, live: Facts | None
) -> str:
    """Compare what was read back with what was decided, and close the execution."""
    with writing(ground) as books:
        decision = books.decisions.get(books.connection, decision_id, lock=True)
        if decision.status is not Status.EXECUTING:
            return decision.status.value
        target = action.target(decision, before)
        if live is None or not _is_done(action, decision, before, live):
            found = "nothing" if live is None else {name: live.get(name) for name in target}
            fail(books, decision, f"Read back {found}, wanted {target}.")
            return Status.FAILED.value
        after = {name: live[name] for name in lasting(target, live)}
        succeed(books, action, decision, before, after)
    _log.info("decision.executed", decision_id=decision_id, kind=decision.proposal.kind)
    return Status.EXECUTED.value


def _judge_now(books: Books, decision: Decision, live: Facts | None) -> Verdict:
    price = None if live is None else live.get("price")
    state = gate_state(
        books,
        decision.proposal,
        decision_id=decision.id,
        is_revert=decision.reverts is not None,
        live_price=None if price is None else Decimal(price),
        live=live,
    )
    return judge(decision.proposal, books.policy, state)


def _why_not_now(books: Books, decision: Decision, verdict: Verdict) -> str | None:
    """Why the approval counts no longer under the policy and the autonomy of this moment."""
    if verdict.ruling is Ruling.DENY:
        return denial(verdict)
    if verdict.ruling is Ruling.ALLOW:
        return None
    needed = persons_needed(decision.proposal, books.policy)
    given = len(approvers_of(books, decision))
    if given >= needed:
        return None
    asked = " ".join(hit.message for hit in verdict.hits if hit.ruling is Ruling.ASK)
    return f"It needs the approval of {needed} person(s) now and has {given}. {asked}"


def _reserve(books: Books, decision: Decision) -> None:
    spend = planned_spend(decision.proposal)
    if spend > 0:
        books.executions.reserve(
            books.connection, decision.id, amount=spend, currency=books.store.currency,
            day=books.clock.local_day(books.now), now=books.now,
        )  # fmt: skip


def _stopped(books: Books, decision: Decision) -> str | None:
    proposal = decision.proposal
    stopped = books.policies.stopped(books.connection)
    return next(stopping(proposal.kind, proposal.agent_id, stopped), None)


def _holds(
    action: Action, decision: Decision, live: Facts | None, before: Facts | None = None
) -> bool:
    return live is not None and not action.broken(decision, live, before)


def _is_done(action: Action, decision: Decision, before: Facts, live: Facts | None) -> bool:
    """The live store shows what was decided."""
    return live is not None and not mismatches(action.target(decision, before), live)


def _give_up(ground: Ground, decision_id: str, error: RoyalError) -> str:
    """The store did not answer often enough: close with what is known."""
    with writing(ground) as books:
        decision = books.decisions.get(books.connection, decision_id, lock=True)
        if decision.status is Status.APPROVED:
            books.executions.start(
                books.connection, decision.id, idempotency_key=idempotency_key(decision.id),
                now=books.now,
            )  # fmt: skip
            books.decisions.move(
                books.connection, decision.id, seen=Status.APPROVED, to=Status.EXECUTING
            )
            fail(books, decision, f"Nothing was written. {error}")
        elif decision.status is Status.EXECUTING:
            finish(
                books, decision, Status.FAILED, "failed",
                f"It is not known whether it was written: look at the store. {error}",
                maybe_spent=True,
            )  # fmt: skip
    return _status(ground, decision_id)


def fail_unexpected(ground: Ground, decision_id: str, error: BaseException) -> str:
    """Close an execution that ended in an error of our own making.

    Waits for whoever carries the same decision out just now: what they finish is no failure.
    """
    reason = Unavailable(
        f"{type(error).__name__}: {error}", remedy="See the worker's log; look at the store."
    )
    with turn(ground.database, idempotency_key(decision_id)):
        return _give_up(ground, decision_id, reason)


def _refuse(ground: Ground, decision_id: str, reason: str) -> str:
    with writing(ground) as books:
        decision = books.decisions.get(books.connection, decision_id, lock=True)
        if decision.status is Status.APPROVED:
            drop(books, decision, Status.REJECTED, POLICY_ACTOR, reason)
    return _status(ground, decision_id)


def _refused(
    ground: Ground,
    action: Action,
    decision_id: str,
    before: Facts,
    *,
    live: Facts | None,
    refusal: str,
) -> str:
    """The vendor refused the write: a conflict if the world had moved, else a failure."""
    with writing(ground) as books:
        decision = books.decisions.get(books.connection, decision_id, lock=True)
        if decision.status is not Status.EXECUTING:
            return decision.status.value
        if _holds(action, decision, live, before):
            fail(books, decision, f"The store refused the write. {refusal}")
        else:
            conflict(books, action, decision, live, before=before)
    return _status(ground, decision_id)


def _status(ground: Ground, decision_id: str) -> str:
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id).status.value


def hands_of(platform: Platform) -> Hands:
    """The live store's readers and writers. Called here and by nobody else."""
    from royal_platform.bootstrap import writers

    writer = writers(platform)
    live = platform.live
    return Hands(
        live, writer, live, writer, post_of(platform), live, writer, counter_of(platform),
        tag_reader=live, tag_writer=writer, till=till_of(platform), coupons=coupons_of(platform),
        back=back_of(platform), room=room_of(platform),
    )  # fmt: skip


def counter_of(platform: Platform) -> Counter:
    """What orders are fulfilled with. Called here and by nobody else."""
    from royal_platform.bootstrap import order_writer, supplier_desk
    from royal_platform.messaging.carriers import mailer_of, sender_of

    settings = platform.settings
    desks = desks_of(
        platform, lambda supplier_id: supplier_desk(platform, supplier_id), mailer_of(settings),
        sender_of(settings),
    )  # fmt: skip
    return Counter(
        platform.orders, order_writer(platform), desks.reader, desks.desk, desks.mails_to
    )


def till_of(platform: Platform) -> Till:
    """What money is given back with. Called here and by nobody else."""
    from royal_platform.bootstrap import refund_writer

    return Till(platform.order_money, refund_writer(platform))


def coupons_of(platform: Platform) -> Coupons:
    """What codes are made with. Called here and by nobody else."""
    from royal_platform.bootstrap import discount_writer

    return Coupons(platform.discounts, discount_writer(platform))


def back_of(platform: Platform) -> Counterpart:
    """What goods are taken back with. Called here and by nobody else."""
    from royal_platform.bootstrap import return_writer

    return Counterpart(platform.order_parcels, return_writer(platform))


def room_of(platform: Platform) -> PostRoom:
    """What lost goods are sent again with. Called here and by nobody else."""
    from royal_platform.bootstrap import order_writer, replacement_writer

    return PostRoom(platform.replacements, replacement_writer(platform), order_writer(platform))


def post_of(platform: Platform) -> Post:
    """What messages are sent with. Called here and by nobody else."""
    from royal_platform.messaging.carriers import mailer_of, operators_of, sender_of
    from royal_platform.messaging.composing import TemplateComposer
    from royal_platform.messaging.unsubscribing import links_of

    settings = platform.settings
    return Post(
        platform.recipients, TemplateComposer(), mailer_of(settings), links_of(settings),
        sender_of(settings), operators_of(settings),
    )  # fmt: skip
