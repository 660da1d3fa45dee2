"""A column map turns a feed's rows into offers, and says of each row it cannot why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import cast

from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import Offer
from royal_platform.commerce.suppliers.ports import Fault, Reading
from royal_platform.suppliers.feed.rows import Row
from royal_platform.suppliers.schemas import FieldName

_MOST_MONEY = Decimal(1_000_000)
_MOST_UNITS = 10_000_000
_MOST_DAYS = 730
_NUMBER = re.compile(r"-?\d[\d.,' \u00a0\u202f]*")
_DAYS = re.compile(r"\d+")
_CODE = re.compile(r"\b[A-Z]{3}\b")
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY"}
_NONE_LEFT = {"no", "nee", "nein", "false", "out of stock", "out_of_stock", "uitverkocht", "-"}
# Words that name a column, in the languages of the feeds that were met; compared without signs.
_NAMES: dict[FieldName, tuple[str, ...]] = {
    "supplier_sku": (
        "suppliersku", "artikelnummer", "itemnumber", "articlenumber", "productid", "id",
        "artnr", "itemno", "code", "sku",
    ),
    "sku": ("yoursku", "shopsku", "uwartikelnummer", "merchantsku", "mpn", "sku"),
    "title": ("title", "name", "productname", "omschrijving", "titel", "naam", "artikel"),
    "cost": (
        "cost", "unitcost", "purchaseprice", "inkoopprijs", "wholesaleprice", "nettoprijs",
        "netprice", "costofgoodssold", "dealerprice", "price", "prijs",
    ),
    "shipping": ("shipping", "shippingcost", "verzendkosten", "verzending", "shippingprice"),
    "lead_days": ("leaddays", "leadtime", "levertijd", "levertijddagen", "deliverytime"),
    "lead_days_low": ("minhandlingtime", "leaddaysmin", "mindays", "leaddayslow"),
    "lead_days_high": ("maxhandlingtime", "leaddaysmax", "maxdays", "leaddayshigh"),
    "stock": ("stock", "quantity", "voorraad", "qty", "available", "inventory", "availability"),
    "minimum_order": ("moq", "minimumorder", "minimaleafname", "minorder", "minqty"),
    "pack_size": ("packsize", "verpakkingseenheid", "unitsperpack", "pack"),
    "barcode": ("barcode", "ean", "gtin", "upc", "ean13"),
    "retail_price": ("retailprice", "adviesprijs", "rrp", "msrp", "recommendedprice"),
    "brand": ("brand", "merk", "vendor", "manufacturer"),
    "category": ("category", "categorie", "producttype", "groep", "productgroup"),
    "description": ("description", "beschrijving", "longdescription"),
    "image_url": ("image", "imageurl", "imagelink", "afbeelding", "picture"),
    "currency": ("currency", "valuta", "currencycode"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column holds what, how decimals are written, and the money of bare numbers.

    ``decimal_comma`` None lets each number speak for itself: ``1.234,50`` and ``1,234.50`` are
    plain, ``1.234`` alone is read as one with three decimals.
    """

    columns: Mapping[FieldName, str]
    currency: str
    decimal_comma: bool | None = None


def guess(headers: Sequence[str]) -> dict[FieldName, str]:
    """A first map from the columns' names; a person corrects it."""
    plain = {re.sub(r"[^a-z0-9]", "", header.lower()): header for header in reversed(headers)}
    tails = {
        re.sub(r"[^a-z0-9]", "", header.rpartition(".")[2].lower()): header
        for header in reversed(headers)
    }
    found: dict[FieldName, str] = {}
    for field, names in _NAMES.items():
        for name in names:
            header = plain.get(name) or tails.get(name)
            if header is not None:
                found[field] = header
                break
    if "lead_days_high" in found or "lead_days_low" in found:
        found.pop("lead_days", None)
    return found


def reading(rows: Iterable[Row], columns: ColumnMap, supplier_id: str) -> Reading:
    """Offers, and the rows that made none. Of two rows with one SKU the first counts.

    A catalogue of which no row can be read lists its articles all the same.
    """
    offers: dict[str, Offer] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, 1):
        try:
            offer = _offer(row, columns, supplier_id)
            if offer.supplier_sku in offers:
                raise ValueError(f"the SKU {offer.supplier_sku!r} occurs twice")
            offers[offer.supplier_sku] = offer
        except ValueError as error:
            faults.append(Fault(number, str(error), _sku(row, columns)))
    if not offers:
        faults = [replace(each, hides=True) for each in faults]
    return Reading(tuple(offers.values()), tuple(faults))


