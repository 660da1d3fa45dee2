"""What agents changed, as the CSV files that Shopify's admin imports: for a shop without an API.

The values are those the store has now, so what was undone since is in the file as it was before.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.export.table import opens_formula
from royal_platform.shopify import documents
from royal_platform.shopify.answers import VariantsToImportNodes as VariantNode
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.mapping import gid
from royal_platform.shopify.pages import batched

_OPTIONS = tuple(f"Option{n} {what}" for n in (1, 2, 3) for what in ("Name", "Value"))
PRODUCT_COLUMNS = (
    "Handle", "Title", *_OPTIONS, "Variant SKU", "Variant Price", "Variant Compare At Price",
)  # fmt: skip
STOCK_COLUMNS = ("Handle", "Title", *_OPTIONS, "SKU", "Location", "On hand (new)")
# About 300 points of one query's 1,000.
_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """Rows of both files, and which variants have to be changed by hand, with why."""

    prices: tuple[Mapping[str, str], ...]
    stock: tuple[Mapping[str, str], ...]
    left_out: tuple[tuple[str, str], ...]

    def write(self, folder: Path) -> None:
        """Write ``products.csv`` and ``inventory.csv``; one without rows is removed."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "products.csv", PRODUCT_COLUMNS, self.prices)
        _write(folder / "inventory.csv", STOCK_COLUMNS, self.stock)


async def import_files(
    client: ShopifyClient, priced: Iterable[str], stocked: Iterable[str]
) -> ImportFiles:
    """The files for variants whose price or stock changed, by what the store has now.

    Raises what ``ShopifyClient.run`` raises.
    """
    priced, stocked = list(priced), list(stocked)
    found = await _variants(client, dict.fromkeys([*priced, *stocked]))
    left_out = {ident: reason for ident in found if (reason := _unfit(found[ident]))}
    usable = {ident: node for ident, node in found.items() if ident not in left_out and node}
    return ImportFiles(
        tuple(_price_row(usable[ident]) for ident in priced if ident in usable),
        tuple(row for ident in stocked if ident in usable for row in _stock_rows(usable[ident])),
        tuple(left_out.items()),
    )


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


def _harmless(sku: str | None) -> str:
    """The SKU, which identifies nothing here, unless a spreadsheet would run it."""
    return "" if sku is None or opens_formula(sku) else sku


def _write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    if not rows:
        path.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
