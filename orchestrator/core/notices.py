"""Alerts and reports: put before people, or taken back, in effect once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.messaging import Post
from royal_platform.commerce.analytics.proposals import (
    PUBLISH,
    RAISE,
    WITHDRAW_ALERT,
    WITHDRAW_REPORT,
)
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.messages.model import Envelope, Rendered, State
from royal_platform.messaging.errors import MailRejected, MailUnavailable
from royal_platform.persistence.insights import Insights
from royal_platform.reporting.mail import alert_mail, report_mail

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is put before people: how it is found, shown, taken back and written in a mail."""

    fact: str
    facts: Callable[[Books, str], Facts | None]
    show: Callable[[Books, str, str], None]
    hide: Callable[[Books, str], None]
    words: Callable[[Books, str], Rendered]
    withdraw: str


class ShowAction(RestsOnPrecondition):
    """``alert.raise`` and ``report.publish``."""

    def __init__(self, ground: Ground, post: Post | None, notice: Notice) -> None:
        self._ground, self._post, self._notice = ground, post, notice

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is shown now; None = it is gone."""
        with reading(self._ground) as books:
            return self._notice.facts(books, decision.proposal.subject.id)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """It is shown."""
        return {self._notice.fact: SHOWN}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Mail it to the operators, each once, then show it: what is shown was mailed."""
        subject = decision.proposal.subject.id
        if self._post is not None:
            await self._mail(self._post, subject, decision.id)
        with writing(self._ground) as books:
            self._notice.show(books, subject, decision.id)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Take it back; mail that went out stays out."""
        return Inverse(
            self._notice.withdraw, {"notice": decision.proposal.subject.id},
            "Takes it back; mail that went out stays out.",
        )  # fmt: skip

    async def _mail(self, post: Post, subject: str, decision_id: str) -> None:
        with reading(self._ground) as books:
            words = self._notice.words(books, subject)
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


class HideAction(RestsOnPrecondition):
    """``alert.withdraw`` and ``report.withdraw``."""

    def __init__(self, ground: Ground, notice: Notice) -> None:
        self._ground, self._notice = ground, notice

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is shown now; None = it is gone."""
        with reading(self._ground) as books:
            return self._notice.facts(books, decision.proposal.subject.id)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """It is not shown."""
        return {self._notice.fact: None}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Take it back; twice changes nothing."""
        with writing(self._ground) as books:
            self._notice.hide(books, decision.proposal.subject.id)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """What was taken back is not shown again by itself."""
        return Inverse(None, None, "What was taken back stays in the list of what was found.")


def notice_action(kind: str, ground: Ground, post: Post | None) -> ShowAction | HideAction | None:
    """What a kind does; None for one that is no notice."""
    if kind in _SHOWN_BY:
        return ShowAction(ground, post, _SHOWN_BY[kind])
    return HideAction(ground, _HIDDEN_BY[kind]) if kind in _HIDDEN_BY else None


def _alert_facts(books: Books, anomaly_id: str) -> Facts | None:
    found = Insights(books.store_id).anomaly(books.connection, anomaly_id)
    return None if found is None else {"alert": SHOWN if found.is_raised else None}


def _report_facts(books: Books, report_id: str) -> Facts | None:
    found = Insights(books.store_id).report(books.connection, report_id)
    if found is None:
        return None
    return {"report": SHOWN if found.is_published else None, "digest": found.digest}


def _alert_words(books: Books, anomaly_id: str) -> Rendered:
    found = Insights(books.store_id).anomaly(books.connection, anomaly_id)
    document = {} if found is None else found.document
    return alert_mail(document, books.store.name or books.store.domain)


def _report_words(books: Books, report_id: str) -> Rendered:
    found = Insights(books.store_id).report(books.connection, report_id)
    return report_mail({} if found is None else found.document)


_ALERT = Notice(
    "alert",
    _alert_facts,
    lambda books, key, decision: Insights(books.store_id).raise_alert(
        books.connection, key, decision, books.now
    ),
    lambda books, key: Insights(books.store_id).withdraw_alert(books.connection, key, books.now),
    _alert_words,
    WITHDRAW_ALERT,
)
_REPORT = Notice(
    "report",
    _report_facts,
    lambda books, key, decision: Insights(books.store_id).publish(
        books.connection, key, decision, books.now
    ),
    lambda books, key: Insights(books.store_id).withdraw_report(books.connection, key, books.now),
    _report_words,
    WITHDRAW_REPORT,
)
_SHOWN_BY = {RAISE: _ALERT, PUBLISH: _REPORT}
_HIDDEN_BY = {WITHDRAW_ALERT: _ALERT, WITHDRAW_REPORT: _REPORT}
