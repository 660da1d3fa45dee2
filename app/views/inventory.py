"""What the doors say about inventory."""
