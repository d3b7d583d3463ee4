"""Networks as a study names them: architectures, weights, layers."""
