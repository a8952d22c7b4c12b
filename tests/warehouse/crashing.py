"""One day, staged and published by a process that a test kills: python crashing.py SETTINGS."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from warehouse_house import BURST, DAY, LOGINS, job, logins

from daywatch.settings import Settings
from daywatch.state import open_state
from daywatch.warehouse import open_warehouse


def main() -> None:
    """`load`, `day RUN` or `rounds N`: what to do after the settings as JSON."""
    settings = Settings.model_validate_json(sys.argv[1])
    warehouse = open_warehouse(settings, open_state(settings))
    if sys.argv[2] == "load":
        warehouse.load_arrow(LOGINS, logins(int(sys.argv[3])))
    elif sys.argv[2] == "day":
        run_id = sys.argv[3]
        warehouse.drop_stale_staging(BURST.table, DAY, keep_run=run_id)
        staging = warehouse.stage(job(run_id=run_id))
        sys.stdout.write(json.dumps(asdict(staging)))
        sys.stdout.flush()
        warehouse.publish(staging)
    else:
        for number in range(int(sys.argv[3])):
            warehouse.publish(warehouse.stage(job(run_id=f"{sys.argv[4]}-{number}")))
    warehouse.close()


if __name__ == "__main__":
    main()