def _sku(row: Row, columns: ColumnMap) -> str | None:
    return row.get(columns.columns.get("supplier_sku", ""), "").strip() or None


def _offer(row: Row, columns: ColumnMap, supplier_id: str) -> Offer:
    def cell(field: FieldName) -> str | None:
        value = row.get(columns.columns.get(field, ""), "").strip()
        return value or None

    number = _sku(row, columns)
    if number is None:
        raise ValueError("it has no SKU")
    if len(number) > 80:
        raise ValueError("its SKU is longer than 80 characters")
    currency = (cell("currency") or columns.currency).upper()
    lead = cell("lead_days")
    low, high = _days(cell("lead_days_low")), _days(cell("lead_days_high"))
    if lead is not None:
        low, high = _range(lead)

    def money(field: FieldName) -> Money | None:
        return _money(cell(field), currency, comma=columns.decimal_comma, field=field)

    return Offer(
        supplier_id=supplier_id,
        supplier_sku=number,
        title=(cell("title") or number)[:255],
        cost=money("cost"),
        shipping=money("shipping"),
        lead_days_low=low if low is not None else high,
        lead_days_high=high if high is not None else low,
        stock=_stock(cell("stock")),
        minimum_order=_units(cell("minimum_order"), "minimum_order"),
        pack_size=_units(cell("pack_size"), "pack_size"),
        sku=(cell("sku") or number)[:255],
        barcode=_cut(cell("barcode"), 80),
        retail_price=money("retail_price"),
        brand=_cut(cell("brand"), 255),
        category=_cut(cell("category"), 255),
        description=_cut(cell("description"), 5000),
        image_url=_address(cell("image_url")),
    )


def _cut(text: str | None, most: int) -> str | None:
    return None if text is None else text[:most]


def _address(text: str | None) -> str | None:
    """Only what a browser fetches: no ``javascript:`` reaches a page."""
    return text[:2000] if text is not None and text.startswith(("https://", "http://")) else None


def _money(text: str | None, currency: str, *, comma: bool | None, field: str) -> Money | None:
    if text is None:
        return None
    amount = number_of(text, comma=comma)
    if amount is None or not 0 <= amount < _MOST_MONEY:
        raise ValueError(f"its {field} {text[:40]!r} is not an amount")
    named = _CODE.search(text)
    sign = next((code for sign, code in _SIGNS.items() if sign in text), None)
    code = named.group() if named else sign or currency
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"its currency {code[:10]!r} is not a code of three letters")
    return Money(round(amount, 4), code)


def number_of(text: str, *, comma: bool | None = None) -> Decimal | None:
    """The number in a text with its thousands separators; None when there is none."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    digits = re.sub(r"[' \u00a0\u202f]", "", match.group()).rstrip(".,")
    if comma is None:
        comma = digits.rfind(",") > digits.rfind(".")
        if comma and "." not in digits and digits.count(",") > 1:
            comma = False
    plain = digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", "")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _stock(text: str | None) -> int | None:
    """Units; a word for none is 0, a word for some says that there is stock and not how much."""
    if text is None:
        return None
    if text.lower() in _NONE_LEFT:
        return 0
    amount = number_of(text)
    if amount is None:
        return None
    return min(max(int(amount), 0), _MOST_UNITS)


def _units(text: str | None, field: str) -> int | None:
    if text is None:
        return None
    amount = number_of(text)
    if amount is None or not 0 <= amount <= _MOST_UNITS or amount != int(amount):
        raise ValueError(f"its {field} {text[:40]!r} is not a whole number")
    return max(1, int(amount))


def _days(text: str | None) -> int | None:
    return None if text is None else _range(text)[1]


def _range(text: str) -> tuple[int, int]:
    """``3-5 dagen`` is (3, 5), ``2 weeks`` (14, 14), ``24 uur`` (1, 1)."""
    numbers = [int(found) for found in cast("list[str]", _DAYS.findall(text))[:2]]
    if not numbers:
        raise ValueError(f"its lead time {text[:40]!r} names no number")
    lowered = text.lower()
    if "week" in lowered or "weken" in lowered or "woche" in lowered:
        numbers = [each * 7 for each in numbers]
    elif re.search(r"\b(uur|hours?|stunden?|h)\b", lowered):
        numbers = [-(-each // 24) for each in numbers]
    if max(numbers) > _MOST_DAYS:
        raise ValueError(f"its lead time {text[:40]!r} is longer than two years")
    return min(numbers), max(numbers)
