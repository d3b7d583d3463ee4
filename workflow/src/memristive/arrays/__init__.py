"""Crossbar arrays: how weights become conductances and voltages become currents."""
