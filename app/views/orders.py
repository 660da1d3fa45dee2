"""What the doors say about orders."""
