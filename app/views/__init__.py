"""Views: one function per route, from stored rows and use cases to the shapes on the wire."""
