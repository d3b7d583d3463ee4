"""One folder a paper: its numbers, claims and explanations."""
