"""A sandbox store with its invented suppliers on loopback, and a platform that has read it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from core.settings import read_settings
from royal_platform.bootstrap import Platform, bootstrap
from tests.integration.platform.wire import Sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("supplied"), history_days=30) as running:
        yield running


@pytest.fixture(scope="module")
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    folder = sandbox.folder.parent
    opened = bootstrap(
        read_settings(
            var_dir=folder, database_url=f"sqlite:///{folder / 'royal.db'}",
            sandbox_port=sandbox.port, given_secret_key="k" * 40, log_level="ERROR",
        )
    )  # fmt: skip
    asyncio.run(opened.sync().run())
    asyncio.run(opened.refresh_clock())
    yield opened
    opened.close()
