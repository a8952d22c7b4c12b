"""All kinds of messages on pages, to be looked at: python -m tests.alerts.gallery FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from samples import KEY
from team_samples import CHART, TEAM_MESSAGES
from test_alerts_render import MESSAGES

from daywatch.alerts.pages import message_page
from daywatch.charting import alert_chart


def main(folder: Path) -> None:
    """A page for each message, drawn as previews are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, message in {**MESSAGES, **TEAM_MESSAGES}.items():
        chart = alert_chart.svg(CHART.to_json()) if name == "details" else ""
        kept = {
            "message": message, "key": KEY, "ts": "1772512200.000000", "channel": "#ts-gallery",
            "replies": [], "edits": 0, "chart": chart,
        }  # fmt: skip
        (folder / f"{name}.html").write_text(message_page(kept, name), "utf-8")
    print(f"{len(MESSAGES) + len(TEAM_MESSAGES)} pages in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
