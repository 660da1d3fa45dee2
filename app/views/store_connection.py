"""The store's connection on the wire: read from rows; what is entered becomes a command."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select

from app.schemas.connections import (
    AddressOut,
    BudgetOut,
    CandidateOut,
    NeedOut,
    PrivacyExportOut,
    PrivacyRequestList,
    PrivacyRequestOut,
    RefusedTopicOut,
    ResourceOut,
    StoreConnectionOut,
    TokenOut,
    TopicsOut,
    WebhookOut,
    WebhookPage,
)
from core.errors import NotFound
from orchestrator.core import connecting, installing, webhooks
from orchestrator.core.books import Books, reading
from orchestrator.core.needs import access
from royal_platform.persistence import api_budgets, store_connections, stores, webhook_inbox
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.holdings import held
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.tables.runs import webhook_receipts

if TYPE_CHECKING:
    from app.schemas.connections import DisconnectIn, KeyIn, TokenIn, WebhookQuery
    from core.resilience.shared_bucket import Bucket
    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.commands import Receipt
    from royal_platform.persistence.store_connections import StoreConnection
    from royal_platform.persistence.stores import Store

# Kinds that come with another one, in the same pages; of several owners, orders are read last.
_READ_WITH = {
    "variants": "products",
    "metafields": "orders",
    "price_history": "products",
    "refunds": "orders",
}


def show(platform: Platform, *, with_candidate: bool = True) -> StoreConnectionOut:
    """Everything the page tells of the store's connection.

    What was entered last may be any store's: only who sees the installation sees it.
    """
    found = access(platform)
    with reading(platform) as books:
        connection = store_connections.get(books.connection, books.store_id)
        candidate = store_connections.candidate(books.connection) if with_candidate else None
        domain = (
            None if candidate is None else stores.get(books.connection, candidate.store_id).domain
        )
        budget = api_budgets.newest(books.connection, books.store_id)
        counts = _webhook_counts(books)
        copied = held(books.connection, books.store_id)
        store = books.store
    set_by = _set_by(platform, connection)
    return StoreConnectionOut(
        store_id=store.id,
        domain=store.domain,
        name=store.name,
        set_by=cast("Any", set_by),
        token=_token(connection),
        granted=None if found.granted is None else sorted(found.granted),
        needs=[
            NeedOut(
                agent_id=need.agent_id, name=need.name, scopes=list(need.scopes),
                missing=list(need.missing),
            )
            for need in found.needs
        ],
        asked=list(found.asked),
        can_ask_again=(
            set_by == "page"
            and connection is not None
            and connection.method == "authorization_code"
        ),
        budget=_budget(budget),
        resources=[_resource(store, name, count) for name, count in copied.items()],
        synced_at=store.last_sync_at,
        redirect_address=installing.redirect_address(platform.settings),
        webhook_address=platform.webhook_address,
        topics=_topics(store),
        webhooks=counts,
        api_version=store.api_version,
        api_version_asked=platform.settings.shopify_api_version,
        candidate=None if candidate is None or domain is None else CandidateOut(
            domain=domain, state=cast("Any", candidate.state), detail=candidate.detail
        ),
    )  # fmt: skip


def enter_token(platform: Platform, actor: Principal, body: TokenIn) -> StoreConnectionOut:
    """Have an access token checked, then used."""
    connecting.enter_token(platform, body.shop, body.access_token.get_secret_value(), actor)
    return show(platform)


def enter_key(platform: Platform, actor: Principal, body: KeyIn) -> StoreConnectionOut:
    """Have an app's key checked, then used."""
    secret = body.client_secret.get_secret_value()
    connecting.enter_key(platform, body.shop, body.client_id, secret, actor)
    return show(platform)


def install(platform: Platform, actor: Principal, body: KeyIn) -> AddressOut:
    """Where a browser installs the app."""
    secret = body.client_secret.get_secret_value()
    return AddressOut(url=installing.begin(platform, body.shop, body.client_id, secret, actor))


def ask_again(platform: Platform, actor: Principal) -> AddressOut:
    """Where a browser consents to the scopes that are needed now."""
    return AddressOut(url=installing.begin_again(platform, actor))


def disconnect(platform: Platform, actor: Principal, body: DisconnectIn) -> StoreConnectionOut:
    """End the connection; answers with what is served then."""
    from royal_platform.bootstrap import follow

    connecting.disconnect(platform, body.confirm, actor)
    return show(follow(platform))


def received(platform: Platform, query: WebhookQuery) -> WebhookPage:
    """A page of the webhook log."""
    with reading(platform) as books:
        page = books.commands.receipts(
            books.connection, state=query.state, topic=query.topic, cursor=query.cursor,
            limit=query.limit,
        )  # fmt: skip
    data = [_webhook(each) for each in page.items]
    return WebhookPage(data=data, next_cursor=page.next_cursor, total=page.total)


def replay(platform: Platform, actor: Principal, webhook_id: str) -> WebhookOut:
    """Have it handled again."""
    webhooks.replay(platform, webhook_id, actor)
    with reading(platform) as books:
        receipt = books.commands.receipt(books.connection, webhook_id)
    if receipt is None:
        raise NotFound(f"There is no webhook {webhook_id!r}.", remedy="Read the list again.")
    return _webhook(receipt)


