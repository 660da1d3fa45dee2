"""The one place that picks adapters: settings in, a wired platform out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.errors import Conflict, RoyalError
from core.outbound.guard import AddressGuard
from core.secrets.secret_provider import UnifiedSecretResolver
from core.settings import Settings
from core.storage.database import Database
from royal_platform.commerce.analytics.ports import Engine
from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.language.ports import Embedder, Llm
from royal_platform.commerce.suppliers.ports import SupplierDesk
from royal_platform.commerce.support.ports import Classifier, Drafter
from royal_platform.llm.models import Models, Purpose
from royal_platform.persistence import schema, stores
from royal_platform.persistence.articles import StoredArticles
from royal_platform.persistence.audience import StoredAudience
from royal_platform.persistence.clock import StoreClock, wall_now
from royal_platform.persistence.competitor_prices import StoredCompetitorPrices
from royal_platform.persistence.costs_to_serve import StoredCostsToServe
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.mirrored import MirroredStore
from royal_platform.persistence.model_budgets import AgentsBudget
from royal_platform.persistence.model_calls import StoredSentLog
from royal_platform.persistence.model_usage import Usage
from royal_platform.persistence.offers import StoredOffers
from royal_platform.persistence.own_replies import StoredReplies
from royal_platform.persistence.people import StoredPeople
from royal_platform.persistence.picks import StoredPicks
from royal_platform.persistence.price_history import StoredPriceHistory
from royal_platform.persistence.price_studies import StoredPriceStudies
from royal_platform.persistence.price_tests import StoredPriceTests
from royal_platform.persistence.readers import (
    StoredCatalog,
    StoredForecasts,
    StoredPolicy,
    StoredPurchases,
    StoredSales,
    StoredStock,
)
from royal_platform.persistence.security import StoredSecurity
from royal_platform.persistence.segments import StoredSegments
from royal_platform.persistence.signals import StoredSignals
from royal_platform.persistence.star_rows import StoredStar
from royal_platform.persistence.stock_risks import StoredStockRisks
from royal_platform.persistence.stores import Store
from royal_platform.persistence.suppliers import Supplier, Suppliers
from royal_platform.persistence.supply import StoredSupply
from royal_platform.persistence.trends import StoredTrends
from royal_platform.shopify.adapter import ShopifyReader, ShopifyWriter
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.discounts import ShopifyDiscounts, ShopifyDiscountWriter
from royal_platform.shopify.order_writer import ShopifyOrderWriter
from royal_platform.shopify.orders import ShopifyOrders
from royal_platform.shopify.ports import SyncState
from royal_platform.shopify.recipients import ShopifyRecipients
from royal_platform.shopify.refunds import ShopifyRefunds, ShopifyRefundWriter
from royal_platform.shopify.replacements import ShopifyReplacements, ShopifyReplacementWriter
from royal_platform.shopify.returns import ShopifyReturns, ShopifyReturnWriter
from royal_platform.shopify.subscriptions import ensure_subscriptions
from royal_platform.shopify.support import ShopifySupport
from royal_platform.shopify.sync import Sync
from royal_platform.shopify.world_clock import read_world_clock
from royal_platform.store_access import SandboxFile, client_of, connected, sealing_key, served
from royal_platform.suppliers.adapter import MANUAL, PRINTFUL, ConfiguredSupplier
from royal_platform.suppliers.desk.adapter import DeskReader
from royal_platform.suppliers.feed.adapter import Feed
from royal_platform.suppliers.feed.prices import PriceFeed
from royal_platform.suppliers.manual.catalogue import NoCatalogue
from royal_platform.suppliers.printful.adapter import PrintfulCatalogue, PrintfulReader
from royal_platform.suppliers.printful.client import ADDRESS as PRINTFUL_ADDRESS
from royal_platform.suppliers.printful.client import PrintfulClient
from royal_platform.suppliers.schemas import PriceFeedSettings, PrintfulSettings, SupplierSettings
from royal_platform.suppliers.wire import Wire

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

    from royal_platform.commerce.support.knowledge import Policy
    from royal_platform.knowledge.labelled import Labelled
    from royal_platform.warehouse.bigquery import BigQueryWarehouse
    from royal_platform.warehouse.embedded import DuckDbWarehouse

_PATIENCE_SECONDS = 2.0
_DESCRIPTIONS = 25
_READERS = (
    "catalog", "sales", "stock", "purchases", "policies", "forecasts", "price_history",
    "price_studies", "price_tests", "costs_to_serve", "competitor_prices", "segments", "audience",
    "signals", "offers", "picks", "supply", "stock_risks", "security", "trends",
)  # fmt: skip


@dataclass(frozen=True)
class Platform:
    """Everything a process needs of the business, for one store. Reads only.

    Writers come from ``writers``, which only execution may call.
    """

    settings: Settings
    database: Database
    secrets: UnifiedSecretResolver
    store_id: str
    source: str
    catalog: StoredCatalog
    sales: StoredSales
    stock: StoredStock
    purchases: StoredPurchases
    policies: StoredPolicy
    forecasts: StoredForecasts
    price_history: StoredPriceHistory
    price_studies: StoredPriceStudies
    price_tests: StoredPriceTests
    costs_to_serve: StoredCostsToServe
    competitor_prices: StoredCompetitorPrices
    segments: StoredSegments
    audience: StoredAudience
    offers: StoredOffers
    picks: StoredPicks
    trends: StoredTrends
    supply: StoredSupply
    stock_risks: StoredStockRisks
    signals: StoredSignals
    security: StoredSecurity
    models: Models = field(repr=False)
    generation: int
    # None for a store of this installation that is not the one it is connected to.
    _client: ShopifyClient | None = field(repr=False)
    # Names are read once per process, whoever looks at the store.
    _people: dict[str, StoredPeople] = field(default_factory=dict, repr=False)

    def store(self) -> Store:
        """The store's row as it is now."""
        with self.database.read() as connection:
            return stores.get(connection, self.store_id)

    def clock(self) -> StoreClock:
        """Business time, as of now: take a new one per request or step."""
        return self.store().store_clock()

    def shopify(self) -> ShopifyClient:
        """The store's Admin API. Raises ``Conflict`` unless it is the store served."""
        if self._client is None:
            raise Conflict(
                f"The store {self.store_id!r} is not the one this installation is connected to.",
                remedy="What was read of it can be seen; connect it to read or change it.",
            )
        return self._client

    @cached_property
    def live(self) -> ShopifyReader:
        """Prices and stock as the live store states them (``PriceReader``, ``StockReader``)."""
        return ShopifyReader(self.shopify())

    @cached_property
    def recipients(self) -> ShopifyRecipients:
        """Whom messages are for, as the live store knows them (``RecipientReader``)."""
        return ShopifyRecipients(self.shopify())

    @cached_property
    def discounts(self) -> ShopifyDiscounts:
        """Codes as the live store has them (``DiscountReader``)."""
        return ShopifyDiscounts(self.shopify())

    @cached_property
    def orders(self) -> ShopifyOrders:
        """Orders as the live store tells of them (``OrderReader``)."""
        key = sealing_key(self.settings)
        key.ensure()
        return ShopifyOrders(self.shopify(), key.token)

    @cached_property
    def order_money(self) -> ShopifyRefunds:
        """What was paid for orders and given back (``RefundReader``)."""
        return ShopifyRefunds(self.shopify())

    @cached_property
    def order_parcels(self) -> ShopifyReturns:
        """What of orders was sent and may come back (``ReturnReader``)."""
        return ShopifyReturns(self.shopify())

    @cached_property
    def replacements(self) -> ShopifyReplacements:
        """What of orders left and may be sent again (``ReplacementReader``)."""
        return ShopifyReplacements(self.shopify())

    @property
    def people(self) -> StoredPeople:
        """Whom the store knows by name, so that no model has to."""
        mine = StoredPeople(self.database, self.store_id)
        return self._people.setdefault(self.store_id, mine)

    @cached_property
    def sent(self) -> StoredSentLog:
        """Keeps what models are shown."""
        return StoredSentLog(self.database, self.store_id)

    @property
    def agents_budget(self) -> AgentsBudget:
        """What the store's agents may take of the models in a day."""
        return AgentsBudget(self.database, self.settings, self.store_id)

    def usage_of(self, model: str, used: RunUsage) -> Usage:
        """``used`` as it is kept, with what it cost on ``model`` where that has a price."""
        cost = self.models.cost(model, used)
        return Usage(
            used.requests, used.input_tokens, used.output_tokens,
            None if cost is None else cost.amount, None if cost is None else cost.currency,
        )  # fmt: skip

    def llm(self, *, actor: str, about: str, usage: RunUsage | None = None) -> Llm:
        """Decision support by the configured models; what is sent is kept under ``about``.

        What it takes is added to ``usage``, which the caller counts; without one it is the agent
        ``actor``'s, and bound by the agents' budget.
        """
        from royal_platform.llm.adapter import ModelLlm
        from royal_platform.llm.privacy import Shield

        @asynccontextmanager
        async def spending(purpose: Purpose) -> AsyncGenerator[RunUsage]:
            if usage is not None:
                yield usage
                return
            names = await self.models.configuration()
            model = names.routine if purpose == "routine" else names.reasoning
            kept = partial(self.usage_of, model or "")
            async with self.agents_budget.spending(actor, kept) as counted:
                yield counted

        return ModelLlm(
            self.models,
            lambda purpose: Shield.of(self, purpose=purpose, actor=actor, about=about),
            spending,
        )

    def embedder(self, *, actor: str) -> Embedder | None:
        """What makes embeddings for ``actor``, if anything does. For a thread without a loop."""
        from royal_platform.commerce.language.pseudonyms import Pseudonyms
        from royal_platform.llm.embeddings import Guard, embedder

        def hide(text: str) -> str:
            names = Pseudonyms()
            names.learn(self.people.named_in(text))
            return names.hide(text)

        return embedder(self.models, Guard(hide, self.sent, actor))

    def classifier(self, *, actor: str) -> Classifier:
        """Understands what customers write; a model, where there is one, is a second opinion."""
        from royal_platform.knowledge.understanding import Understanding

        return Understanding(
            _labelled(self.settings.var_dir / "knowledge"),
            lambda thread_id: self.llm(actor=actor, about=thread_id),
        )

    def drafter(self, *, actor: str) -> Drafter:
        """Writes answers from the customer's own orders, the shop's articles and policies."""
        from royal_platform.knowledge.answering import Answering, Goods, Shelf

        facts = ShopifySupport(self.shopify(), lambda: self.clock().now())
        folder = self.settings.var_dir
        return Answering(
            facts, facts, _labelled(folder / "knowledge").embedder,
            Shelf(folder / "knowledge", self._own_policies),
            lambda thread_id: self.llm(actor=actor, about=thread_id),
            goods=Goods(
                StoredArticles(self.database, self.store_id, self.store().currency), facts
            ),
            replies=StoredReplies(self.database, self.store_id),
            new_id=lambda: new_id("dra"), shop=self.store().name,
            model=self.settings.openai_model or "configured",
        )  # fmt: skip

    async def shop_policies(self) -> tuple[list[Policy], bool]:
        """How the shop deals, in the merchant's texts; False where the shop did not tell its own.

        For a person who waits: the shop is given two seconds. Raises ``Conflict`` unless it is
        the store served.
        """
        from royal_platform.knowledge.folder import every_policy

        shop = ShopifySupport(self.shopify(), lambda: self.clock().now())
        return await every_policy(shop, self._own_policies, _PATIENCE_SECONDS)

    async def shop_voice(self) -> list[Passage]:
        """How the shop describes what it sells, in its own words; none where it did not answer.

        Without what was imported by decision: a model may have written that.
        """
        picks = await asyncio.to_thread(self.picks.picks)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self.live.descriptions(_DESCRIPTIONS, {each.handle for each in picks})
        except (RoyalError, TimeoutError):
            return []

    @property
    def _own_policies(self) -> Path:
        return self.settings.support_policies or self.settings.var_dir / "policies"

    @property
    def star(self) -> StoredStar:
        """What the warehouse is loaded from."""
        return StoredStar(self.database, self.store_id)

    @cached_property
    def warehouse(self) -> DuckDbWarehouse | BigQueryWarehouse:
        """The store's history: in BigQuery where a project is set, else beside the database."""
        settings = self.settings
        if warehouse_engine(settings) == "duckdb":
            from royal_platform.warehouse.embedded import DuckDbWarehouse

            return DuckDbWarehouse(settings.var_dir / "warehouse", self.store_id)
        from royal_platform.warehouse.bigquery import BigQueryWarehouse
        from royal_platform.warehouse.client import connect

        return BigQueryWarehouse(
            lambda: connect(settings), settings.bigquery_dataset, self.store_id,
            max_bytes_billed=settings.bigquery_max_bytes_billed,
        )  # fmt: skip

    def mirror(self) -> MirroredStore:
        """The mirror as the sync writes it."""
        return MirroredStore(self.database, self.store_id, SyncState)

    def sync(self) -> Sync:
        """The sync of this store: ``await platform.sync().run()``."""
        return Sync(self.shopify(), self.mirror())

    def supplier(self, supplier_id: str) -> ConfiguredSupplier:
        """One supplier, to be asked (``SupplierReader``). Raises ``NotFound``."""
        with self.database.read() as connection:
            store = stores.get(connection, self.store_id)
            found = Suppliers(self.store_id).get(connection, supplier_id)
        return _supplier(self, store, found)

    def price_feed(self, settings: PriceFeedSettings) -> PriceFeed:
        """An address that tells competitors' prices, to be asked."""
        return _price_feed(self, settings)

    @property
    def webhook_address(self) -> str | None:
        """Where the store can deliver webhooks; None means that changes are found by polling.

        A sandbox reaches the gateway on loopback, a real store only by the public address.
        """
        settings = self.settings
        if settings.royal_public_url is not None:
            return f"{settings.royal_public_url}/webhooks/shopify"
        if self.source == "sandbox":
            return f"http://127.0.0.1:{settings.gateway_port}/webhooks/shopify"
        return None

    async def subscribe(self) -> None:
        """Make sure that the store tells us what changes, and keep which topics it refuses."""
        address = self.webhook_address
        if address is None:
            return
        found = await ensure_subscriptions(self.shopify(), address)
        told = {"asked": found.asked, "refused": dict(found.refused)}
        with self.database.write() as transaction:
            stores.change(transaction.connection, self.store_id, webhook_topics=told)

    async def refresh_clock(self) -> StoreClock:
        """For a sandbox, read the world's clock into the store's row; return business time.

        Raises ``ShopifyUnavailable`` when the sandbox does not answer. A real store's clock is
        the wall's.
        """
        if self.source == "sandbox":
            world_at, rate = await read_world_clock(self.shopify().address)
            wall_at = wall_now()
            if self.clock().agrees(world_at, wall_at, rate):
                return self.clock()
            with self.database.write() as transaction:
                stores.set_clock(
                    transaction.connection, self.store_id,
                    world_at=world_at, wall_at=wall_at, rate=rate,
                )  # fmt: skip
        return self.clock()

    def of_store(self, store_id: str) -> Platform:
        """The rows of another store of this installation, through readers of its own.

        It has no connection: ``live``, ``sync`` and ``shopify`` raise ``Conflict``.
        """
        if store_id == self.store_id:
            return self
        with self.database.read() as connection:
            store = stores.get(connection, store_id)
        readers = {name: type(getattr(self, name))(self.database, store_id) for name in _READERS}
        return replace(self, store_id=store_id, source=store.source, _client=None, **readers)

    def close(self) -> None:
        """Close the database's connections."""
        self.database.dispose()


