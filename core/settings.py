"""Every setting of every process, read from the environment once and checked at start."""

from __future__ import annotations

import os
import secrets
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import SettingsError
from core.security.derive import derive_key

_SHOP_NAMES = (
    "SHOPIFY_SHOP",
    "SHOP_NAME",
    "SHOPIFY_STORE",
    "SHOPIFY_SHOP_NAME",
    "SHOPIFY_SHOP_URL",
    "SHOPIFY_STORE_URL",
)
_TOKEN_MIN = 32


def _env(*names: str) -> Any:
    """Read from the environment under any of ``names``; in code by the field's own name."""
    return AliasChoices(*names)


class ModelPrice(BaseModel):
    """What a model costs per million tokens; tokens read from the cache cost ``cached_input``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Decimal = Field(ge=0)
    output: Decimal = Field(Decimal(0), ge=0)
    cached_input: Decimal | None = Field(None, ge=0)


class Settings(BaseSettings):
    """The settings; each field's environment name is its own in capitals unless it says other.

    Durations are seconds. An empty variable counts as unset.
    """

    model_config = SettingsConfigDict(
        extra="ignore",
        env_ignore_empty=True,
        case_sensitive=False,
        populate_by_name=True,
        hide_input_in_errors=True,
        frozen=True,
    )

    # the process
    flask_env: Literal["development", "production", "testing"] = "development"
    given_secret_key: SecretStr | None = Field(None, validation_alias=_env("SECRET_KEY"))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"
    sentry_dsn: SecretStr | None = None

    # where things are
    var_dir: Path = Field(Path("var"), validation_alias=_env("ROYAL_VAR_DIR"))
    database_url: str = Field("", repr=False)
    redis_url: SecretStr | None = None
    royal_public_url: str | None = None
    trusted_proxies: int = Field(0, ge=0, le=5, validation_alias=_env("ROYAL_TRUSTED_PROXIES"))
    # private addresses that people may enter as a supplier's, e.g. 10.0.0.5:8080,nas.local:80
    outbound_allowed: str = Field("", validation_alias=_env("ROYAL_OUTBOUND_ALLOWED"))
    host: str = Field("127.0.0.1", validation_alias=_env("ROYAL_HOST"))
    port: int = Field(10000, ge=1, le=65535, validation_alias=_env("PORT", "ROYAL_PORT"))
    aira_port: int = Field(3000, ge=1, le=65535)
    gateway_port: int = Field(3001, ge=1, le=65535)
    orchestrator_api_port: int = Field(3002, ge=1, le=65535)
    sandbox_port: int = Field(3003, ge=1, le=65535)

    # who may do what
    royal_admin_token: SecretStr | None = None
    given_control_secret: SecretStr | None = Field(
        None, validation_alias=_env("CONTROL_HMAC_SECRET")
    )
    master_key: SecretStr | None = Field(None, validation_alias=_env("ROYAL_MASTER_KEY"))

    # the store
    shopify_shop: str | None = Field(None, validation_alias=_env(*_SHOP_NAMES))
    shopify_access_token: SecretStr | None = None
    shopify_client_id: str | None = None
    shopify_client_secret: SecretStr | None = None
    shopify_webhook_secret: SecretStr | None = None
    shopify_webhook_secret_previous: SecretStr | None = None
    # whoever brings in customers' mail and messages shows it; empty: nobody may
    inbound_secret: SecretStr | None = None
    # the name (authserv-id) of the relay whose Authentication-Results are believed: mail it does
    # not vouch for is a stranger's. Empty: the mail's own DKIM signature must vouch for it
    inbound_authserv_id: str | None = None
    shopify_api_version: str = Field("2026-10", pattern=r"^\d{4}-\d{2}$")
    sandbox_letters: bool = Field(True, validation_alias=_env("ROYAL_SANDBOX_LETTERS"))
    sandbox_seed: int = Field(20, ge=0, validation_alias=_env("ROYAL_SANDBOX_SEED"))

    # the worker
    workers: int = Field(1, ge=1, le=32, validation_alias=_env("ROYAL_WORKERS"))
    heartbeat_seconds: float = Field(5, gt=0, validation_alias=_env("ROYAL_HEARTBEAT_SECONDS"))
    stale_seconds: float = Field(30, gt=0, validation_alias=_env("ROYAL_STALE_SECONDS"))

    # models
    openai_api_key: SecretStr | None = None
    openai_org_id: str | None = None
    openai_model: str | None = None
    openai_model_routine: str | None = None
    openai_model_fallback: str | None = None
    openai_embedding_model: str | None = None
    openai_base_url: str | None = None
    openai_timeout_seconds: float = Field(120, gt=0)
    openai_first_token_seconds: float = Field(30, gt=0)
    openai_max_retries: int = Field(2, ge=0, le=10)
    # What a model can read at once; 0 is more than it is ever shown. Below, tools are chosen.
    openai_context_tokens: int = Field(0, ge=0)
    openai_prices: dict[str, ModelPrice] = Field(default_factory=dict)
    openai_price_currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    model_clear_fields: str = Field(
        "", pattern=r"^(|(name|address|mail|phone)(,(name|address|mail|phone))*)$"
    )

    # conversation: what a day (UTC) may take of the models; 0 is no limit
    aira_user_tokens_per_day: int = Field(1_000_000, ge=0)
    aira_tokens_per_day: int = Field(5_000_000, ge=0)
    aira_user_money_per_day: Decimal = Field(Decimal(0), ge=0)
    aira_money_per_day: Decimal = Field(Decimal(0), ge=0)
    # The agents' own calls of models, all agents of a store together; then they go on without one.
    agents_tokens_per_day: int = Field(1_000_000, ge=0)
    agents_money_per_day: Decimal = Field(Decimal(0), ge=0)
    # Above this a conversation's older turns reach the model as a summary.
    aira_context_tokens: int = Field(24_000, ge=1_000)

    # support: a folder of Markdown files, one policy each; unset is <var>/policies
    support_policies: Path | None = Field(None, validation_alias=_env("ROYAL_SUPPORT_POLICIES"))

    # other vendors
    bigquery_project_id: str | None = None
    bigquery_dataset: str = Field("royal_equips", pattern=r"^[A-Za-z0-9_]{1,1024}$")
    bigquery_location: str | None = None
    # What one query or load may read at most; BigQuery refuses a dearer one before it runs.
    bigquery_max_bytes_billed: int = Field(10_000_000_000, ge=10_485_760)
    google_application_credentials: Path | None = None
    auto_ds_api_key: SecretStr | None = None
    auto_ds_base_url: str | None = None
    spocket_api_key: SecretStr | None = None
    spocket_base_url: str | None = None
    printful_api_key: SecretStr | None = None
    printful_base_url: str | None = None
    klaviyo_api_key: SecretStr | None = None
    sendgrid_api_key: SecretStr | None = None
    # The verification key of its signed event webhook (public): bounces and complaints come in.
    sendgrid_webhook_key: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    sendgrid_base_url: str = "https://api.sendgrid.com"
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    # who of the house is told of alerts and reports, e.g. ada@shop.example,ben@shop.example
    operator_mail: str = Field("", pattern=r"^[^\s<>]*(,\s*[^\s<>]+)*$")
    dkim_domain: str | None = None
    dkim_selector: str = "royal"
    dkim_key: SecretStr | None = None

    # remote secrets
    cloudflare_secrets_url: str | None = Field(
        None, validation_alias=_env("ROYAL_CLOUDFLARE_SECRETS_URL")
    )
    cloudflare_secrets_key: SecretStr | None = Field(
        None, validation_alias=_env("ROYAL_CLOUDFLARE_SECRETS_KEY")
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _capital_level(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("shopify_shop")
    @classmethod
    def _shop_domain(cls, value: str | None) -> str | None:
        """Accept ``name``, ``name.myshopify.com`` or its URL; keep the domain."""
        if value is None:
            return None
        domain = value.strip().lower().removeprefix("https://").removeprefix("http://")
        domain = domain.partition("/")[0]
        if not domain or any(part == "" for part in domain.split(".")):
            raise ValueError("is not a shop's name, domain or address")
        return domain if "." in domain else f"{domain}.myshopify.com"

    @field_validator("royal_public_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("is not an http(s) address")
        return None if value is None else value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _default_database(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not (values.get("database_url") or values.get("DATABASE_URL")):
            folder = values.get("ROYAL_VAR_DIR") or values.get("var_dir") or "var"
            values = {**values, "database_url": f"sqlite:///{Path(folder).as_posix()}/royal.db"}
        return values

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        _check_store(self)
        if self.workers > 1 and self.database_url.startswith("sqlite"):
            raise ValueError("ROYAL_WORKERS above 1 needs PostgreSQL; set DATABASE_URL")
        if self.flask_env == "production":
            _check_production(self)
        return self

    @property
    def is_production(self) -> bool:
        """True when ``FLASK_ENV`` is production."""
        return self.flask_env == "production"

    @property
    def store_configured(self) -> bool:
        """True when a store's address and its credentials are set."""
        return self.shopify_shop is not None

    @property
    def secret_key(self) -> SecretStr:
        """The installation's key; in development created once under ``var_dir`` (mode 0600)."""
        return self.given_secret_key or SecretStr(_development_key(self.var_dir / "secret_key"))

    @property
    def control_hmac_secret(self) -> SecretStr:
        """The key machine callers sign with; derived from ``SECRET_KEY`` when unset."""
        if self.given_control_secret is not None:
            return self.given_control_secret
        master = self.secret_key.get_secret_value().encode()
        return SecretStr(derive_key(master, "control-requests").hex())


