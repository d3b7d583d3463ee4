"""Converters between the analogue array and the digital layer."""
