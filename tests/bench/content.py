"""Thirty detections for the bench: the shipped ones again and again, each with eight checks."""

from __future__ import annotations

import re
import shutil
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from daywatch.catalog import load_catalog
from daywatch.catalog.model import Detection
from daywatch.settings import Settings
from tests.bench.side_by_side import checks_of


def write_thirty(shipped: Settings, folder: Path, count: int = 30) -> None:
    """Write `count` detections into `folder`: copies of the shipped ones that read raw tables.

    Copies are numbered, so that each is a detection of its own. Those that read other risk
    tables are left out, because the bare side would have to publish them first.
    """
    source = shipped.sql_dir
    catalog = load_catalog(shipped)
    whole = [d for d in catalog.detections.values() if not d.upstreams and d.header.status.pages]
    (folder / "sql").mkdir(parents=True, exist_ok=True)
    for name in ("sources.yaml", "taxonomy.yaml"):
        shutil.copy(source / name, folder / "sql" / name)
    for number in range(count):
        detection = whole[number % len(whole)]
        _copy(source, folder, detection, f"{detection.table}_{number // len(whole)}")


def _copy(source: Path, folder: Path, detection: Detection, table: str) -> None:
    team = folder / "sql" / detection.team
    team.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / detection.team / "team.yaml", team / "team.yaml")
    text = detection.path.read_text()
    # `related` names files that are not copied.
    (team / f"{table}.sql").write_text(re.sub(r"^-- related:.*\n", "", text, flags=re.M))
    suite = folder / "expectations" / detection.team / f"{table}.yaml"
    suite.parent.mkdir(parents=True, exist_ok=True)
    checks = [{"type": type_, "kwargs": kwargs} for type_, kwargs, _ in checks_of(detection)]
    out = StringIO()
    YAML(typ="safe").dump({"expectations": checks}, out)
    suite.write_text(out.getvalue())
