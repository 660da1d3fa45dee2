"""Feeds of every format become the same offers; what cannot be read says why."""

from __future__ import annotations

import csv
import io
from decimal import Decimal as D

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.shared.model import Money
from royal_platform.suppliers.errors import SupplierRejected
from royal_platform.suppliers.feed.columns import ColumnMap, guess, number_of, reading
from royal_platform.suppliers.feed.rows import headers_of, rows_of

DUTCH = (
    b"Artikelnummer;Omschrijving;Inkoopprijs;Voorraad;Levertijd (dagen);EAN\r\n"
    b'A-1;"Zadeldek; wit";1.234,50;12;3-5;8712345678906\r\n'
    b"A-2;Hoefkrabber;2,95;uitverkocht;2 weken;\r\n"
)
DOCUMENT = orjson.dumps(
    {
        "page": [1],
        "data": {
            "items": [
                {"id": "A-1", "name": "Zadeldek; wit",
                 "price": {"amount": 1234.5, "currency": "EUR"}, "stock": 12, "tags": ["a", "b"]},
                {"id": "A-2", "name": "Hoefkrabber", "price": {"amount": 2.95, "currency": "EUR"},
                 "stock": 0},
            ]
        },
    }
)  # fmt: skip
MERCHANT = b"""<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<title>x</title>
<item><g:id>A-1</g:id><title>Zadeldek; wit</title><g:price>1234.50 EUR</g:price>
<g:availability>in stock</g:availability></item>
<item><g:id>A-2</g:id><title>Hoefkrabber</title><g:price>2.95 EUR</g:price>
<g:availability>out of stock</g:availability></item></channel></rss>"""


def offers_of(body: bytes, **columns: str):
    rows = rows_of(body)
    return reading(rows, ColumnMap(columns or guess(headers_of(rows)), "EUR"), "sup_1")


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        (DUTCH, {}),
        (DOCUMENT, {"supplier_sku": "id", "title": "name", "cost": "price.amount",
                    "currency": "price.currency", "stock": "stock"}),
        (MERCHANT, {}),
    ],
)  # fmt: skip
def test_the_same_catalogue_in_three_formats(body, columns):
    found = offers_of(body, **columns)
    assert found.faults == ()
    first, second = found.offers
    assert (first.supplier_sku, first.title) == ("A-1", "Zadeldek; wit")
    assert first.cost == Money(D("1234.50"), "EUR")
    assert second.cost == Money(D("2.95"), "EUR")
    assert second.stock == 0


def test_stock_without_a_number_is_unknown_not_zero():
    first, _ = offers_of(MERCHANT).offers
    assert first.stock is None


def test_lead_times_are_days_whatever_their_unit():
    first, second = offers_of(DUTCH).offers
    assert (first.lead_days_low, first.lead_days_high) == (3, 5)
    assert (second.lead_days_low, second.lead_days_high) == (14, 14)


def test_a_row_that_makes_no_offer_says_why_and_the_others_stand():
    body = b"sku,title,cost\nA,One,1.00\n,Two,2.00\nA,Again,3.00\nB,Four,much\nC,Five,-4\n"
    found = offers_of(body)
    assert [offer.supplier_sku for offer in found.offers] == ["A"]
    assert [fault.row for fault in found.faults] == [2, 3, 4, 5]
    assert "no SKU" in found.faults[0].reason
    assert "twice" in found.faults[1].reason


def test_what_cannot_be_read_is_told_of_its_article():
    found = offers_of(b"sku,title,cost\nA,One,1.00\n,Two,2.00\nA,Again,much\nB,Four,much\n")
    assert [fault.supplier_sku for fault in found.faults] == [None, "A", "B"]
    assert not any(fault.hides for fault in found.faults)
    assert found.why_missing("B") == found.faults[2].reason
    assert found.why_missing("C") is None


def test_a_feed_of_which_nothing_can_be_read_hides_all_its_articles():
    found = offers_of(b"sku,title,cost\n,One,1.00\n,Two,2.00\n")
    assert found.why_missing("A") == found.faults[0].reason


def test_a_picture_address_that_is_a_script_is_dropped():
    body = b"sku,title,image\nA,One,javascript:alert(1)\nB,Two,https://x.test/a.jpg\n"
    first, second = offers_of(body).offers
    assert first.image_url is None
    assert second.image_url == "https://x.test/a.jpg"


@pytest.mark.parametrize(
    ("text", "comma", "amount"),
    [
        ("1.234,50", None, "1234.50"), ("1,234.50", None, "1234.50"), ("12,5", None, "12.5"),
        ("€ 9.95", None, "9.95"), ("1 234,50 EUR", None, "1234.50"), ("1'234.50", None, "1234.50"),
        ("1.234", True, "1234"), ("1,234", False, "1234"), ("1,234,567", None, "1234567"),
        ("12,-", None, "12"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, comma, amount):
    assert number_of(text, comma=comma) == D(amount)


@given(st.decimals(0, 999_999, places=2), st.booleans())
def test_an_amount_survives_its_spelling(amount, comma):
    plain = f"{amount:,.2f}"
    written = plain.translate(str.maketrans(",.", ".,")) if comma else plain
    assert number_of(written, comma=comma) == amount


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=30), st.text(max_size=60)), min_size=1, max_size=20
    )
)
def test_any_text_in_a_csv_is_read_or_refused_and_never_breaks(cells):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("sku", "title"))
    writer.writerows(cells)
    try:
        found = offers_of(out.getvalue().encode("utf-8", "replace"))
    except SupplierRejected:
        return
    assert len(found.offers) + len(found.faults) <= 2 * len(cells) * 60


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body):
    for form in ("auto", "csv", "json", "xml"):
        try:
            rows_of(body, form)
        except SupplierRejected:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxxxxxx">]><a><i><t>&b;</t></i></a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><i><t>&x;</t></i></a>',
    ],
)
def test_entities_in_xml_are_refused(body):
    with pytest.raises(SupplierRejected):
        rows_of(body)


def test_an_empty_feed_is_refused_with_what_to_do():
    for body in (b"", b"sku,title\n", b"[]", b"<a></a>"):
        with pytest.raises(SupplierRejected, match="no row"):
            rows_of(body)
