"""The header: what is accepted, and what each fault says, with its line in the .sql file."""

from __future__ import annotations

import pytest

from tests.catalog.conftest import HEADER, SELECT, Home, sql_file


def test_a_good_file_becomes_a_detection(home: Home) -> None:
    path = home.detection()
    catalog = home.load()
    assert catalog.broken == ()
    found = catalog.detections["abuse.storm"]
    assert found.sql == SELECT.rstrip()
    assert path.read_text().splitlines()[found.sql_line - 1] == SELECT.splitlines()[0]
    assert (found.sources, found.upstreams) == (("logins",), ())


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: "\n\n  \n" + text,
        lambda text: text.replace("-- runbook", "--\n-- runbook"),
        lambda text: text.rstrip() + ";\n-- the end\n",
    ],
    ids=["crlf", "bom", "blank-lines", "bare-dashes", "semicolon-and-comment"],
)
def test_harmless_dress_is_accepted(home: Home, dress) -> None:  # type: ignore[no-untyped-def]
    home.detection(text=dress(sql_file()))
    catalog = home.load()
    assert catalog.broken == ()
    assert ";" not in catalog.detections["abuse.storm"].sql


FILES = [
    ("", 1, "empty", "opens with a line"),
    ("select 1\n", 1, "the header is missing", "opens with a line"),
    ("-- ---\n-- title: x\n", 1, "not closed", "opens with a line"),
    ("-- ---\n-- title: x\nselect 1\n", 3, "not closed", "close the header above"),
    (sql_file(select=""), 25, "no SELECT under the header", "Write one SELECT"),
]


@pytest.mark.parametrize(("text", "line", "fault", "remedy"), FILES)
def test_faulty_fences(home: Home, text: str, line: int, fault: str, remedy: str) -> None:
    path = home.detection(text=text)
    found = home.broken()
    assert (found.path, found.line, found.name) == (path, line, "abuse.storm")
    assert fault in found.fault
    assert remedy in found.remedy


HEADERS = [
    (
        "severity: low",
        "severty: low",
        "severty",
        "unknown key 'severty'",
        "Did you mean 'severity'?",
    ),
    ("breach: {above: 0}", "breech: {above: 0}", "breech", "breech", "Did you mean 'breach'?"),
    ("title: Log-in storm\n", "", "-- ---", "'title' is missing", "Add it"),
    ("severity: low", "severity: dire", "severity: dire", "severity", ""),
    ("grain: [country]", "grain: country", "grain: country", "grain", ""),
    ("severity: low", "severity: low\nseverity: high", "severity: high", "given twice", "Keep one"),
    (
        "grain: [country]",
        "grain: [country",
        "columns:",
        "not readable as YAML",
        "Check indentation",
    ),
    ("grain: [country]", "grain: [nation]", "nation", "grain names the column 'nation'", "country"),
    ("column: country,", "column: county,", "county", "names the column 'county'", "'country'"),
    ("score: logins", "score: points", "points", "names the column 'points'", "logins"),
    ("score: logins", "score: country", "score: country", "is text, not a number", "numeric"),
    ("[country, logins], order", "[city], order", "city", "names the column 'city'", ""),
    ("order_by: logins", "order_by: log_ins", "log_ins", "alert.order_by names", "'logins'"),
    (
        "breach: {above",
        "by: [market]\n    breach: {above",
        "market",
        "by names the column",
        "country",
    ),
    (
        "owner: abuse_oncall",
        "owner: abuse_on_call",
        "owner",
        "not among the owners",
        "abuse_oncall",
    ),
    (
        "policy: scams_and_fraud",
        "policy: scam_and_fraud",
        "policy",
        "not among the policies",
        "scams",
    ),
    ("[T1078]", "[T1079]", "T1079", "not among the techniques", "T1078"),
    (
        "parameters: {",
        "schedule: '*/5 * * * *'\nparameters: {",
        "schedule",
        "not one time",
        "minute",
    ),
    ("parameters: {", "parameters: {day: 3, ", "parameters", "must not name 'day'", "another name"),
    ("value: count(*)", "value: sum(login)", "sum(login)", "'login' is not in columns", "'logins'"),
    ("value: count(*)", "value: logins", "value: logins", "value is not an aggregate", "count(*)"),
    ("value: count(*)", "value: sum(logins) / count(*)", "/ count", "divides two", "kind: rate"),
    ("value: count(*)", "value: (select 1)", "(select 1)", "holds a subquery", "SELECT"),
    ("value: count(*)", "value: sum(logins) from logins", "from logins", "not one expression", ""),
    ("value: count(*)", "value: pg_sleep(1)", "pg_sleep", "pg_sleep() is not on", "allow-list"),
    ("filter: logins", "filter: count(*)", "filter", "filter holds an aggregate", "Compare"),
    (">= :min_logins", ">= :min_login", ":min_login", ":min_login is not declared", "'min_logins'"),
    (
        "{above: 0}",
        "{above: min_login}",
        "min_login}",
        "'min_login', which is no num",
        "min_logins",
    ),
    ("value: count(*)", "value: sum(sum(logins)) over ()", "over ()", "holds a window", "SELECT"),
]


@pytest.mark.parametrize(("old", "new", "on", "fault", "remedy"), HEADERS)
def test_faulty_keys(  # type: ignore[no-untyped-def]
    home: Home, line_of, old: str, new: str, on: str, fault: str, remedy: str
) -> None:
    assert old in HEADER
    path = home.detection(header=HEADER.replace(old, new, 1))
    found = home.load().broken[0]
    lines = {finding.line for finding in home.lint() if fault in finding.fault}
    assert found.path == path
    # a fault of a missing key stands where the header begins
    expected = 2 if on == "-- ---" else line_of(path, on)
    assert expected in lines
    shown = [finding for finding in home.lint() if fault in finding.fault]
    assert any(remedy in finding.remedy for finding in shown)
    assert str(shown[0]).startswith(f"{path}:")


def test_every_fault_of_a_file_is_found(home: Home) -> None:
    header = HEADER.replace("severity: low", "severty: low").replace("[country]", "[country", 0)
    home.detection(header=header.replace("runbook", "runbok"), select=SELECT + "limit pg_sleep(1)")
    text = "\n".join(str(finding) for finding in home.lint())
    assert "severty" in text
    assert "runbok" in text
    assert "pg_sleep" in text
