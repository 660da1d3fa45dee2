"""Printful, by its published API (developers.printful.com): print on demand."""
