"""The gateway's routes in OpenAPI's words: plain ASGI, so that no framework can read them there."""

from __future__ import annotations

from typing import Any

from api_gateway.webhooks import BODY_MAX
from core.web.fastapi_document import problem_answers
from royal_platform.messaging.sendgrid_events import SIGNATURE, TIMESTAMP

Json = dict[str, Any]
Answers = dict[int | str, Json]

_PROBLEMS = {
    401: "The request does not show who sent it.",
    404: "There is no such thing here.",
    409: "Another store is served here, or the environment names the store.",
    410: "The install is over: it was used, is too old, or another browser began it.",
    413: f"The body is larger than {BODY_MAX // 1024 // 1024} MiB.",
    422: "The request's content is wrong; `remedy` says what to send.",
    502: "The store does not accept the app's credentials.",
    503: "A secret is not set, or something needed does not answer; `remedy` says which.",
}
_TEXT = {"type": "string"}


def _problems(*statuses: int) -> Answers:
    return problem_answers({status: _PROBLEMS[status] for status in statuses})


def _operation(name: str, tag: str, summary: str, answers: Answers, **parts: Any) -> Json:
    told = {
        str(status): answer for status, answer in sorted(answers.items(), key=lambda it: int(it[0]))
    }
    return {"operationId": name, "tags": [tag], "summary": summary, **parts, "responses": told}


def _parameter(place: str, name: str, text: str, *, needed: bool = True, **schema: Any) -> Json:
    return {
        "in": place, "name": name, "description": text, "required": needed,
        "schema": _TEXT | schema,
    }  # fmt: skip


def _status(meaning: str, *words: str) -> Answers:
    schema = {
        "type": "object",
        "properties": {"status": {"type": "string", "enum": list(words)}},
        "required": ["status"],
        "additionalProperties": False,
    }
    return {200: {"description": meaning, "content": {"application/json": {"schema": schema}}}}


def _page(meaning: str) -> Answers:
    return {200: {"description": meaning, "content": {"text/html": {"schema": _TEXT}}}}


def _body(text: str, media: str, schema: Json) -> Json:
    return {"description": text, "required": True, "content": {media: {"schema": schema}}}


# Webhooks

_WEBHOOK_HEADERS = [
    _parameter(
        "header", "X-Shopify-Hmac-Sha256", "HMAC-SHA256 of the raw body, base64."
    ),
    _parameter(
        "header", "X-Shopify-Topic", "What happened.", pattern=r"^[a-z0-9_]{1,60}/[a-z0-9_]{1,60}$"
    ),
    _parameter("header", "X-Shopify-Shop-Domain", "The shop it happened in."),
    _parameter(
        "header", "X-Shopify-Webhook-Id", "Its own id: the same one counts once.",
        pattern=r"^[A-Za-z0-9_.:\-]{1,128}$",
    ),
    _parameter(
        "header", "X-Shopify-Triggered-At", "When it happened.", needed=False, format="date-time"
    ),
]  # fmt: skip
_TOPIC = _parameter(
    "path", "topic", "The topic, with `/`, `-` or `_` between its words; the header says it too.",
    pattern=r"^[a-z0-9_\-]{1,121}$",
)  # fmt: skip


def _webhook(name: str, summary: str, *more: Json) -> Json:
    return _operation(
        name, "webhooks", summary,
        _status("It is kept, now or already.", "stored")
        | _problems(401, 404, 413, 422, 503),
        parameters=[*more, *_WEBHOOK_HEADERS],
        requestBody=_body("The resource, as Shopify sends it.", "application/json", {}),
    )  # fmt: skip


# OAuth


def _refused_browser(*statuses: int) -> Answers:
    """Refusals: a page for whoever asks for ``text/html``, a problem document for programs."""
    answers = _problems(*statuses)
    for answer in answers.values():
        answer["content"]["text/html"] = {"schema": _TEXT}
    return answers


def _oauth(name: str, summary: str, parameters: list[Json]) -> Json:
    onwards: Answers = {
        303: {
            "description": "Go on there.",
            "headers": {"Location": {"schema": _TEXT, "required": True}},
        }
    }
    return _operation(
        name, "oauth", summary,
        onwards | _page("Without a public address: a page that goes on by itself.")
        | _refused_browser(409, 410, 422, 502, 503),
        parameters=parameters,
    )  # fmt: skip


def _query(name: str, text: str, **schema: Any) -> Json:
    return _parameter("query", name, text, needed=False, **schema)


_OF_SHOPIFY = [
    _query("shop", "The shop's domain."),
    _query("hmac", "Shopify's signature of the other parameters, hex."),
    _query("timestamp", "Seconds since 1970; good for ten minutes.", pattern="^[0-9]{1,11}$"),
]

# Links in mails

_TOKEN = _parameter("path", "token", "The signed last part of the link.", minLength=1)


def _link(name: str, tag: str, summary: str, meaning: str) -> Json:
    return _operation(name, tag, summary, _page(meaning) | _problems(404, 503), parameters=[_TOKEN])


