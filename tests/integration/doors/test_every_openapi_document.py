"""Every operation of the four doors answers what its OpenAPI document says, whoever asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import requests
import schemathesis
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route
from starlette.testclient import TestClient

from aira.app import create_app as create_aira
from api_gateway.app import create_app as create_gateway
from api_gateway.oauth import COOKIE
from api_gateway.storefront import signature_of
from app import create_app
from app.asgi import wrap
from core.security import tokens
from core.security.hmac_requests import sign
from core.settings import Settings, read_settings
from orchestrator.core import installing
from orchestrator_api.app import create_app as create_control
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.messaging.replying import ratings_of
from royal_platform.messaging.sendgrid_events import SIGNATURE, TIMESTAMP
from royal_platform.messaging.unsubscribing import links_of
from royal_platform.shopify.oauth import query_hmac

ADMIN = "an-admin-token-for-tests-with-enough-characters"
SECRET = "a-secret-of-the-app"
SENDGRID = ec.generate_private_key(ec.SECP256R1())
# Two of each operation in the default profile, ten and ten that are forbidden in the full one.
EXAMPLES = max(2, settings_of_hypothesis.default.max_examples // 200)
NOBODY = "nobody"
SHARED = {"/healthz", "/readyz", "/metrics", "/docs", "/docs/style.css", "/openapi.json"}
# What a document forbids is sent as well, where there is time for it.
MODES = list(GenerationMode) if EXAMPLES > 2 else [GenerationMode.POSITIVE]
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]

Caller = Callable[[httpx.Request], httpx.Request]
Case = schemathesis.Case


@schemathesis.serializer("message/rfc822")
def as_it_is(_context: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass(frozen=True)
class Installation:
    """What the four doors serve, and who calls them."""

    settings: Settings
    platform: Platform
    domain: str

    def token(self, role: str) -> str:
        with self.platform.database.write() as transaction:
            issued = tokens.create(transaction.connection, role, role, now=datetime.now(UTC))
        return issued.value


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all four doors, on SQLite."""
    folder = tmp_path_factory.mktemp("documents")
    key = SENDGRID.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    settings = read_settings(
        var_dir=folder, database_url=f"sqlite:///{(folder / 'doors.db').as_posix()}",
        log_level="CRITICAL", given_secret_key="k" * 40, royal_admin_token=ADMIN,
        shopify_webhook_secret=SECRET, inbound_secret=SECRET,
        sendgrid_webhook_key=base64.b64encode(key).decode(),
    )  # fmt: skip
    platform = bootstrap(settings)
    yield Installation(settings, platform, platform.store().domain)
    platform.close()


def coordinator(settings: Settings) -> Any:
    return wrap(create_app(settings))


