"""Data sets: fetching, checking, reading, folds."""
