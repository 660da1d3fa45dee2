"""What the doors say about connections."""
