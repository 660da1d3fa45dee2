"""A parcel's way depends on the world, its order and the moment it left, and on nothing else."""

from __future__ import annotations

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from store_sandbox.supplier.parcels import number_of, order_of
from store_sandbox.world.carriers import journey

DAY = 86_400
LEFT = 1_764_000_000


@given(st.integers(0, 2**31), st.integers(1, 10**12), st.integers(0, 2**33))
def test_a_parcel_is_taken_over_before_it_arrives_and_always_travels_alike(seed, order, left):
    found = journey(seed, order, left)
    assert left < found.in_transit_at < found.delivered_at
    assert found == journey(seed, order, left)


def test_most_parcels_arrive_within_two_days_and_few_are_late():
    days = sorted((journey(20, n, LEFT).delivered_at - LEFT) / DAY for n in range(2000))
    assert 1.5 < median(days) < 1.7
    assert 0.05 < sum(each > 3 for each in days) / len(days) < 0.15


@given(st.integers(0, 10**10 - 1))
def test_a_suppliers_parcel_leads_back_to_its_order(order_id):
    assert order_of(number_of(order_id)) == order_id


@given(st.text() | st.from_regex(r"SBX[0-9]{0,30}", fullmatch=True))
def test_another_carriers_number_leads_nowhere(number):
    found = order_of(number)
    assert found is None or number_of(found) == number
