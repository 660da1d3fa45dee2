"""Conversation with a model: what it is told, what it may use, what it may take."""
