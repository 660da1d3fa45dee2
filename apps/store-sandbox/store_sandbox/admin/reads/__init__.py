"""Resolvers that read, one module per resource; each exports `RESOLVERS` and `NODES`."""
