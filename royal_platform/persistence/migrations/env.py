"""Alembic's entry: runs the migrations over the tables of core and of the business."""

from __future__ import annotations

from alembic import context

from core.storage.migrate import run_env
from royal_platform.persistence.tables import metadata

run_env(context, metadata)
