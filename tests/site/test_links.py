"""The check of links (`make docs-links`): a page that is gone is an error, a host that was not reached is none."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".docs" / "bin" / "python"
CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(ROOT / "docs" / "extensions")!r})
extensions = ["reached_links"]
linkcheck_timeout = 5
linkcheck_retries = 1
"""


class Server(BaseHTTPRequestHandler):
    """Has one page."""

    def do_GET(self):
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def host():
    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(not PYTHON.exists(), reason="no .docs: make docs")
@pytest.mark.parametrize(("page", "status"), [("there", 0), ("gone", 1)])
def test_only_what_a_host_says_is_an_error(host, page, status, tmp_path):
    (tmp_path / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    links = f"`one <{host}/{page}>`__ `two <http://nowhere.invalid/page>`__"
    (tmp_path / "index.rst").write_text(f"Links\n=====\n\n{links}\n", encoding="utf-8")
    command = [PYTHON, "-m", "sphinx", "-q", "-b", "linkcheck", tmp_path, tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert "not reached from here, so neither right nor broken: nowhere.invalid (1)" in done.stdout
    assert ("/gone" in done.stderr) == (page == "gone")
