"""Alerts and reports: put before people, or taken back, in effect once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Books, Ground, reading, said_title, writing
from orchestrator.core.messaging import Post
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.notices import (
    ANOMALY,
    FINDING,
    PUBLISH,
    RAISE,
    WITHDRAW_ALERT,
    WITHDRAW_REPORT,
    Severity,
    withdrawal,
)
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.messages.model import Envelope, Rendered, State
from royal_platform.messaging.errors import MailRejected, MailUnavailable
from royal_platform.persistence.insights import Insights
from royal_platform.persistence.security import Findings, RaisedAlert
from royal_platform.reporting.mail import alert_mail, report_mail

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is put before people: how it is found, shown, taken back, written in a mail and told.

    ``shown`` is the fact's value once it is shown; ``event`` None: the ledger's own events tell it.
    """

    fact: str
    facts: Callable[[Books, str], Facts | None]
    shown: Callable[[Decision], str]
    show: Callable[[Books, Decision], None]
    hide: Callable[[Books, str], None]
    words: Callable[[Books, Decision], Rendered]
    withdraw: str
    event: str | None = None


class ShowAction(RestsOnPrecondition):
    """``alert.raise`` and ``report.publish``."""

    def __init__(self, ground: Ground, post: Post | None) -> None:
        self._ground, self._post = ground, post

    async def read(self, decision: Decision) -> Facts | None:
        """How it is shown now; None = it is gone."""
        with reading(self._ground) as books:
            return _notice(decision).facts(books, decision.proposal.subject.id)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """It is shown."""
        notice = _notice(decision)
        return {notice.fact: notice.shown(decision)}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Mail it to the operators, each once, then show it: what is shown was mailed."""
        notice, subject = _notice(decision), decision.proposal.subject
        if self._post is not None:
            await self._mail(self._post, decision)
        with writing(self._ground) as books:
            facts = notice.facts(books, subject.id)
            if facts is not None and facts[notice.fact] == notice.shown(decision):
                return
            notice.show(books, decision)
            if notice.event is not None:
                told = {"about": subject.type, "subject_title": subject.title,
                        "severity": _severity(decision), "decision_id": decision.id,
                        **said_title(decision.proposal)}  # fmt: skip
                books.tell(f"{notice.event}.raised", subject.id, _teller(decision), told)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Take it back; mail that went out stays out."""
        return withdrawal(_notice(decision).withdraw, decision.proposal.subject)

    async def _mail(self, post: Post, decision: Decision) -> None:
        decision_id = decision.id
        with reading(self._ground) as books:
            words = _notice(decision).words(books, decision)
            known = Insights(books.store_id).mailed(books.connection, decision_id)
        for address in post.operators:
            digest = sha256(address.lower().encode()).hexdigest()
            # Of one that was being handed over nobody can say whether it arrived.
            if digest in known:
                continue
            envelope = Envelope(f"{decision_id}.{digest[:12]}", post.sender, address, words, None)
            await self._send(post, envelope, decision_id, digest)

    async def _send(self, post: Post, envelope: Envelope, notice: str, digest: str) -> None:
        def note(state: str) -> None:
            with writing(self._ground) as books:
                Insights(books.store_id).mail(books.connection, notice, digest, state, books.now)

        try:
            await post.mailer.send(envelope, lambda: note(State.HANDING_OVER.value))
        except MailUnavailable as error:
            if not error.maybe_taken:
                self._forget(notice, digest)
            raise
        except MailRejected:
            # One wrong address keeps nobody else from being told.
            note("refused")
        else:
            note(State.SENT.value)

    def _forget(self, notice: str, digest: str) -> None:
        with writing(self._ground) as books:
            Insights(books.store_id).forget_mail(books.connection, notice, digest)


