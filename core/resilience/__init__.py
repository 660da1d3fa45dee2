"""Keeping calls to the outside world polite and bounded."""
