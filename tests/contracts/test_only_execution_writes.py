"""There is one road to a business write: nothing but execution is ever given a Writer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("app", "apps", "core", "orchestrator", "royal_platform")
WRITERS = {
    "writers", "ShopifyWriter", "PriceWriter", "StockWriter", "TagWriter", "Mailer", "mailer_of",
    "supplier_desk", "SupplierDesk", "OrderDesk", "ProductWriter", "OrderWriter", "order_writer",
    "ShopifyOrderWriter", "Batches", "batches_of",
    "RefundWriter", "ShopifyRefundWriter", "refund_writer",
    "ReturnWriter", "ShopifyReturnWriter", "return_writer",
    "ReplacementWriter", "ShopifyReplacementWriter", "replacement_writer",
    "DiscountWriter", "ShopifyDiscountWriter", "discount_writer",
    "HandingOver", "MailDesk", "desks_of",
}  # fmt: skip
# Where writers are made, declared, named as a type, and used.
ALLOWED = {
    "royal_platform/bootstrap.py",
    "royal_platform/shopify/adapter.py",
    "royal_platform/shopify/order_writer.py",
    "royal_platform/commerce/fulfilment/ports.py",
    "royal_platform/commerce/catalog/ports.py",
    "royal_platform/commerce/inventory/ports.py",
    "royal_platform/commerce/messages/ports.py",
    "royal_platform/messaging/carriers.py",
    "royal_platform/commerce/suppliers/ports.py",
    "royal_platform/suppliers/adapter.py",
    "royal_platform/suppliers/desk/adapter.py",
    "orchestrator/core/actions.py",
    "orchestrator/core/discounting.py",
    "royal_platform/commerce/marketing/ports.py",
    "royal_platform/shopify/discounts.py",
    "orchestrator/core/fulfilling.py",
    "orchestrator/core/listing.py",
    "orchestrator/core/safeguarding.py",
    "orchestrator/core/handing_over.py",
    "orchestrator/core/mail_desk.py",
    "orchestrator/core/messaging.py",
    "orchestrator/core/refunding.py",
    "orchestrator/core/reshipping.py",
    "orchestrator/core/returning.py",
    "orchestrator/core/execution.py",
}


def sources() -> Iterator[Path]:
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" not in path.parts and "store-sandbox" not in path.parts:
                yield path


@pytest.fixture(scope="module")
def imports() -> dict[str, dict[str, list[str]]]:
    """What each source imports, by its path below the root."""
    reader = Path(__file__).with_name("imported_names.py")
    paths = "\n".join(path.as_posix() for path in sources())
    told = subprocess.run(
        [sys.executable, str(reader)], input=paths, capture_output=True, text=True, check=True
    )
    found = json.loads(told.stdout)
    return {Path(path).relative_to(ROOT).as_posix(): what for path, what in found.items()}


def test_no_other_module_imports_a_writer(imports: dict[str, Any]) -> None:
    importers = {path for path, what in imports.items() if WRITERS & set(what["names"])}
    assert importers <= ALLOWED
    assert importers, "the search finds the modules that are allowed to"


def test_only_execution_asks_for_writers(imports: dict[str, Any]) -> None:
    askers = {path for path, what in imports.items() if "writers" in what["names"]}
    assert askers == {"orchestrator/core/execution.py"}
    carriers = {path for path, what in imports.items() if "mailer_of" in what["names"]}
    assert carriers == {"orchestrator/core/execution.py"}
    desks = {path for path, what in imports.items() if "desks_of" in what["names"]}
    assert desks == {"orchestrator/core/execution.py"}


def test_only_one_module_knows_the_engine_library(imports: dict[str, Any]) -> None:
    users = {path for path, what in imports.items() if "dbos" in what["roots"]}
    assert users == {"orchestrator/core/engine.py"}


def test_only_the_writer_and_the_subscriptions_send_a_mutation() -> None:
    folder = ROOT / "royal_platform" / "shopify"
    mutations = {
        path.stem.upper()
        for path in (folder / "documents").glob("*.graphql")
        if path.read_text().lstrip().startswith("mutation")
    }
    senders = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if path.name != "documents.py"
        and any(f"documents.{name}" in path.read_text() for name in mutations)
    }
    assert senders == {
        "royal_platform/shopify/adapter.py",
        "royal_platform/shopify/order_writer.py",
        # What the writer's changes are sent by, several at once.
        "royal_platform/shopify/batching.py",
        "royal_platform/shopify/discounts.py",
        "royal_platform/shopify/refunds.py",
        "royal_platform/shopify/replacements.py",
        "royal_platform/shopify/returns.py",
        # Asks the store for a file of what can be read anyway.
        "royal_platform/shopify/bulk.py",
        "royal_platform/shopify/subscriptions.py",
    }


@pytest.mark.parametrize("name", ["set_price", "set_quantity", "add_tags", "remove_tags"])
def test_what_an_agent_reads_with_cannot_write(name: str) -> None:
    from royal_platform.shopify.adapter import ShopifyReader

    assert not hasattr(ShopifyReader, name)
