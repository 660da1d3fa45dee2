"""Ordering by hand: a purchase order as a document to send."""
