"""One Airflow DAG for each detection under sql/: [ready >>] build >> validate >> alert.

A running task parses this file again and names its DAG: then only that detection's files are read.
"""

from __future__ import annotations

from airflow.sdk import get_parsing_context

from daywatch.orchestration import detection_dags

globals().update(detection_dags(only=get_parsing_context().dag_id))
