"""Catalogues as CSV, JSON or XML, by address or file, read with a saved column map."""
