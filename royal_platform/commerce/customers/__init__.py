"""Customers: what is known of them, what they are expected to do, and the segments they form."""
