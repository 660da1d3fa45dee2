"""Suppliers' wires: catalogues as files and addresses, and order desks over HTTP."""
