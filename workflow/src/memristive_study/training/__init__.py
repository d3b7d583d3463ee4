"""Training of the digital networks."""
