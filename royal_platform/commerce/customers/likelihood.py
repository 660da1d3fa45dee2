"""Maximum likelihood for a handful of positive parameters, with the estimate's uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# Log-likelihood of the parameters themselves (not their logarithms).
LogLikelihood = Callable[[Floats], float]

_MOST_STEPS = 100
_STEP = 1e-3
# Beyond e**±12 a parameter says "infinite" or "zero"; the data cannot tell how much so.
_FARTHEST = 12.0
_ENOUGH = 1e-7


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parameters at the maximum; ``covariance`` is of their logarithms, None where it is flat.

    A flat or rising direction means that the data do not bound a parameter: an interval would
    pretend to.
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats | None

    def draws(self, count: int, random: np.random.Generator) -> Floats:
        """Parameter vectors (count, k) from the estimate's normal approximation in logarithms."""
        middle = np.log(self.parameters)
        if self.covariance is None:
            return np.tile(self.parameters, (count, 1))
        drawn = random.multivariate_normal(middle, self.covariance, size=count)
        kept: Floats = np.exp(np.clip(drawn, -_FARTHEST, _FARTHEST))
        return kept

    def standard_errors(self) -> Floats | None:
        """Of the parameters themselves, by the delta method."""
        if self.covariance is None:
            return None
        found: Floats = self.parameters * np.sqrt(np.diag(self.covariance))
        return found


def maximise(log_likelihood: LogLikelihood, start: Sequence[float]) -> Estimate:
    """The maximum over positive parameters, by damped Newton steps in their logarithms.

    Derivatives are central differences: with parameters of order one in logarithms their error is
    far below what 0.01 of log-likelihood needs. Damping (Levenberg) grows until a step gains.
    """

    def value(at: Floats) -> float:
        return log_likelihood(np.exp(at))

    at = np.log(np.asarray(start, dtype=np.float64))
    best, damping = value(at), 1.0
    for _ in range(_MOST_STEPS):
        gradient, curvature = _derivatives(value, at, best)
        moved = False
        while damping < 1e12:
            tried = np.clip(at + _newton(gradient, curvature, damping), -_FARTHEST, _FARTHEST)
            found = value(tried)
            if np.isfinite(found) and found > best:
                moved = True
                break
            damping *= 4
        if not moved:
            break
        gained, at, best, damping = found - best, tried, found, max(damping / 10, 1e-9)
        if gained < _ENOUGH * max(1.0, abs(best) * 1e-3):
            break
    _, curvature = _derivatives(value, at, best)
    return Estimate(np.exp(at), float(best), _covariance(curvature))


def _newton(gradient: Floats, curvature: Floats, damping: float) -> Floats:
    """The step uphill: eigenvalues are taken as falling, so that a saddle does not attract."""
    values, vectors = np.linalg.eigh(curvature)
    step: Floats = vectors @ ((vectors.T @ gradient) / (np.abs(values) + damping))
    return step


def _derivatives(
    value: Callable[[Floats], float], at: Floats, here: float
) -> tuple[Floats, Floats]:
    size = len(at)
    steps = np.eye(size) * _STEP
    up = np.array([value(at + each) for each in steps])
    down = np.array([value(at - each) for each in steps])
    gradient = (up - down) / (2 * _STEP)
    curvature = np.diag((up - 2 * here + down) / _STEP**2)
    for row in range(size):
        for column in range(row):
            both = steps[row] + steps[column]
            crossed = (
                value(at + both) - up[row] - up[column] + 2 * here
                - down[row] - down[column] + value(at - both)
            )  # fmt: skip
            curvature[row, column] = curvature[column, row] = crossed / (2 * _STEP**2)
    return gradient, curvature


def _covariance(curvature: Floats) -> Floats | None:
    values, vectors = np.linalg.eigh(-curvature)
    if not np.all(np.isfinite(values)) or values.min() <= 1e-6:
        return None
    found: Floats = (vectors / values) @ vectors.T
    return found
