"""Signed webhooks: written in the commit of the change, delivered with patience."""
