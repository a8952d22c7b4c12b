"""Imported by every Airflow process at its start; only those that fork workers do more here.

Great Expectations costs over two seconds of CPU to import. The scheduler (local executor) and a
Celery worker fork each task from themselves, so importing it once there makes it free in tasks.
"""

import sys


def _forks_tasks(arguments: list[str]) -> bool:
    return arguments[1:2] == ["scheduler"] or arguments[1:3] == ["celery", "worker"]


if _forks_tasks(sys.argv):
    import daywatch.preload  # noqa: F401
