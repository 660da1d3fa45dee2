"""Mail: words from templates, and the carriers that take them out."""
