"""The chart of scenarios: a mark for every run, found sooner or later, or missed.

Colour never stands alone: what was missed, and twins that paged, have shapes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from daywatch.charting.drawing import INK, ORANGE, VERMILION, axis, chart_of, draw, header, scale
from daywatch.scorecard.results import ScenarioResult, Scorecard

_CROSS = (
    "M-.8,-.55L-.55,-.8L0,-.25L.55,-.8L.8,-.55L.25,0L.8,.55L.55,.8L0,.25L-.55,.8L-.8,.55L-.25,0Z"
)
_STATES = {
    "same day": ("#08306b", "circle"),
    "next day": ("#2b7bba", "circle"),
    "2 or 3 days": ("#7fb8da", "circle"),
    "later": ("#c6dbef", "circle"),
    "missed": (VERMILION, _CROSS),
    "twin, no page": ("#d5d8dd", "circle"),
    "twin, paged": (ORANGE, "triangle-up"),
}
"""How a run of a scenario ended: its colour and shape."""
_STRENGTHS = ("easy", "medium", "stealth", "twin")
Rows = list[dict[str, Any]]


def scenarios(card: Scorecard, wide: bool) -> str | None:
    """A mark for every run: how soon it was found, or missed; twins that paged or did not."""
    import altair as alt

    rows = _scenario_rows(card.scenarios)
    if not rows:
        return None
    states, side = list(_STATES), max(1.5, *(row["slot"] + 0.5 for row in rows))
    chart = (
        chart_of(rows)
        .mark_point(
            filled=True, size=120 if wide else 42 if side > 1.5 else 70, opacity=1, strokeWidth=0.8
        )
        .encode(
            x=alt.X("strength:N", sort=list(_STRENGTHS), title=None, axis=axis(orient="top")),
            xOffset=alt.XOffset("slot:Q", scale=alt.Scale(domain=[-side, side])),
            y=alt.Y("scenario:N", title=None, axis=axis(labelLimit=200 if wide else 120)),
            color=scale(alt.Color, states, [_STATES[one][0] for one in states], wide),
            stroke=scale(alt.Stroke, states, [_edge(one) for one in states], wide),
            shape=scale(alt.Shape, states, [_STATES[one][1] for one in states], wide),
        )
        .properties(width=640 if wide else 200, height=alt.Step(22 if wide else 20))
    )
    faceted = chart.facet(row=header(alt.Row, "team")).resolve_scale(y="independent")
    return draw(faceted)


def _edge(state: str) -> str:
    """Dots have a dark rim, for the pale ones to be seen; a cross is all colour."""
    return VERMILION if state == "missed" else INK


def _scenario_rows(found: Sequence[ScenarioResult]) -> Rows:
    """A row for each mark; those of one scenario and strength stand side by side about a middle."""
    cells: dict[tuple[str, str, str], list[str]] = {}
    for one in _marked(found):
        strength = "twin" if one.benign else one.strength
        cells.setdefault((one.team, one.scenario, strength), []).append(_state(one))
    return [
        {
            "team": team,
            "scenario": scenario,
            "strength": strength,
            "slot": place - (len(states) - 1) / 2,
            "state": state,
        }
        for (team, scenario, strength), states in cells.items()
        for place, state in enumerate(states)
    ]


def _marked(found: Sequence[ScenarioResult]) -> Iterable[ScenarioResult]:
    """Every run; of pooled platforms' twins one for each platform, that one which paged if any."""
    if len({one.platform for one in found}) == 1:
        return found
    marks: dict[tuple[str, str], ScenarioResult] = {}
    for one in found:
        key = (one.platform, one.scenario if one.benign else one.id)
        if key not in marks or one.found:
            marks[key] = one
    return marks.values()


def _state(one: ScenarioResult) -> str:
    if one.benign:
        return "twin, paged" if one.found else "twin, no page"
    if one.delay_days is None:
        return "missed"
    later = "2 or 3 days" if one.delay_days <= 3 else "later"
    return ("same day", "next day")[one.delay_days] if one.delay_days <= 1 else later
