"""The sandbox's own door, not Shopify's: clock, steps, test orders, journal.

Everything that changes something wants the header `X-Sandbox-Control`.
"""

import functools
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store_sandbox.admin.protected import KINDS
from store_sandbox.admin.wire import gid, parse_gid, stamp
from store_sandbox.admin.writes import catalog, orders, refunds
from store_sandbox.admin.writes.outcome import Refused, Write, refuse
from store_sandbox.admin.writes.subscriptions import is_loopback
from store_sandbox.oauth.grants import session_token
from store_sandbox.runtime import Runtime
from store_sandbox.state import from_scaled, to_scaled
from store_sandbox.state.taxes import REDUCED_TAXES, tax_in
from store_sandbox.supplier.desk import cut_short
from store_sandbox.webhooks.privacy import request_privacy
from store_sandbox.webhooks.sender import deliveries
from store_sandbox.worldly import step as live_through

Handler: TypeAlias = Callable[[Request, Runtime, dict[str, Any]], Any]


def _problem(status: int, detail: str, remedy: str) -> Response:
    body = {"type": "about:blank", "status": status, "detail": detail, "remedy": remedy}
    return JSONResponse(body, status, media_type="application/problem+json")


def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Check the control token, parse the body, run in a thread, render."""

    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        offered = request.headers.get("X-Sandbox-Control", "").encode()
        if not hmac.compare_digest(offered, runtime.credentials.control_token.encode()):
            remedy = "Send the control_token of credentials.json in the X-Sandbox-Control header."
            return _problem(401, "The control token is missing or wrong.", remedy)
        try:
            body = orjson.loads(await request.body() or b"{}")
        except orjson.JSONDecodeError:
            return _problem(400, "The body is not JSON.", "Send a JSON object.")
        if not isinstance(body, dict):
            return _problem(400, "The body is not an object.", "Send a JSON object.")
        try:
            return JSONResponse(await run_in_threadpool(handler, request, runtime, body))
        except Refused as refused:
            return _problem(422, str(refused), "Correct the named field and send it again.")
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            return _problem(422, f"The body does not fit: {error!r}.", "See the control page.")

    return endpoint


def clock_body(runtime: Runtime) -> dict[str, Any]:
    """The world's clock as JSON."""
    found = runtime.state.clock()
    return {
        "now": stamp(runtime.state.now()),
        "rate": found.rate,
        "simulated_until": stamp(runtime.state.simulated_until()),
        "source": "sandbox",
    }


async def clock(request: Request) -> Response:
    """`GET /control/clock`: open, as every Admin response tells the same."""
    return JSONResponse(await run_in_threadpool(clock_body, request.app.state.runtime))


