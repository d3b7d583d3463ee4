"""The check of links to other sites, `make docs-links`, on machines that reach some of them or none.

A host that was not reached says nothing about a link, so that such links are counted by host and are no failure. An
answer that the page is not there is one.
"""

import re
from collections import Counter
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.builders.linkcheck import CheckExternalLinksBuilder

# What urllib3 says where no connection came about; answers of a server read "404 Client Error: ...".
NO_CONNECTION = re.compile(r"Max retries exceeded|Connection aborted|Failed to resolve|Connection refused")


class Links(CheckExternalLinksBuilder):
    """Sphinx's own check, with a status for links whose host was not reached."""

    def init(self) -> None:
        super().init()
        self.not_reached: Counter[str] = Counter()

    def process_result(self, result) -> None:
        """Count a link whose host was not reached; else as Sphinx does."""
        if result.status == "timeout" or (result.status == "broken" and NO_CONNECTION.search(result.message)):
            self.not_reached[urlsplit(result.uri).hostname] += 1
            self.write_entry("not reached", result.docname, f"{result.docname}", result.lineno, result.uri)
        else:
            super().process_result(result)

    def finish(self) -> None:
        """Check all links, and say in one line which hosts were not reached."""
        super().finish()
        if self.not_reached:
            hosts = ", ".join(f"{host} ({count})" for host, count in sorted(self.not_reached.items()))
            print(f"links: not reached from here, so neither right nor broken: {hosts}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Put it in the place of Sphinx's builder `linkcheck`."""
    app.add_builder(Links, override=True)
    return {"parallel_read_safe": True}
