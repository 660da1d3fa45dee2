"""Pricing: how demand answers to price, and which price is worth proposing."""
