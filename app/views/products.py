"""Products on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.store import (
    BandOut,
    CompetitorOut,
    CurvePointOut,
    PricePartOut,
    ProductDetail,
    ProductOut,
    ProductPage,
    ProductQuery,
    ServedOut,
    VariantOut,
    WhyPriceOut,
    WhyPrices,
)
from app.views import figures, shared
from royal_platform.commerce.pricing.study import curve
from royal_platform.persistence.decisions import Decisions
from royal_platform.persistence.forecasts import DemandOf, Forecasts
from royal_platform.persistence.price_studies import KeptStudy, studies_of
from royal_platform.persistence.products import ProductFilter, ProductItem, Products, VariantItem

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.stores import Store


def listing(platform: Platform, query: ProductQuery) -> ProductPage:
    """A page of the catalogue."""
    wanted = ProductFilter(text=query.q, status=query.status, stock=query.stock, sort=query.sort)
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = Products(store.id).page(
            connection, wanted, today=store.store_clock().today(), cursor=query.cursor,
            limit=query.limit,
        )  # fmt: skip
    return ProductPage(
        data=[_product(item, store) for item in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def one(platform: Platform, product_id: str) -> ProductDetail:
    """One product with its variants' demand."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        today = store.store_clock().today()
        item = Products(store.id).get(connection, product_id, today=today)
        demands = [
            Forecasts(store.id).demand(connection, of, today=today) for of in _demanded(item)
        ]
        subjects = [item.id, *(variant.id for variant in item.variants)]
        waiting = Decisions(store.id).waiting_on_subjects(connection, subjects)
    return ProductDetail(
        **_product(item, store).model_dump(),
        forecasts=[figures.demand_out(demand, store) for demand in demands],
        decisions_waiting=waiting,
        provenance=shared.provenance(store),
    )


def _demanded(item: ProductItem) -> list[DemandOf]:
    """Each variant, and before them the whole product where it has several."""
    each = [DemandOf("variant", variant.id) for variant in item.variants]
    return each if len(each) == 1 else [DemandOf("product", item.id), *each]


def why(platform: Platform, product_id: str) -> WhyPrices:
    """The last run's studies of the product's variants."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        item = Products(store.id).get(connection, product_id, today=store.store_clock().today())
        ids = [variant.id for variant in item.variants]
        kept = studies_of(connection, store.id, ids)
    return WhyPrices(
        data=[_why(kept[each]) for each in ids if each in kept],
        provenance=shared.provenance(store),
    )


def _why(kept: KeptStudy) -> WhyPriceOut:
    study = kept.study
    drawn = curve(study)
    return WhyPriceOut(
        variant_id=study.variant_id,
        price=shared.amount(study.price, study.currency),
        proposed=None if study.proposed is None else shared.amount(study.proposed, study.currency),
        reason=study.reason,
        detail=study.detail,
        elasticity=BandOut.model_validate(drawn.elasticity),
        own_percent=study.own_weight * 100,
        weeks=study.weeks,
        low=study.low,
        high=study.high,
        floor=drawn.floor,
        best=drawn.best,
        parts=[PricePartOut.model_validate(part) for part in study.parts],
        unknown=list(study.unknown),
        served=None if study.served is None else ServedOut.model_validate(study.served),
        competitors=[
            CompetitorOut(
                source=each.source,
                price=shared.amount(each.price.amount, each.price.currency),
                seen_at=each.seen_at,
                ignored=each.ignored,
            )
            for each in study.competitors
        ],
        points=[CurvePointOut.model_validate(point) for point in drawn.points],
        run_id=kept.run_id,
        as_of=kept.as_of,
    )


def _product(item: ProductItem, store: Store) -> ProductOut:
    return ProductOut(
        id=item.id,
        title=item.title,
        handle=item.handle,
        status=item.status,
        vendor=item.vendor,
        product_type=item.product_type,
        tags=item.tags,
        variants=[_variant(variant, store) for variant in item.variants],
        updated_at=item.updated_at,
    )


def _variant(item: VariantItem, store: Store) -> VariantOut:
    return VariantOut(
        id=item.id,
        product_id=item.product_id,
        sku=item.sku,
        title=item.title,
        price=shared.amount(item.price.amount, item.price.currency),
        compare_at_price=shared.money(item.compare_at_price),
        unit_cost=shared.money(item.unit_cost),
        margin_percent=item.margin_percent,
        available=item.available,
        sold_28d=item.sold_28d,
        days_of_cover=item.days_of_cover,
        admin_url=_admin_url(item, store),
    )


def _admin_url(item: VariantItem, store: Store) -> str | None:
    """Where a merchant edits the variant; the sandbox has no such pages."""
    if store.source != "shopify":
        return None
    product, variant = (each.rpartition("/")[2] for each in (item.product_id, item.id))
    return f"https://{store.domain}/admin/products/{product}/variants/{variant}"
