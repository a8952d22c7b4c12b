"""The chart in an alert's thread: what is drawn, and that text from data stays text."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from daywatch.alerts.facts import ChartFacts, ChartMark, ChartPoint
from daywatch.charting import alert_chart

DAY = date(2026, 3, 2)
HOSTILE = "datum.x'); alert(1) <script>&\u202e\x00 ]]> \ud800"


def facts(**changes: Any) -> dict[str, Any]:
    """Sixty days with a gap, a band from the tenth day on, the last two breached."""
    days = [DAY - timedelta(days=59 - n) for n in range(60)]
    points = tuple(
        ChartPoint(
            day,
            None if n == 20 else 18.0 + n % 5 + (40 if n > 57 else 0),
            9.0 if n > 10 else None,
            30.0,
            n > 57,
        )
        for n, day in enumerate(days)
    )
    marks = (
        ChartMark(days[18], "policy change", "threshold"),
        ChartMark(days[39], "incident", "I"),
    )
    given: dict[str, Any] = {"title": "Bursts", "kind": "count", "unit": "networks"}
    return ChartFacts(**(given | {"points": points, "marks": marks} | changes)).to_json()


def layers(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers, each with its rows under `rows`: Altair keeps data apart and names them."""
    spec = alert_chart.spec(chart)
    return [one | {"rows": spec["datasets"][one["data"]["name"]]} for one in spec["layer"]]


def test_a_png_of_about_a_phones_width_times_two() -> None:
    png = alert_chart.png(facts())
    assert png.startswith(b"\x89PNG")
    width = int.from_bytes(png[16:20], "big")
    assert 800 <= width <= 1100 and len(png) < 400_000


def test_breaches_are_diamonds_days_without_data_are_gaps_and_marks_are_numbered() -> None:
    chart = facts()
    drawn = layers(chart)
    [diamonds] = [one for one in drawn if one["mark"].get("shape") == "diamond"]
    assert len(diamonds["rows"]) == 2
    [line] = [one for one in drawn if one["mark"].get("point")]
    assert [row["day"] for row in line["rows"] if row["value"] is None] == ["2026-01-22"]
    assert any(one["mark"]["type"] == "area" for one in drawn), "the band of both limits"
    title = alert_chart.spec(chart)["title"]
    assert [text[:1] for text in title["subtitle"]] == ["1", "2"]
    assert "threshold" in title["subtitle"][0]


def test_a_rate_is_drawn_in_percent() -> None:
    points = (ChartPoint(DAY, 0.25, None, 0.1, True),)
    [line] = [one for one in layers(facts(kind="rate", points=points)) if one["mark"].get("point")]
    assert line["rows"][0]["value"] == 25.0


def test_text_from_data_is_drawn_as_text() -> None:
    chart = facts(title=HOSTILE, unit="<b>", marks=(ChartMark(DAY, "incident", HOSTILE),))
    svg = alert_chart.svg(json.loads(json.dumps(chart)))
    assert "<script" not in svg and "\x00" not in svg
    assert "&lt;script&gt;" in svg
    assert not re.search(r"<b>", svg)


def test_one_day_or_none_can_be_drawn() -> None:
    for points in ((), (ChartPoint(DAY, None),), (ChartPoint(DAY, 1.0),)):
        assert "<svg" in alert_chart.svg(facts(points=points, marks=()))
