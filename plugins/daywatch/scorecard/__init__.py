"""Detections held against ground truth: what they found, how soon, and whom they woke for nothing.

A pure core (model, matching, scenarios, detections, teams, score) between two thin edges: reading
the stores, and drawing tables and a page. No entity's id leaves it, whosever team's it is.
"""

from daywatch.scorecard.model import History, Page, Platform, Truth, Watch
from daywatch.scorecard.results import Scorecard
from daywatch.scorecard.score import score

__all__ = ["History", "Page", "Platform", "Scorecard", "Truth", "Watch", "score"]
