"""Commands about the files: list, show, lint, test, new."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from daywatch.cli.options import Json, Names, parse_day
from daywatch.cli.output import err, out, print_json, table
from daywatch.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (list_, show, lint, test, new):
        app.command(name=command.__name__.rstrip("_"))(command)


def list_(names: Names = None, json: Json = False) -> None:
    """List the detections: what each watches, its status, what it reads, and broken files."""
    from daywatch.catalog import load_catalog
    from daywatch.runner import select

    catalog = load_catalog(get_settings())
    chosen = select(catalog, names) if names else list(catalog.detections.values())
    rows = [
        {
            "name": d.name,
            "title": d.header.title,
            "status": d.header.status.value,
            "severity": d.header.severity.value,
            "owner": d.header.owner,
            "policy": d.header.policy,
            "sources": list(d.sources),
            "upstreams": list(d.upstreams),
            "indicators": list(d.header.indicators),
            "path": str(d.path),
        }
        for d in chosen
    ]
    if json:
        print_json({"detections": rows, "broken": catalog.broken})
    else:
        table(
            f"{len(rows)} detections",
            ("detection", "status", "severity", "title", "reads"),
            [(r["name"], r["status"], r["severity"], r["title"], _reads(r)) for r in rows],
        )
        for broken in catalog.broken:
            place = f"{broken.path}:{broken.line or 1}"
            err.print(f"[red]broken[/red] {broken.name}: {place}: {broken.fault} {broken.remedy}")
    if catalog.broken:
        raise typer.Exit(1)


def _reads(row: dict[str, Any]) -> str:
    return ", ".join([*row["sources"], *(f"risk.{up}" for up in row["upstreams"])])


def show(
    name: Annotated[str, typer.Argument(help="team.table or table")],
    day: Annotated[str | None, typer.Option("--day", help="UTC day; default: the newest.")] = None,
    rows: Annotated[int, typer.Option("--rows", help="How many rows of the day to print.")] = 10,
    json: Json = False,
) -> None:
    """Show one detection: intent, runbook, and for a day its runs, checks, series and rows."""
    from daywatch.cli.dossier import print_dossier, read_dossier
    from daywatch.house import open_house
    from daywatch.runner import select

    with open_house(get_settings()) as house:
        detection = select(house.catalog, [name])[0]
        dossier = read_dossier(house, detection, parse_day(day) if day else None, rows)
    if json:
        print_json(dossier)
    else:
        print_dossier(dossier)


def lint(names: Names = None, json: Json = False) -> None:
    """Check all three files without running them; every fault with file, line and remedy."""
    from daywatch.review import review

    findings = review(get_settings(), names or ())
    errors = sum(finding.level == "error" for finding in findings)
    if json:
        print_json({"findings": findings, "errors": errors})
    else:
        for f in findings:
            colour = "red" if f.level == "error" else "yellow"
            out.print(f"{f.path}:{f.line or 1}: ", end="", markup=False)
            out.print(f"[{colour}]{f.level}[/{colour}] ", end="")
            out.print(f"{f.fault} {f.remedy} ({f.code})", markup=False)
        warnings = len(findings) - errors
        out.print(f"{errors} errors, {warnings} warnings")
    raise typer.Exit(1 if errors else 0)


def test(
    names: Names = None,
    warehouse: Annotated[
        str, typer.Option("--warehouse", help="Also run on this PostgreSQL URL.")
    ] = "",
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Drop each predicate in turn; report what no case saw.")
    ] = False,
    json: Json = False,
) -> None:
    """Run detections on the rows of their test files."""
    from daywatch.cases.runner import run_all
    from daywatch.catalog import load_catalog
    from daywatch.runner import select

    settings = get_settings()
    catalog = load_catalog(settings)
    detections = select(catalog, names) if names else list(catalog.detections.values())
    reports = run_all(detections, catalog, settings, warehouse_url=warehouse or None, mutate=mutate)
    failed = sum(not result.ok for report in reports for result in report.results)
    if json:
        print_json({"detections": reports, "failed": failed})
    else:
        for report in reports:
            for result in report.results:
                mark = "[green]ok[/green]" if result.ok else "[red]FAILED[/red]"
                out.print(f"{mark} {report.detection}: ", end="")
                out.print(result.name, markup=False)
                if not result.ok:
                    out.print(result.diff, markup=False)
            for mutant in report.survivors:
                out.print(f"[yellow]survived[/yellow] {report.detection}: ", end="")
                out.print(str(mutant), markup=False)
        cases = sum(len(report.results) for report in reports)
        out.print(f"{cases - failed} of {cases} cases of {len(reports)} detections passed")
    raise typer.Exit(1 if failed or catalog.broken else 0)


def new(
    name: Annotated[str, typer.Argument(help="team.table, e.g. platform_abuse.login_storm")],
    json: Json = False,
) -> None:
    """Write the three files of a new detection, commented and working, to start from."""
    from daywatch.catalog.new import new_detection

    paths = new_detection(get_settings(), name)
    if json:
        return print_json({"written": paths})
    for path in paths:
        out.print(f"wrote {path}", markup=False)
    out.print(f"next: daywatch lint {name} && daywatch test {name}")
    return None
