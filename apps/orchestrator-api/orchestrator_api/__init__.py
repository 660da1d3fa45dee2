"""Machine control: runs, decisions and agents for callers that sign their requests."""

from orchestrator_api.app import create_app

__all__ = ["create_app"]
