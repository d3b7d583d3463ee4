"""Every page of the built site (`make docs`) as a browser shows it, on a screen and on a telephone."""

import json
import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from browser import CHROMIUM, OPTIONS

SITE = Path(__file__).parents[2] / "build" / "docs"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_modules" not in path.parts)
LOOK = """<body><script>
const pages = PAGES, width = WIDTH, found = {};
const TITLED = '.sphx-glr-thumbcontainer[tooltip]';  // a picture beside the words that it would repeat
const frame = document.createElement('iframe');
frame.width = width; frame.height = 900; frame.style.border = 0;
document.body.append(frame);
let number = 0;
frame.onload = () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const images = [...page.images];
  found[pages[number]] = {
    broken: images.filter(image => !image.complete || !image.naturalWidth).map(image => image.getAttribute('src')),
    unsaid: images.filter(image => !image.alt && !image.closest(TITLED)).map(image => image.getAttribute('src')),
    wider: page.documentElement.scrollWidth > width,
    elsewhere: view.performance.getEntriesByType('resource').map(each => each.name).filter(name => /^http/.test(name))
  };
  number += 1;
  if (number < pages.length) frame.src = pages[number]; else document.body.dataset.found = JSON.stringify(found);
};
frame.src = pages[0];
</script></body>"""


@pytest.mark.skipif(not PAGES, reason="no build/docs: make docs")
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium")
@pytest.mark.parametrize("width", [1300, 390])
def test_every_page_is_whole(width, tmp_path):
    """No picture is broken or without words, nothing is wider than the screen, nothing comes from another host."""
    look = SITE / f"look-{width}.html"
    look.write_text(LOOK.replace("PAGES", json.dumps(PAGES)).replace("WIDTH", str(width)), encoding="utf-8")
    options = OPTIONS.replace("--virtual-time-budget=5000", "--virtual-time-budget=120000")
    command = [CHROMIUM, *options.split(), "--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}"]
    try:
        done = subprocess.run(
            [*command, "--dump-dom", look.as_uri()], capture_output=True, text=True, timeout=1500, check=True
        )
    finally:
        look.unlink()
    found = json.loads(unescape(done.stdout.split('data-found="')[1].split('"')[0]))
    assert found.keys() == set(PAGES)
    whole = {"broken": [], "unsaid": [], "wider": False, "elsewhere": []}
    wrong = {page: seen for page, seen in found.items() if seen != whole}
    assert not wrong, json.dumps(wrong, indent=1)


@pytest.mark.skipif(not PAGES, reason="no build/docs: make docs")
def test_equations_of_docstrings_keep_their_lines():
    blocks = re.findall(r"<pre>(.*?)</pre>", (SITE / "reference" / "devices.html").read_text("utf-8"), re.DOTALL)
    shown = [unescape(re.sub("<[^>]+>", "", block)).splitlines() for block in blocks]
    assert [line for lines in shown for line in lines if line.startswith("dx/dt = 0  ")]
    assert all(line.count("dx/dt") <= 1 for lines in shown for line in lines)
