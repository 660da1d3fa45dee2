"""Turns: a message is answered by events that are numbered, stored and followed."""