def privacy_requests(platform: Platform) -> PrivacyRequestList:
    """The newest requests about personal data."""
    with reading(platform) as books:
        found = Privacy(books.store_id).all(books.connection)
    return PrivacyRequestList(data=[PrivacyRequestOut.model_validate(each) for each in found])


def privacy_export(platform: Platform, request_id: str) -> PrivacyExportOut:
    """What a data request led to. Raises ``NotFound`` when it is erased or there never was one."""
    from royal_platform.store_access import sealing_key

    with reading(platform) as books:
        text = Privacy(books.store_id).export(
            books.connection, request_id, sealing_key(platform.settings)
        )
    if text is None:
        raise NotFound(
            f"There is no export for {request_id!r} (any more).",
            remedy="List the requests: GET /v1/privacy-requests.",
        )
    return PrivacyExportOut(data=json.loads(text))


def _set_by(platform: Platform, connection: StoreConnection | None) -> str:
    if platform.settings.store_configured:
        return "environment"
    entered = connection is not None and connection.origin == "entered"
    return "page" if entered and platform.generation > 0 else "sandbox"


def _token(connection: StoreConnection | None) -> TokenOut:
    if connection is None or connection.state not in ("valid", "revoked"):
        return TokenOut(
            method="unknown", state="unknown", detail="", client_id=None, expires_at=None,
            renew_at=None, renewed_at=None, connected_by=None,
        )  # fmt: skip
    return TokenOut(
        method=connection.method,
        state=cast("Any", connection.state),
        detail=connection.detail,
        client_id=connection.client_id,
        expires_at=connection.expires_at,
        renew_at=connection.renew_at,
        renewed_at=connection.renewed_at,
        connected_by=connection.changed_by,
    )


def _topics(store: Store) -> TopicsOut | None:
    told = store.webhook_topics
    if told is None:
        return None
    refused = [RefusedTopicOut(topic=name, reason=why) for name, why in told["refused"].items()]
    return TopicsOut(asked=told["asked"], refused=refused)


def _budget(bucket: Bucket | None) -> BudgetOut | None:
    """The bucket as it is now: it has filled up since somebody last drew from it."""
    if bucket is None or bucket.maximum <= 0:
        return None
    now = wall_now()
    elapsed = max(0.0, (now - bucket.at).total_seconds())
    return BudgetOut(
        available=min(bucket.maximum, bucket.available + elapsed * bucket.restore),
        maximum=bucket.maximum,
        restore_per_second=bucket.restore,
        throttled=bucket.throttled,
        throttled_at=bucket.throttled_at,
        as_of=now,
    )


def _resource(store: Store, name: str, count: int) -> ResourceOut:
    read_with = _READ_WITH.get(name, name)
    mark = (store.sync_cursor.get("marks") or {}).get(read_with)
    expected = store.sync_counts.get(f"{name}_expected")
    told = (store.sync_cursor.get("progress") or {}).get(read_with) or {}
    return ResourceOut(
        name=name,
        stage=cast("Any", _stage(store, told.get("stage"))),
        count=count,
        prepared=told.get("prepared") if name == read_with else None,
        expected=None if expected is None else int(expected),
        started_at=_moment(told.get("started_at")),
        read_at=_moment(told.get("read_at")),
        newest_at=_moment(mark),
    )


def _stage(store: Store, told: str | None) -> str:
    if told is None:
        # Read by a version that kept no progress, or never tried.
        return "read" if store.sync_cursor.get("complete") else "waiting"
    is_cut_off = store.sync_phase == "failed" and told in ("preparing", "reading")
    return "interrupted" if is_cut_off else told


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _webhook_counts(books: Books) -> dict[str, int]:
    columns = webhook_receipts.c
    begun = columns.started_at.is_not(None) & columns.ended_at.is_(None)
    open_ = columns.processed_at.is_(None)
    query = select(
        func.count().label("all"),
        func.count().filter(open_ & ~begun).label("waiting"),
        func.count().filter(open_ & begun).label("running"),
        func.count().filter(columns.error.is_not(None)).label("failed"),
    ).where(columns.store_id == books.store_id)
    row = books.connection.execute(query).one()
    # What no worker has taken apart yet has no row of its own.
    packed = webhook_inbox.untaken(books.connection, books.store_id)
    added = {"all": packed, "waiting": packed}
    return {name: int(value) + added.get(name, 0) for name, value in row._asdict().items()}


def _webhook(receipt: Receipt) -> WebhookOut:
    return WebhookOut(
        id=receipt.webhook_id,
        topic=receipt.topic,
        state=cast("Any", receipt.state),
        error=receipt.error,
        last_error=receipt.last_error,
        attempts=receipt.attempts,
        worker=receipt.worker,
        received_at=receipt.received_at,
        triggered_at=receipt.triggered_at,
        started_at=receipt.started_at,
        ended_at=receipt.ended_at,
        processed_at=receipt.processed_at,
    )
