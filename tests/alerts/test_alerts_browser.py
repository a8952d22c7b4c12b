"""A rendered message in a real browser: it shows, and hostile text in a cell stays text."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.content import DAY, settings_in, signups

from daywatch.house import open_house
from daywatch.runner import run_day, select

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--dump-dom",
]
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_a_message_shows_and_its_cells_run_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, paging_horizon_days=3650)
    with open_house(settings) as house:
        source = house.catalog.sources["signups"]
        house.warehouse.load_arrow(source, signups({HOSTILE: 4}))
        assert run_day(house, select(house.catalog), DAY)[0].previews == 2
    [page] = [p for p in settings.previews_dir.glob("*.html") if p.name != "index.html"]
    profile = f"--user-data-dir={tmp_path / 'browser'}"
    shown = subprocess.run(
        [str(BROWSER), *FLAGS, profile, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "Sign-up burst" in shown and "What to do now" in shown
    assert "<title>taken" not in shown and "<img src" not in shown
    assert "&lt;img" in shown
