"""Messages to customers: what they are, when they may be sent, what carries them."""
