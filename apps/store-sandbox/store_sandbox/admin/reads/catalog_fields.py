"""What products and variants can be searched and sorted by."""

from store_sandbox.admin.connections import Listing
from store_sandbox.admin.search import Field

_STOCK = (
    "(SELECT COALESCE(SUM(l.available), 0) FROM variants s"
    " JOIN inventory_levels l ON l.item_id = s.inventory_item_id WHERE s.product_id = products.id)"
)
_ANY_VARIANT = (
    "EXISTS (SELECT 1 FROM variants s WHERE s.product_id = products.id AND s.{column} {{}})"
)

PRODUCTS = Listing(
    "Product",
    "SELECT products.* FROM products",
    "products.id",
    {
        "": Field(
            "words",
            "(title || ' ' || vendor || ' ' || product_type || ' ' || replace(tags, ',', ' ')) {}",
        ),
        "id": Field("id", "products.id {}"),
        "title": Field("words", "title {}"),
        "handle": Field("text", "handle {}"),
        "vendor": Field("text", "vendor {}"),
        "product_type": Field("text", "product_type {}"),
        "status": Field("text", "status {}"),
        "tag": Field("tag", "tags {}"),
        "tag_not": Field("tag", "NOT tags {}"),
        "sku": Field("text", _ANY_VARIANT.format(column="sku")),
        "barcode": Field("text", _ANY_VARIANT.format(column="barcode")),
        "price": Field("money", _ANY_VARIANT.format(column="price")),
        "inventory_total": Field("number", f"{_STOCK} {{}}"),
        "created_at": Field("time", "products.created_at {}"),
        "updated_at": Field("time", "products.updated_at {}"),
        "published_at": Field("time", "products.published_at {}"),
        "published_status": Field(
            "choice", "published=published_at IS NOT NULL|unpublished=published_at IS NULL|any=1"
        ),
    },
    {
        "ID": "products.id",
        "TITLE": "products.title COLLATE NOCASE",
        "VENDOR": "products.vendor",
        "PRODUCT_TYPE": "products.product_type",
        "CREATED_AT": "products.created_at",
        "UPDATED_AT": "products.updated_at",
        "PUBLISHED_AT": "COALESCE(products.published_at, 0)",
        "INVENTORY_TOTAL": _STOCK,
    },
)
_OF_PRODUCT = "(SELECT p.{column} FROM products p WHERE p.id = variants.product_id) {{}}"
_AVAILABLE = (
    "(SELECT COALESCE(SUM(l.available), 0) FROM inventory_levels l"
    " WHERE l.item_id = variants.inventory_item_id)"
)
VARIANTS = Listing(
    "ProductVariant",
    "SELECT variants.* FROM variants",
    "variants.id",
    {
        "": Field("words", "(title || ' ' || COALESCE(sku, '')) {}"),
        "id": Field("id", "variants.id {}"),
        "sku": Field("text", "sku {}"),
        "barcode": Field("text", "barcode {}"),
        "title": Field("words", "title {}"),
        "product_id": Field("id", "product_id {}"),
        "product_ids": Field("id", "product_id {}"),
        "product_status": Field("text", _OF_PRODUCT.format(column="status")),
        "product_type": Field("text", _OF_PRODUCT.format(column="product_type")),
        "vendor": Field("text", _OF_PRODUCT.format(column="vendor")),
        "tag": Field("tag", _OF_PRODUCT.format(column="tags")),
        "taxable": Field("flag", "taxable {}"),
        "inventory_quantity": Field("number", f"{_AVAILABLE} {{}}"),
        "updated_at": Field("time", "variants.updated_at {}"),
    },
    {
        "ID": "variants.id",
        "SKU": "COALESCE(variants.sku, '')",
        "TITLE": "variants.title",
        "NAME": "variants.title",
        "FULL_TITLE": "variants.title",
        "POSITION": "variants.position",
        "INVENTORY_QUANTITY": _AVAILABLE,
        "INVENTORY_LEVELS_AVAILABLE": _AVAILABLE,
        "INVENTORY_POLICY": "variants.inventory_policy",
    },
)