# What customers and carriers send

_SECRETS: Json = {
    "security": [{"inboundBearer": []}, {"inboundPassword": []}, {"inboundSignature": []}]
}
SECURITY_SCHEMES: Json = {
    "inboundBearer": {
        "type": "http", "scheme": "bearer", "description": "INBOUND_SECRET as bearer token.",
    },
    "inboundPassword": {
        "type": "http", "scheme": "basic", "description": "INBOUND_SECRET as password of any user.",
    },
    "inboundSignature": {
        "type": "apiKey", "in": "header", "name": "X-Royal-Hmac-Sha256",
        "description": "HMAC-SHA256 of the raw body with INBOUND_SECRET, base64.",
    },
}  # fmt: skip
_MESSAGE = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": r"^[A-Za-z0-9_.:\-]{1,100}$"},
        "channel": {"type": "string", "enum": ["chat", "api"]},
        "address": {"type": "string", "description": "The customer's mail address."},
        "text": {"type": "string"},
        "name": {"type": "string", "description": "The customer's own name."},
        "subject": {"type": "string"},
        "thread": {"type": "string", "description": "The id of a message it goes on with."},
    },
    "required": ["id", "channel", "address", "text"],
}
_EVENTS = {"type": "array", "items": {"type": "object"}}
_KEPT = _status("It is kept, now or already; a worker reads it.", "stored")
_REFUSED = _problems(401, 413, 422, 503)

PATHS: dict[str, Json] = {
    "/webhooks/shopify": {
        "post": _webhook("takeWebhook", "Any topic of Shopify's; the header names it.")
    },
    "/webhooks/shopify/{topic}": {
        "post": _webhook("takeWebhookOfTopic", "One topic of Shopify's.", _TOPIC)
    },
    "/oauth/shopify/install": {
        "get": _oauth(
            "beginInstall",
            "Where an install begins: by a ticket of the Connections page, or from Shopify.",
            [
                _query("ticket", "What the Connections page gave."),
                *_OF_SHOPIFY,
                _query("id_token", "The session token of an app opened in the Shopify admin."),
            ],
        )
    },
    "/oauth/shopify/callback": {
        "get": _oauth(
            "finishInstall",
            "Where Shopify sends the browser back to after consent.",
            [
                _query("state", "The ticket that the install began with."),
                _query("code", "What becomes access."),
                *_OF_SHOPIFY,
                _parameter("cookie", "royal_oauth", "The browser that began.", needed=False),
            ],
        )
    },
    "/unsubscribe/{token}": {
        "get": _link(
            "askToUnsubscribe", "unsubscribe", "Ask whether to end it; changes nothing.",
            "The page that asks.",
        ),
        "post": _link(
            "unsubscribe", "unsubscribe", "End advertising by mail: one click, RFC 8058.",
            "The page that says it is done.",
        ),
    },
    "/rate/{token}": {
        "get": _link(
            "askForRating", "support", "Ask whether to send this score; changes nothing.",
            "The page that asks.",
        ),
        "post": _link(
            "rate", "support", "Say how well a reply helped.", "The page that says thank you."
        ),
    },
    "/inbound/mail": {
        "post": _operation(
            "takeMail", "support", "One mail of a customer, as it came.",
            _KEPT | _REFUSED,
            requestBody=_body("The raw mail.", "message/rfc822", _TEXT), **_SECRETS,
        )
    },
    "/inbound/messages": {
        "post": _operation(
            "takeMessage", "support", "One message of a chat or of another program.",
            _KEPT | _REFUSED,
            requestBody=_body("The message.", "application/json", _MESSAGE), **_SECRETS,
        )
    },
    "/inbound/sendgrid": {
        "post": _operation(
            "takeSendgridEvents", "mail", "SendGrid's event webhook: bounces and complaints.",
            _status("What ends mail to an address is noted.", "taken") | _REFUSED,
            parameters=[
                _parameter("header", SIGNATURE, "SendGrid's signature (ECDSA), base64."),
                _parameter("header", TIMESTAMP, "When it was signed."),
            ],
            requestBody=_body("The events.", "application/json", _EVENTS),
        )
    },
    "/storefront/back-in-stock": {
        "post": _operation(
            "askForStock", "storefront",
            "Tell the customer who is logged in when a variant is there; sent by the app proxy.",
            _status("Whether the wish is kept or needless.", "kept", "in_stock")
            | _problems(401, 404, 422, 503),
            parameters=[
                _parameter("query", "variant", "The variant's number.", pattern="^[0-9]{1,20}$"),
                _parameter("query", "shop", "The shop's domain."),
                _parameter(
                    "query", "logged_in_customer_id", "Put in by Shopify.", pattern="^[0-9]{1,20}$"
                ),
                _parameter(
                    "query", "timestamp", "Seconds since 1970; good for five minutes.",
                    pattern="^[0-9]{1,11}$",
                ),
                _parameter("query", "signature", "Shopify's of the other parameters, hex."),
            ],
        )
    },
}  # fmt: skip
