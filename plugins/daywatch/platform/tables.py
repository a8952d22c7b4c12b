"""The platform's tables, in the order in which they are made: later ones read earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Table:
    """One raw table. `kept` tables stay in memory for the tables after them."""

    name: str
    key: str
    dated: bool = True
    kept: bool = False

    @property
    def sql(self) -> str:
        """Its SELECT: for one day (the variable `day`), or whole for a dimension."""
        return read_sql(self.name)


@cache
def read_sql(name: str) -> str:
    """A SQL file of the platform."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


DIMENSIONS = (
    Table("dim_market", "market", dated=False),
    Table("staff", "staff_id", dated=False, kept=True),
    Table("advertisers", "advertiser_id", dated=False, kept=True),
    Table("ads", "ad_id", dated=False, kept=True),
    Table("accounts", "account_id", dated=False),
    Table("videos", "video_id", dated=False),
    Table("incidents", "incident_id", dated=False),
)

EVENTS = (
    Table("logins", "event_id"),
    Table("video_views_daily", "video_id", kept=True),
    Table("view_sample", "sample_id"),
    Table("engagements", "event_id"),
    Table("comments", "comment_id"),
    Table("reports", "report_id"),
    Table("automod_decisions", "decision_id", kept=True),
    Table("staff_shifts", "staff_id", kept=True),
    Table("review_tasks", "review_id", kept=True),
    Table("qa_reviews", "qa_id"),
    Table("calibration_labels", "session_id"),
    Table("staff_access_log", "event_id"),
    Table("privilege_grants", "grant_id"),
    Table("enforcement_actions", "action_id", kept=True),
    Table("appeals", "appeal_id"),
    Table("landing_page_scans", "scan_id"),
    Table("ad_delivery_daily", "ad_id", kept=True),
    Table("ad_clicks", "event_id"),
    Table("payments", "payment_id"),
    Table("policy_changes", "change_id"),
)

TRUTH = (
    Table("truth_scenarios", "scenario_id", dated=False),
    Table("truth_entities", "entity_id", dated=False),
    Table("truth_events", "event_id", dated=False),
    Table("truth_metric_shifts", "scenario_id", dated=False),
)
