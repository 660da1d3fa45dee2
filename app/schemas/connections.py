"""How the store is reached: access, scopes, rate limit, webhooks, and what a person enters."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr

from app.schemas.common import Given, Model, PageQuery

_Shop = Field(min_length=1, max_length=255, examples=["your-shop.myshopify.com"])


class TokenOut(Model):
    """The access token: never its value. ``method``: static, client_credentials, ..."""

    method: str
    state: Literal["valid", "revoked", "unknown"]
    detail: str
    client_id: str | None
    expires_at: datetime | None
    renew_at: datetime | None
    renewed_at: datetime | None
    connected_by: str | None


class NeedOut(Model):
    """What an agent needs of the store; ``agent_id`` null is the local copy itself."""

    agent_id: str | None
    name: str
    scopes: list[str]
    missing: list[str]


class BudgetOut(Model):
    """The store's cost bucket in points, as of ``as_of``; ``throttled`` counts refusals so far."""

    available: float
    maximum: float
    restore_per_second: float
    throttled: int
    throttled_at: datetime | None
    as_of: datetime


class ResourceOut(Model):
    """One kind of object in the local copy: ``count`` rows, and how far the reading of it is.

    ``stage``: not_granted (a scope is missing), waiting, preparing (the store puts a file together:
    ``prepared`` objects so far), reading, interrupted (the sync failed there; it goes on from that
    place), read. ``expected`` is how many the store says it has. ``started_at`` and ``read_at`` are
    machine time; ``newest_at`` is the newest change that was read.
    """

    name: str
    stage: Literal["not_granted", "waiting", "preparing", "reading", "interrupted", "read"]
    count: int
    prepared: int | None
    expected: int | None
    started_at: datetime | None
    read_at: datetime | None
    newest_at: datetime | None


class CandidateOut(Model):
    """What was entered last: being checked, or refused by the store with the reason."""

    domain: str
    state: Literal["checking", "refused"]
    detail: str


class RefusedTopicOut(Model):
    """A webhook topic that the store does not send, with its words."""

    topic: str
    reason: str


class TopicsOut(Model):
    """How many webhook topics the store was asked for, and which of them it refused."""

    asked: int
    refused: list[RefusedTopicOut]


class StoreConnectionOut(Model):
    """``set_by`` environment means that it cannot be changed here.

    ``redirect_address`` is what an app that is installed by OAuth must list in its settings.
    ``topics`` is None until the webhook topics were first compared.
    """

    store_id: str
    domain: str
    name: str
    set_by: Literal["environment", "page", "sandbox"]
    token: TokenOut
    granted: list[str] | None
    needs: list[NeedOut]
    asked: list[str]
    can_ask_again: bool
    budget: BudgetOut | None
    resources: list[ResourceOut]
    synced_at: datetime | None
    redirect_address: str
    webhook_address: str | None
    topics: TopicsOut | None
    webhooks: dict[str, int]
    api_version: str
    api_version_asked: str
    candidate: CandidateOut | None


class TokenIn(Given):
    """A custom app's access token."""

    shop: str = _Shop
    access_token: SecretStr = Field(min_length=1, max_length=400)


class KeyIn(Given):
    """An app's client id and secret: for client credentials, or to install by OAuth."""

    shop: str = _Shop
    client_id: str = Field(min_length=1, max_length=255)
    client_secret: SecretStr = Field(min_length=1, max_length=400)


class DisconnectIn(Given):
    """``confirm`` is the store's address."""

    confirm: str = Field(max_length=255)


class AddressOut(Model):
    """Where the browser goes on, once and soon."""

    url: str


WebhookState = Literal["waiting", "running", "handled", "failed"]


class WebhookOut(Model):
    """One received webhook, without its body: the durable run of its topic's handler.

    ``state``: waiting (to be taken by the next pass), running (begun and not ended; of a worker
    that died it is taken up again), handled, failed (given up: a dead letter, to be replayed).
    ``error`` is why it failed, ``last_error`` why the last attempt that failed did, kept when a
    later one succeeded. ``started_at`` and ``ended_at`` are the last attempt's, by ``worker``;
    ``attempts`` counts those of replays too.
    """

    id: str
    topic: str
    state: WebhookState
    error: str | None
    last_error: str | None
    attempts: int
    worker: str | None
    received_at: datetime
    triggered_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    processed_at: datetime | None


class WebhookPage(Model):
    """Newest first."""

    data: list[WebhookOut]
    next_cursor: str | None
    total: int


class WebhookQuery(PageQuery):
    state: WebhookState | None = None
    topic: str | None = Field(default=None, max_length=120)


class WebhookPath(BaseModel):
    webhook_id: str = Field(min_length=1, max_length=128)


class PrivacyRequestOut(Model):
    """A request about personal data; ``receipt`` counts what was exported or erased."""

    id: str
    topic: str
    subject: str
    state: str
    received_at: datetime
    done_at: datetime | None
    receipt: dict[str, Any]
    has_export: bool


class PrivacyRequestList(Model):
    data: list[PrivacyRequestOut]


class PrivacyRequestPath(BaseModel):
    request_id: str = Field(min_length=1, max_length=128)


class PrivacyExportOut(Model):
    """Everything that is held about one customer."""

    data: dict[str, Any]
