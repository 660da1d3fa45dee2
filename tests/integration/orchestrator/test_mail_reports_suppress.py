"""A bounce or complaint that came in as mail puts an address on the list, once, and only ours."""

from __future__ import annotations

from orchestrator.core import webhooks
from orchestrator.core.books import reading, writing
from orchestrator.core.taking_in import MAIL_TOPIC
from royal_platform.bootstrap import Platform
from royal_platform.commerce.messages.model import Cause, Rendered, State
from royal_platform.persistence.messages import Messages, StoredMessage
from tests.integration.orchestrator.inbox import arrived, receipt_of
from tests.integration.orchestrator.test_webhooks_survive import killed_after_commits
from tests.unit.test_mail_reports import BOUNCE, COMPLAINT, OURS

CUSTOMER = "6001"


def sent(platform: Platform) -> None:
    """The message that the reports are about reached its carrier."""
    with writing(platform) as books:
        store = Messages(books.store_id)
        content = Rendered("Hello", "<p>Hello</p>", "Hello")
        store.compose(books.connection, StoredMessage(
            OURS, "dec_1", CUSTOMER, "welcome", "hello/1", "marketing", "welcome", "smtp",
            State.COMPOSED, "Ann@test.example", content, books.now, None,
        ))  # fmt: skip
        store.move(books.connection, OURS, seen=State.COMPOSED, to=State.SENT, at=books.now)


async def reported(platform: Platform, name: str, report: str) -> Cause | None:
    """Why she gets no more mail, once the report was worked off."""
    arrived(platform, name, MAIL_TOPIC, report.encode())
    await webhooks.work_off(platform)
    assert receipt_of(platform, name).processed_at is not None
    with reading(platform) as books:
        return Messages(books.store_id).suppressed(books.connection, CUSTOMER)


async def test_a_report_counts_for_our_message_and_the_address_it_went_to(shop: Platform) -> None:
    sent(shop)
    forged = (
        BOUNCE.replace(OURS, "msg_" + "1" * 40), BOUNCE.replace("Ann@", "Bob@"),
        COMPLAINT.replace("Ann@", "Bob@").replace(
            "Final-Recipient: rfc822;", "Original-Rcpt-To:"
        ),
    )  # fmt: skip
    for number, report in enumerate(forged):
        assert await reported(shop, f"forged-{number}", report) is None
    assert await reported(shop, "complaint", COMPLAINT) is Cause.COMPLAINED
    assert await reported(shop, "bounce", BOUNCE) is Cause.BOUNCED
    assert await reported(shop, "again", BOUNCE) is Cause.BOUNCED
    # A dead mailbox is not forgotten over a complaint that comes later.
    assert await reported(shop, "later", COMPLAINT) is Cause.BOUNCED
    with reading(shop) as books:
        store = Messages(books.store_id)
        page = store.suppressed_page(books.connection, None, 50)
        assert [(one.cause, one.source) for one in page.items] == [(Cause.BOUNCED, "mail")]
        assert store.get(books.connection, OURS).state is State.BOUNCED


async def test_a_report_is_put_down_and_handled_in_one_commit(shop: Platform) -> None:
    sent(shop)
    arrived(shop, "w-1", MAIL_TOPIC, BOUNCE.encode())
    webhooks.tell(shop)
    # The row is begun; the next commit is the report's.
    with killed_after_commits(shop, 1):
        await webhooks.work_off(shop)
    with reading(shop) as books:
        assert Messages(books.store_id).suppressed(books.connection, CUSTOMER) is None
    with killed_after_commits(shop, 2):
        await webhooks.work_off(shop)
        # Nothing is left to commit: die at the next one there is.
        arrived(shop, "w-2", MAIL_TOPIC, BOUNCE.encode())
    assert receipt_of(shop, "w-1").state == "handled"
    with reading(shop) as books:
        assert Messages(books.store_id).suppressed(books.connection, CUSTOMER) is Cause.BOUNCED
