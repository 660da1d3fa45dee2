"""A draw depends on its address alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from store_sandbox.world.draws import normals, poisson, uniform, uniforms


def test_a_row_is_the_same_whatever_the_number_of_rows():
    assert np.array_equal(uniforms(20, "x", "day", 5, 3), uniforms(20, "x", "day", 500, 3)[:5])
    assert np.array_equal(normals(20, "x", "day", 5, 2), normals(20, "x", "day", 50, 2)[:5])


def test_every_part_of_the_address_matters():
    found = {
        uniform(seed, purpose, entity)
        for seed in (1, 2)
        for purpose in ("a", "b")
        for entity in ("x", "y")
    }
    assert len(found) == 8


def test_draws_have_the_moments_they_claim():
    z = normals(1, "z", 0, 20_000)
    assert abs(z.mean()) < 0.03
    assert abs(z.std() - 1) < 0.03
    counts = [poisson(float(u), 7.5) for u in uniforms(1, "p", 0, 4000)]
    assert abs(np.mean(counts) - 7.5) < 0.2
    assert abs(np.var(counts) - 7.5) < 0.7


@given(st.floats(1e-9, 1 - 1e-9), st.floats(0, 300), st.floats(0, 50))
def test_a_poisson_count_never_falls_when_its_mean_rises(u, mean, more):
    assert poisson(u, mean) <= poisson(u, mean + more)
