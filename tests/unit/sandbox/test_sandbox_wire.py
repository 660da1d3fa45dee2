"""Values on the wire, costs and the bucket."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_sandbox.admin import wire
from store_sandbox.admin.cost import Bucket, size
from store_sandbox.admin.versions import serving
from store_sandbox.admin.writes.orders import spread
from store_sandbox.state import from_scaled, to_scaled
from store_sandbox.webhooks.outbox import PATIENCE


@pytest.mark.parametrize(
    ("scaled", "price", "decimal"),
    [
        (0, "0.00", "0.0"),
        (299_000, "29.90", "29.9"),
        (100_000, "10.00", "10.0"),
        (-11_000, "-1.10", "-1.1"),
        (10, "0.001", "0.001"),
        (12_345, "1.2345", "1.2345"),
    ],
)
def test_money_has_two_digits_as_price_and_no_needless_ones_as_decimal(scaled, price, decimal):
    assert wire.price(scaled) == price
    assert wire.decimal(scaled) == decimal


@given(st.integers(-(10**12), 10**12))
def test_money_survives_the_wire_exactly(scaled):
    assert to_scaled(Decimal(wire.price(scaled))) == scaled
    assert to_scaled(Decimal(wire.decimal(scaled))) == scaled
    assert to_scaled(from_scaled(scaled)) == scaled


@given(st.integers(0, 2**53), st.one_of(st.integers(), st.text()))
def test_cursors_give_back_what_was_put_in(number, value):
    assert wire.decode_cursor(wire.encode_cursor(number, value)) == (number, value)


@pytest.mark.parametrize("text", ["", "abc", "e30=", "bnVsbA=="])
def test_strange_cursors_are_none(text):
    assert wire.decode_cursor(text) is None


def test_global_ids_are_read_only_as_their_kind():
    assert wire.parse_gid("gid://shopify/Product/7", "Product") == 7
    assert wire.parse_gid("7", "Product") == 7
    assert wire.parse_gid("gid://shopify/Order/7", "Product") is None
    assert wire.parse_level_gid(wire.level_gid(3, 4)) == (3, 4)


@given(st.lists(st.text(max_size=8), max_size=8))
def test_tags_are_kept_once_whatever_their_case(tags):
    stored = wire.join_tags(tags)
    found = wire.split_tags(stored)
    assert len({tag.lower() for tag in found}) == len(found)
    assert wire.join_tags(found) == stored


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(1, 9)), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_a_discount_spread_over_lines_sums_to_itself(parts, amount):
    lines = [{"unit_price": price, "quantity": quantity} for price, quantity in parts]
    spread(lines, amount)
    assert sum(line["discount"] for line in lines) == amount


def test_connection_sizes_grow_with_the_logarithm():
    assert [size(n) for n in (0, 1, 2, 10, 250)] == [0, 1, 1, 4, 11]


def test_the_bucket_refills_with_time_and_never_overflows():
    now = [0.0]
    bucket = Bucket(100, 10, lambda: now[0])
    assert bucket.take(90)
    assert not bucket.take(20)
    now[0] = 1.0
    assert bucket.take(20)
    now[0] = 1000.0
    assert bucket.status() == {
        "maximumAvailable": 100.0,
        "currentlyAvailable": 100,
        "restoreRate": 10.0,
    }


def test_old_versions_fall_forward_and_unknown_ones_do_not_answer():
    assert serving("2026-10") == "2026-10"
    assert serving("2019-04") == "2025-10"
    assert serving("2031-01") is None
    assert serving("unstable") == "unstable"
    assert serving("stable") is None


def test_patience_is_eight_retries_over_four_hours():
    assert len(PATIENCE) == 8
    assert sum(PATIENCE) == pytest.approx(4 * 3600, rel=0.02)
