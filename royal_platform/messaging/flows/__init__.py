"""The flows an installation starts with, as their authors read them."""
