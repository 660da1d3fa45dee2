"""Suppliers: what they offer, what was ordered from them, and how they keep their word."""
