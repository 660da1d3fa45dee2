"""Language: what may be said by a model, and what it may be shown."""
