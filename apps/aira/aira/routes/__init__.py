"""AIRA's routes, each with its permission."""
