"""The list as a supplier publishes it: one in a Dutch spreadsheet's CSV, one in merchant XML."""

import csv
import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from store_sandbox.supplier.articles import Article
from store_sandbox.supplier.houses import House

_COLUMNS = (
    "Artikelnummer", "Omschrijving", "Merk", "Categorie", "EAN", "Uw artikelnummer",
    "Inkoopprijs", "Adviesprijs", "Verzendkosten", "Voorraad", "Levertijd (dagen)",
    "Minimale afname", "Verpakkingseenheid",
)  # fmt: skip


def as_csv(house: House, found: Sequence[Article]) -> bytes:
    """Semicolons and decimal commas, as a spreadsheet of this country writes them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_COLUMNS)
    shipping = _comma(round(house.shipping * 100))
    for each in found:
        writer.writerow(
            (
                each.number, each.title, each.brand, each.category, each.barcode, each.shop_sku,
                _comma(each.cost), _comma(each.retail), shipping, each.stock,
                f"{house.low}-{house.high}", each.minimum, each.pack,
            )
        )  # fmt: skip
    return out.getvalue().encode()


def as_xml(house: House, found: Sequence[Article]) -> bytes:
    """RSS with the merchant's name space."""
    items = "".join(_item(house, each) for each in found)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
        f"<title>{escape(house.name)}</title>{items}</channel></rss>"
    ).encode()


def _item(house: House, each: Article) -> str:
    cells = {
        "id": each.number, "title": each.title, "brand": each.brand,
        "product_type": each.category, "gtin": each.barcode, "mpn": each.shop_sku,
        "cost_of_goods_sold": f"{each.cost / 100:.2f} EUR",
        "msrp": f"{each.retail / 100:.2f} EUR", "quantity": str(each.stock),
        "min_handling_time": str(house.low), "max_handling_time": str(house.high),
    }  # fmt: skip
    inner = "".join(f"<g:{name}>{escape(text)}</g:{name}>" for name, text in cells.items() if text)
    price = f"<g:shipping><g:price>{house.shipping:.2f} EUR</g:price></g:shipping>"
    return f"<item>{inner}{price}</item>"


def _comma(cents: int) -> str:
    return f"{cents / 100:.2f}".replace(".", ",")
