"""What the doors say about events."""
