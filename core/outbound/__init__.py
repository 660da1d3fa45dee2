"""Fetching from addresses that people enter: private ones are refused, and nothing is endless."""
