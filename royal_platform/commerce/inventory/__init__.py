"""Inventory: what is in stock, what is on its way, when to order more."""
