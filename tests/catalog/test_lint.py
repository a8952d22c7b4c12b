"""Lint beyond what breaks a file, the portable subset, and the template that `new` writes."""

from __future__ import annotations

import pytest

from daywatch.cases.runner import run_all
from daywatch.catalog.new import new_detection
from daywatch.errors import ConfigurationError
from tests.catalog.conftest import CASES, HEADER, SELECT, TEAM, Home


def test_a_good_detection_is_clean(home: Home) -> None:
    home.detection()
    assert home.lint() == []


NOT_PORTABLE = [
    ("sum(event_id) / count(*)", "divide differently", "1e0"),
    ("median(seconds)", "median", "percentile_cont"),
    ("round(sum(seconds), 2)", "round(double", "decimal"),
    ("max(cast(event_id as double))", "double is not a type", "double precision"),
    ("sum(event_id // 2)", "intdiv", "floor"),
    ("string_agg(country, ',')", "any order", "order by"),
    ("quantile_cont(seconds, 0.5)", "quantile_cont", "within group"),
    ("any_value(event_id)", "any_value", "row_number"),
    ("count_if(success)", "count_if", "filter"),
    ("list(event_id)", "array_agg", "one value a row"),
    ("max(try_cast(country as bigint))", "try_cast", "cast()"),
    ("count(*) filter (where country ilike 'd%')", "ilike", "lower"),
    ("count(*) filter (where country ~ 'd')", "regexp", "regexp_replace"),
    ("count(*) filter (where country == 'd')", "==", "="),
    ("count(*) filter (where ds > :day - 7)", "plus or minus a number", "interval"),
    ("count(*) filter (where ds > :day - interval 7 day)", "interval", "interval '7' day"),
    ("max(date_diff('day', ds, :day))", "datediff", "interval"),
    ("max(year(ds))", "year", "extract"),
    ("max(struct_pack(a := 1))", "struct", "one value a row"),
]


@pytest.mark.parametrize(("expression", "fault", "remedy"), NOT_PORTABLE)
def test_outside_the_portable_subset(  # type: ignore[no-untyped-def]
    home: Home, line_of, expression: str, fault: str, remedy: str
) -> None:
    select = SELECT.replace("country, count(*) as logins", f"country,\n  {expression} as logins")
    path = home.detection(select=select)
    found = [finding for finding in home.lint() if finding.code == "portable"]
    assert any(fault in f.fault and remedy in f.remedy for f in found), found
    assert {f.line for f in found} == {line_of(path, f"{expression} as logins")}
    home.write("sql/abuse/team.yaml", TEAM + "portable: false\n")
    assert [f for f in home.lint() if f.code == "portable"] == []


STATEMENTS = [
    ("order by seconds desc", "under DESC", "NULLS LAST"),
    ("qualify row_number() over (order by country) = 1", "qualify", "CTE"),
    ("group by all", "GROUP BY ALL", "Name"),
]


@pytest.mark.parametrize(("tail", "fault", "remedy"), STATEMENTS)
def test_portable_clauses(home: Home, tail: str, fault: str, remedy: str) -> None:
    home.detection(select=f"select country, event_id as logins\nfrom logins\n{tail}\n")
    found = [f for f in home.lint() if f.code == "portable"]
    assert any(fault in f.fault and remedy in f.remedy for f in found), found


PORTABLE = [
    "1e0 * sum(event_id) / count(*)",
    "sum(seconds) / count(*)",
    "cast(sum(event_id) as double precision) / count(*)",
    "percentile_cont(0.5) within group (order by seconds)",
    "string_agg(country, ',' order by country)",
    "count(*) filter (where ds > :day - interval '7' day)",
    "round(cast(sum(seconds) as decimal(18, 4)), 2)",
    "row_number() over (order by count(*) desc, country)",
    "max(extract(day from ds))",
]


@pytest.mark.parametrize("expression", PORTABLE)
def test_inside_the_portable_subset(home: Home, expression: str) -> None:
    home.detection(select=SELECT.replace("count(*)", expression))
    assert [str(f) for f in home.lint()] == []


def test_columns_that_change_later_need_their_time(home: Home) -> None:
    select = "select market as country, count(*) as logins from accounts\n{} group by market"
    path = home.detection(select=select.format("where status = 'banned'"))
    (found,) = home.lint()
    assert (found.code, found.level, found.path) == ("mutable-column", "error", path)
    assert "accounts.status changes later" in found.fault
    assert "status_ts" in found.remedy
    guard = "where case when status_ts < :day then status end = 'banned'"
    home.detection(select=select.format(guard))
    assert home.lint() == []