def bootstrap(settings: Settings) -> Platform:
    """Migrate the database, make sure the store's row exists, and wire the adapters.

    The store is the environment's, else the one connected on the Connections page, else the
    sandbox. Contacts no store. Raises ``NotConfigured`` in production without a store.
    """
    schema.upgrade(settings.database_url)
    database = Database(settings.database_url)
    return _wired(settings, database, *served(settings, database), models=Models(settings))


def follow(platform: Platform) -> Platform:
    """The platform of the store served now: the same object while nothing was changed.

    People connect and disconnect stores while processes run; the new one shares the database.
    """
    settings, database = platform.settings, platform.database
    entered = connected(settings, database)
    if entered is None:
        # In production there is no sandbox to go back to: what was read stays readable.
        same = platform.generation == 0 or (
            settings.is_production and not settings.store_configured
        )
    else:
        same = (entered.store_id, entered.generation) == (
            platform.store_id,
            platform.generation,
        )
    if same:
        return platform
    # Models belong to the installation: their connections and breakers go on.
    return _wired(settings, database, *served(settings, database), models=platform.models)


@cache
def _labelled(folder: Path) -> Labelled:
    """The labelled messages, learned once a process; always on this machine's own embeddings."""
    from royal_platform.knowledge.labelled import Labelled
    from royal_platform.llm.embeddings import LocalEmbedder

    return Labelled(LocalEmbedder(), folder)


