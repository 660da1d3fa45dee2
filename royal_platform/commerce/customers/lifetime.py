"""How often customers will order, whether they are still there, and what they spend.

Orders: BG/NBD. Fader, Hardie, Lee (2005), "Counting Your Customers the Easy Way", Marketing
Science 24(2). While alive a customer orders as a Poisson process whose rate is gamma distributed
over customers (r, alpha); after each order they leave with a probability that is beta distributed
(a, b). Spending: Gamma-Gamma. Fader, Hardie (2013), "The Gamma-Gamma Model of Monetary Value":
orders' values vary around a customer's own mean, which varies over customers (p, q, gamma).

Times are in weeks. ``frequency`` is the number of repeat orders (occasions less the first),
``recency`` the time from the first to the latest, ``age`` the time from the first until now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.customers.likelihood import Estimate, maximise
from royal_platform.commerce.customers.special import Floats, gammaln, hyp2f1

# At these parameters the closed form is 0/0; so close to them its limit differs by less.
_APART = 1e-6


@dataclass(frozen=True, slots=True)
class Occasions:
    """Customers' orders in time, one place per customer, in weeks."""

    frequency: Floats
    recency: Floats
    age: Floats


@dataclass(frozen=True, slots=True)
class OrderModel:
    """BG/NBD with its parameters r, alpha, a, b."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def of(cls, parameters: Floats) -> OrderModel:
        """From a vector in the order r, alpha, a, b."""
        return cls(*(float(each) for each in parameters))

    def log_likelihood(self, seen: Occasions) -> float:
        """Of all customers together (equation 6 of the paper)."""
        x = seen.frequency
        counts, place = np.unique(x, return_inverse=True)
        per_count = (
            gammaln(self.r + counts) - gammaln(self.r) + self.r * np.log(self.alpha)
            + gammaln(self.a + self.b) + gammaln(self.b + counts)
            - gammaln(self.b) - gammaln(self.a + self.b + counts)
        )  # fmt: skip
        stayed = -(self.r + x) * np.log(self.alpha + seen.age)
        # ln(exp(stayed) + exp(left)) = stayed + ln(1 + odds of having left)
        return float(np.sum(per_count[place] + stayed + np.log1p(self._odds_gone(seen))))

    def alive(self, seen: Occasions) -> Floats:
        """The probability of being still a customer; 1 without a repeat order (model's nature)."""
        found: Floats = 1 / (1 + self._odds_gone(seen))
        return found

    def orders_within(self, seen: Occasions, weeks: float) -> Floats:
        """Orders expected in the coming ``weeks`` (equation 10)."""
        x = seen.frequency
        a = self.a if abs(self.a - 1) > _APART else 1 + _APART
        c = a + self.b + x - 1
        c = np.where(np.abs(c) > _APART, c, _APART)
        z = weeks / (self.alpha + seen.age + weeks)
        series, exponent = hyp2f1(self.r + x, self.b + x, c, z)
        stayed = series * np.exp(exponent + (self.r + x) * np.log1p(-z))
        expected: Floats = c / (a - 1) * (1 - stayed) * self.alive(seen)
        return np.maximum(expected, 0)

    def none_within(self, seen: Occasions, weeks: Floats | float) -> Floats:
        """The probability of no order in the coming ``weeks``.

        Gone, or alive with the rate's posterior gamma(r + x, alpha + age): nobody leaves before
        another order.
        """
        left = self.alpha + seen.age
        alive = self.alive(seen)
        found: Floats = 1 - alive + alive * (left / (left + weeks)) ** (self.r + seen.frequency)
        return found

    def weeks_until(self, seen: Occasions, share: float) -> Floats:
        """Weeks within which the next order falls with probability ``share``; inf for never."""
        alive = self.alive(seen)
        remaining = (1 - share - (1 - alive)) / alive
        with np.errstate(divide="ignore", over="ignore"):
            grown = np.maximum(remaining, 0) ** (-1 / (self.r + seen.frequency))
        found: Floats = (self.alpha + seen.age) * (grown - 1)
        return found

    def simulate(self, seen: Occasions, weeks: float, random: np.random.Generator) -> Floats:
        """One possible number of orders in the coming ``weeks`` for each customer."""
        x = seen.frequency
        rate = random.gamma(self.r + x) / (self.alpha + seen.age)
        wanted = random.poisson(np.minimum(rate * weeks, 1e6))
        leaving = np.clip(random.beta(self.a, self.b + x), 1e-9, 1)
        until_gone = random.geometric(leaving)
        there = random.random(x.shape) < self.alive(seen)
        found: Floats = np.where(there, np.minimum(wanted, until_gone), 0).astype(np.float64)
        return found

    def _odds_gone(self, seen: Occasions) -> Floats:
        x = seen.frequency
        repeat = x > 0
        weight = self.a / (self.b + np.where(repeat, x, 1) - 1)
        longer = np.log((self.alpha + seen.age) / (self.alpha + seen.recency))
        odds = weight * np.exp(np.minimum((self.r + x) * longer, 700))
        found: Floats = np.where(repeat, odds, 0)
        return found


@dataclass(frozen=True, slots=True)
class SpendModel:
    """Gamma-Gamma with its parameters p, q, gamma."""

    p: float
    q: float
    gamma: float

    @classmethod
    def of(cls, parameters: Floats) -> SpendModel:
        """From a vector in the order p, q, gamma."""
        return cls(*(float(each) for each in parameters))

    def log_likelihood(self, orders: Floats, mean: Floats) -> float:
        """Of customers with ``orders`` > 0 whose ``mean`` value is positive (equation 1a)."""
        counts, place = np.unique(orders, return_inverse=True)
        px = self.p * counts
        per_count = (
            gammaln(px + self.q) - gammaln(px) - gammaln(self.q) + self.q * np.log(self.gamma)
            + px * np.log(counts)
        )  # fmt: skip
        shape = self.p * orders
        varying = (shape - 1) * np.log(mean) - (shape + self.q) * np.log(self.gamma + orders * mean)
        return float(np.sum(per_count[place] + varying))

    def order_value(self, orders: Floats, mean: Floats) -> Floats:
        """A customer's expected order value: their own mean drawn towards the store's.

        Where q <= 1 the store's mean does not exist; then it is left out of the weighting.
        """
        weight = self.p * orders + max(self.q - 1, 0)
        found: Floats = self.p * (self.gamma * (self.q > 1) + orders * mean) / weight
        return found


def fit_orders(seen: Occasions) -> Estimate:
    """BG/NBD by maximum likelihood: r, alpha, a, b."""
    scale = max(float(np.mean(seen.age)), 1e-3)
    scaled = Occasions(seen.frequency, seen.recency / scale, seen.age / scale)
    found = maximise(
        lambda parameters: OrderModel.of(parameters).log_likelihood(scaled), (0.5, 0.5, 1.0, 2.0)
    )
    # Time's unit moves alpha alone, and each repeat order's density by one factor.
    parameters = found.parameters * np.array([1, scale, 1, 1])
    shift = float(np.sum(seen.frequency)) * np.log(scale)
    return Estimate(parameters, found.log_likelihood - shift, found.covariance)


def fit_spend(orders: Floats, mean: Floats) -> Estimate:
    """Gamma-Gamma by maximum likelihood: p, q, gamma; amounts must be positive."""
    scale = float(np.mean(mean))
    found = maximise(
        lambda parameters: SpendModel.of(parameters).log_likelihood(orders, mean / scale),
        (3.0, 3.0, 1.0),
    )
    parameters = found.parameters * np.array([1, 1, scale])
    shift = len(mean) * np.log(scale)
    return Estimate(parameters, found.log_likelihood - shift, found.covariance)
