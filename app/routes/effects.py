"""Effects: what executed decisions did, held against what was predicted."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.effects import EffectPage, EffectQuery, RecordList, RecordQuery
from app.schemas.price_tests import PriceTestPage, PriceTestQuery
from app.views import effects as view
from app.views import price_tests

api = group("effects", "What executed decisions did, and the record they make.")


@api.get("/effects", responses={200: EffectPage})
@requires("decisions:read")
def list_effects(query: EffectQuery) -> Response:
    """Predicted against realised, latest executed first; those not yet known say when."""
    return reply(view.listing(platform(), query))


@api.get("/effects/records", responses={200: RecordList})
@requires("decisions:read")
def list_records(query: RecordQuery) -> Response:
    """Pooled effect, calibration and autonomy record of each agent and kind."""
    return reply(view.records(platform(), query.agent))


@api.get("/price-tests", responses={200: PriceTestPage})
@requires("decisions:read")
def list_price_tests(query: PriceTestQuery) -> Response:
    """Prices that take turns by whole weeks: each week and what became of it, and what was read."""
    return reply(price_tests.listing(platform(), query))
