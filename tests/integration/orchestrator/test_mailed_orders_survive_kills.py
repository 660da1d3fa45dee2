"""A worker killed with -9 while a customer's order goes out by mail: one letter, and it goes on."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from core.events.verify import verify
from orchestrator.core import ledger, supplying
from orchestrator.core.books import reading
from orchestrator.core.supplier_answers import enter_answer
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.suppliers.answers import Answer
from royal_platform.commerce.suppliers.model import Tracking
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.suppliers.schemas import FeedSettings, MailSettings, SupplierSettings
from tests.integration.orchestrator.letters import letters
from tests.integration.orchestrator.test_orders_in_a_store import place_order
from tests.integration.orchestrator.test_orders_survive_kills import Street
from tests.integration.orchestrator.test_worker_survives_kills import Scene, scene, until

__all__ = ["scene"]
pytestmark = pytest.mark.timeout(240)
TO = "orders@post.example"
NUMBER = Tracking("3SABCD1234567", "PostNL")


def add_supplier(platform: Any) -> None:
    """A supplier without a desk that has all that Express has, for next to nothing, by tomorrow."""
    folder = platform.settings.var_dir / "feeds"
    folder.mkdir(exist_ok=True)
    with (folder / "post.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["supplier_sku", "title", "cost", "shipping", "lead_days", "stock", "sku"])
        for each in platform.offers.offers():
            if each.offer.supplier_id == "sup_sandbox_express":
                offer = each.offer
                table.writerow([offer.supplier_sku, offer.title, "0.10", "0", 1, 500, offer.sku])
    settings = SupplierSettings(
        feed=FeedSettings(file="post.csv"),
        mail=MailSettings(address=TO, send_customers_orders=True),
    )
    post = supplying.enter(platform, name="Post", kind="feed", settings=settings, actor="ada")
    supplying.change(
        platform, post, version=1, name="Post", settings=settings, active=True, actor="ada"
    )
    until(lambda: any(o.offer.supplier_id == post for o in platform.offers.offers()), 60, "Post")


def passed_over(place: Decision) -> str:
    [evidence] = [each for each in place.proposal.evidence if each.label == "Passed over"]
    return " ".join(evidence.value)


def state(platform: Any, reference: str) -> str | None:
    with reading(platform) as books:
        booked = SupplierOrders(books.store_id).get(books.connection, reference)
    return None if booked is None else booked.order.status


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_order_goes_by_mail_once_whatever_dies_and_on_by_its_answer(scene: Scene) -> None:
    street = Street(scene)
    street.open()
    platform: Any = scene.platform
    add_supplier(platform)
    # Without a mail server nothing is routed to it, and that is said.
    elsewhere = street.asked("supplier_order.place", place_order(platform, street))  # type: ignore[arg-type]
    assert "mail_to" not in elsewhere.proposal.arguments
    assert "Post: Orders go to it by mail. No mail server is set up." in passed_over(elsewhere)

    with letters() as post:
        scene.environment |= {"SMTP_URL": post.url, "MAIL_FROM": "The shop <shop@test.example>"}
        scene.workers[-1].kill()
        scene.workers[-1].wait()
        scene.start_worker()
        order_id = place_order(platform, street)  # type: ignore[arg-type]
        place = street.asked("supplier_order.place", order_id)
        reference = place.proposal.subject.id
        assert place.proposal.arguments["mail_to"] == TO

        post.silent = True
        ledger.approve(platform, place.id, place.argument_hash, "ada")
        until(lambda: post.to(TO), 30, "the letter")
        street._die(place)
        post.silent = False
        post.freed.set()
        street._go_on(place)
        [letter] = post.to(TO)
        assert reference in letter["Subject"]
        assert state(platform, reference) == "in_doubt"

        enter_answer(
            platform, reference, Answer("shipped", tracking=NUMBER), seen="in_doubt", actor="ada"
        )
        ship = street.asked("fulfillment.create", order_id)
        assert ship.proposal.arguments["tracking"] == NUMBER.number
        assert len(post.to(TO)) == 1
    with platform.database.read() as connection:
        assert verify(connection, platform.store_id).ok
