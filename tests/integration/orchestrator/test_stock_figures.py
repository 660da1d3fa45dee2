"""How stock stands, from a run's figures to the page that shows them, and entered terms back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.schemas.inventory import StockRiskQuery, SupplyTermsIn, SupplyTermsQuery
from app.views import inventory as view
from core.errors import Invalid
from core.security.principals import ROLES, Principal
from royal_platform.commerce.inventory.model import StockRisk, SupplierCalendar, SupplyTerms
from royal_platform.commerce.shared.model import Money

NOW = datetime.now(UTC)
ADA = Principal("ada", "admin", None, ROLES["admin"], "token")
TERMS = SupplyTerms(
    Decimal("17.4"), Decimal(3), calendar=SupplierCalendar((True,) * 7, (date(2026, 12, 25),)),
    source="offer of Acme", observed=2, order_cost=Money(Decimal(25), "EUR"),
    unit_cost=Money(Decimal(9), "EUR"),
)  # fmt: skip
RISK = StockRisk(
    variant_id="v1", title="Oak shelf", vendor="Holz", available=3, on_order=0, per_week=4.5,
    cover=5, cover_low=3, cover_high=None, runs_out=0.3, order_by=NOW.date(), late=True,
    reorder_point=21.4, order_up_to=40.2, wanted=37, lost_ahead=11.0, lost_before=None,
    at_stake=Money(Decimal("99.50"), "EUR"), tied_up=None, abc="A", xyz=None, dead=False,
    terms=TERMS,
)  # fmt: skip


def test_a_runs_figures_are_shown_in_its_order_and_replace_the_last_ones(shop: Any) -> None:
    soon = replace(RISK, variant_id="v2", late=False, order_by=NOW.date() + timedelta(days=3))
    calm = replace(soon, variant_id="v3", order_by=None, dead=True)
    shop.stock_risks.save("run_old", NOW, [replace(RISK, variant_id="v9")])
    shop.stock_risks.save("run_new", NOW, [RISK, soon, calm])
    page = view.at_risk(shop, StockRiskQuery(show="all", limit=2))
    assert [row.variant_id for row in page.data] == ["v1", "v2"]
    assert (page.run_id, page.total) == ("run_new", 3)
    assert page.counts.model_dump() == {"judged": 3, "late": 1, "soon": 2, "dead": 1}
    rest = view.at_risk(shop, StockRiskQuery(show="all", limit=2, cursor=page.next_cursor))
    assert [row.variant_id for row in rest.data] == ["v3"]
    first = page.data[0]
    assert (first.cover, first.cover_low, first.cover_high) == (5, 3, None)
    assert first.terms.source == "offer of Acme"
    assert first.at_stake.amount == Decimal("99.50")
    for show, wanted in (("risk", ["v1", "v2"]), ("late", ["v1"]), ("dead", ["v3"])):
        found = view.at_risk(shop, StockRiskQuery(show=show))  # type: ignore[arg-type]
        assert [row.variant_id for row in found.data] == wanted


def test_a_store_nobody_looked_at_says_so(shop: Any) -> None:
    page = view.at_risk(shop, StockRiskQuery())
    assert (page.data, page.as_of, page.run_id) == ([], None, None)


def test_entered_terms_are_read_back_and_an_empty_entry_forgets_them(shop: Any) -> None:
    said = {
        "lead_time_days": "21.5", "weekdays": [True] * 5 + [False] * 2,
        "holidays": ["2026-12-25"], "order_cost": "25.00", "pack_size": 6,
    }  # fmt: skip
    body = {"scope": "vendor", "subject": "Holz & Söhne", "terms": said}
    view.enter_terms(shop, ADA, SupplyTermsIn.model_validate(body))
    found = view.terms(shop, SupplyTermsQuery(vendor="Holz & Söhne", variant_id="v1"))
    assert found.variant is None
    assert found.vendor is not None
    assert found.vendor.lead_time_days == Decimal("21.5")
    assert found.vendor.holidays == [date(2026, 12, 25)]
    assert found.vendor.order_cost is not None
    assert found.vendor.changed_by == "ada"
    assert shop.supply.entered("vendor")["Holz & Söhne"].pack_size == 6
    view.enter_terms(shop, ADA, SupplyTermsIn.model_validate({**body, "terms": {}}))
    assert shop.supply.entered("vendor") == {}
    with pytest.raises(Invalid, match="no day at all"):
        view.enter_terms(
            shop, ADA, SupplyTermsIn.model_validate({**body, "terms": {"weekdays": [False] * 7}})
        )
