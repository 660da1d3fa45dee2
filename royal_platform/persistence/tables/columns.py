"""The columns that every business table starts with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, String

from core.storage.types import ScaledDecimal, UtcDateTime


def store_key() -> Column[Any]:
    """``store_id`` as the first part of the primary key: no row without a store."""
    return Column("store_id", String(64), primary_key=True)


def key(name: str = "id") -> Column[Any]:
    """An opaque identifier that is part of the primary key."""
    return Column(name, String(80), primary_key=True)


def reference(name: str, *, nullable: bool = False) -> Column[Any]:
    """An opaque identifier of a row elsewhere; mirrored rows arrive in any order, so unenforced."""
    return Column(name, String(80), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """An aware UTC time."""
    return Column(name, UtcDateTime, nullable=nullable)


def amount(name: str, *, nullable: bool = False) -> Column[Any]:
    """An exact amount to four decimals; its currency stands in the same row."""
    return Column(name, ScaledDecimal, nullable=nullable)


def currency(name: str = "currency", *, nullable: bool = False) -> Column[Any]:
    """An ISO 4217 code."""
    return Column(name, String(3), nullable=nullable)
