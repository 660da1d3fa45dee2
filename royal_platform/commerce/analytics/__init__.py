"""What the store's history says: the star schema, the metrics on it, and how they are read."""
