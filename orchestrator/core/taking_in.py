"""What customers write finds its thread: kept once, told once, in one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from core.errors import Invalid
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.runs import queued_at, start_run
from royal_platform.commerce.decisions.fulfilment import MAIL_FLOW
from royal_platform.commerce.decisions.purchase_mail import FLOW
from royal_platform.commerce.suppliers.replies import orders_named, references_named
from royal_platform.commerce.support.model import (
    Arrival,
    Channel,
    Direction,
    Escalation,
    Proof,
    Thread,
    ThreadMessage,
    ThreadStatus,
)
from royal_platform.commerce.support.rules import (
    BusinessHours,
    Promise,
    clockwork,
    order_names,
    unquoted,
)
from royal_platform.messaging.authenticity import dns_text
from royal_platform.messaging.carriers import HERE
from royal_platform.messaging.inbound import arrival_of, line, plain
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.purchases import Purchases
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.support import Threads
from royal_platform.persistence.support_facts import order_of

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

MAIL_TOPIC = "support/mail"
MESSAGE_TOPIC = "support/message"
RECEIVED = "support.message.received"
VOUCHED = "support.thread.vouched"
AGENT = "customer_support"
_SUBJECT_MAX = 120
_UNPROVEN = (
    "Nobody vouches for its sender: neither the mail relay nor a signature of the sender's domain. "
    "Ask for proof by another way before you tell anything of an order."
)


def read_arrival(platform: Platform, topic: str, body: bytes, payload: Any) -> Arrival:
    """What a receipt's body says; may wait for a name server. Raises ``Invalid``."""
    if topic == MAIL_TOPIC:
        ours = parseaddr(platform.settings.mail_from or HERE)[1]
        # The sandbox's customers have no domain: its letters are believed by the door's secret.
        lookup = None if platform.source == "sandbox" else dns_text
        return arrival_of(body, ours, platform.settings.inbound_authserv_id, lookup)
    return _told(payload)


async def customer_of(platform: Platform, arrival: Arrival) -> str | None:
    """The store's customer with this address; None when it knows nobody, or it may be forged.

    A stranger's thread is about no order: nothing personal is told in it and nothing is done.
    """
    if not arrival.proven:
        return None
    return await platform.recipients.customer_of(arrival.address)


def take_in(books: Books, arrival: Arrival, customer_id: str | None) -> str | None:
    """Keep the message in its thread, an old or a new one; the thread, None when it is known.

    A machine's mail is kept and wakes nobody.
    """
    threads = Threads(books.store_id)
    thread_id = threads.of_internet_ids(books.connection, arrival.answers)
    known = None if thread_id is None else threads.find(books.connection, thread_id)
    # Whoever guesses a Message-ID must not write into another person's thread.
    if known is not None and known.address != arrival.address:
        known = None
    # Nor must whoever forges the address. A person's word is for what was there when it was given.
    if known is not None and not arrival.proven and _is_somebodys(known):
        known = None
    thread = known or _new(books, arrival, customer_id)
    if not threads.add(books.connection, _message(arrival, thread.id, books.now), _bytes(arrival)):
        return None
    if known is None:
        threads.open(books.connection, thread)
        _hand_over_an_unproven(books, threads, thread, arrival)
        _hand_over_a_suppliers(books, threads, thread, arrival)
    else:
        _go_on(books, threads, thread, arrival)
    if not arrival.is_automatic:
        facts = {"channel": arrival.channel.value, "files": len(arrival.files)}
        books.tell(RECEIVED, thread.id, "customer", {"thread_id": thread.id, **facts})
    return thread.id


def _is_somebodys(thread: Thread) -> bool:
    return thread.customer_id is not None or thread.proof is not Proof.UNPROVEN


def wake_unread(ground: Ground) -> str | None:
    """Start the agent when somebody wrote or was vouched for since its last run; the run, or None.

    After a run that failed the schedule is left to try again.
    """
    with reading(ground) as books:
        last = books.runs.last_by_agent(books.connection).get(AGENT)
        if last is not None and last.status not in {"succeeded", "cancelled"}:
            return None
        after = 0 if last is None else queued_at(books, last.id)
        if not Threads(books.store_id).has_news(books.connection, (RECEIVED, VOUCHED), after):
            return None
    with writing(ground) as books:
        return start_run(books, AGENT, trigger=RECEIVED, actor="event")[0]


def _new(books: Books, arrival: Arrival, customer_id: str | None) -> Thread:
    policy = books.policy
    hours = BusinessHours(
        books.store.timezone or "UTC", policy.support_from_hour, policy.support_to_hour
    )
    promise = Promise(policy.first_response_hours, policy.resolution_hours)
    order_id = None
    if customer_id is not None:
        names = order_names(f"{arrival.subject}\n{arrival.text}")
        order_id = order_of(books.connection, books.store_id, customer_id, names)
    status = ThreadStatus.WAITING if arrival.is_automatic else ThreadStatus.OPEN
    return Thread(
        id=f"thr_{arrival.key}", channel=arrival.channel, status=status,
        subject=arrival.subject or arrival.text[:_SUBJECT_MAX], author=arrival.author,
        address=arrival.address, customer_id=customer_id, order_id=order_id, opened_at=books.now,
        last_message_at=books.now, last_inbound_at=books.now,
        clock=clockwork(books.now, promise, hours),
        proof=Proof.PROVEN if arrival.proven else Proof.UNPROVEN,
    )  # fmt: skip


