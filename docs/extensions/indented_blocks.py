"""Indented blocks of docstrings, equations and code, keep their lines: without `::` they would run into one."""

from typing import Any

from sphinx.application import Sphinx

BEFORE_NAPOLEON = 400  # whose sections are indented too, but follow their heading without an empty line


def mark(_app: Sphinx, _what: str, _name: str, _of: Any, _options: Any, lines: list[str]) -> None:
    """Put `::` before each indented block that follows unindented text and an empty line."""
    for number in range(len(lines) - 1, 0, -1):
        block = lines[number].startswith("    ") and not lines[number - 1].strip()
        text = next((line for line in reversed(lines[: number - 1]) if line.strip()), "")
        if block and text and not text.startswith(" "):
            lines[number:number] = ["::", ""]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the hook."""
    app.connect("autodoc-process-docstring", mark, priority=BEFORE_NAPOLEON)
    return {"parallel_read_safe": True}
