"""Whatever the bytes, the CSV reader says which line it could not read and goes on."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_sandbox.load.goods import GoodsRule, normal_code
from store_sandbox.load.records import LONGEST_RECORD, parse
from store_sandbox.load.report import Report
from store_sandbox.load.sales import SalesReader
from store_sandbox.load.values import UnreadableError, amount, instant, priced, whole

WORDS = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=12)
HEADER = ["order", "date", "sku", "quantity", "price"]


def written(rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(rows):
    text = written([["a", "b", "c"], *rows])
    records = list(parse(io.StringIO(text, newline="")))
    assert [list(record.fields) for record in records][1:] == rows


@given(st.text(max_size=400))
def test_no_text_makes_the_reader_raise(text):
    for record in parse(io.StringIO(text, newline="")):
        assert record.line >= 1


@given(st.lists(st.text(alphabet='ab",;12.- \n', max_size=30), max_size=12))
def test_every_line_of_a_sales_file_is_a_sale_or_a_reject(lines):
    report = Report()
    reader = SalesReader(ZoneInfo("UTC"), {}, None, report)
    good = ["7,2024-01-01,SKU9,2,3.50\n"]
    text = [",".join(HEADER) + "\n", *(f"{line}\n" for line in lines), *good]
    records = list(parse(io.StringIO("".join(text), newline="")))
    sales = list(reader.sales("x.csv", records))
    assert len(sales) + len(report.rejects) == len(records) - 1
    assert sales[-1].price == Decimal("3.50")


def test_a_quote_left_open_spoils_only_its_own_line():
    lines = ["a,b\n", '1,"open\n', *(f"{n},x\n" for n in range(LONGEST_RECORD + 5))]
    records = list(parse(lines))
    assert [record.line for record in records if record.problem] == [2]
    assert len(records) == len(lines)


def test_a_field_may_hold_line_breaks():
    records = list(parse(["a,b\n", '1,"two\n', 'lines"\n', "2,y\n"]))
    assert [record.fields for record in records] == [("a", "b"), ("1", "two\nlines"), ("2", "y")]
    assert [record.line for record in records] == [1, 2, 4]


@given(
    st.integers(1, 100_000),
    st.decimals(0, 10_000, allow_nan=False, allow_infinity=False, places=7),
)
def test_a_line_total_is_exact_to_four_decimals_and_never_a_surcharge(quantity, price):
    unit, total = priced(quantity, price)
    assert unit * quantity >= total
    assert abs(Decimal(total) / 10_000 - price * quantity) <= Decimal("0.00005")


@given(st.decimals(-(10**8), 10**8, allow_nan=False, allow_infinity=False, places=4))
def test_amounts_are_read_exactly(value):
    assert amount(str(value), "price") == value


@pytest.mark.parametrize("text", ["", "1,2,3x", "Infinity", "1e30", "--5"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(UnreadableError):
        amount(text, "price")


def test_half_a_piece_is_refused():
    with pytest.raises(UnreadableError, match="not a whole number"):
        whole("1.5", "quantity")


def test_shopify_dates_carry_their_offset():
    found = instant("2024-01-05 10:11:12 +0100", ZoneInfo("UTC"))
    assert found == datetime(2024, 1, 5, 9, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "code", ["post", "DOT", "M", "m", "D", "C2", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK",
             "gift_0001_20", "Late fee", "Voucher 10"],
)  # fmt: skip
def test_codes_that_are_not_goods(code):
    assert not GoodsRule().is_goods(normal_code(code))


@pytest.mark.parametrize(
    "code", ["85123A", "DCGS0003", "DCGSSGIRL", "PADS", "BRIDLE-BLK", "15056bl"]
)
def test_codes_that_are_goods(code):
    assert GoodsRule().is_goods(normal_code(code))


def test_a_caller_may_decide_otherwise():
    rule = GoodsRule(adjustments=["pads"], goods=["M"])
    assert not rule.is_goods("PADS")
    assert rule.is_goods("M")
