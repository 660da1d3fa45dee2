"""Fills the sandbox with a merchant's real data: a transactions file or Shopify's own exports."""

from store_sandbox.load.replace import ShopFacts
from store_sandbox.load.report import Reject, Report
from store_sandbox.load.shopify_csv import load_shopify_csv
from store_sandbox.load.transactions import TransactionsOptions, load_transactions

__all__ = [
    "Reject",
    "Report",
    "ShopFacts",
    "TransactionsOptions",
    "load_shopify_csv",
    "load_transactions",
]
