"""A proof's page in headless Chromium: every formula takes up room, fractions stand upright, nothing is logged."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adamtheory.cli import main

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine (Debian's package: chromium)")

# Put behind the page by this test; the page itself has no script.
MEASURE = """<script>
const formulas = [...document.querySelectorAll('math')], box = e => e.getBoundingClientRect();
const flat = formulas.filter(f => box(f).width < 4 || box(f).height < 6).length;
const fractions = [...document.querySelectorAll('mfrac')];
const lying = fractions.filter(f => box(f.children[0]).bottom > box(f.children[1]).top + 2).length;
const powers = [...document.querySelectorAll('msup')];
const raised = powers.filter(f => box(f.children[1]).top < box(f.children[0]).top + 4).length;
const counts = [formulas.length, 'flat', flat, 'fractions', fractions.length, 'lying', lying, 'raised', raised];
document.title = 'formulas ' + counts.join(' ');
if (!CSS.supports('display: block math')) console.error('this browser lays out no mathematics');
</script>"""


@pytest.mark.parametrize("name", ["amsgrad_regret_no_momentum", "ema_drift_bound", "average_regret_vanishes"])
def test_formulas_are_laid_out_and_nothing_is_logged(name: str, tmp_path: Path) -> None:
    page = tmp_path / "proof.html"
    assert main(["prove", name, "--html", str(page)]) == 0
    page.write_text(page.read_text().replace("</body>", MEASURE + "</body>"))
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert not re.search(r"CONSOLE", done.stderr), done.stderr[-2000:]
    found = re.search(r"<title>formulas (\d+) flat (\d+) fractions (\d+) lying (\d+) raised (\d+)</title>", done.stdout)
    assert found is not None, done.stdout[:500]
    formulas, flat, fractions, lying, raised = map(int, found.groups())
    assert formulas > 50 and fractions > 0 and raised > 0
    assert flat == lying == 0
