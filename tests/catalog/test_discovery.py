"""The whole catalogue: contracts, dependencies, and one bad file never hiding another."""

from __future__ import annotations

from pathlib import Path

import pytest

from daywatch.catalog import load_catalog
from daywatch.catalog.discovery import find_cycles
from daywatch.catalog.lint import lint
from daywatch.errors import ConfigurationError
from daywatch.settings import Settings
from tests.catalog.conftest import HEADER, SELECT, SOURCES, TEAM, Home
from tests.catalog.many import write_catalog

READS = "select country, logins from risk.{}"

CONTRACTS = [
    ("select * from logins", "select *", "returns '*'", "Name the columns"),
    ("select country, count(*) from logins", "select country", "has no name", "as name"),
    (SELECT.replace("country,", "country, country,"), "select country", "returned twice", "Keep"),
    (SELECT.replace("as logins", "as log_ins"), "columns:", "'logins' is declared", "'log_ins'"),
    (
        SELECT.replace("country,", "country,\n  1 as extra,"),
        "1 as extra",
        "returns 'extra'",
        "drop",
    ),
    (
        SELECT.replace("country,", "country,\n  ds as day,"),
        "ds as day",
        "not return 'day'",
        "runner",
    ),
    (SELECT.replace(":day", ":dai"), ":dai", ":dai is not declared", "'day'"),
    (SELECT.replace("from logins", "from login"), "from login", "'login' is not", "'logins'"),
    (SELECT.replace("from logins", "from 'a.csv'"), "a.csv", "'a.csv' is not", "daywatch load"),
    (SELECT.replace("from logins", "from risk.calm"), "calm", "'risk.calm' is not", "Did you mean"),
    (SELECT.replace("from logins", "from truth_events"), "truth", "ground truth", "platform"),
    (SELECT + ";\nselect 1", "select 1", "second statement", "exactly one SELECT"),
    ("drop table logins", "drop", "DROP statement", "only reads"),
    (SELECT.replace("where", "whre"), "whre", "not readable as SQL", "Check commas"),
]


@pytest.mark.parametrize(("select", "on", "fault", "remedy"), CONTRACTS)
def test_faulty_selects(  # type: ignore[no-untyped-def]
    home: Home, line_of, select: str, on: str, fault: str, remedy: str
) -> None:
    path = home.detection(select=select)
    shown = [finding for finding in home.lint() if fault in finding.fault]
    assert shown, [str(finding) for finding in home.lint()]
    assert remedy in shown[0].remedy
    wanted = {n for n, row in enumerate(path.read_text().splitlines(), 1) if on in row}
    assert shown[0].path == path
    assert shown[0].line in wanted or fault == "not readable as SQL"
    assert [broken.name for broken in home.load().broken] == ["abuse.storm"]


def test_one_bad_file_hides_no_other(home: Home) -> None:
    home.detection("abuse.good")
    home.detection("abuse.bad", text="\x00")
    home.write("sql/abuse/worse.sql", "").write_bytes(b"\xff\xfe")
    home.detection("crew.fine")
    home.write("sql/crew/team.yaml", TEAM.replace("title", "titel"))
    catalog = home.load()
    assert list(catalog.detections) == ["abuse.good"]
    assert [b.name for b in catalog.broken] == ["abuse.bad", "abuse.worse", "crew.fine"]
    team = catalog.broken[2]
    assert (team.path.name, team.line) == ("team.yaml", 1)
    assert "'titel'" in team.fault
    assert "'title'" in team.remedy


def test_missing_suite(home: Home) -> None:
    home.detection()
    suite = home.folder / "expectations/abuse/storm.yaml"
    suite.unlink()
    found = home.broken()
    assert (found.path, found.name) == (suite, "abuse.storm")
    assert "suite is missing" in found.fault


def test_two_files_of_one_name_are_both_broken(home: Home) -> None:
    home.detection("abuse.storm")
    home.write("sql/crew/team.yaml", TEAM)
    home.detection("crew.storm")
    found = home.load().broken
    assert [b.name for b in found] == ["abuse.storm", "crew.storm"]
    assert "crew/storm.sql" in found[0].fault
    assert "unique over all teams" in found[0].remedy


def test_upstreams_come_from_the_sql(home: Home) -> None:
    home.detection("abuse.storm")
    home.detection("abuse.wave", select=READS.format("storm"))
    assert home.load().detections["abuse.wave"].upstreams == ("storm",)


def test_only_reads_a_file_and_what_it_depends_on(home: Home) -> None:
    home.detection("abuse.storm")
    home.detection("abuse.wave", select=READS.format("storm"))
    home.detection("abuse.other", text="broken")
    catalog = home.load(only="abuse.wave")
    assert list(catalog.detections) == ["abuse.storm", "abuse.wave"]
    assert catalog.broken == ()
    assert home.load(only="abuse.none").detections == {}


