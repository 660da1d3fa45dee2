"""The gateway: whatever outside parties call - Shopify's webhooks first."""

from api_gateway.app import create_app

__all__ = ["create_app"]
