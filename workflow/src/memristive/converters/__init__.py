"""Converters between arrays and the digital layer: one class a transfer curve, and what sets its range."""
