"""Reports and tables for readers."""