def _hand_over_an_unproven(
    books: Books, threads: Threads, thread: Thread, arrival: Arrival
) -> None:
    """A person sees that it may be forged, and what would have proven it."""
    if not arrival.proven and not arrival.is_automatic:
        said = f"{arrival.subject} | {' '.join(arrival.text.split())[:_SUBJECT_MAX]}"
        threads.escalate(books.connection, thread.id, Escalation(_UNPROVEN, said, books.now))


def _hand_over_a_suppliers(
    books: Books, threads: Threads, thread: Thread, arrival: Arrival
) -> None:
    """What answers an order of ours is for a person: it is no customer who asks for help.

    What it answers says it best: a subject may be rewritten.
    """
    purchases, placed = Purchases(books.store_id), SupplierOrders(books.store_id)
    bought = _answered(
        books, arrival, FLOW, orders_named, lambda each: purchases.find(books.connection, each)
    )
    served = _answered(
        books, arrival, MAIL_FLOW, references_named,
        lambda each: placed.get(books.connection, each),
    )  # fmt: skip
    if bought is not None or served is not None:
        threads.change(
            books.connection, thread.id, purchase_order_id=bought, supplier_order_id=served
        )
    what = f"the order {served}" if bought is None else f"the purchase order {bought}"
    if (bought or served) and not arrival.is_automatic:
        said = f"{arrival.subject} | {' '.join(arrival.text.split())[:_SUBJECT_MAX]}"
        reason = f"It answers {what}."
        threads.escalate(books.connection, thread.id, Escalation(reason, said, books.now))


def _answered(
    books: Books, arrival: Arrival, flow: str, named: Callable[[str], tuple[str, ...]],
    find: Callable[[str], object | None],
) -> str | None:  # fmt: skip
    """Which order of ours it answers, of those whose mails are of this flow."""
    answered = Messages(books.store_id).step_answered(books.connection, flow, arrival.answers)
    candidates = (answered, *named(arrival.subject))
    return next((each for each in candidates if each and find(each) is not None), None)


def _go_on(books: Books, threads: Threads, thread: Thread, arrival: Arrival) -> None:
    if arrival.is_automatic:
        threads.change(books.connection, thread.id, last_message_at=books.now)
        return
    # What a person has taken over stays with that person.
    stays = thread.status is ThreadStatus.ESCALATED
    threads.change(
        books.connection, thread.id, last_message_at=books.now, last_inbound_at=books.now,
        status=thread.status.value if stays else ThreadStatus.OPEN.value, resolved_at=None,
    )  # fmt: skip


def _message(arrival: Arrival, thread_id: str, now: datetime) -> ThreadMessage:
    message_id = f"tms_{arrival.key}"
    files = tuple(replace(each, id=f"{message_id[4:36]}_{each.id}") for each, _ in arrival.files)
    return ThreadMessage(
        id=message_id, thread_id=thread_id, direction=Direction.INBOUND, author=arrival.author,
        address=arrival.address, subject=arrival.subject, text=arrival.text,
        quoted=arrival.quoted, html=arrival.html, internet_id=arrival.internet_id,
        is_automatic=arrival.is_automatic, sent_at=now, attachments=files,
    )  # fmt: skip


def _bytes(arrival: Arrival) -> dict[str, bytes]:
    return {
        f"{arrival.key[:32]}_{each.id}": content
        for each, content in arrival.files
        if content is not None
    }


def _told(payload: Any) -> Arrival:
    """A message of a chat or another program; ``thread`` is the id of one it told before."""
    given = {name: payload.get(name, "") for name in ("id", "channel", "address", "text")}
    if not all(isinstance(value, str) and value.strip() for value in given.values()):
        raise Invalid(
            "A message has id, channel, address and text.", remedy="Send all four as text."
        )
    if given["channel"] not in (Channel.CHAT, Channel.API) or "@" not in given["address"]:
        raise Invalid(
            "The channel is neither chat nor api, or the address none.", remedy="Correct it."
        )
    fresh, quoted = unquoted(plain(given["text"]))
    earlier = str(payload.get("thread") or "")
    return Arrival(
        key=_key(given["id"]), channel=Channel(given["channel"]),
        author=line(str(payload.get("name") or ""), 120),
        address=line(given["address"].lower(), 250),
        subject=line(str(payload.get("subject") or fresh.partition("\n")[0]), _SUBJECT_MAX),
        text=fresh, quoted=quoted, html=None, internet_id=f"message:{given['id']}",
        answers=(f"message:{earlier}",) if earlier else (), is_automatic=False,
    )  # fmt: skip


def _key(told: str) -> str:
    import hashlib

    return hashlib.sha256(f"message:{told}".encode()).hexdigest()[:40]
