"""What the doors say about runs."""
