"""Claims of a paper judged on a study: `evidence` and `quantities` find numbers, `criteria` and `judge` decide."""
