"""A worker killed with -9 around the vendor's call: one mail, order, refund and parcel each."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.events.verify import verify
from core.settings import read_settings
from orchestrator.core import attending, ledger, supplying
from orchestrator.core.books import reading, writing
from orchestrator.core.taking_in import take_in
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import Decision, Inverse, Proposal, Risk, Subject
from royal_platform.commerce.fulfilment import service
from royal_platform.commerce.fulfilment.model import Option, Part
from royal_platform.commerce.messages.rules import message_id, send_arguments
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import SupplierOrder, Tracking
from royal_platform.commerce.support.model import Arrival, Channel
from tests.databases import new_database
from tests.integration.platform.wire import Sandbox, until

pytestmark = pytest.mark.timeout(240)
SETTLED = {"executed", "failed", "conflicted"}
HOUSE = "express"
SUPPLIER = f"sup_sandbox_{HOUSE}"
HOME = {
    "firstName": "Ada", "lastName": "Visser", "address1": "Kade 3", "zip": "1011 AB",
    "city": "Amsterdam", "countryCode": "NL",
}  # fmt: skip
WRITES = ("CreateRefund", "CreateFulfillment", f"/supplier/{HOUSE}/orders")
# Where the four vendors' calls are held: before they are taken, or before that is told.
ASKED, ANSWERED = "asked", "answered"


@dataclass
class Held:
    """Calls that wait at one moment of theirs until the worker that made them is gone."""

    moment: str | None = None
    waiting: list[str] = field(default_factory=list)

    async def pause(self, moment: str, name: str) -> None:
        """Waits as long as this moment is held."""
        if self.moment != moment:
            return
        self.waiting.append(name)
        while self.moment == moment:
            await asyncio.sleep(0.02)

    def hold(self, moment: str | None) -> None:
        self.waiting.clear()
        self.moment = moment


class Road:
    """The HTTP between us and the sandbox: store and supplier are both reached through it."""

    def __init__(self, held: Held, target: str) -> None:
        self._held, self._target = held, target
        self._client = httpx.AsyncClient(timeout=60, verify=False, trust_env=False)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        methods = ["GET", "POST", "PUT", "DELETE", "HEAD"]
        routes = [Route("/{path:path}", self._pass_on, methods=methods)]
        config = uvicorn.Config(Starlette(routes=routes), log_level="critical")
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])), daemon=True
        )
        self._thread.start()
        until(lambda: self._server.started, 20)

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        name = _named(request, body)
        if name:
            await self._held.pause(ASKED, name)
            if await request.is_disconnected():
                # Nobody is there to send it any more.
                return Response(status_code=499)
        headers = {**request.headers, "accept-encoding": "identity"}
        url = f"{self._target}{request.url.path}?{request.url.query}"
        found = await self._client.request(request.method, url, headers=headers, content=body)
        if name:
            await self._held.pause(ANSWERED, name)
        kept = {"content-length", "transfer-encoding", "connection"}
        told = {key: value for key, value in found.headers.items() if key not in kept}
        return Response(found.content, found.status_code, told)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def _named(request: Request, body: bytes) -> str | None:
    """Which held write it is; None for everything else."""
    if request.method != "POST":
        return None
    text = f"{request.url.path} {body.decode('utf-8', 'replace')}"
    return next((name for name in WRITES if name in text), None)


class Postman:
    """An SMTP server: a mail is asked for with its recipient and answered after its text."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self.taken: list[bytes] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        await self._held.pause(ASKED, "mail")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken.append(envelope.original_content)
        await self._held.pause(ANSWERED, "mail")
        return "250 taken"


