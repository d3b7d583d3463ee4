"""Populations of chips: the same network and setting on many of them, each with draws of its own."""
