"""What the coordinator says on the wire: one pydantic model per answer, the source of OpenAPI and of the UI types."""
