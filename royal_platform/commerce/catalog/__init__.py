"""Catalog: what is for sale, at which price, at which cost."""
