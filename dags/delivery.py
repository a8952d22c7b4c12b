"""The Airflow DAG daywatch.delivery: each minute, send what waits and tell what never happened."""

from __future__ import annotations

from daywatch.orchestration import delivery_dag

dag = delivery_dag()
