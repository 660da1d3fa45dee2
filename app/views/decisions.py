"""What the doors say about decisions."""
