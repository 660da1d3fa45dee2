"""Orders: what was sold and what came back."""
