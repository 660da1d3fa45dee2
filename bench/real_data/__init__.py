"""Protocols on data nobody here made; run by ``make evaluate`` in an environment of their own."""
