"""How values look on the wire: global ids, money, times, tags and cursors."""

import base64
import binascii
import json
import re
from datetime import datetime
from typing import Any

from store_sandbox.state.units import SCALE, from_scaled, from_seconds

_GID = re.compile(
    r"^gid://shopify/([A-Za-z]+)/([0-9]{1,18})(?:\?inventory_item_id=([0-9]{1,18}))?$"
)
_DIGITS = 18
_CENT = 10 ** (SCALE - 2)


def gid(kind: str, number: int | None) -> str | None:
    """`gid://shopify/Product/1`; None for None."""
    return None if number is None else f"gid://shopify/{kind}/{number}"


def parse_gid(text: str, kind: str | None = None) -> int | None:
    """The number of a global id of this kind (or a bare number), None when it is not one."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return int(text)
    match = _GID.match(text)
    if match is None or (kind is not None and match[1] != kind):
        return None
    return int(match[2])


def gid_kind(text: str) -> str | None:
    """`Product` of `gid://shopify/Product/1`; None when the text is no global id."""
    match = _GID.match(text)
    return None if match is None else match[1]


def level_gid(location_id: int, item_id: int) -> str:
    """The compound id of an inventory level."""
    return f"gid://shopify/InventoryLevel/{location_id}?inventory_item_id={item_id}"


def parse_level_gid(text: str) -> tuple[int, int] | None:
    """(location, item) of an inventory level's id, None when the text is not one."""
    match = _GID.match(text)
    if match is None or match[1] != "InventoryLevel" or match[3] is None:
        return None
    return int(match[2]), int(match[3])


def price(scaled: int | None) -> str | None:
    """The `Money` scalar: `10.00`, more digits only when the amount has them."""
    if scaled is None:
        return None
    if scaled % _CENT == 0:
        sign, cents = ("-", -scaled // _CENT) if scaled < 0 else ("", scaled // _CENT)
        return f"{sign}{cents // 100}.{cents % 100:02d}"
    return str(from_scaled(scaled).normalize())


def decimal(scaled: int) -> str:
    """The `Decimal` scalar inside `MoneyV2`: `10.0`, `10.5`, `10.25`."""
    text = format(from_scaled(scaled), "f").rstrip("0")
    return text + "0" if text.endswith(".") else text


def when(seconds: int | None) -> str | None:
    """The `DateTime` scalar: `2026-11-22T10:00:00Z`."""
    return None if seconds is None else stamp(from_seconds(seconds))


def stamp(at: datetime) -> str:
    """A UTC datetime as Shopify writes it, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def split_tags(text: str) -> list[str]:
    """Tags of a stored tag string."""
    return [tag for tag in text.split(",") if tag]


def join_tags(tags: list[str]) -> str:
    """The stored form: trimmed, without case-insensitive repeats, sorted."""
    seen: dict[str, str] = {}
    for part in (piece for tag in tags for piece in tag.split(",")):
        clean = part.strip()
        if clean:
            seen.setdefault(clean.lower(), clean)
    ordered = sorted(seen.values(), key=str.lower)
    return f",{','.join(ordered)}," if ordered else ""


def encode_cursor(last_id: int, last_value: Any) -> str:
    """An opaque cursor in the shape of Shopify's."""
    text = json.dumps({"last_id": last_id, "last_value": last_value}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def decode_cursor(cursor: str) -> tuple[int, Any] | None:
    """(last id, last value) of a cursor, None when it is not one of ours."""
    try:
        data = json.loads(base64.b64decode(cursor, validate=True))
        return int(data["last_id"]), data["last_value"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
