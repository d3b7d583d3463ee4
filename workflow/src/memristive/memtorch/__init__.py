"""MemTorch itself, carried out from the same Setting."""
