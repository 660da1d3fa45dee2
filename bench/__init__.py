"""Measurements of the running product; every table says what was measured and against what."""
