"""The charts of teams and detections: Altair says them, vl-convert draws them as SVG, offline.

Every chart is drawn twice, wide and for a phone, because text in a scaled picture cannot be read.
Colours are of the Okabe-Ito palette.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from daywatch.charting.drawing import (
    BLUE,
    FONT,
    INK,
    ORANGE,
    VERMILION,
    axis,
    chart_of,
    draw,
    halves,
    header,
    label,
    scale,
    unit,
)
from daywatch.scorecard.results import (
    DetectionResult,
    Interval,
    Overlap,
    Scorecard,
    TeamResult,
)

_CAUSES = {"ordinary": VERMILION, "twin": ORANGE, "abuse": BLUE}
LEAST_OVERLAP = 0.02
MOST_OVERLAPPING = 24

Draw = Callable[[Scorecard, bool], "str | None"]
Rows = list[dict[str, Any]]


# --- teams ----------------------------------------------------------------------------------------


def curves(card: Scorecard, wide: bool) -> str | None:
    """Precision against recall of each team's rows, ranked by score."""
    import altair as alt

    rows = [
        {"team": _with_auc(team, wide), "recall": recall, "precision": precision, "at": at}
        for team in card.teams
        for at, (recall, precision) in enumerate(_stepped(team.curve))
    ]
    if not rows:
        return None
    chart = (
        chart_of(rows)
        .mark_line(color=BLUE, strokeWidth=2)
        .encode(
            x=alt.X("recall:Q", scale=unit(), axis=halves()),
            y=alt.Y("precision:Q", scale=unit(), axis=halves()),
            order="at:Q",
        )
        .properties(width=250 if wide else 110, height=190 if wide else 110)
    )
    return draw(chart.facet(facet=header(alt.Facet, "team"), columns=3 if wide else 2))


def _stepped(curve: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    """From recall 0 on: the strictest threshold's precision holds before it."""
    return [(0.0, curve[0][1]), *curve] if curve else []


def _with_auc(team: TeamResult, wide: bool) -> str:
    if team.pr_auc is None:
        return team.team
    return f"{team.team}: {'area ' if wide else ''}{team.pr_auc.value:.2f}"


def pages(card: Scorecard, wide: bool) -> str | None:
    """Pages of each week and team by cause, the mean over platforms, and the aim of one."""
    import altair as alt

    rows = [row for team in card.teams for row in _page_rows(team)]
    if not rows:
        return None
    base = chart_of(rows)
    causes = list(_CAUSES)
    bars = base.mark_bar().encode(
        x=alt.X("week:O", title="week", axis=axis(labelAngle=0, labelOverlap=True)),
        y=alt.Y("pages:Q", title="pages", axis=axis(tickCount=3, format="~s")),
        color=scale(alt.Color, causes, [_CAUSES[one] for one in causes], wide, "cause"),
        order=alt.Order("place:Q"),
    )
    aim = base.mark_rule(strokeDash=[4, 3], color=INK).encode(y=alt.datum(1))
    layered = alt.layer(bars, aim).properties(
        width=250 if wide else 115, height=120 if wide else 100
    )
    return draw(layered.facet(facet=header(alt.Facet, "team"), columns=3 if wide else 2))


def _page_rows(team: TeamResult) -> Rows:
    platforms = len({week.platform for week in team.weeks})
    totals: dict[tuple[int, str], float] = {}
    for week in team.weeks:
        counts = (week.pages.ordinary, week.pages.twin, week.pages.true)
        for cause, count in zip(_CAUSES, counts, strict=True):
            key = (week.number, cause)
            totals[key] = totals.get(key, 0) + count / platforms
    return [
        {"team": team.team, "week": week, "cause": cause, "pages": mean, "place": place}
        for (week, cause), mean in totals.items()
        for place in (list(_CAUSES).index(cause),)
    ]


# --- detections -----------------------------------------------------------------------------------


def detections(card: Scorecard, wide: bool) -> str | None:
    """Precision, recall and area under the curve of each detection, with their intervals."""
    import altair as alt

    rows = [row for one in card.detections for row in _detection_rows(one, wide)]
    if not rows:
        return None
    order = list(dict.fromkeys(row["detection"] for row in rows))
    base = chart_of(rows).encode(
        y=alt.Y("detection:N", sort=order, title=None, axis=axis(labelLimit=260))
    )
    status = ["production", "experimental"]
    bars = base.mark_bar(height=9).encode(
        x=alt.X("value:Q", title=None, scale=unit(), axis=halves()),
        color=scale(alt.Color, status, ["#7fb8da", "#d5d8dd"], wide, "status"),
    )
    spread = base.mark_rule(color=INK).encode(x="low:Q", x2="high:Q")
    exact = base.mark_tick(color=INK, thickness=2, size=9).encode(x="value:Q")
    layered = alt.layer(bars, spread, exact).properties(
        width=200 if wide else 150, height=alt.Step(18)
    )
    measures = alt.Facet("measure:N", sort=list(_MEASURES), title=None, header=label())
    return draw(layered.facet(facet=measures, columns=3 if wide else 1))


_MEASURES: dict[str, Callable[[DetectionResult], Interval | None]] = {
    "precision": lambda one: one.precision,
    "recall, where it flags at all": lambda one: one.recall,
    "area under PR curve": lambda one: one.pr_auc,
}


def _detection_rows(one: DetectionResult, wide: bool) -> Rows:
    found = {name: measure(one) for name, measure in _MEASURES.items()}
    return [
        {
            "detection": one.detection if wide else _table(one.detection),
            "status": "production" if one.production else "experimental",
            "measure": name,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
        }
        for name, figure in found.items()
        if figure is not None
    ]


def overlap(card: Scorecard, wide: bool) -> str | None:
    """How far pairs of detections flag the same entities on the same days."""
    import altair as alt

    pairs = [pair for pair in card.overlaps if pair.jaccard >= LEAST_OVERLAP]
    names = sorted({name for pair in pairs[:60] for name in (pair.one, pair.other)})
    rows = _overlap_rows(pairs, names[:MOST_OVERLAPPING])
    if not rows:
        return None
    step = 30 if wide else max(16, min(28, 200 // len(names)))
    base = chart_of(rows).encode(
        x=alt.X("one:N", title=None, axis=axis(labelAngle=-60, labelLimit=160)),
        y=alt.Y("other:N", title=None, axis=axis(labelLimit=160)),
    )
    cells = base.mark_rect(stroke="white").encode(
        color=alt.Color(
            "jaccard:Q",
            scale=alt.Scale(domain=[0, 1], range=["#f2f5f8", "#08306b"]),
            legend=alt.Legend(title="Jaccard", orient="top", gradientLength=140, format=".1f"),
        )
    )
    words = base.mark_text(fontSize=9, font=FONT).encode(
        text=alt.Text("jaccard:Q", format=".2f"),
        color=alt.condition("datum.jaccard > 0.45", alt.value("white"), alt.value(INK)),
    )
    layers = (cells, words) if step >= 26 else (cells,)
    return draw(alt.layer(*layers).properties(width=alt.Step(step), height=alt.Step(step)))


def _overlap_rows(pairs: Iterable[Overlap], names: Sequence[str]) -> Rows:
    return [
        {"one": _table(one), "other": _table(other), "jaccard": pair.jaccard}
        for pair in pairs
        if pair.one in names and pair.other in names
        for one, other in ((pair.one, pair.other), (pair.other, pair.one))
    ]


def _table(detection: str) -> str:
    return detection.rpartition(".")[2]