def warehouse_engine(settings: Settings) -> Engine:
    """Where the store's history is kept."""
    return "duckdb" if settings.bigquery_project_id is None else "bigquery"


def _wired(
    settings: Settings, database: Database, store: Store, generation: int, *, models: Models
) -> Platform:
    parts = (database, store.id)
    return Platform(
        settings=settings,
        database=database,
        secrets=UnifiedSecretResolver(settings),
        store_id=store.id,
        source=store.source,
        catalog=StoredCatalog(*parts),
        sales=StoredSales(*parts),
        stock=StoredStock(*parts),
        purchases=StoredPurchases(*parts),
        policies=StoredPolicy(*parts),
        forecasts=StoredForecasts(*parts),
        price_history=StoredPriceHistory(*parts),
        price_studies=StoredPriceStudies(*parts),
        price_tests=StoredPriceTests(*parts),
        costs_to_serve=StoredCostsToServe(*parts),
        competitor_prices=StoredCompetitorPrices(*parts),
        segments=StoredSegments(*parts),
        audience=StoredAudience(*parts),
        offers=StoredOffers(*parts),
        picks=StoredPicks(*parts),
        trends=StoredTrends(*parts),
        supply=StoredSupply(*parts),
        stock_risks=StoredStockRisks(*parts),
        signals=StoredSignals(*parts),
        security=StoredSecurity(*parts),
        models=models,
        generation=generation,
        _client=client_of(settings, database, store, entered=generation > 0),
    )


