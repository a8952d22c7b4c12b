"""The scorecard as one HTML file that needs no network and runs no script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from daywatch.scorecard import charts, story_chart
from daywatch.scorecard.results import Interval, Scorecard


@dataclass(frozen=True)
class Figure:
    """A chart under its heading, drawn for wide and for narrow screens."""

    title: str
    how: str
    wide: Markup
    narrow: Markup


_CHARTS: tuple[tuple[charts.Draw, str, str], ...] = (
    (
        story_chart.scenarios,
        "Which scenarios were found, and how soon",
        "One mark for each run. Dots: paged for, the darker the sooner after its first day. "
        "Cross: missed. Twins look like abuse and are not: a triangle woke somebody for nothing "
        "(where platforms are pooled, one mark for each platform).",
    ),
    (
        charts.pages,
        "Pages by week and cause",
        "Episodes by the week they opened in, the mean over platforms. Ordinary: nothing that was "
        "injected explains it. Ordinary and twin together should stay under the dashed line.",
    ),
    (
        charts.curves,
        "Precision against recall",
        "A team's production rows ranked by score, from the strictest threshold (left) to none.",
    ),
    (
        charts.detections,
        "Each detection",
        "Bars with bootstrap 95 % intervals. Precision: findings on abusers. Recall: of the "
        "entities of its types in the scenarios that it flags at all.",
    ),
    (
        charts.overlap,
        "Who flags the same",
        "Jaccard share of the entity-days that both flag, of those that either flags.",
    ),
)


def page(card: Scorecard) -> str:
    """The page; all text in it is escaped, its drawings are SVG elements."""
    figures = [found for chart in _CHARTS if (found := _figure(card, *chart))]
    missed = [one for one in card.scenarios if not one.benign and not one.found]
    template = _environment().get_template("scorecard.html.j2")
    return template.render(card=card, figures=figures, missed=missed)


def _figure(card: Scorecard, draw: charts.Draw, title: str, how: str) -> Figure | None:
    wide, narrow = draw(card, True), draw(card, False)
    if wide is None or narrow is None:
        return None
    return Figure(title, how, Markup(wide), Markup(narrow))  # noqa: S704  Vega escapes its text


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    found = Environment(loader=loader, autoescape=select_autoescape(["j2", "html"]))
    found.filters["interval"] = _interval
    return found


def _interval(figure: Interval | None) -> Markup:
    """`0.87`, and its interval small beside it."""
    if figure is None:
        return Markup("–")
    return Markup("{:.2f} <small>{:.2f}–{:.2f}</small>").format(
        figure.value, figure.low, figure.high
    )