def bearer(token: str) -> Caller:
    def call(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return call


def nobody(request: httpx.Request) -> httpx.Request:
    return request


def people(here: Installation) -> dict[str, Caller]:
    return {"admin": bearer(ADMIN), "viewer": bearer(here.token("viewer")), NOBODY: nobody}


def machines(here: Installation) -> dict[str, Caller]:
    key = here.settings.control_hmac_secret.get_secret_value().encode()

    def signed(request: httpx.Request) -> httpx.Request:
        target = request.url.raw_path.decode("ascii")
        request.headers.update(sign(key, request.method, target, request.content))
        return request

    # A token does not open this door, whatever its role.
    strangers = {NOBODY: nobody, f"{NOBODY}, for all a token": bearer(ADMIN)}
    return {"machine": signed, **strangers}


def outside_parties(here: Installation) -> dict[str, Caller]:
    return {"signed": partial(signed_as_it_should_be, here), NOBODY: nobody}


def signed_as_it_should_be(here: Installation, request: httpx.Request) -> httpx.Request:
    """Sign what was generated, whatever it says, as whoever calls that address would."""
    path = request.url.path
    signers: Mapping[str, Callable[[Installation, httpx.Request], httpx.Request]] = {
        "webhooks": as_shopify, "inbound": as_a_carrier, "storefront": as_the_proxy,
        "oauth": as_a_browser_sent_back, "unsubscribe": with_a_link, "rate": with_a_link,
    }  # fmt: skip
    return signers[path.split("/")[1]](here, request)


def as_shopify(here: Installation, request: httpx.Request) -> httpx.Request:
    digest = hmac.digest(SECRET.encode(), request.content, hashlib.sha256)
    request.headers["X-Shopify-Hmac-Sha256"] = base64.b64encode(digest).decode()
    request.headers["X-Shopify-Shop-Domain"] = here.domain
    if request.url.path != "/webhooks/shopify":
        topic = quote(request.headers.get("X-Shopify-Topic", ""))
        request.url = request.url.copy_with(path=f"/webhooks/shopify/{topic}")
    return request


def as_a_carrier(_here: Installation, request: httpx.Request) -> httpx.Request:
    at = str(int(time.time()))
    signature = SENDGRID.sign(at.encode() + request.content, ec.ECDSA(hashes.SHA256()))
    request.headers[SIGNATURE] = base64.b64encode(signature).decode()
    request.headers[TIMESTAMP] = at
    return bearer(SECRET)(request)


def as_the_proxy(here: Installation, request: httpx.Request) -> httpx.Request:
    told = {"shop": here.domain, "timestamp": str(int(time.time()))}
    kept = [pair for pair in request.url.params.multi_items() if pair[0] not in told]
    query = [*(pair for pair in kept if pair[0] != "signature"), *told.items()]
    return asking(request, [*query, ("signature", signature_of(query, SECRET))])


def as_a_browser_sent_back(here: Installation, request: httpx.Request) -> httpx.Request:
    """One who began an install with an app of a shop that does not answer."""
    address = installing.begin(here.platform, "127.0.0.1:1", "an-app", SECRET, "tests")
    ticket = httpx.URL(address).params["ticket"]
    if request.url.path.endswith("/install"):
        return asking(request, [("ticket", ticket)])
    cookie = installing.consent(here.platform, ticket, None).browser
    request.headers["Cookie"] = f"{COOKIE}={cookie}"
    told = {"state": ticket, "timestamp": str(int(time.time()))}
    kept = [pair for pair in request.url.params.multi_items() if pair[0] not in {*told, "hmac"}]
    query = [*kept, *told.items()]
    return asking(request, [*query, ("hmac", query_hmac(query, SECRET))])


def with_a_link(here: Installation, request: httpx.Request) -> httpx.Request:
    links, store_id = links_of(here.settings), here.platform.store_id
    link = links.to(store_id, "msg_" + "a" * 40)
    if request.url.path.startswith("/rate"):
        link = ratings_of(links).to(store_id, "thr_" + "a" * 40, 4)
    request.url = request.url.copy_with(path=httpx.URL(link).path)
    return request


def asking(request: httpx.Request, query: list[tuple[str, str]]) -> httpx.Request:
    request.url = request.url.copy_with(params=query)
    return request


DOORS: dict[str, tuple[Callable[[Settings], Any], Callable[[Installation], dict[str, Caller]]]] = {
    "coordinator": (coordinator, people),
    "aira": (create_aira, people),
    "gateway": (create_gateway, outside_parties),
    "control": (create_control, machines),
}


def test_the_gateway_describes_each_of_its_routes(installation: Installation) -> None:
    gateway = create_gateway(installation.settings)
    routes = {
        (method.lower(), re.sub(r":\w+}", "}", route.path))
        for route in gateway.routes
        if isinstance(route, Route) and route.include_in_schema
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = gateway.openapi()["paths"]
    told = {(method, path) for path, item in described.items() for method in item}
    assert told == {route for route in routes if route[1] not in SHARED}


@pytest.mark.parametrize("name", DOORS)
def test_every_operation_answers_as_its_document_says(
    installation: Installation, name: str
) -> None:
    create, callers_of = DOORS[name]
    callers = callers_of(installation)
    with TestClient(
        create(installation.settings), raise_server_exceptions=False, follow_redirects=False
    ) as client:
        schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        operations = [each.ok() for each in schema.get_all_operations()]
        assert operations
        faults = [
            fault
            for each in operations
            for mode in MODES
            for fault in faults_of(each, mode, client, callers)
        ]
    assert not faults, "\n\n".join(faults)


def faults_of(
    operation: schemathesis.APIOperation,
    mode: GenerationMode,
    client: TestClient,
    callers: Mapping[str, Caller],
) -> Iterator[str]:
    """What an answer says that the document does not, for generated requests of one operation."""

    @settings_of_hypothesis(
        max_examples=EXAMPLES, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode))
    def generated(case: Case) -> None:
        ask(client, callers, case, is_allowed=mode is GenerationMode.POSITIVE)

    try:
        generated()
    except Unsatisfiable:
        # An operation that takes nothing forbids nothing.
        assert mode is GenerationMode.NEGATIVE, operation.label
    except (AssertionError, BaseExceptionGroup) as fault:
        yield f"{operation.label}: {fault!r} {getattr(fault, 'exceptions', '')}"


def ask(client: TestClient, callers: Mapping[str, Caller], case: Case, *, is_allowed: bool) -> None:
    """Send ``case`` as each caller, and hold every answer against the document."""
    for who, caller in callers.items():
        answer = client.send(caller(built(client, case)))
        checks = CHECKS if answer.status_code in {502, 503} else [*CHECKS, not_a_server_error]
        case.validate_response(answer, checks=checks)
        if answer.status_code >= 400:
            assert answer.json()["remedy"], (who, case.operation.label)
        if who.startswith(NOBODY):
            # What no route fits is a 404 for everybody.
            assert answer.status_code >= 400, answer.text
        elif is_allowed:
            assert answer.status_code != 401, answer.text


def built(client: TestClient, case: Case) -> httpx.Request:
    """The request as it goes over the wire, so that it can be signed."""
    wanted = requests.Request(**case.as_transport_kwargs(base_url=str(client.base_url))).prepare()
    return client.build_request(
        wanted.method or "GET", wanted.url or "", headers=dict(wanted.headers), content=wanted.body
    )
