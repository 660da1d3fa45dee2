"""From Shopify's texts to stored numbers, times and days."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.shopify.mapping import Days, gid, local_id, personal_name, scaled, utc_text

moments = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**10), max_value=10**10))
def test_amounts_become_ten_thousandths_half_even(amount):
    wanted = amount.scaleb(4).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    assert scaled(format(amount, "f")) == int(wanted)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("12.5", 125_000), ("-0.50", -5_000), ("7", 70_000), ("0.00005", 0), ("1e3", 10_000_000)],
)
def test_amounts_as_shopify_writes_them(text, stored):
    assert scaled(text) == stored


def test_no_amount_is_nothing():
    assert scaled(None) == 0


@given(moments, st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"]))
def test_days_are_the_merchants(at, zone):
    moment = at.replace(tzinfo=UTC, microsecond=0)
    wanted = moment.astimezone(ZoneInfo(zone)).date().isoformat()
    assert Days(zone).day(utc_text(moment.isoformat())) == wanted


@given(moments)
def test_times_sort_as_text(at):
    moment = at.replace(tzinfo=UTC)
    text = utc_text(moment.isoformat())
    assert datetime.fromisoformat(text) == moment
    assert len(text) == 27


def test_ids_are_the_tails_of_global_ids():
    assert local_id("gid://shopify/InventoryLevel/12?inventory_item_id=3") == "12"
    assert (
        gid("Order", "12") == gid("Product", "gid://shopify/Order/12") == "gid://shopify/Order/12"
    )


@pytest.mark.parametrize("name", ["rosa@example.com", "+49 30 1234", "", None])
def test_an_address_is_not_a_name(name):
    assert personal_name(name) is None


def test_a_name_is_a_name():
    assert personal_name("Rosa Reiter") == "Rosa Reiter"
