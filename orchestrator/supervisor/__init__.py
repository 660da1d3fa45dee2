"""Starts every service of one installation, keeps them alive, and leaves nothing behind."""