def environment_names() -> dict[str, tuple[str, ...]]:
    """The environment variables of each field, the preferred one first."""
    names: dict[str, tuple[str, ...]] = {}
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        chosen = alias.choices if isinstance(alias, AliasChoices) else [field.upper()]
        names[field] = tuple(str(choice) for choice in chosen)
    return names


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings. Raises ``SettingsError`` naming every wrong variable."""
    return read_settings()


def read_settings(**overrides: Any) -> Settings:
    """Fresh settings from the environment, with ``overrides`` by field name."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise _settings_error(error) from None


def load_dotenv(path: Path | None = None) -> None:
    """Load ``.env`` into the environment without overriding what is set there."""
    from dotenv import load_dotenv as load

    load(path or Path(".env"), override=False)


def _check_store(settings: Settings) -> None:
    has_id, has_secret = settings.shopify_client_id, settings.shopify_client_secret
    if has_id and not has_secret:
        raise ValueError("SHOPIFY_CLIENT_SECRET is missing beside SHOPIFY_CLIENT_ID")
    if has_secret and not has_id:
        raise ValueError("SHOPIFY_CLIENT_ID is missing beside SHOPIFY_CLIENT_SECRET")
    credentials = settings.shopify_access_token or has_id
    if credentials and not settings.shopify_shop:
        raise ValueError("SHOPIFY_SHOP is missing beside the store's credentials")
    if settings.shopify_shop and not credentials:
        raise ValueError(
            "SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET, "
            "is missing beside SHOPIFY_SHOP"
        )


