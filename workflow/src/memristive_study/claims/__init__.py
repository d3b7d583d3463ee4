"""Claims of a paper, judged on results."""
