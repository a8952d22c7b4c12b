"""How well the two comment detections find labelled spam: precision and recall against CLASS.

    F=../shared/data/youtube_comments/*.csv
    python -m tests.comments.score_comments $F               # the shipped SQL, day by day
    python -m tests.comments.score_comments --published $F   # what the warehouse has published

Before --published, load and run the days (245 comments without a date are rejected and counted):

    export DAYWATCH_DATA_DIR=.daywatch/comments
    daywatch load comments $F --map CONTENT=text --map AUTHOR=author --map COMMENT_ID=comment_ref \
        --map DATE=event_ts
    daywatch backfill comment_copypaste comment_promotion --days-of comments

The words of comment_promotion were widened twice while looking at Youtube01 and Youtube02; files
Youtube03 to 05 were never looked at. So each part is scored apart.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from daywatch.catalog import load_catalog
from daywatch.catalog.model import Catalog, Detection, Scalar
from daywatch.catalog.sql import bind
from daywatch.settings import Settings, get_settings

NAMES = ("comment_copypaste", "comment_promotion")
FLAGGED = {"comment_copypaste": None, "comment_promotion": "min_points"}
"""Every row of copypaste is a copy; a row of promotion promotes from so many points on."""
DEVELOPED_ON = ("Youtube01", "Youtube02")


@dataclass(frozen=True)
class Comment:
    """One labelled comment; `at` is None where the file has no date."""

    key: str
    author: str
    at: datetime | None
    text: str
    spam: bool
    file: str


@dataclass(frozen=True)
class Score:
    """Of `n` comments `spam` are spam; `hits` of the `flagged` ones are."""

    n: int
    spam: int
    flagged: int
    hits: int

    @property
    def precision(self) -> float:
        """Share of the flagged that is spam; 0 when nothing is flagged."""
        return self.hits / self.flagged if self.flagged else 0.0

    @property
    def recall(self) -> float:
        """Share of the spam that is flagged; 0 when there is none."""
        return self.hits / self.spam if self.spam else 0.0


def read_comments(files: Iterable[Path]) -> list[Comment]:
    """The labelled rows of UCI's files."""
    found = []
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                at = datetime.fromisoformat(row["DATE"]) if row["DATE"] else None
                spam = row["CLASS"] == "1"
                found.append(
                    Comment(row["COMMENT_ID"], row["AUTHOR"], at, row["CONTENT"], spam, path.stem)
                )
    return found


def score(comments: Iterable[Comment], flagged: set[str]) -> Score:
    """Hold what was flagged against the labels; a comment without a date can't be flagged."""
    kept = list(comments)
    named = [c for c in kept if c.at and c.key in flagged]
    return Score(len(kept), sum(c.spam for c in kept), len(named), sum(c.spam for c in named))


def flagged_directly(detection: Detection, comments: Sequence[Comment]) -> set[str]:
    """Run the detection's own SELECT for each day over the days that its lookback shows."""
    with duckdb.connect() as engine:
        engine.execute(
            "create table loaded as select null::bigint as comment_id, null::bigint as account_id,"
            " ?::date as ds, ?::timestamp as event_ts, ?::text as text, ?::text as author,"
            " ?::text as comment_ref, null::text as url_domain limit 0",
            [None] * 5,
        )
        dated = [c for c in comments if c.at]
        rows = [
            (None, None, c.at.date(), c.at, c.text, c.author, c.key, None) for c in dated if c.at
        ]
        engine.executemany("insert into loaded values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return {
            key for day in sorted({row[2] for row in rows}) for key in _day(engine, detection, day)
        }


def _day(engine: duckdb.DuckDBPyConnection, detection: Detection, day: date) -> Iterator[str]:
    first = day - detection.header.lookback + timedelta(days=1)
    engine.execute(
        "create or replace temp view comments as"
        f" select * from loaded where ds between '{first}' and '{day}'"
    )
    values: dict[str, Scalar] = {**detection.header.parameters, "day": day}
    names: list[str] = []
    sql = bind(detection.sql, "duckdb", lambda name: names.append(name) or "?")
    result = engine.execute(sql, [values[name] for name in names])
    columns = [column[0] for column in result.description]
    for row in result.fetchall():
        yield from _key(detection, dict(zip(columns, row, strict=True)))


def _key(detection: Detection, row: dict[str, object]) -> Iterator[str]:
    """The row's comment, if the row is over the detection's own threshold."""
    parameter = FLAGGED[detection.table]
    least = detection.header.parameters[parameter] if parameter else 0
    if not parameter or int(str(row["points"])) >= int(str(least)):
        yield str(row["comment_key"])


def flagged_in_warehouse(
    detection: Detection, comments: Sequence[Comment], settings: Settings
) -> set[str]:
    """What the published days of the risk table name."""
    from daywatch.state import open_state
    from daywatch.warehouse import open_warehouse

    days = [c.at.date() for c in comments if c.at]
    state = open_state(settings)
    warehouse = open_warehouse(settings, state)
    try:
        table = warehouse.read(detection, min(days), max(days))
        rows = table.to_dict("records")
        return {key for row in rows for key in _key(detection, {str(k): v for k, v in row.items()})}
    finally:
        warehouse.close()


def report(comments: Sequence[Comment], flagged: dict[str, set[str]]) -> Iterator[str]:
    """Lines: each detection and both together, on each part, over dated rows and all rows."""
    together = set[str]().union(*flagged.values())
    parts = {
        "all five files": comments,
        "looked at (01-02)": [c for c in comments if c.file.startswith(DEVELOPED_ON)],
        "never looked at (03-05)": [c for c in comments if not c.file.startswith(DEVELOPED_ON)],
    }
    yield f"{'part':24} {'rows':6} {'detection':18} {'n':>5} {'spam':>5} precision recall"
    for part, rows in parts.items():
        for label, kept in (("dated", [c for c in rows if c.at]), ("all", rows)):
            for name, keys in {**flagged, "together": together}.items():
                s = score(kept, keys)
                yield (
                    f"{part:24} {label:6} {name:18} {s.n:5} {s.spam:5}"
                    f"      {s.precision:.3f}  {s.recall:.3f}"
                )


def flags(
    catalog: Catalog, comments: Sequence[Comment], published: Settings | None
) -> dict[str, set[str]]:
    """What each detection names, from the warehouse or by running its SQL."""
    found = {}
    for name in NAMES:
        detection = catalog.by_table(name)
        assert detection is not None, f"{name} is not in the catalogue"
        found[name] = (
            flagged_in_warehouse(detection, comments, published)
            if published
            else flagged_directly(detection, comments)
        )
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--published", action="store_true", help="read the warehouse's risk tables")
    arguments = parser.parse_args()
    settings = get_settings()
    comments = read_comments(sorted(arguments.files))
    flagged = flags(load_catalog(settings), comments, settings if arguments.published else None)
    for line in report(comments, flagged):
        print(line)


if __name__ == "__main__":
    main()
