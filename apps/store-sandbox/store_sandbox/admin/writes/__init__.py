"""Mutations, one module per resource; each is one transaction over the state file."""