def test_a_broken_upstream_breaks_its_consumers(home: Home) -> None:
    home.detection("abuse.storm", select="select 1 as a, 2 as b")
    home.detection("abuse.wave", select=READS.format("storm"))
    path = home.detection("abuse.tide", select="-- why\n" + READS.format("wave"))
    found = {b.table: b for b in home.load().broken}
    assert set(found) == {"storm", "wave", "tide"}
    assert "reads risk.storm, which is broken" in found["wave"].fault
    assert "reads risk.wave, which is broken" in found["tide"].fault
    assert path.read_text().splitlines()[found["tide"].line - 1].endswith("risk.wave")  # type: ignore[operator]


def test_circles_are_named(home: Home) -> None:
    for name, upstream in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        home.detection(f"abuse.{name}", select=READS.format(upstream))
    faults = {b.table: b.fault for b in home.load().broken}
    assert "a -> b -> c -> a" in faults["a"]
    assert "b -> c -> a -> b" in faults["b"]
    assert "reads risk.a, which is broken" in faults["d"]


def test_cycles_are_found_once() -> None:
    assert find_cycles({"a": ["b"], "b": ["a"], "c": ["a", "c"]}) == [["a", "b"], ["c"]]
    assert find_cycles({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def test_confidential_rows_stay_with_their_team(home: Home) -> None:
    home.write("sql/staff/team.yaml", TEAM + "confidential: true\n")
    home.detection("staff.secret")
    home.detection("staff.own", select=READS.format("secret"))
    home.detection("abuse.leak", select=READS.format("secret"))
    catalog = home.load()
    assert list(catalog.detections) == ["staff.own", "staff.secret"]
    assert "belongs to staff, which is confidential" in catalog.broken[0].fault
    text = catalog.broken[0].path.read_text().splitlines()
    assert catalog.broken[0].path.name == "leak.sql"
    assert "risk.secret" in text[(catalog.broken[0].line or 1) - 1]


def test_a_confidential_teams_schema_is_no_way_round(home: Home) -> None:
    home.write("sql/staff/team.yaml", TEAM + "confidential: true\n")
    home.detection("staff.secret")
    home.detection("abuse.leak", select=READS.format("secret").replace("risk.", "team_staff."))
    [broken] = home.load().broken
    assert (broken.table, "team_staff" in broken.fault) == ("leak", True)
    text = broken.path.read_text().splitlines()
    assert "team_staff.secret" in text[(broken.line or 1) - 1]


def test_optional_upstreams_must_be_read(home: Home) -> None:
    home.detection("abuse.storm")
    home.detection("abuse.wave", header=HEADER + "optional_upstreams: [storm]\n")
    assert "'storm', which the query does not read" in home.broken().fault


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("sources.yaml", "sources: [", "not readable as YAML"),
        ("sources.yaml", "tables: {}", "expected one key"),
        (
            "sources.yaml",
            SOURCES.replace("account_id: bigint", "account_id: int"),
            "columns.account",
        ),
        ("sources.yaml", SOURCES.replace("day: ds", "day: dt"), "names the column 'dt'"),
        ("sources.yaml", SOURCES.replace("freshness", "fresh"), "unknown key 'fresh'"),
        ("taxonomy.yaml", "policy: {}", "unknown key 'policy'"),
    ],
)
def test_unreadable_ground_is_fatal(home: Home, file: str, text: str, fault: str) -> None:
    home.detection()
    path = home.write(f"sql/{file}", text)
    with pytest.raises(ConfigurationError) as caught:
        home.load()
    assert str(caught.value).startswith(f"{path}:")
    assert fault in caught.value.fault
    (home.folder / "sql" / file).unlink()
    with pytest.raises(ConfigurationError, match="missing"):
        home.load()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("name: other\n", "the folder is 'abuse'"),
        ("schedule: '0 * * * *'\n", "not one time each day"),
        ("timezone: Mars/Olympus\n", "there is no 'Mars/Olympus'"),
    ],
)
def test_faulty_teams(home: Home, line: str, fault: str) -> None:
    home.detection()
    path = home.write("sql/abuse/team.yaml", TEAM + line)
    found = home.broken()
    assert fault in found.fault
    assert (found.path, found.line) == (path, len(TEAM.splitlines()) + 1)


def test_postgres_speaks_its_own_dialect(home: Home) -> None:
    select = SELECT.replace("where ds = :day", "where ds = :day and country ~* '^d'")
    home.detection(select=select)
    url = "postgresql://localhost/none"
    settings = Settings(home=home.folder, warehouse_url=url)
    assert list(load_catalog(settings).detections) == ["abuse.storm"]


def test_many_detections_are_all_read(tmp_path: Path) -> None:
    settings = Settings(home=write_catalog(tmp_path, 30))
    catalog = load_catalog(settings)
    assert (len(catalog.detections), catalog.broken, len(catalog.teams)) == (30, (), 5)
    assert [str(finding) for finding in lint(settings)] == []
