"""AIRA: conversation about the store, with the tools it may use."""

from aira.app import create_app

__all__ = ["create_app"]
