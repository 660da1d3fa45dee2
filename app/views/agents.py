"""What the doors say about agents."""
