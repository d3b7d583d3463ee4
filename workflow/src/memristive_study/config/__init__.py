"""The configuration: schema, checks, reference."""
