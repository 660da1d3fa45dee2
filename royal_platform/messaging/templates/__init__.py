"""Words of messages: one YAML file for each template and language, one layout for all."""
