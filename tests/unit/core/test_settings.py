"""Settings: what is read, what is refused, and that a value is never told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import environment_names, load_dotenv, read_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for names in environment_names().values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ROYAL_VAR_DIR", str(tmp_path))


def test_with_nothing_set_everything_has_a_default(tmp_path: Path) -> None:
    settings = read_settings()
    assert settings.database_url == f"sqlite:///{tmp_path}/royal.db"
    assert (settings.port, settings.aira_port, settings.sandbox_port) == (10000, 3000, 3003)
    assert not settings.store_configured
    assert settings.flask_env == "development"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "hunter2"),
        ("ROYAL_PORT", "70000"),
        ("LOG_LEVEL", "hunter2"),
        ("FLASK_ENV", "hunter2"),
        ("SHOPIFY_API_VERSION", "hunter2"),
        ("ROYAL_PUBLIC_URL", "hunter2"),
        ("SHOP_NAME", "hunter2..x"),
        ("ROYAL_STALE_SECONDS", "-3"),
    ],
)
def test_a_wrong_value_is_named_by_variable_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert variable in caught.value.detail
    assert "hunter2" not in str(caught.value) + repr(caught.value.errors)
    assert caught.value.__cause__ is None


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("LOG_LEVEL", "y")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert {fault["variable"] for fault in caught.value.errors} == {"PORT", "LOG_LEVEL"}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SHOPIFY_CLIENT_ID": "a", "SHOPIFY_SHOP": "s"}, "SHOPIFY_CLIENT_SECRET"),
        ({"SHOPIFY_CLIENT_SECRET": "a", "SHOPIFY_SHOP": "s"}, "SHOPIFY_CLIENT_ID"),
        ({"SHOPIFY_ACCESS_TOKEN": "a"}, "SHOPIFY_SHOP"),
        ({"SHOPIFY_SHOP": "s"}, "SHOPIFY_ACCESS_TOKEN"),
        ({"FLASK_ENV": "production"}, "SECRET_KEY"),
        ({"FLASK_ENV": "production", "SECRET_KEY": "short"}, "SECRET_KEY"),
        (
            {"FLASK_ENV": "production", "SECRET_KEY": "k" * 32, "ROYAL_ADMIN_TOKEN": "t" * 31},
            "ROYAL_ADMIN_TOKEN",
        ),
    ],
)
def test_a_half_set_credential_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=missing):
        read_settings()


@pytest.mark.parametrize(
    "alias",
    [
        "SHOPIFY_SHOP",
        "SHOP_NAME",
        "SHOPIFY_STORE",
        "SHOPIFY_SHOP_NAME",
        "SHOPIFY_SHOP_URL",
        "SHOPIFY_STORE_URL",
    ],
)
@pytest.mark.parametrize("form", ["Royal", "royal.myshopify.com", "https://royal.myshopify.com/x"])
def test_the_shop_has_many_names_and_one_domain(
    monkeypatch: pytest.MonkeyPatch, alias: str, form: str
) -> None:
    monkeypatch.setenv(alias, form)
    monkeypatch.setenv("SHOPIFY_ACCESS_TOKEN", "shpat_x")
    assert read_settings().shopify_shop == "royal.myshopify.com"


def test_secrets_are_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROYAL_ADMIN_TOKEN", "canary-1")
    monkeypatch.setenv("OPENAI_API_KEY", "canary-2")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:canary-3@h/d")
    monkeypatch.setenv("REDIS_URL", "redis://:canary-4@h")
    assert "canary" not in repr(read_settings())


def test_a_development_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = read_settings().secret_key.get_secret_value()
    assert read_settings().secret_key.get_secret_value() == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert len(first) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_the_control_secret_is_derived_and_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    derived = settings.control_hmac_secret.get_secret_value()
    assert derived == settings.control_hmac_secret.get_secret_value()
    assert derived != settings.secret_key.get_secret_value()
    monkeypatch.setenv("CONTROL_HMAC_SECRET", "own")
    assert read_settings().control_hmac_secret.get_secret_value() == "own"


def test_dotenv_never_overrides_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRA_PORT", "4000")
    monkeypatch.setenv("GATEWAY_PORT", "x")
    monkeypatch.delenv("GATEWAY_PORT")
    (tmp_path / ".env").write_text("AIRA_PORT=5000\nGATEWAY_PORT=5001\n")
    load_dotenv(tmp_path / ".env")
    settings = read_settings()
    monkeypatch.setenv("GATEWAY_PORT", os.environ["GATEWAY_PORT"])
    assert (settings.aira_port, settings.gateway_port) == (4000, 5001)
