"""What is suspicious about orders, and about who uses the installation."""
