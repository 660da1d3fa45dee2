"""What is known of a kind of supplier before anybody enters anything."""

from __future__ import annotations

from royal_platform.suppliers.schemas import DeskSettings, FeedSettings, SupplierSettings

_DUTCH = {
    "supplier_sku": "Artikelnummer", "title": "Omschrijving", "brand": "Merk",
    "category": "Categorie", "barcode": "EAN", "sku": "Uw artikelnummer", "cost": "Inkoopprijs",
    "retail_price": "Adviesprijs", "shipping": "Verzendkosten", "stock": "Voorraad",
    "lead_days": "Levertijd (dagen)", "minimum_order": "Minimale afname",
    "pack_size": "Verpakkingseenheid",
}  # fmt: skip
_MERCHANT = {
    "supplier_sku": "id", "title": "title", "brand": "brand", "category": "product_type",
    "barcode": "gtin", "sku": "mpn", "cost": "cost_of_goods_sold", "retail_price": "msrp",
    "shipping": "shipping.price", "stock": "quantity", "lead_days_low": "min_handling_time",
    "lead_days_high": "max_handling_time",
}  # fmt: skip


def sandbox_suppliers(address: str) -> list[tuple[str, str, SupplierSettings]]:
    """The sandbox's invented suppliers (id, name, settings) at the sandbox's ``address``."""
    found: list[tuple[str, str, SupplierSettings]] = []
    for key, name, form, columns in (
        ("groothandel", "Sandbox Groothandel", "csv", _DUTCH),
        ("express", "Sandbox Express", "xml", _MERCHANT),
    ):
        base = f"{address}/supplier/{key}"
        settings = SupplierSettings.model_validate(
            {
                "feed": FeedSettings.model_validate(
                    {
                        "url": f"{base}/catalogue.{form}", "format": form, "columns": columns,
                        "currency": "EUR", "decimal_comma": form == "csv",
                    }
                ),
                "desk": DeskSettings(url=base),
                "auth": {"secret": "SANDBOX_SUPPLIER_TOKEN"},
            }
        )  # fmt: skip
        found.append((f"sup_sandbox_{key}", name, settings))
    return found
