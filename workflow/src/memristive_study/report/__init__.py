"""Reports and tables for readers."""

from pathlib import Path

TEMPLATE = Path(__file__).parent / "template"  # of nbconvert, for the page
