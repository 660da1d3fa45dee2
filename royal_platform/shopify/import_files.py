"""What agents changed, as the CSV files that Shopify's admin imports: for a shop without an API.

The values are those the store has now, so what was undone since is in the file as it was before.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.export.table import opens_formula
from royal_platform.commerce.catalog.model import LiveProduct, ProductDraft
from royal_platform.shopify import documents
from royal_platform.shopify.adapter import ShopifyReader
from royal_platform.shopify.answers import VariantsToImportNodes as VariantNode
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.mapping import gid
from royal_platform.shopify.pages import batched

_OPTIONS = tuple(f"Option{n} {what}" for n in (1, 2, 3) for what in ("Name", "Value"))
PRODUCT_COLUMNS = (
    "Handle", "Title", *_OPTIONS, "Variant SKU", "Variant Price", "Variant Compare At Price",
)  # fmt: skip
STOCK_COLUMNS = ("Handle", "Title", *_OPTIONS, "SKU", "Location", "On hand (new)")
STATUS_COLUMNS = ("Handle", "Title", "Status")
DRAFT_COLUMNS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name",
    "Option1 Value", "Variant SKU", "Variant Inventory Tracker", "Variant Price", "Cost per item",
    "Image Src", "Status",
)  # fmt: skip
# About 300 points of one query's 1,000.
_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """Rows of the files, and what has to be changed by hand, with why.

    ``left_out`` are variants by their id, ``unfit`` products by their handle.
    """

    prices: tuple[Mapping[str, str], ...]
    stock: tuple[Mapping[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    drafts: tuple[Mapping[str, str], ...] = ()
    statuses: tuple[Mapping[str, str], ...] = ()
    unfit: tuple[tuple[str, str], ...] = ()

    def write(self, folder: Path) -> None:
        """Write ``products.csv``, ``inventory.csv``, ``new-products.csv`` and
        ``product-status.csv``; one without rows is removed."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "new-products.csv", DRAFT_COLUMNS, self.drafts)
        _write(folder / "product-status.csv", STATUS_COLUMNS, self.statuses)
        _write(folder / "products.csv", PRODUCT_COLUMNS, self.prices)
        _write(folder / "inventory.csv", STOCK_COLUMNS, self.stock)


async def import_files(
    client: ShopifyClient,
    priced: Iterable[str],
    stocked: Iterable[str],
    drafts: Iterable[ProductDraft] = (),
    listed: Iterable[str] = (),
) -> ImportFiles:
    """The files for variants whose price or stock changed, by what the store has now.

    ``drafts`` are products that were made, ``listed`` the handles of those shown, hidden or put
    away. Raises what ``ShopifyClient.run`` raises.
    """
    priced, stocked = list(priced), list(stocked)
    found = await _variants(client, dict.fromkeys([*priced, *stocked]))
    left_out = {ident: reason for ident in found if (reason := _unfit(found[ident]))}
    usable = {ident: node for ident, node in found.items() if ident not in left_out and node}
    made = {each.handle: each for each in drafts}
    products = await _products(client, dict.fromkeys([*made, *listed]))
    unfit = {handle: reason for handle in products if (reason := _unfit_product(products[handle]))}
    fit = {
        handle: live for handle, live in products.items() if live is not None
        and handle not in unfit
    }  # fmt: skip
    return ImportFiles(
        tuple(_price_row(usable[ident]) for ident in priced if ident in usable),
        tuple(row for ident in stocked if ident in usable for row in _stock_rows(usable[ident])),
        tuple(left_out.items()),
        tuple(_draft_row(made[handle], live) for handle, live in fit.items() if handle in made),
        tuple(_status_row(live) for handle, live in fit.items() if handle not in made),
        tuple(unfit.items()),
    )


async def _products(client: ShopifyClient, handles: Iterable[str]) -> dict[str, LiveProduct | None]:
    reader = ShopifyReader(client)
    return {handle: await reader.product(handle) for handle in handles}


def _unfit_product(live: LiveProduct | None) -> str | None:
    """Why a file cannot carry this product; None when it can."""
    if live is None:
        return "it was deleted in the store"
    if opens_formula(live.handle) or opens_formula(live.title):
        return "a spreadsheet would take its name for a formula"
    return None


def _draft_row(draft: ProductDraft, live: LiveProduct) -> dict[str, str]:
    """A product as it was made here, with the status that it has now."""
    cost = "" if draft.unit_cost is None else format(draft.unit_cost.amount, "f")
    return _status_row(live) | {
        "Body (HTML)": _harmless(draft.description), "Vendor": _harmless(draft.vendor),
        "Type": _harmless(draft.product_type), "Tags": ", ".join(draft.tags),
        "Published": "TRUE" if live.status == "ACTIVE" else "FALSE",
        "Option1 Name": "Title", "Option1 Value": "Default Title",
        "Variant SKU": _harmless(live.sku), "Variant Inventory Tracker": "shopify",
        "Variant Price": format(live.price, "f"), "Cost per item": cost,
        "Image Src": _harmless(draft.image_url),
    }  # fmt: skip


def _status_row(live: LiveProduct) -> dict[str, str]:
    return {"Handle": live.handle, "Title": live.title, "Status": live.status.lower()}


async def _variants(client: ShopifyClient, ids: Iterable[str]) -> dict[str, VariantNode | None]:
    """The variants by their id; None for one that is gone."""
    found: dict[str, VariantNode | None] = {}
    for batch in batched(ids, _AT_ONCE):
        wanted = [gid("ProductVariant", ident) for ident in batch]
        answer = await client.run(documents.VARIANTS_TO_IMPORT, {"ids": wanted})
        found |= dict(zip(batch, answer["nodes"], strict=True))
    return found


def _unfit(node: VariantNode | None) -> str | None:
    """Why a file cannot carry this variant; None when it can."""
    if node is None:
        return "it was deleted in the store"
    # Shopify needs these to the letter, so an apostrophe in front would not do.
    if any(map(opens_formula, _identity(node).values())):
        return "a spreadsheet would take its name for a formula"
    return None


def _identity(node: VariantNode) -> dict[str, str]:
    """The columns by which Shopify finds the variant."""
    row = {"Handle": node["product"]["handle"], "Title": node["product"]["title"]}
    for number, option in enumerate(node["selectedOptions"], start=1):
        row |= {f"Option{number} Name": option["name"], f"Option{number} Value": option["value"]}
    return row


def _price_row(node: VariantNode) -> dict[str, str]:
    return _identity(node) | {
        "Variant SKU": _harmless(node["sku"]),
        "Variant Price": node["price"],
        "Variant Compare At Price": node["compareAtPrice"] or "",
    }


def _stock_rows(node: VariantNode) -> Iterator[dict[str, str]]:
    for level in node["inventoryItem"]["inventoryLevels"]["nodes"]:
        for each in level["quantities"]:
            yield _identity(node) | {
                "SKU": _harmless(node["sku"]),
                "Location": level["location"]["name"],
                "On hand (new)": str(each["quantity"]),
            }


def _harmless(text: str | None) -> str:
    """A text that identifies nothing here, unless a spreadsheet would run it."""
    return "" if text is None or opens_formula(text) else text


def _write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    if not rows:
        path.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
