"""Where the migrations are, and the one call that brings a database up to date."""

from __future__ import annotations

from core.storage import migrate

MIGRATIONS = "royal_platform.persistence:migrations"


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to the newest revision. Raises ``Unavailable``."""
    migrate.upgrade(url, MIGRATIONS)
