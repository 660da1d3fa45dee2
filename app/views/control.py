"""What the doors say about control."""
