"""What the doors say about policies."""
