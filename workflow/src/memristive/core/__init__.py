"""Shared by every part of the simulator: settings, errors, files, seeds."""
