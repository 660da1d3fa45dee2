"""Shopify's Admin API: the paced client, the sync and the adapters of commerce's ports."""
