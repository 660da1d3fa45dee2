"""Marketing flows: who enters, when which message is due, and what the flow changes."""
