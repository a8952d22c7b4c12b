"""The documents keep their word: every command in them runs, every command there is is named."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(sh|(?:sql|yaml) [^\n ]+)\n(.*?)^```", re.M | re.S)


def blocks(document: str) -> Iterator[tuple[str, str]]:
    """(file, its text) of blocks that name a file, ("", command) of each daywatch command."""
    for info, body in BLOCK.findall((CHECKOUT / document).read_text()):
        if info != "sh":
            yield info.partition(" ")[2], body
            continue
        yield from (("", line) for line in body.splitlines() if line.startswith("daywatch "))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment over a copy of the content, with ten small days of the platform to yesterday."""
    folder = tmp_path_factory.mktemp("docs")
    for name in ("sql", "expectations", "tests/sql"):
        shutil.copytree(CHECKOUT / name, folder / name)
    environment = {
        **os.environ,
        "DAYWATCH_HOME": str(folder),
        "DAYWATCH_DATA_DIR": str(folder / "data"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    _run("daywatch demo generate --days 10 --end yesterday", environment)
    _run("daywatch run signup_burst comment_copypaste --day yesterday", environment)
    yield environment


def _run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        shlex.split(command, comments=True),
        env=environment,
        cwd=environment["DAYWATCH_HOME"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_command_runs(document: str, home: dict[str, str]) -> None:
    found = list(blocks(document))
    assert found, f"{document} shows no commands"
    failures = []
    for file, text in found:
        if file:
            assert (Path(home["DAYWATCH_HOME"]) / file).is_file(), f"{file}: `new` writes it first"
            (Path(home["DAYWATCH_HOME"]) / file).write_text(text)
            continue
        command, done = text, _run(text, home)
        # 1 says that a detection failed or was held back, which a status of one day may say.
        allowed = (0, 1) if command.startswith("daywatch status") else (0,)
        if done.returncode not in allowed:
            failures.append(
                f"{command}: {done.returncode}\n{done.stdout[-500:]}{done.stderr[-500:]}"
            )
    assert not failures, "\n\n".join(failures)


def test_the_readme_names_every_setting_and_command_it_speaks_of() -> None:
    from daywatch.settings import Settings

    text = (CHECKOUT / "README.md").read_text()
    known = {f"DAYWATCH_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"DAYWATCH_[A-Z_]+[A-Z]", text)) <= known


def test_relative_links_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in CHECKOUT.glob("*.md")
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text())
        if "://" not in target and not (CHECKOUT / target).exists()
    ]
    assert not broken, "\n".join(broken)


def test_the_changelog_names_the_version() -> None:
    from daywatch import __version__

    assert f"## {__version__}" in (CHECKOUT / "CHANGELOG.md").read_text()
