"""The picture in an alert's thread: sixty days of its indicator, what was expected, what broke it.

Drawn for a phone: one panel, large type, a white ground of its own, so that it reads the same in
Slack's dark mode. Breached days differ in shape as well as colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from daywatch.charting.drawing import BLUE, FONT, INK, ORANGE, VEGA_LITE, VERMILION, apart, axis

WIDTH, HEIGHT = 420, 190
SCALE = 2.0
"""Pixels of the PNG for each of the drawing's: sharp on a phone."""
STEPS = 3
"""Heights at which the marks' numbers stand."""
GREY, GROUND = "#6b7280", "#ffffff"
Rows = list[dict[str, Any]]


def png(chart: Mapping[str, Any]) -> bytes:
    """The picture of an alert's chart facts (ChartFacts.to_json), about 1000 pixels wide."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(spec(chart), vl_version=VEGA_LITE, scale=SCALE)
    return drawn


def svg(chart: Mapping[str, Any]) -> str:
    """The same as an SVG element, for a page."""
    import vl_convert

    return apart(vl_convert.vegalite_to_svg(spec(chart), vl_version=VEGA_LITE))


def spec(chart: Mapping[str, Any]) -> dict[str, Any]:
    """The Vega-Lite specification; text from data stands in data, never in an expression."""
    import altair as alt

    points = _points(chart)
    marks = _marks(chart)
    scale = alt.Scale(zero=chart.get("kind") == "count")
    unit = "%" if chart.get("kind") == "rate" else str(chart.get("unit") or "")
    layers = [*_expected(points, scale), *_rules(marks), *_line(points, unit, scale)]
    drawn = (
        alt.layer(*layers)
        .properties(width=WIDTH, height=HEIGHT, title=_title(chart, marks), padding=12)
        .configure(font=FONT, background=GROUND, view=alt.ViewConfig(stroke="#d5d8dd"))
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#e8eaee", labelFontSize=12)
        .configure_title(anchor="start", color=INK, fontSize=14, subtitleColor=GREY, offset=8)
    )
    found: dict[str, Any] = drawn.to_dict()
    return found


def _points(chart: Mapping[str, Any]) -> Rows:
    """A row a day, days without data too: a gap in the line is a day without data."""
    factor = 100.0 if chart.get("kind") == "rate" else 1.0
    return [
        {"day": day, "value": _times(value, factor), "low": _times(low, factor),
         "high": _times(high, factor), "breached": bool(breached)}
        for day, value, low, high, breached in chart.get("points", ())
    ]  # fmt: skip


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _marks(chart: Mapping[str, Any]) -> Rows:
    """What happened on the platform: numbered, since their texts would lie on each other."""
    days = [point[0] for point in chart.get("points", ())]
    inside = [m for m in chart.get("marks", ()) if days and days[0] <= m[0] <= days[-1]]
    return [
        {"day": day, "what": kind, "number": str(number), "label": label}
        for number, (day, kind, label) in enumerate(inside, 1)
    ]


def _title(chart: Mapping[str, Any], marks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Name and last value; below it a line for each numbered mark."""
    below = [f"{mark['number']}  {_short(mark['day'])}  {mark['label']}"[:76] for mark in marks]
    return {"text": str(chart.get("title", ""))[:70], "subtitle": below}


def _short(day: str) -> str:
    at = date.fromisoformat(day)
    return f"{at.day:02d}.{at.month:02d}."


def _days() -> Any:
    import altair as alt

    return alt.X("day:T", title=None, axis=axis(format="%-d %b", tickCount=5, grid=False))


def _expected(points: Rows, scale: Any) -> list[Any]:
    """The band between both limits, or the one limit there is."""
    import altair as alt

    def base(keep: str) -> Any:
        rows = [p for p in points if p["low"] is not None or p["high"] is not None]
        rows = [p for p in rows if keep == "any" or p[keep] is not None]
        return alt.Chart(alt.InlineData(values=rows)).encode(x=_days())

    banded = any(p["low"] is not None and p["high"] is not None for p in points)
    layers = []
    if banded:
        layers.append(base("any").mark_area(color=BLUE, opacity=0.13).encode(
            y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q"))  # fmt: skip
    for name in ("low", "high"):
        if any(p[name] is not None for p in points):
            line = base(name).mark_line(color=GREY, strokeDash=[5, 4], strokeWidth=1.2)
            layers.append(line.encode(y=alt.Y(f"{name}:Q", title=None, scale=scale)))
    return layers


def _rules(marks: Rows) -> list[Any]:
    """Policy changes and incidents as numbered upright lines."""
    import altair as alt

    if not marks:
        return []
    colours = alt.Scale(domain=["policy change", "incident"], range=[GREY, ORANGE])
    colour = alt.Color("what:N", scale=colours, legend=None)
    base = alt.Chart(alt.InlineData(values=marks)).encode(x=_days(), color=colour)
    layers = [base.mark_rule(strokeWidth=1.5, strokeDash=[2, 2])]
    for step in range(min(STEPS, len(marks))):  # neighbours stand at other heights
        those = alt.Chart(alt.InlineData(values=marks[step::STEPS])).encode(x=_days(), color=colour)
        number = those.mark_text(
            baseline="bottom", dy=-2 - 12 * step, fontSize=12, fontWeight="bold"
        )
        layers.append(number.encode(y=alt.value(0), text="number:N"))
    return layers


def _line(points: Rows, unit: str, scale: Any) -> list[Any]:
    """The indicator itself; a breached day is a red diamond, the others have no dot."""
    import altair as alt

    chart = alt.Chart(alt.InlineData(values=points)).encode(
        x=_days(), y=alt.Y("value:Q", title=unit or None, axis=axis(tickCount=5), scale=scale)
    )
    alone = alt.Chart(alt.InlineData(values=[p for p in points if p["breached"]])).encode(
        x=_days(), y=alt.Y("value:Q", scale=scale)
    )
    line = chart.mark_line(color=BLUE, strokeWidth=2, point={"color": BLUE, "size": 10})
    diamonds = alone.mark_point(
        shape="diamond", filled=True, size=110, color=VERMILION, stroke=INK, strokeWidth=0.8,
        opacity=1,
    )  # fmt: skip
    return [line, diamonds]
