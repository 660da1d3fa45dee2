"""Decisions: what an agent wants to change, and the policy kernel that judges it."""