class HideAction:
    """``alert.withdraw`` and ``report.withdraw``."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """How it is shown now; None = it is gone."""
        with reading(self._ground) as books:
            return _notice(decision).facts(books, decision.proposal.subject.id)

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Only whether it is still shown as we showed it: what it is about may have moved on."""
        fact = _notice(decision).fact
        return mismatches({fact: decision.proposal.precondition.get(fact)}, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """It is not shown."""
        return {_notice(decision).fact: None}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Take it back; twice changes nothing."""
        notice, subject = _notice(decision), decision.proposal.subject
        with writing(self._ground) as books:
            facts = notice.facts(books, subject.id)
            if facts is None or facts[notice.fact] is None:
                return
            notice.hide(books, subject.id)
            if notice.event is not None:
                told = {
                    "about": subject.type,
                    "subject_title": subject.title,
                    "decision_id": decision.id,
                }
                books.tell(f"{notice.event}.withdrawn", subject.id, _teller(decision), told)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """What was taken back is not shown again by itself."""
        return Inverse(None, None, "What was taken back stays in the list of what was found.")


def notice_action(kind: str, ground: Ground, post: Post | None) -> ShowAction | HideAction | None:
    """What a kind does; None for one that is no notice."""
    if kind in {RAISE, PUBLISH}:
        return ShowAction(ground, post)
    return HideAction(ground) if kind in {WITHDRAW_ALERT, WITHDRAW_REPORT} else None


def _notice(decision: Decision) -> Notice:
    """By what it is about; the gate lets no alert about anything else through."""
    return _NOTICES[decision.proposal.subject.type]


def _teller(decision: Decision) -> str:
    return f"agent:{decision.proposal.agent_id}"


def _anomaly_facts(books: Books, anomaly_id: str) -> Facts | None:
    found = Insights(books.store_id).anomaly(books.connection, anomaly_id)
    return None if found is None else {"alert": SHOWN if found.is_raised else None}


def _finding_facts(books: Books, finding_id: str) -> Facts | None:
    found = Findings(books.store_id).find(books.connection, finding_id, books.now)
    if found is None:
        return None
    shown = None if found.alert is None else found.alert.severity.value
    return {"alert": shown, "state": found.state.value}


def _report_facts(books: Books, report_id: str) -> Facts | None:
    found = Insights(books.store_id).report(books.connection, report_id)
    if found is None:
        return None
    return {"report": SHOWN if found.is_published else None, "digest": found.digest}


def _severity(decision: Decision) -> str:
    return str(decision.proposal.arguments["severity"])


def _raise_anomaly(books: Books, decision: Decision) -> None:
    Insights(books.store_id).raise_alert(
        books.connection, decision.proposal.subject.id, decision.id, books.now
    )


def _raise_finding(books: Books, decision: Decision) -> None:
    alert = RaisedAlert(Severity(_severity(decision)), decision.id, books.now)
    Findings(books.store_id).raise_alert(books.connection, decision.proposal.subject.id, alert)


def _publish(books: Books, decision: Decision) -> None:
    Insights(books.store_id).publish(
        books.connection, decision.proposal.subject.id, decision.id, books.now
    )


def _alert_words(books: Books, decision: Decision) -> Rendered:
    """What was approved, and nothing else: the words are the decision's own arguments."""
    proposal = decision.proposal
    shop = books.store.name or books.store.domain
    return alert_mail(proposal.subject.title, proposal.arguments, shop)


def _report_words(books: Books, decision: Decision) -> Rendered:
    found = Insights(books.store_id).report(books.connection, decision.proposal.subject.id)
    return report_mail({} if found is None else found.document)


_NOTICES = {
    ANOMALY: Notice(
        "alert", _anomaly_facts, lambda _: SHOWN, _raise_anomaly,
        lambda books, key: Insights(books.store_id).withdraw_alert(
            books.connection, key, books.now
        ),
        _alert_words, WITHDRAW_ALERT, "alert",
    ),
    FINDING: Notice(
        "alert", _finding_facts, _severity, _raise_finding,
        lambda books, key: Findings(books.store_id).withdraw_alert(books.connection, key),
        _alert_words, WITHDRAW_ALERT, "alert",
    ),
    "report": Notice(
        "report", _report_facts, lambda _: SHOWN, _publish,
        lambda books, key: Insights(books.store_id).withdraw_report(
            books.connection, key, books.now
        ),
        _report_words, WITHDRAW_REPORT,
    ),
}  # fmt: skip
