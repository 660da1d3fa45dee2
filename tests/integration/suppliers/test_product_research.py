"""Product research on the sandbox: shortlist, import, publish, delist, undo; once in effect."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core import ledger, loading, supplying
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.limits import with_limits
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.offers import Changes, Offers
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", autouse=True)
def researched(platform: Platform) -> None:
    asyncio.run(supplying.read_due(platform))
    registry = get_agent_registry()
    registry.attach(platform)
    registry.register(
        Registration("product_research", "Research", "product_research", ("product_research",))
    )


def run(platform: Platform) -> dict:
    with writing(platform) as books:
        run_id, why_not = start_run(
            books, "product_research", trigger="button", actor="ada", by_worker=False
        )
    assert why_not is None
    assert asyncio.run(carry_out(platform, run_id)) == "succeeded"
    with reading(platform) as books:
        return books.runs.get(books.connection, run_id).result["data"]


def import_a_trend(platform: Platform) -> str:
    """Searches for a kind of goods that is offered have doubled; the kind."""
    kinds = {each.offer.category for each in platform.offers.offers() if each.variant_id is None}
    kind = min(each for each in kinds if each)
    clock = platform.clock()
    today = clock.local_day(clock.now())
    lines = ["day,series,category,value"] + [
        f"{today - timedelta(days=ago)},shop searches,{kind.upper()},{40 if ago <= 28 else 20}"
        for ago in range(1, 57)
    ]
    assert loading.import_trends(platform, "\n".join(lines), "searches.csv", "ada") == 56
    return kind


def proposed(platform: Platform, kind: str) -> list[Decision]:
    with reading(platform) as books:
        page = books.decisions.page(
            books.connection, DecisionFilter(kind=kind, statuses=("proposed",)), None, 50
        )
    return list(page.items)


def carry(platform: Platform, decision: Decision) -> str:
    ledger.approve(platform, decision.id, decision.argument_hash, "ada")
    return asyncio.run(execute(platform, hands_of(platform), decision.id))


def live(platform: Platform, decision: Decision):
    return asyncio.run(platform.live.product(decision.proposal.arguments["handle"]))


def test_from_a_suppliers_offer_to_a_product_that_buyers_see_and_back(platform: Platform) -> None:
    kind = import_a_trend(platform)
    data = run(platform)
    assert data["considered"] > 10
    assert all(len(each["factors"]) == 5 for each in data["candidates"])
    for each in data["candidates"]:
        trend = next(factor for factor in each["factors"] if factor["name"] == "trend")
        assert ("shop searches 2.00" in trend["detail"]) == (each["category"] == kind)
    drafts = proposed(platform, "product.import_draft")
    assert drafts
    first = drafts[0]
    assert live(platform, first) is None
    assert carry(platform, first) == "executed"
    made = live(platform, first)
    assert (made.status, made.sku) == ("DRAFT", first.proposal.arguments["sku"])
    assert str(made.price) == first.proposal.arguments["price"]
    assert asyncio.run(execute(platform, hands_of(platform), first.id)) == "executed"

    asyncio.run(platform.sync().run())
    run(platform)
    handles = [
        each.subject.id for each in (d.proposal for d in proposed(platform, "product.import_draft"))
    ]
    assert first.proposal.subject.id not in handles
    (publish,) = proposed(platform, "product.publish")
    assert carry(platform, publish) == "executed"
    assert live(platform, first).status == "ACTIVE"

    undo = ledger.revert(platform, publish.id, "ada").id
    assert asyncio.run(execute(platform, hands_of(platform), undo)) == "executed"
    assert live(platform, first).status == "DRAFT"


def published(platform: Platform) -> Decision:
    """What a supplier offers, imported and shown to buyers; the decision to import it."""
    run(platform)
    imported = proposed(platform, "product.import_draft")[0]
    assert carry(platform, imported) == "executed"
    asyncio.run(platform.sync().run())
    run(platform)
    assert carry(platform, on(platform, "product.publish", imported)) == "executed"
    asyncio.run(platform.sync().run())
    return imported


def on(platform: Platform, kind: str, imported: Decision) -> Decision:
    """What is proposed for the product that this decision imported."""
    subject = imported.proposal.subject.id
    [found] = [each for each in proposed(platform, kind) if each.proposal.subject.id == subject]
    return found


def withdraw(platform: Platform, imported: Decision) -> None:
    """Its supplier's catalogue as it is published, without this one article.

    Some list what the shop now sells under the shop's number too: that row goes as well.
    """
    assert listed(platform, imported, there=False).withdrawn > 0


def listed(platform: Platform, imported: Decision, *, there: bool) -> Changes:
    """The catalogue of its supplier is read, with this one article or without it."""
    given = imported.proposal.arguments
    supplier_id, number = given["supplier_id"], given["supplier_sku"]
    source = platform.supplier(supplier_id).source
    rows = asyncio.run(source.rows())
    left = [each for each in rows if there or number not in each.values()]
    with writing(platform) as books:
        return Offers(books.store_id).take(
            books.connection, supplier_id, source.mapped(left), now=books.now
        )


def asked(platform: Platform, kind: str, imported: Decision) -> bool:
    """Whether that waits for an answer after another run."""
    run(platform)
    return imported.proposal.subject.id in {
        each.proposal.subject.id for each in proposed(platform, kind)
    }


def later(platform: Platform, sandbox: Sandbox) -> None:
    """An hour passes, and nothing is forbidden for what was changed before."""
    sandbox.control("step", {"hours": 1})
    asyncio.run(platform.refresh_clock())
    with writing(platform) as books:
        current = books.policies.current(books.connection).version
        books.policies.replace(
            books.connection, edited=current,
            policy=with_limits(books.policy, {"cooldown_days": "0"}), actor="ada", now=books.now,
        )  # fmt: skip


def test_what_its_supplier_withdrew_is_hidden_by_a_decision_and_shown_again_by_its_undo(
    platform: Platform, sandbox: Sandbox
) -> None:
    imported = published(platform)
    assert live(platform, imported).status == "ACTIVE"
    run(platform)
    subject = imported.proposal.subject.id
    assert subject not in {
        each.proposal.subject.id for each in proposed(platform, "product.delist")
    }

    withdraw(platform, imported)
    run(platform)
    delist = on(platform, "product.delist", imported)
    assert delist.proposal.precondition == {"status": "ACTIVE"}
    assert "no longer offers it" in delist.proposal.rationale
    assert live(platform, imported).status == "ACTIVE"
    assert carry(platform, delist) == "executed"
    assert asyncio.run(execute(platform, hands_of(platform), delist.id)) == "executed"
    assert live(platform, imported).status == "DRAFT"
    with reading(platform) as books:
        execution = books.executions.get(books.connection, delist.id)
    assert execution is not None
    assert (execution.before["status"], execution.after["status"]) == ("ACTIVE", "DRAFT")

    undo = ledger.revert(platform, delist.id, "ada")
    assert (undo.proposal.kind, undo.reverts) == ("product.publish", delist.id)
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "executed"
    assert live(platform, imported).status == "ACTIVE"

    # A person's no stays a no.
    later(platform, sandbox)
    assert not asked(platform, "product.delist", imported), "it was undone"
    # It is offered again, and dropped again: something happened that nobody was asked about.
    listed(platform, imported, there=True)
    assert not asked(platform, "product.delist", imported)
    withdraw(platform, imported)
    assert asked(platform, "product.delist", imported)
    ledger.reject(platform, on(platform, "product.delist", imported).id, "ada", "I have ten left.")
    assert not asked(platform, "product.delist", imported), "it was refused"


def test_a_persons_no_to_showing_a_product_stands_until_its_supplier_offers_it_anew(
    platform: Platform, sandbox: Sandbox
) -> None:
    run(platform)
    imported = proposed(platform, "product.import_draft")[0]
    assert carry(platform, imported) == "executed"
    asyncio.run(platform.sync().run())
    assert asked(platform, "product.publish", imported)
    ledger.reject(platform, on(platform, "product.publish", imported).id, "ada", "Not this one.")
    assert not asked(platform, "product.publish", imported)
    later(platform, sandbox)
    withdraw(platform, imported)
    listed(platform, imported, there=True)
    assert asked(platform, "product.publish", imported)


def test_an_import_is_taken_back_as_long_as_nobody_has_shown_the_draft(platform: Platform) -> None:
    run(platform)
    imported = proposed(platform, "product.import_draft")[0]
    assert imported.proposal.inverse.kind == "product.archive"
    assert carry(platform, imported) == "executed"

    undo = ledger.revert(platform, imported.id, "ada")
    assert (undo.proposal.kind, undo.reverts) == ("product.archive", imported.id)
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "executed"
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "executed"
    assert live(platform, imported).status == "ARCHIVED"

    # It was turned down by that: it is neither proposed again nor shown.
    asyncio.run(platform.sync().run())
    run(platform)
    subject = imported.proposal.subject.id
    for kind in ("product.import_draft", "product.publish"):
        assert subject not in {each.proposal.subject.id for each in proposed(platform, kind)}

    back = ledger.revert(platform, undo.id, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), back.id)) == "executed"
    assert live(platform, imported).status == "DRAFT"


def test_an_import_that_buyers_see_is_not_taken_back_under_them(platform: Platform) -> None:
    imported = published(platform)
    undo = ledger.revert(platform, imported.id, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "conflicted"
    assert live(platform, imported).status == "ACTIVE"


def test_a_handle_that_was_taken_meanwhile_is_a_conflict_and_nothing_is_written(
    platform: Platform, sandbox: Sandbox
) -> None:
    run(platform)
    wanted = proposed(platform, "product.import_draft")[0]
    from orchestrator.core.listing import draft_of

    draft = replace(draft_of(wanted.proposal), image_url="https://supplier.example/pad.jpg")
    writer = hands_of(platform).product_writer
    asyncio.run(writer.create_draft(draft, "somebody"))
    there = live(platform, wanted)
    assert (there.status, there.sku, there.price) == ("DRAFT", draft.sku, draft.price.amount)
    by_handle = f'productByIdentifier(identifier: {{ handle: "{draft.handle}" }})'
    pictures = sandbox.admin(f"{{ {by_handle} {{ mediaCount {{ count }} }} }}")
    assert pictures["productByIdentifier"]["mediaCount"]["count"] == 1
    # Whoever made it, it is there once and stays as it is.
    asyncio.run(writer.create_draft(replace(draft, title="Another", sku="OTHER"), "somebody else"))
    assert live(platform, wanted) == there
    assert carry(platform, wanted) == "conflicted"


def test_the_page_reads_the_newest_run_and_what_was_decided_since(platform: Platform) -> None:
    from app.views.research import show

    run(platform)
    shown = show(platform)
    assert shown.run_id is not None
    assert shown.candidates
    statuses = {each.decision_status for each in shown.candidates}
    assert "executed" in statuses or "proposed" in statuses
    assert shown.hit_rate.share is None
