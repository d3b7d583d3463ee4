"""A page as a browser shows it, headless Chromium."""

import json
import shutil
import subprocess
from html import unescape
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --enable-logging=stderr --v=0 --virtual-time-budget=5000 "
    "--window-size=1300,900"
)
# With every folded part open: images that are broken, parts that are cut off, those of them that do not say so.
PROBE = """<script>addEventListener('load', () => {
  document.querySelectorAll('details').forEach(part => part.open = true);
  const images = [...document.images], parts = [...document.querySelectorAll('.scroll')];
  const cut = parts.filter(part => part.scrollWidth > part.clientWidth + 1);
  const hint = part => getComputedStyle(part, '::before').content.includes('scroll');
  parent.postMessage({found: JSON.stringify({
    broken: images.filter(image => !image.complete || !image.naturalWidth).length,
    wide: document.documentElement.scrollWidth > innerWidth, width: innerWidth,
    requests: performance.getEntriesByType('resource').filter(each => !each.name.startsWith('data:')).length,
    cut: cut.map(part => part.ariaLabel), unsaid: cut.filter(part => !hint(part)).map(part => part.ariaLabel)
  })}, '*'); });</script>"""


def check(page: Path, width: int, folder: Path) -> None:
    """Assert that a page is whole at that width (px): on a screen all of it, on a telephone with hints to scroll.

    It is shown in a frame, for no window of Chromium's is as narrow as a telephone. `folder` is for temporary files.
    """
    probe, frame = folder / "probe.html", folder / "frame.html"
    probe.write_text(page.read_text(encoding="utf-8").replace("</head>", PROBE + "</head>"), encoding="utf-8")
    frame.write_text(
        "<script>addEventListener('message', event => document.body.dataset.found = event.data.found);</script>"
        f'<body><iframe src="probe.html" width="{width}" height="900" style="border:0"></iframe></body>'
    )
    command = [CHROMIUM, *OPTIONS.split(), f"--user-data-dir={folder / 'profile'}", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(unescape(done.stdout.split('data-found="')[1].split('"')[0]))
    cut, unsaid = found.pop("cut"), found.pop("unsaid")
    assert found == {"broken": 0, "wide": False, "width": width, "requests": 0}
    if width >= 1280:
        assert cut == []
    else:
        assert cut
        assert unsaid == []
    assert "CONSOLE" not in done.stderr
