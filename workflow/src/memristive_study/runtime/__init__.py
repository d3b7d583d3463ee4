"""Plumbing: processes, locks, schedulers, estimates."""
