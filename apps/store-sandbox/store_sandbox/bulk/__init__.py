"""Bulk operations: a query run in the background, its result a JSONL file behind a signed link."""
