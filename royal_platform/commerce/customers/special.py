"""The two special functions that lifetime models need, vectorised with numpy alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Bernoulli numbers B(2k) / (2k (2k - 1)): Stirling's series, Abramowitz & Stegun 6.1.40.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
# From here on six terms of the series are exact to the last digit of a double.
_FAR = 8
# The terms rise for about a * z / (1 - z) places before they fall.
_MOST_TERMS = 200_000
_SMALL = 1e-14
_LARGE = 1e100
_LOOK_EVERY = 16


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


def hyp2f1(a: Floats, b: Floats, c: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Gauss's hypergeometric function for ``a``, ``b`` > 0, ``c`` > -1 and 0 <= ``z`` < 1.

    The value is the first array times the exponential of the second: with hundreds of orders it
    passes what a double holds. By the defining series, whose terms have one sign from the second
    on, so that nothing cancels; places leave the sum as they converge. ``c`` must not be zero.
    """
    a, b, c, z = (np.ravel(each).astype(np.float64) for each in np.broadcast_arrays(a, b, c, z))
    term, total, exponent = np.ones(len(z)), np.ones(len(z)), np.zeros(len(z))
    active = np.arange(len(z))
    for n in range(_MOST_TERMS):
        factor = (a[active] + n) * (b[active] + n) / ((c[active] + n) * (n + 1)) * z[active]
        term[active] *= factor
        total[active] += term[active]
        if n % _LOOK_EVERY == 0:
            large = active[np.abs(total[active]) > _LARGE]
            term[large] /= _LARGE
            total[large] /= _LARGE
            exponent[large] += np.log(_LARGE)
            # The terms rise before they fall: small ones count only once they fall.
            done = (np.abs(term[active]) <= _SMALL * np.abs(total[active])) & (factor < 1)
            active = active[~done]
            if len(active) == 0:
                break
    return total, exponent
