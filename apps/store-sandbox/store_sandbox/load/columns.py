"""Finds the columns of a transactions file by their usual names or by the caller's map."""

from collections.abc import Mapping, Sequence

from core.errors import Invalid

FIELDS = ("order", "date", "sku", "description", "quantity", "price", "customer", "country")
REQUIRED = ("order", "date", "sku", "quantity", "price")
USUAL: dict[str, tuple[str, ...]] = {
    "order": ("order", "orderid", "orderno", "ordernumber", "invoice", "invoiceno", "name"),
    "date": ("date", "orderdate", "invoicedate", "datetime", "timestamp", "createdat"),
    "sku": ("sku", "stockcode", "productcode", "code", "item", "itemcode", "lineitemsku"),
    "description": ("description", "product", "productname", "title", "lineitemname"),
    "quantity": ("quantity", "qty", "units", "lineitemquantity"),
    "price": ("unitprice", "price", "lineitemprice"),
    "customer": ("customer", "customerid", "customerno", "email"),
    "country": ("country", "shippingcountry", "countrycode"),
}


def parse_map(text: str) -> dict[str, str]:
    """`order=Invoice,sku=Code` -> a map; Invalid for a field that does not exist."""
    result: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, mark, column = (side.strip() for side in pair.partition("="))
        if not mark or name not in FIELDS or not column:
            raise Invalid(
                f"{pair!r} in the column map is not understood.",
                remedy=f"Write field=Column with a field of: {', '.join(FIELDS)}.",
            )
        result[name] = column
    return result


def find_columns(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Field -> position in the header; Invalid when a required or mapped column is missing."""
    plain = [_plain(name) for name in header]
    found: dict[str, int] = {}
    for name in FIELDS:
        wanted = (_plain(mapping[name]),) if name in mapping else USUAL[name]
        place = next((plain.index(column) for column in wanted if column in plain), None)
        if place is not None:
            found[name] = place
        elif name in REQUIRED or name in mapping:
            raise Invalid(
                f"No column for {name!r} in the header {', '.join(header)!r}.",
                remedy=f"Name it, for example --map {name}=<column>.",
            )
    return found


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
