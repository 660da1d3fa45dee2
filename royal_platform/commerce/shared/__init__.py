"""Vocabulary every context shares: money and ids."""