def _check_production(settings: Settings) -> None:
    key = settings.given_secret_key
    if key is None:
        raise ValueError("SECRET_KEY is missing; production does not start without it")
    if len(key.get_secret_value()) < _TOKEN_MIN:
        raise ValueError(f"SECRET_KEY is shorter than {_TOKEN_MIN} characters")
    token = settings.royal_admin_token
    if token is not None and len(token.get_secret_value()) < _TOKEN_MIN:
        raise ValueError(f"ROYAL_ADMIN_TOKEN is shorter than {_TOKEN_MIN} characters")


def _settings_error(error: ValidationError) -> SettingsError:
    names = environment_names()
    faults: list[dict[str, str]] = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        message = str(fault["msg"]).removeprefix("Value error, ")
        if not fault["loc"]:
            faults.append({"variable": message.partition(" ")[0].rstrip(","), "reason": message})
            continue
        variable = _variable(str(fault["loc"][0]), names)
        faults.append({"variable": variable, "reason": message})
    told = "; ".join(
        item["reason"]
        if item["reason"].startswith(item["variable"])
        else f"{item['variable']}: {item['reason']}"
        for item in faults
    )
    return SettingsError(
        f"Wrong settings: {told}.",
        remedy="Correct the named variables in the environment or in .env; see .env.example.",
        errors=faults,
    )


def _variable(place: str, names: dict[str, tuple[str, ...]]) -> str:
    """The variable to name: of a field's aliases the one that is set."""
    for field, choices in names.items():
        if place == field or place.upper() in choices:
            given = {name.upper() for name in os.environ}
            return next((name for name in choices if name in given), choices[0])
    return place.upper()


def _development_key(path: Path) -> str:
    """Read the key at ``path``, or create it; two processes starting together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    candidate = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(candidate, path)
        except FileExistsError:
            pass
        finally:
            candidate.unlink()
    return path.read_text().strip()
