"""Results as files: records, tables, statistics, provenance."""
