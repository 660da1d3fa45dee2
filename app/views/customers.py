"""What the doors say about customers."""