def writers(platform: Platform) -> ShopifyWriter:
    """The store's writing ports. For ``orchestrator.core.execution`` and nobody else."""
    return ShopifyWriter(platform.shopify())


def order_writer(platform: Platform) -> ShopifyOrderWriter:
    """What orders are changed with. For ``orchestrator.core.execution`` and nobody else."""
    return ShopifyOrderWriter(platform.shopify())


def refund_writer(platform: Platform) -> ShopifyRefundWriter:
    """Gives money back. For ``orchestrator.core.execution`` and nobody else."""
    return ShopifyRefundWriter(platform.shopify())


def return_writer(platform: Platform) -> ShopifyReturnWriter:
    """Takes goods back. For ``orchestrator.core.execution`` and nobody else."""
    return ShopifyReturnWriter(platform.shopify())


def replacement_writer(platform: Platform) -> ShopifyReplacementWriter:
    """Sends lost goods again. For ``orchestrator.core.execution`` and nobody else."""
    return ShopifyReplacementWriter(platform.shopify())


def discount_writer(platform: Platform) -> ShopifyDiscountWriter:
    """Makes and ends codes. For ``orchestrator.core.execution`` and nobody else."""
    return ShopifyDiscountWriter(platform.shopify())


def supplier_desk(platform: Platform, supplier_id: str) -> SupplierDesk:
    """Where a supplier takes orders. For ``orchestrator.core.execution`` and nobody else."""
    return platform.supplier(supplier_id).desk


