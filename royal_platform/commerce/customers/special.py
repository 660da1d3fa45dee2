"""The two special functions that lifetime models need, vectorised with numpy alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Bernoulli numbers B(2k) / (2k (2k - 1)): Stirling's series, Abramowitz & Stegun 6.1.40.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
# From here on six terms of the series are exact to the last digit of a double.
_FAR = 8
_MOST_TERMS = 20_000
_SMALL = 1e-13


def gammaln(x: npt.ArrayLike) -> Floats:
    """The logarithm of the gamma function for positive ``x``.

    Small arguments are carried beyond 8 by the recurrence, then Stirling's series applies.
    """
    value = np.asarray(x, dtype=np.float64)
    product = np.ones_like(value)
    for _ in range(_FAR):
        near = value < _FAR
        product = np.where(near, product * value, product)
        value = np.where(near, value + 1, value)
    series = np.zeros_like(value)
    for coefficient in reversed(_STIRLING):
        series = series / value**2 + coefficient
    whole = (value - 0.5) * np.log(value) - value + 0.5 * np.log(2 * np.pi)
    found: Floats = whole + series / value - np.log(product)
    return found


def hyp2f1(a: float, b: float, c: Floats, z: Floats) -> Floats:
    """Gauss's hypergeometric function 2F1(a, b; c; z) for 0 <= z < 1 by its defining series.

    The sum ends when its terms no longer change it. ``c`` must not be zero or a negative integer.
    Callers bring it into a form whose terms fall at least as fast as ``z**n`` (see ``lifetime``).
    """
    term = np.ones(np.broadcast(c, z).shape)
    total = term.copy()
    for n in range(_MOST_TERMS):
        term = term * ((a + n) * (b + n) / ((c + n) * (n + 1)) * z)
        total += term
        if np.all(np.abs(term) <= _SMALL * np.abs(total)):
            break
    return total
