"""What the doors say about session."""