def step(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/step {"days" or "hours": n}`: live through that much time now."""
    days = float(body.get("days", 0)) + float(body.get("hours", 0)) / 24
    if not 0 < days <= 3660:
        raise ValueError("days must be above 0 and at most 3660")
    live_through(runtime, days)
    return clock_body(runtime)


def rate(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/rate {"rate": r}`: world seconds per wall second; 0 stands still."""
    wanted = float(body["rate"])
    if not 0 <= wanted <= 100_000:
        raise ValueError("rate must be between 0 and 100000")
    runtime.state.set_clock(rate=wanted)
    return clock_body(runtime)


def journal(request: Request, runtime: Runtime, _body: dict[str, Any]) -> dict[str, Any]:
    """`GET /control/journal?after=0&mutation=&key=`: writes in their order."""
    query = request.query_params
    with runtime.state.read() as db:
        rows = db.execute(
            "SELECT * FROM journal WHERE id > ? AND (? = '' OR mutation = ?)"
            " AND (? = '' OR idempotency_key = ?) ORDER BY id LIMIT ?",
            (
                int(query.get("after", "0")),
                *[query.get("mutation", "")] * 2,
                *[query.get("key", "")] * 2,
                int(query.get("limit", "10000")),
            ),
        ).fetchall()
    return {"data": [_entry(row) for row in rows]}


def _entry(row: Any) -> dict[str, Any]:
    entry = dict(row)
    for name in ("before", "after"):
        entry[name] = None if row[name] is None else json.loads(row[name])
    return entry


def _write(runtime: Runtime, tx: Any, name: str) -> Write:
    with runtime.state.read() as db:
        row = db.execute("SELECT value FROM meta WHERE key = 'shop.timezone'").fetchone()
    return Write(tx, name, "control", "control", None, row[0] if row else "UTC")


def change_orders(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/orders {"create" or "refund" or "modify": {...}}`: happen to an order.

    create: {"lines": [{"sku"|"title", "quantity", "price", "tax_percent"?}], "email"?,
    "processed_at"?, "decrement"?, "unfulfilled"?, "ship_to"?, "bill_to"?, "client_ip"?, "risk"?};
    refund: {"id", "lines": [{"id", "quantity"}], "amount"?};
    modify: {"id", "note"?, "tags"?, "cancel"?, "lines"?: [{"id", "quantity"?, "price"?}]}.
    """
    with runtime.state.write() as tx:
        write = _write(runtime, tx, "control.orders")
        if "create" in body:
            number = _create(write, body["create"])
        elif "refund" in body:
            number = _refund(write, body["refund"])
        else:
            number = _modify(write, body["modify"])
    return {"order": gid("Order", number)}


def _create(write: Write, given: dict[str, Any]) -> int:
    items = []
    for line in given["lines"]:
        item: dict[str, Any] = {"quantity": int(line["quantity"])}
        if "sku" in line:
            sql = "SELECT id FROM variants WHERE sku = ? COLLATE NOCASE"
            row = write.tx.connection.execute(sql, (line["sku"],)).fetchone()
            if row is None:
                raise refuse(["lines"], f"No variant has the SKU {line['sku']!r}")
            item["variantId"] = gid("ProductVariant", row["id"])
        item["title"] = line.get("title")
        if "price" in line:
            item["priceSet"] = {"shopMoney": {"amount": Decimal(str(line["price"]))}}
        if "tax_percent" in line:
            item["taxLines"] = [_tax_line(line)]
        items.append(item)
    order: dict[str, Any] = {
        "lineItems": items,
        "email": given.get("email"),
        "financialStatus": "PAID",
        "fulfillmentStatus": None if given.get("unfulfilled") else "FULFILLED",
        "shippingAddress": given.get("ship_to"),
        "billingAddress": given.get("bill_to", given.get("ship_to")),
        "sourceName": "web",
        "taxesIncluded": True,
    }
    if "processed_at" in given:
        order["processedAt"] = datetime.fromisoformat(given["processed_at"])
    behaviour = "DECREMENT_IGNORING_POLICY" if given.get("decrement") else "BYPASS"
    payload = orders.create(write, {"order": order, "options": {"inventoryBehaviour": behaviour}})
    number = int(payload["order"])
    seen = {"client_ip": given.get("client_ip"), "risk_level": given.get("risk")}
    write.tx.update("orders", number, seen)
    return number


def _tax_line(line: dict[str, Any]) -> dict[str, Any]:
    """The tax in a line whose price includes it."""
    rate = round(Decimal(str(line["tax_percent"])) * 100)
    paid = to_scaled(Decimal(str(line["price"]))) * int(line["quantity"])
    amount = from_scaled(tax_in(paid, rate))
    return {
        "title": "VAT",
        "rate": Decimal(rate) / 10_000,
        "priceSet": {"shopMoney": {"amount": amount}},
    }


def _refund(write: Write, given: dict[str, Any]) -> int:
    lines = [
        {"lineItemId": str(line["id"]), "quantity": int(line["quantity"])}
        for line in given.get("lines", [])
    ]
    request: dict[str, Any] = {"orderId": str(given["id"]), "refundLineItems": lines}
    if "amount" in given:
        request["transactions"] = [{"amount": Decimal(str(given["amount"]))}]
    return int(refunds.create(write, {"input": request})["order"])


def _modify(write: Write, given: dict[str, Any]) -> int:
    number = parse_gid(str(given["id"]), "Order")
    request: dict[str, Any] = {name: given[name] for name in ("note", "tags") if name in given}
    request["id"] = str(given["id"])
    orders.update(write, {"input": request})
    db = write.tx.connection
    for line in given.get("lines", []):
        key = parse_gid(str(line["id"]), "LineItem")
        if "quantity" in line:
            db.execute(
                "UPDATE order_lines SET current_quantity = current_quantity + :n - quantity,"
                " quantity = :n WHERE id = :id AND order_id = :order",
                {"n": int(line["quantity"]), "id": key, "order": number},
            )
        if "price" in line:
            db.execute(
                "UPDATE order_lines SET unit_price = ? WHERE id = ? AND order_id = ?",
                (to_scaled(Decimal(str(line["price"]))), key, number),
            )
    if given.get("lines"):
        db.execute(
            "UPDATE orders SET total = total - subtotal + (SELECT SUM(unit_price * quantity"
            " - discount) FROM order_lines WHERE order_id = :id), subtotal = (SELECT"
            " SUM(unit_price * quantity - discount) FROM order_lines WHERE order_id = :id)"
            " WHERE id = :id",
            {"id": number},
        )
    if given.get("cancel"):
        values = {"cancelled_at": write.tx.now, "cancel_reason": "CUSTOMER"}
        write.tx.update("orders", number or 0, values)
        write.tx.changed("orders/cancelled", number or 0)
    return number or 0


def cut_supplier_order(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/supplier_orders {"reference", "sku", "cancelled"}`: so many will not come."""
    with runtime.state.write() as tx:
        return cut_short(tx, str(body["reference"]), str(body["sku"]), int(body["cancelled"]))


def delete_product(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/products/delete {"id"}`: delete a product as its merchant would."""
    with runtime.state.write() as tx:
        write = _write(runtime, tx, "control.products")
        return catalog.delete(write, {"input": {"id": str(body["id"])}})


def delete_checkout(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/checkouts/delete {"id"}`: forget an abandoned checkout, as Shopify does."""
    number = int(body["id"])
    with runtime.state.write() as tx:
        gone = tx.connection.execute("DELETE FROM abandoned_checkouts WHERE id = ?", (number,))
        if not gone.rowcount:
            raise refuse(["id"], f"There is no abandoned checkout {number}")
        tx.changed("checkouts/delete", number)
    return {"deleted": str(number)}


def sent(_request: Request, runtime: Runtime, _body: dict[str, Any]) -> dict[str, Any]:
    """`GET /control/webhooks`: the newest deliveries and their fate."""
    return {"data": deliveries(runtime.state)}


def session(_request: Request, runtime: Runtime, _body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/session_token`: what App Bridge gives an embedded app's page."""
    return {"session_token": session_token(runtime)}


def privacy(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/privacy {"topic", "uri", "customer"?}`: send a privacy webhook."""
    parts = urlsplit(str(body["uri"]))
    if not is_loopback(parts.hostname or ""):
        raise ValueError("uri must be a loopback address")
    with runtime.state.write() as tx:
        sent = request_privacy(tx, body["topic"], body["uri"], body.get("customer"))
    return {"webhook_id": sent}


def approval(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/protected {"unapproved": [...]}`: take protected customer data away."""
    kinds = [str(one) for one in body["unapproved"]]
    if not set(kinds) <= set(KINDS):
        raise ValueError(f"unapproved may hold {', '.join(KINDS)}")
    with runtime.state.write() as tx:
        tx.set_meta("app.unapproved", ",".join(sorted(kinds)))
    return {"unapproved": sorted(kinds)}


def reduced_taxes(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/taxes {"percent": {product type: n}}`: tax them so in orders from now on."""
    rates = {str(kind): round(Decimal(str(n)) * 100) for kind, n in body["percent"].items()}
    if not all(0 <= rate <= 10_000 for rate in rates.values()):
        raise ValueError("percent must be between 0 and 100")
    with runtime.state.write() as tx:
        tx.set_meta(REDUCED_TAXES, json.dumps(rates))
    return {"percent": {kind: rate / 100 for kind, rate in rates.items()}}


def add_fault(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`POST /control/faults {"kind", "count"?, "share"?, "match"?, ...}`: let it go wrong."""
    runtime.faults.add(body)
    return {"data": runtime.faults.listed()}


def faults(_request: Request, runtime: Runtime, _body: dict[str, Any]) -> dict[str, Any]:
    """`GET /control/faults`: what is in force."""
    return {"data": runtime.faults.listed()}


def clear_faults(_request: Request, runtime: Runtime, body: dict[str, Any]) -> dict[str, Any]:
    """`DELETE /control/faults {"seed"?}`: end all, and start chance again."""
    runtime.faults.clear(int(body.get("seed", 0)))
    return {"data": []}


ROUTES = [
    Route("/control/protected", guarded(approval), methods=["POST"]),
    Route("/control/privacy", guarded(privacy), methods=["POST"]),
    Route("/control/session_token", guarded(session), methods=["POST"]),
    Route("/control/taxes", guarded(reduced_taxes), methods=["POST"]),
    Route("/control/faults", guarded(add_fault), methods=["POST"]),
    Route("/control/faults", guarded(faults), methods=["GET"]),
    Route("/control/faults", guarded(clear_faults), methods=["DELETE"]),
    Route("/control/clock", clock, methods=["GET"]),
    Route("/control/step", guarded(step), methods=["POST"]),
    Route("/control/rate", guarded(rate), methods=["POST"]),
    Route("/control/journal", guarded(journal), methods=["GET"]),
    Route("/control/orders", guarded(change_orders), methods=["POST"]),
    Route("/control/supplier_orders", guarded(cut_supplier_order), methods=["POST"]),
    Route("/control/products/delete", guarded(delete_product), methods=["POST"]),
    Route("/control/checkouts/delete", guarded(delete_checkout), methods=["POST"]),
    Route("/control/webhooks", guarded(sent), methods=["GET"]),
]
