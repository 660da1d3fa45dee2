"""An order desk over HTTP, described wholly by its settings."""
