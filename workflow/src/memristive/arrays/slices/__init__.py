"""Weights as whole numbers whose digits lie on slices of cells, and the product that reads them."""
