"""What the doors say about figures."""
