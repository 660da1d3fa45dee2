"""Who is calling and what they may do."""

from core.security.principals import PERMISSIONS, ROLES, Principal

__all__ = ["PERMISSIONS", "ROLES", "Principal"]
