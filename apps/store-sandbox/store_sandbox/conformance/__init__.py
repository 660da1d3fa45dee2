"""Recorded conversations with real stores, replayed against this sandbox and compared."""
