"""What the doors say about products."""