def _price_feed(platform: Platform, settings: PriceFeedSettings) -> PriceFeed:
    guard = AddressGuard.of(platform.settings.outbound_allowed.split(","))

    async def secret(name: str) -> str:
        return await UnifiedSecretResolver(platform.settings).get_secret(name)

    return PriceFeed(settings, Wire(guard, settings.auth, secret))


def _supplier(platform: Platform, store: Store, found: Supplier) -> ConfiguredSupplier:
    settings = SupplierSettings.model_validate(found.settings)
    allowed = [*platform.settings.outbound_allowed.split(",")]
    if found.origin == "sandbox":
        allowed.append(store.domain)
    guard = AddressGuard.of(allowed)

    async def secret(name: str) -> str:
        if found.origin == "sandbox":
            return await SandboxFile(platform.settings.var_dir)("supplier_token")
        # One for each use: a resolver belongs to one event loop.
        return await UnifiedSecretResolver(platform.settings).get_secret(name)

    if found.kind == PRINTFUL:
        return _printful(platform, store, found, settings, guard)
    wire = Wire(guard, settings.auth, secret)
    folder = platform.settings.var_dir / "feeds"
    zone = ZoneInfo(store.timezone)
    feed: Feed | NoCatalogue | None = NoCatalogue() if found.kind == MANUAL else None
    if settings.feed is not None:
        feed = Feed(found.id, settings.feed, wire, folder, store.currency)
    return ConfiguredSupplier(
        found.name,
        found.kind,
        feed,
        None if settings.desk is None else DeskReader(settings.desk, wire, zone),
    )


def _printful(
    platform: Platform,
    store: Store,
    found: Supplier,
    entered: SupplierSettings,
    guard: AddressGuard,
) -> ConfiguredSupplier:
    name = entered.auth.secret if entered.auth is not None else "PRINTFUL_API_KEY"
    settings = entered.printful or PrintfulSettings.model_validate({})

    async def token() -> str:
        return await UnifiedSecretResolver(platform.settings).get_secret(name)

    client = PrintfulClient(
        guard, token, platform.settings.printful_base_url or PRINTFUL_ADDRESS, settings.store_id
    )
    return ConfiguredSupplier(
        found.name, found.kind, PrintfulCatalogue(found.id, client, settings, store.currency),
        PrintfulReader(client),
    )  # fmt: skip
