"""What the coordinator says on the wire: the source of OpenAPI and of the UI's types."""
