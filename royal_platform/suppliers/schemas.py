"""How a supplier is reached, as a person enters it. Secrets are named here, never held."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from royal_platform.commerce.decisions.purchase_mail import ADDRESS
from royal_platform.commerce.decisions.workdays import told_weekdays

Path = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]

# What a column of a feed can mean.
FIELDS = (
    "supplier_sku", "title", "cost", "shipping", "lead_days", "lead_days_low", "lead_days_high",
    "stock", "minimum_order", "pack_size", "sku", "barcode", "retail_price", "brand", "category",
    "description", "image_url", "currency",
)  # fmt: skip
FieldName = Literal[
    "supplier_sku", "title", "cost", "shipping", "lead_days", "lead_days_low", "lead_days_high",
    "stock", "minimum_order", "pack_size", "sku", "barcode", "retail_price", "brand", "category",
    "description", "image_url", "currency",
]  # fmt: skip

# What of ours an order at a desk tells, what one of its lines tells, and what its answer holds.
RequestName = Literal[
    "reference", "lines", "name", "address1", "address2", "city", "postal_code", "country",
    "province", "phone", "email",
]  # fmt: skip
LineName = Literal["supplier_sku", "quantity", "unit_cost", "title"]
ResponseName = Literal[
    "orders", "id", "reference", "status", "promised_at", "shipped_at", "delivered_at", "total",
    "currency", "tracking_number", "carrier", "tracking_url", "lines", "line_sku", "line_shipped",
    "line_gone",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(_Part):
    """The header that says who asks: ``header: prefix<value of the secret named secret>``.

    Only secrets meant for suppliers: no other may be sent to an address somebody enters.
    """

    secret: str = Field(
        pattern=r"^(SUPPLIER_[A-Z0-9_]{1,70}|SANDBOX_SUPPLIER_TOKEN"
        r"|(AUTO_DS|SPOCKET|PRINTFUL)_API_KEY)$",
        examples=["SUPPLIER_TOKEN"],
    )
    header: str = Field("Authorization", pattern=r"^[A-Za-z0-9-]{1,60}$")
    prefix: str = Field("Bearer ", max_length=40)


class FeedSettings(_Part):
    """Where the catalogue is and how its columns are to be read.

    Give ``url`` (on the web or by SFTP), or ``file``: the name of a file in the folder ``feeds`` of
    ROYAL_VAR_DIR. By SFTP it is read as ``user`` with the supplier's secret (a password or a
    private key), from the host whose key has the ``fingerprint`` and from no other.
    ``items`` is the dotted path to the list in a JSON document, or the name of the element that
    repeats in an XML one; empty finds the longest list. ``currency`` is meant where the rows
    name none; without it the store's is.
    """

    url: Url = ""
    user: str = Field("", max_length=120)
    fingerprint: str = Field("", pattern=r"^(SHA256:[A-Za-z0-9+/]{43})?$")
    file: str = Field("", max_length=255)
    format: Literal["auto", "csv", "json", "xml"] = "auto"
    items: Path = ""
    columns: dict[FieldName, str] = Field(default_factory=dict)
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    decimal_comma: bool | None = None


class DeskSettings(_Part):
    """An order desk over HTTP that takes and answers JSON.

    Paths are below ``url``; ``{reference}`` is ours, ``{id}`` the supplier's. ``request`` maps our
    names to the dotted paths at which the desk wants them, ``line`` those of one order line below
    ``request.lines``, ``response`` our names to where its answer holds them, ``statuses`` its
    words to ours. ``response.lines`` is its list of lines; below each of them stand ``line_sku``,
    ``line_shipped`` (units that left) and ``line_gone`` (units that will not come).
    """

    url: Url
    place: Path = "/orders"
    track: Path = "/orders?reference={reference}"
    cancel: Path = "/orders/{id}/cancel"
    request: dict[RequestName, Path] = Field(default_factory=dict)
    line: dict[LineName, Path] = Field(default_factory=dict)
    response: dict[ResponseName, Path] = Field(default_factory=dict)
    statuses: dict[str, str] = Field(default_factory=dict)


class Destination(_Part):
    """Where shipping is asked for; ``province`` by its code (US, CA, AU and JP need it)."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    province: str = Field("", pattern=r"^[A-Z0-9]{0,3}$")
    postal_code: str = Field("", max_length=20)


class PrintfulSettings(_Part):
    """A store at Printful.

    ``store_id`` is needed with a token of the whole account; ``connected`` says that the store
    there is connected with a shop system, which keeps its products elsewhere. Without ``ship_to``
    shipping and lead times stay unknown.
    """

    store_id: str = Field("", pattern=r"^[0-9]{0,20}$")
    connected: bool = False
    ship_to: Destination | None = None


class MailSettings(_Part):
    """Where a supplier takes mail.

    ``send_orders``: what is ordered from it for the shelf is mailed by itself.
    ``send_customers_orders``: without an order desk, customers' orders are routed to it, and an
    approved one is mailed with the name and address that it shall be delivered to.
    """

    address: str = Field(max_length=190, pattern=ADDRESS)
    send_orders: bool = False
    send_customers_orders: bool = False


class SupplierSettings(_Part):
    """Everything about how one supplier is reached.

    It begins orders that come in before ``cutoff_hour`` (the store's zone) of its ``working_days``
    on that day; what it does not have of its own is as the policy says.
    """

    feed: FeedSettings | None = None
    desk: DeskSettings | None = None
    printful: PrintfulSettings | None = None
    mail: MailSettings | None = None
    auth: Auth | None = None
    every_hours: int = Field(6, ge=1, le=720)
    cutoff_hour: int | None = Field(None, ge=0, le=23)
    working_days: Annotated[str, AfterValidator(told_weekdays)] | None = Field(
        None, min_length=3, max_length=40, examples=["mon tue wed thu fri sat"]
    )


class PriceFeedSettings(_Part):
    """Where a service tells competitors' prices, and how its columns are to be read.

    ``columns`` name those of its columns that are called otherwise than ours; ``source`` and
    ``currency`` stand for what rows do not tell, without it the currency is the store's.
    """

    url: Url = Field(pattern=r"^https?://")
    items: Path = ""
    columns: dict[Literal["source", "sku", "barcode", "price", "currency", "seen_at"], str] = Field(
        default_factory=dict
    )
    source: str = Field("", max_length=80)
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    auth: Auth | None = None
    every_hours: int = Field(6, ge=1, le=168)
