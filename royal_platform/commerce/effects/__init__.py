"""What executed decisions really did, how well that was foreseen, and what it earns an agent."""
