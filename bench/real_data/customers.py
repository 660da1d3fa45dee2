"""Customer value on CDNOW: BG/NBD and Gamma-Gamma beside ``lifetimes``, and a holdout.

The published summary (Fader, Hardie, Lee 2005) gives the likelihood its reference; the holdout is
made from the raw orders: fitted on 39 weeks, judged on the 39 after.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import matplotlib as mpl
import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter
from matplotlib.figure import Figure

from bench.real_data.report import PICTURES, Bar, Section, table
from royal_platform.commerce.customers.histories import Purchases, histories
from royal_platform.commerce.customers.lifetime import (
    Occasions,
    OrderModel,
    SpendModel,
    fit_orders,
    fit_spend,
)
from royal_platform.commerce.customers.service import days_ordered, rmse
from royal_platform.commerce.customers.special import Floats

PUBLISHED, WITHIN = -9582.43, 0.01
RMSE_AT_MOST = 1.608
CALIBRATED_TO, HELD_OUT_TO = date(1997, 9, 30), date(1998, 6, 30)
WEEKS = (HELD_OUT_TO - CALIBRATED_TO).days / 7
_SAVED = PICTURES / "customers.svg"
_MOST_REPEATS = 7
Found = TypeVar("Found")


def run() -> Section:
    """The published fit, the holdout, the picture."""
    folder = _folder()
    summary = np.genfromtxt(
        folder / "cdnow_customers_summary_with_transactions.csv", delimiter=",", skip_header=1
    )
    seen = Occasions(summary[:, 1], summary[:, 2], summary[:, 3])
    ours, seconds = _timed(lambda: fit_orders(seen))
    peer, peer_seconds = _timed(lambda: _peer_orders(seen))
    repeat = seen.frequency > 0
    spent, spend_seconds = _timed(lambda: fit_spend(seen.frequency[repeat], summary[repeat, 4]))
    peer_spent, peer_spend_seconds = _timed(
        lambda: _peer_spend(seen.frequency[repeat], summary[repeat, 4])
    )
    peer_spend_likelihood = SpendModel.of(peer_spent).log_likelihood(
        seen.frequency[repeat], summary[repeat, 4]
    )
    errors = ours.standard_errors()
    fits = table(
        ("model", "fitted by", "parameters", "log-likelihood", "seconds"),
        [
            ("BG/NBD", "ours", _listed(ours.parameters, errors), _exact(ours.log_likelihood),
             f"{seconds:.2f}"),
            ("BG/NBD", "lifetimes", _listed(peer), _exact(_likelihood(peer, seen)),
             f"{peer_seconds:.2f}"),
            ("Gamma-Gamma", "ours", _listed(spent.parameters, spent.standard_errors()),
             _exact(spent.log_likelihood), f"{spend_seconds:.2f}"),
            ("Gamma-Gamma", "lifetimes", _listed(peer_spent), _exact(peer_spend_likelihood),
             f"{peer_spend_seconds:.2f}"),
        ],
    )  # fmt: skip
    held, expected, actual, frequency = _holdout(folder)
    _draw(expected, actual, frequency)
    text = (
        f"CDNOW, {len(summary)} customers who first bought in the first quarter of 1997. Standard "
        "errors are in parentheses; likelihoods are computed by one function for both fits. "
        "r, alpha, a, b; p, q, gamma.\n\n"
        f"{fits}\n\n"
        f"Fitted on the raw orders up to {CALIBRATED_TO}, judged on the {WEEKS:.0f} weeks after:"
        f"\n\n{held}\n\n"
        f"![Repeat orders in the holdout by repeat orders before](pictures/{_SAVED.name})"
    )
    found = rmse(expected, actual)
    return Section(
        text,
        [
            Bar("BG/NBD log-likelihood", _exact(ours.log_likelihood), f"{PUBLISHED} ± {WITHIN}",
                abs(ours.log_likelihood - PUBLISHED) <= WITHIN),
            Bar("holdout RMSE", f"{found:.4f}", f"at most {RMSE_AT_MOST}",
                found <= RMSE_AT_MOST),
            Bar("Gamma-Gamma log-likelihood against lifetimes",
                f"{spent.log_likelihood - peer_spend_likelihood:+.4f}", "at least -0.01",
                spent.log_likelihood - peer_spend_likelihood >= -WITHIN),
        ],
    )  # fmt: skip


def _holdout(folder: Path) -> tuple[str, Floats, Floats, Floats]:
    purchases = _purchases(folder / "CDNOW_sample.txt")
    seen = histories(purchases, CALIBRATED_TO)
    occasions = seen.occasions
    actual = days_ordered(purchases, CALIBRATED_TO, HELD_OUT_TO)[seen.places]
    expected = OrderModel.of(fit_orders(occasions).parameters).orders_within(occasions, WEEKS)
    peer = BetaGeoFitter()
    peer.fit(occasions.frequency, occasions.recency, occasions.age)
    theirs = peer.conditional_expected_number_of_purchases_up_to_time(
        WEEKS, occasions.frequency, occasions.recency, occasions.age
    )
    as_before = occasions.frequency / occasions.age * WEEKS
    mean = np.full(len(actual), occasions.frequency.sum() / occasions.age.sum() * WEEKS)
    rows = [
        (name, f"{rmse(guess, actual):.4f}", f"{guess.sum():.0f}", f"{actual.sum():.0f}")
        for name, guess in (
            ("ours", expected), ("lifetimes", np.asarray(theirs)),
            ("everybody as often as before", as_before), ("everybody the same", mean),
        )
    ]  # fmt: skip
    shown = table(("method", "RMSE per customer", "expected orders", "orders"), rows)
    return shown, expected, actual, occasions.frequency


def _purchases(path: Path) -> Purchases:
    """The raw orders: master id, sample id, day, discs, dollars."""
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    ids, customer = np.unique([row[1] for row in rows], return_inverse=True)
    days = [datetime.strptime(row[2], "%Y%m%d").date().toordinal() for row in rows]
    amounts = np.array([float(row[4]) for row in rows])
    return Purchases(tuple(str(each) for each in ids), customer, np.array(days), amounts)


def _peer_orders(seen: Occasions) -> Floats:
    peer = BetaGeoFitter()
    peer.fit(seen.frequency, seen.recency, seen.age)
    return _values(peer.params_, ("r", "alpha", "a", "b"))


def _peer_spend(orders: Floats, mean: Floats) -> Floats:
    peer = GammaGammaFitter()
    peer.fit(orders, mean)
    return _values(peer.params_, ("p", "q", "v"))


def _values(parameters: Any, names: tuple[str, ...]) -> Floats:
    return np.array([float(parameters[name]) for name in names])


def _likelihood(parameters: Floats, seen: Occasions) -> float:
    return OrderModel.of(parameters).log_likelihood(seen)


def _draw(expected: Floats, actual: Floats, frequency: Floats) -> None:
    """Orders in the holdout by repeat orders before it, expected and actual."""
    # Drawn again from the same figures, the file is the same.
    mpl.rcParams["svg.hashsalt"] = "customers"
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    groups = np.minimum(frequency, _MOST_REPEATS)
    places = np.arange(_MOST_REPEATS + 1)
    for name, values, style in (("actual", actual, "o-"), ("expected", expected, "s--")):
        axes.plot(places, [values[groups == k].mean() for k in places], style, label=name)
    axes.set_xticks(places, [*map(str, places[:-1]), f"{_MOST_REPEATS}+"])
    axes.set_xlabel("repeat orders in the first 39 weeks")
    axes.set_ylabel("orders per customer in the next 39")
    axes.legend()
    _SAVED.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(_SAVED, metadata={"Date": None})


def _folder() -> Path:
    # Its datasets module needs setuptools' pkg_resources; the files do not.
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or spec.origin is None:
        raise SystemExit("lifetimes is not installed: run this through `make evaluate`.")
    return Path(spec.origin).parent / "datasets"


def _timed(work: Callable[[], Found]) -> tuple[Found, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _listed(parameters: Floats, errors: Floats | None = None) -> str:
    if errors is None:
        return ", ".join(f"{value:.3f}" for value in parameters)
    both = zip(parameters, errors, strict=True)
    return ", ".join(f"{value:.3f} ({error:.3f})" for value, error in both)


def _exact(value: float) -> str:
    return f"{value:.4f}"
