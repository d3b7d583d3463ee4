"""Tiles with the resistances of their wires: the circuit, its equations as they stand, and the sweep that solves it."""