class Scene:
    """One small store, our platform on it, the road and the postman, and a worker to kill."""

    def __init__(self, folder: Path, database_url: str, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.held = Held()
        self.road = Road(self.held, sandbox.url)
        self.postman = Postman(self.held)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._smtp = Controller(self.postman, hostname="127.0.0.1", port=port)
        self._smtp.start()
        self._database_url, self._smtp_url = database_url, f"smtp://127.0.0.1:{port}"
        settings = read_settings(
            var_dir=folder, database_url=database_url, sandbox_port=self.road.port,
            given_secret_key="k" * 40, log_level="ERROR",
        )  # fmt: skip
        self.platform: Platform = bootstrap(settings)
        self._worker: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self.waiting = [self._order() for _ in range(6)]
        asyncio.run(self.platform.sync().run())
        asyncio.run(self.platform.refresh_clock())
        asyncio.run(supplying.read_due(self.platform))
        with writing(self.platform) as books:
            policy = replace(books.policy, quiet_from_hour=0, quiet_to_hour=0)
            books.policies.replace(
                books.connection, edited=0, policy=policy, actor="ada", now=books.now
            )

    def start_worker(self) -> None:
        given = {
            "ROYAL_VAR_DIR": str(self.folder), "SANDBOX_PORT": str(self.road.port),
            "DATABASE_URL": self._database_url, "SMTP_URL": self._smtp_url,
            "MAIL_FROM": "The shop <shop@test.example>",
            "ROYAL_SECRET_KEY": "k" * 40, "ROYAL_HEARTBEAT_SECONDS": "0.3",
            "ROYAL_STALE_SECONDS": "1", "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        code = "from orchestrator.cli import main; main()"
        self._worker = subprocess.Popen(
            [sys.executable, "-c", code, "worker"], env={**os.environ, **given}, cwd=self.folder
        )

    def kill_worker(self) -> None:
        if self._worker is not None:
            self._worker.send_signal(signal.SIGKILL)
            self._worker.wait()
            self._worker = None

    def close(self) -> None:
        self.held.hold(None)
        self.kill_worker()
        self.platform.close()
        self._smtp.stop()
        self.road.close()

    # -- what is decided

    def approved(self, proposal: Proposal) -> str:
        [decision_id] = ledger.propose(self.platform, [proposal])
        return self._approved(decision_id)

    def _approved(self, decision_id: str) -> str:
        with reading(self.platform) as books:
            decision = books.decisions.get(books.connection, decision_id)
        assert decision.status == "proposed", decision.verdict
        ledger.approve(self.platform, decision.id, decision.argument_hash, "ada")
        return decision.id

    def decision(self, decision_id: str) -> Decision:
        with reading(self.platform) as books:
            return books.decisions.get(books.connection, decision_id)

    def mail(self, customer: str, purpose: str) -> str:
        step = f"s{next(self._numbers)}"
        told = send_arguments(
            customer_id=customer, flow="hello", step=step, template="letter", purpose=purpose,
            context={"title": "Hello", "body": f"This is {step}."}, about=None,
        )  # fmt: skip
        consent = {"consent": "subscribed"} if purpose == "marketing" else {}
        return self.approved(
            Proposal(
                agent_id="marketing_automation", kind="message.send",
                subject=Subject("message", message_id(customer, "hello", step), "Hello"),
                arguments=told, precondition={"message": None, **consent}, evidence=(),
                rationale="-", prediction=None, risk=Risk(0.1), cost=None, money_at_stake=None,
                inverse=Inverse(None, None, "-"), expires_at=self._now() + timedelta(days=1),
            )
        )  # fmt: skip

    def place(self, order_id: str) -> str:
        offer = next(
            each.offer for each in self.platform.offers.offers()
            if each.offer.supplier_id == SUPPLIER and (each.offer.stock or 0) > 1
        )  # fmt: skip
        option = Option(
            SUPPLIER, HOUSE, "line", offer.supplier_sku, offer.cost.amount, Decimal(0), self._now()
        )
        reference = f"RE-{order_id}-1"
        return self.approved(
            service.place_proposal(
                self._about(order_id), reference, [Part(option, 1, Decimal(0))], {}, []
            )
        )

    def refund(self, order_id: str) -> str:
        order = self._live(order_id)
        arrival = Arrival(
            f"k-{order_id}", Channel.CHAT, "Ada", "ada@home.test", "My order",
            f"About {order.name}", "", None, None, (), is_automatic=False,
        )  # fmt: skip
        with writing(self.platform) as books:
            thread_id = take_in(books, arrival, order.customer_id)
        assert thread_id is not None
        asked = attending.give_back(self.platform, thread_id, Decimal(1), "A scratch.", "ada")
        return self._approved(asked.id)

    def parcel(self, order_id: str) -> str:
        lines = [
            {"line_id": line, "quantity": units}
            for line, units in self._live(order_id).remaining.items()
        ]
        sent = SupplierOrder(
            f"RE-{order_id}-p", "x", "shipped", shipped_at=self._now(),
            tracking=Tracking(f"3S{order_id}"),
        )  # fmt: skip
        return self.approved(
            service.ship_proposal(self._about(order_id), sent, lines, notify=False)
        )

    # -- what came of it

    def references(self, order_id: str) -> int:
        with sqlite3.connect(self.sandbox.folder / "store.db") as db:
            sql = "SELECT count(*) FROM supplier_orders WHERE reference LIKE ?"
            found: int = db.execute(sql, (f"RE-{order_id}-%",)).fetchone()[0]
        return found

    def rows(self, table: str, order_id: str) -> int:
        """How many of these the store has for an order."""
        with sqlite3.connect(self.sandbox.folder / "store.db") as db:
            sql = f"SELECT count(*) FROM {table} WHERE order_id = ?"
            found: int = db.execute(sql, (int(order_id),)).fetchone()[0]
        return found

    def mails(self, decision_id: str) -> int:
        body = self.decision(decision_id).proposal.arguments["context"]["body"]
        return sum(body.encode() in raw for raw in self.postman.taken)

    def given_back(self, order_id: str) -> Decimal:
        found = asyncio.run(self.platform.order_money.order_money(order_id))
        assert found is not None
        return found.refunded

    # -- what they share

    def customer(self) -> str:
        """Who agreed to marketing mail."""
        with sqlite3.connect(self.sandbox.folder / "store.db") as db:
            ids = [str(row[0]) for row in db.execute("SELECT id FROM customers ORDER BY id")]
        for each in ids:
            person = asyncio.run(self.platform.recipients.recipient(each))
            if person is not None and person.address and person.consent == "subscribed":
                return each
        raise AssertionError("the sandbox has nobody who agreed to mail")

    def _order(self) -> str:
        with sqlite3.connect(self.sandbox.folder / "store.db") as db:
            sku = db.execute(
                "SELECT sku FROM variants WHERE sku IS NOT NULL ORDER BY id LIMIT 1"
            ).fetchone()[0]
            mail = db.execute("SELECT email FROM customers ORDER BY id LIMIT 1").fetchone()[0]
        lines = [{"sku": sku, "quantity": 1}]
        wish = {"lines": lines, "email": mail, "unfulfilled": True, "ship_to": HOME}
        told = self.sandbox.control("orders", {"create": wish})
        return str(told["order"]).rpartition("/")[2]

    def _about(self, order_id: str) -> service.About:
        name, value = self._live(order_id).name, Money(Decimal(1), "EUR")
        return service.About(order_id, name, value, self.platform.source, self._now())

    def _live(self, order_id: str) -> Any:
        return asyncio.run(self.platform.orders.order_state(order_id))

    def _now(self) -> Any:
        with reading(self.platform) as books:
            return books.now


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("kills")
    with ExitStack() as stack:
        url = f"sqlite:///{(folder / 'test.db').as_posix()}"
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(new_database(server))
        sandbox = stack.enter_context(Sandbox(folder, history_days=1))
        made = Scene(folder, url, sandbox)
        stack.callback(made.close)
        yield made


Count = Callable[[], int]


@pytest.mark.parametrize("moment", [ASKED, ANSWERED])
def test_killed_amid_the_vendors_calls_each_is_made_once(scene: Scene, moment: str) -> None:
    placed, refunded, shipped = (scene.waiting.pop() for _ in range(3))
    mails = [scene.mail(scene.customer(), each) for each in ("marketing", "transactional")]
    orders = {
        "order": scene.place(placed), "refund": scene.refund(refunded),
        "parcel": scene.parcel(shipped),
    }  # fmt: skip
    scene.held.hold(moment)
    scene.start_worker()
    # The customer's notice is one of the two mails.
    until(lambda: sorted(scene.held.waiting) == sorted([*WRITES, "mail", "mail"]), 60)
    assert {scene.decision(each).status for each in (*mails, *orders.values())} == {"executing"}
    scene.kill_worker()
    scene.held.hold(None)
    scene.start_worker()
    ids = [*mails, *orders.values()]
    until(lambda: {scene.decision(each).status.value for each in ids} <= SETTLED, 60)
    scene.kill_worker()

    failures = {name: scene.decision(each).failure for name, each in orders.items()}
    assert failures == {"order": None, "refund": None, "parcel": None}
    assert [scene.mails(each) for each in mails] == [1, 1]
    assert scene.references(placed) == 1
    assert scene.given_back(refunded) == 1
    assert scene.rows("refunds", refunded) == 1
    assert scene.rows("fulfillments", shipped) == 1
    # A mail server keeps no promise of once: what it may have taken is never handed over again,
    # and the decision says so.
    for mailed in map(scene.decision, mails):
        assert mailed.status == ("executed" if moment == ASKED else "conflicted")
        assert moment == ASKED or "cut short" in str(mailed.failure)
    with scene.platform.database.read() as connection:
        assert verify(connection, scene.platform.store_id).ok
