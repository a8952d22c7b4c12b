"""A small catalogue in a folder of its own, to break one file of at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from daywatch.catalog import load_catalog
from daywatch.catalog.lint import Finding, lint
from daywatch.catalog.model import BrokenFile, Catalog
from daywatch.settings import Settings

SOURCES = """\
sources:
  logins:
    day: ds
    arrival: ingest_ts
    primary_key: [event_id]
    freshness: 2h
    columns:
      event_id: bigint
      ds: date
      account_id: bigint
      country: text
      seconds: double
      success: boolean
      ingest_ts: timestamp
  accounts:
    primary_key: [account_id]
    columns:
      account_id: bigint
      market: text
      status: {type: text, known_since: status_ts}
      status_ts: timestamp
  truth_events:
    columns: {event_id: bigint}
"""
TAXONOMY = """\
policies: {scams_and_fraud: Scams and fraud}
techniques: {T1078: Valid Accounts}
"""
TEAM = """\
title: Abuse
channels: {alerts: "#a", data: "#d", digest: "#g"}
owners:
  abuse_oncall: {slack: S01}
"""
SUITE = """\
expectations:
  - {type: expect_table_row_count_to_be_between, kwargs: {min_value: 0, max_value: 1000}}
"""
CASES = """\
cases:
  - {name: fires, day: 2026-03-02, expect: {breaches: [busy]}}
  - {name: silent, day: 2026-03-02, expect: {rows: [], breaches: []}}
"""
HEADER = """\
title: Log-in storm
description: Many log-ins from one country.
owner: abuse_oncall
status: production
severity: low
policy: scams_and_fraud
techniques: [T1078]
grain: [country]
columns: {country: text, logins: bigint}
parameters: {min_logins: 3}
entities:
  - {type: country, column: country, score: logins}
indicators:
  busy:
    value: count(*)
    filter: logins >= :min_logins
    breach: {above: 0}
alert: {evidence: [country, logins], order_by: logins desc}
runbook: |
  1. Open the first rows below and compare them with the week before.
  2. A holiday or a campaign is benign: then the accounts are old and log in once.
  3. Else lock the accounts of that country that log in from one network.
blind_spots: [storms from many countries]
"""
SELECT = """\
select country, count(*) as logins
from logins
where ds = :day
group by country
"""


def sql_file(header: str = HEADER, select: str = SELECT) -> str:
    """A detection's file of this header and SELECT."""
    comments = "".join(f"-- {row}\n" if row else "--\n" for row in header.splitlines())
    return f"-- ---\n{comments}-- ---\n{select}"


@dataclass
class Home:
    """A home folder with sources, taxonomy and team `abuse`."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder, data_dir=self.folder / "data")

    def write(self, path: str, text: str) -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
        return place

    def detection(self, name: str = "abuse.storm", text: str | None = None, **parts: str) -> Path:
        """Write SQL, suite and tests of `name`; `header=` or `select=` replace a part."""
        team, table = name.split(".")
        self.write(f"expectations/{team}/{table}.yaml", SUITE)
        self.write(f"tests/sql/{team}/{table}.yaml", CASES)
        body = sql_file(**parts) if text is None else text
        return self.write(f"sql/{team}/{table}.sql", body)

    def load(self, only: str | None = None) -> Catalog:
        return load_catalog(self.settings, only)

    def broken(self) -> BrokenFile:
        """The only broken file."""
        (found,) = self.load().broken
        return found

    def lint(self, *names: str) -> list[Finding]:
        return lint(self.settings, names)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.write("sql/sources.yaml", SOURCES)
    made.write("sql/taxonomy.yaml", TAXONOMY)
    made.write("sql/abuse/team.yaml", TEAM)
    return made


@pytest.fixture
def line_of() -> Callable[[Path, str], int]:
    """The line of the first row of a file that holds some text."""

    def find(path: Path, text: str) -> int:
        rows = path.read_text(encoding="utf-8-sig").splitlines()
        return next(n for n, row in enumerate(rows, 1) if text in row)

    return find
