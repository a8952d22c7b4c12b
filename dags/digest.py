"""One Airflow DAG for each team: its digest of the day before, each morning where the team is."""

from __future__ import annotations

from airflow.sdk import get_parsing_context

from daywatch.orchestration import digest_dags

globals().update(digest_dags(only=get_parsing_context().dag_id))