@pytest.mark.parametrize("column", ["contry", "l.contry"])
def test_unknown_columns_are_found_without_running(home: Home, column: str) -> None:
    home.detection(
        select=f"select\n{column} as country, count(*) as logins\nfrom logins l group by 1"
    )
    (found,) = [f for f in home.lint() if f.code == "unknown-column"]
    assert "'contry'" in found.fault
    assert "'country'" in found.remedy


@pytest.mark.parametrize(
    ("cases", "fault"),
    [
        (None, "missing"),
        ("cases: []", "no cases"),
        ("cases: [", "not readable"),
        (CASES.replace("breaches: [busy]", "rows: []"), "no case fires"),
        (CASES.replace("rows: [], breaches: []", "breaches: [busy]"), "no case stays silent"),
    ],
)
def test_evidence(home: Home, cases: str | None, fault: str) -> None:
    home.detection()
    path = home.folder / "tests/sql/abuse/storm.yaml"
    path.unlink()
    if cases is not None:
        path.write_text(cases)
    (found,) = home.lint()
    assert (found.code, found.level, found.path) == ("evidence", "error", path)
    assert fault in found.fault


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("schedule: '0 4 * * *'\n", True),
        ("schedule: '30 1 * * *'\n", False),  # logins arrive up to two hours after the day
        ("schedule: '0 4 * * *'\ntimezone: Asia/Tokyo\n", False),  # 19:00 UTC of the same day
        ("schedule: '0 4 * * *'\ntimezone: America/New_York\n", True),
        ("schedule: '30 3 * * *'\ntimezone: Europe/London\n", True),
        ("schedule: '30 2 * * *'\ntimezone: Europe/London\n", False),  # 01:30 UTC in summer
    ],
)
def test_a_run_waits_for_the_utc_day_and_its_sources(home: Home, line: str, clean: bool) -> None:
    home.detection()
    home.write("sql/abuse/team.yaml", TEAM + line)
    found = home.lint()
    assert [f.code for f in found] == ([] if clean else ["too-early"])


def test_warnings(home: Home) -> None:
    header = HEADER.replace("min_logins: 3", "min_logins: 3, spare: 1")
    header = header[: header.index("runbook")] + "runbook: look at it\n"
    header = header.replace("score: logins", "score: 5")
    path = home.detection(header=header)
    found = {f.code: f for f in home.lint()}
    assert set(found) == {"unused-parameter", "short-runbook", "blind-spots", "constant-score"}
    assert {f.level for f in found.values()} == {"warning"}
    assert found["unused-parameter"].line == 11
    assert path.read_text().splitlines()[10].startswith("-- parameters")


def test_lint_of_names(home: Home) -> None:
    home.detection("abuse.storm", text="x")
    home.detection("abuse.wave", text="x")
    assert {f.path.stem for f in home.lint("abuse.wave")} == {"wave"}
    assert {f.path.stem for f in home.lint("abuse")} == {"storm", "wave"}
    with pytest.raises(ConfigurationError, match="Did you mean 'wave'"):
        home.lint("wav")


def test_new_writes_a_detection_that_lints_clean(home: Home) -> None:
    paths = new_detection(home.settings, "abuse.login_wave")
    assert [path.relative_to(home.folder).parts[0] for path in paths] == [
        "sql", "expectations", "tests",
    ]  # fmt: skip
    assert home.lint() == []
    assert list(home.load().detections) == ["abuse.login_wave"]


def test_new_s_row_tests_pass(home: Home) -> None:
    new_detection(home.settings, "abuse.login_wave")
    catalog = home.load()
    (report,) = run_all(list(catalog.detections.values()), catalog, home.settings)
    assert [(result.name, result.ok) for result in report.results] == [
        ("three events of one country fire", True),
        ("two stay silent", True),
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("abuse.login_wave", "there already"),
        ("abus.wave", "no team 'abus'. Did you mean 'abuse'"),
        ("wave", "not team.table"),
        ("abuse.Wave", "not team.table"),
        ("abuse.../x", "not team.table"),
    ],
)
def test_new_refuses(home: Home, name: str, fault: str) -> None:
    new_detection(home.settings, "abuse.login_wave")
    before = sorted(home.folder.rglob("*"))
    with pytest.raises(ConfigurationError) as caught:
        new_detection(home.settings, name)
    assert fault in str(caught.value)
    assert sorted(home.folder.rglob("*")) == before


def test_a_query_is_two_screens_long_at_most(home: Home) -> None:
    rows = SELECT.rstrip().splitlines()
    long = [*rows, *["-- one more"] * (80 - len(rows)), "limit 100"]
    path = home.detection(select="\n".join(long) + "\n")
    [found] = [f for f in home.lint() if f.code == "long-query"]
    assert "81 lines" in found.fault
    assert path.read_text().splitlines()[(found.line or 0) - 1] == "limit 100"
    home.write("sql/abuse/team.yaml", TEAM + "portable: false\n")
    assert [f for f in home.lint() if f.code == "long-query"] == []
