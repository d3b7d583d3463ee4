"""Pages that link to files of the repository outside of docs/, as they do where the repository is browsed.

Such a file becomes a download of the site, a folder stays as its name, and the README is the front page.
"""

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\.?/[^)#\s]+|[\w.-]+(?:/[\w.-]+)*)(#[^)\s]*)?\)")
CONFIGURATION = "reference/configuration"  # the page that config/README.md is


def rewritten(text: str, folder: Path, page: Path, docs: Path) -> str:
    """`text`, which stands in `folder`, with its links as they are seen from `page`."""

    def link(found: re.Match[str]) -> str:
        words, path, anchor = found[1], found[2], found[3] or ""
        target = (folder / path).resolve()
        if not target.exists():
            return found[0]  # Sphinx says so
        if target == docs.parent / "README.md":
            target = docs / "index.md"
        if target.is_dir():
            return f"{words} (`{target.relative_to(docs.parent)}`)"
        inside = target.is_relative_to(docs) and target.suffix in (".md", ".ipynb")
        seen = os.path.relpath(target, page.parent)
        return f"[{words}]({'' if inside else 'path:'}{seen}{anchor})"

    return LINK.sub(link, text)


def read(app: Sphinx, name: str, source: list[str]) -> None:
    """Rewrite the links of a page as it is read."""
    docs = Path(app.srcdir)
    page = docs / f"{name}.md"
    if name == CONFIGURATION:
        path = docs.parent / "config" / "README.md"
        source[0] = rewritten(path.read_text(encoding="utf-8"), path.parent, page, docs)
    elif page.is_file():
        source[0] = rewritten(source[0], page.parent, page, docs)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the rewriting."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True}
