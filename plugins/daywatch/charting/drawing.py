"""Altair's charts to SVG through vl-convert, and how their axes, legends and headings look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

INK = "#1f2430"
BLUE, VERMILION, ORANGE = "#0072B2", "#D55E00", "#E69F00"
"""Of the Okabe-Ito palette, which colour-blind people tell apart."""
FONT = "Arial, Liberation Sans, sans-serif"
VEGA_LITE = "6.4"


def chart_of(rows: Sequence[dict[str, Any]]) -> Any:
    """A chart whose data stand in it."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(rows)))


def draw(chart: Any) -> str:
    """The chart as an SVG element that may stand in a page with others."""
    import vl_convert

    spec = chart.configure(
        font=FONT, background="transparent", view={"stroke": "#d5d8dd"}
    ).configure_axis(labelColor=INK, titleColor=INK, gridColor="#e8eaee", labelFontSize=11)
    svg: str = vl_convert.vegalite_to_svg(spec.to_dict(), vl_version=VEGA_LITE)
    return apart(svg)


_COUNT = iter(range(10**9))


def apart(svg: str) -> str:
    """The same drawing with ids of its own: two drawings of a page must not share a clip path."""
    mark = f"c{next(_COUNT)}-"
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{mark}\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}\1)", svg)


def axis(**settings: Any) -> Any:
    """An axis without lines of its own."""
    import altair as alt

    plain: dict[str, Any] = {"domain": False, "ticks": False, "labelPadding": 6, "labelAngle": 0}
    return alt.Axis(**(plain | settings))


def halves() -> Any:
    """The axis of a share, readable on a phone."""
    return axis(values=[0, 0.5, 1], format=".1f")


def unit() -> Any:
    """A share's scale."""
    import altair as alt

    return alt.Scale(domain=[0, 1])


def scale(
    channel: Any, domain: list[str], values: list[str], wide: bool, field: str = "state"
) -> Any:
    """A colour or shape for each name of a field, explained once above the chart."""
    import altair as alt

    legend = alt.Legend(
        title=None, orient="top", columns=0 if wide else 2, symbolStrokeWidth=0.8, labelLimit=200
    )
    return channel(f"{field}:N", scale=alt.Scale(domain=domain, range=values), legend=legend)


def label() -> Any:
    """How the parts of a chart are headed."""
    import altair as alt

    return alt.Header(
        orient="top", labelAnchor="start", labelFontWeight="bold", labelFontSize=12, labelColor=INK
    )


def header(channel: Any, field: str) -> Any:
    """One part of the chart for each value of a field."""
    return channel(f"{field}:N", title=None, header=label())
