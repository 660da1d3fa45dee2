"""Relational storage on SQLite and PostgreSQL: one schema, one migration set."""
