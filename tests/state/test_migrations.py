"""The schema: migrations equal the models, run once whoever comes first, refuse the future."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, make_url, text
from sqlalchemy.exc import DatabaseError

from daywatch.errors import ConfigurationError, DaywatchError, Unavailable
from daywatch.settings import Settings
from daywatch.state import StateStore, migrate, open_state
from daywatch.state.engine import WRITES, open_engine, state_url
from daywatch.state.models import AuditRow, Base

NOON = datetime(2026, 3, 2, 12)


def test_migrations_make_exactly_the_models_tables(state: StateStore) -> None:
    with state.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "version_table": migrate.VERSION_TABLE},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_head_named_in_code_is_the_newest_file(state: StateStore) -> None:
    with state.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(migrate.alembic_config(connection))
        assert scripts.get_heads() == [migrate.HEAD]
        assert migrate.revision(connection) == migrate.HEAD


def test_opening_again_changes_nothing(state: StateStore, state_settings: Settings) -> None:
    with state.transaction() as session:
        state.audit(session, "ana", "ack", "x")
    again = open_state(state_settings)
    assert [entry.actor for entry in again.audit_trail()] == ["ana"]
    again.close()


def test_an_older_store_is_brought_up_and_keeps_its_rows(state_settings: Settings) -> None:
    engine = open_engine(state_url(state_settings.state))
    with engine.execution_options(**WRITES).begin() as connection:
        command.upgrade(migrate.alembic_config(connection), "0001")
        assert not inspect(connection).has_table("unmask_requests")
        connection.execute(insert(AuditRow).values(at=NOON, actor="ana", action="ack", object="x"))
    engine.dispose()
    store = open_state(state_settings)
    assert [entry.actor for entry in store.audit_trail()] == ["ana"]
    assert store.unmasks() == []
    with store.engine.connect() as connection:
        assert migrate.revision(connection) == migrate.HEAD
    store.close()


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'bo'", "DELETE FROM audit"])
def test_the_audit_trail_takes_new_rows_only(state: StateStore, change: str) -> None:
    with state.transaction() as session:
        state.audit(session, "ana", "ack", "x")
    with pytest.raises(DatabaseError, match="append-only"), state.transaction() as session:
        session.execute(text(change))
    assert [entry.actor for entry in state.audit_trail()] == ["ana"]


def test_a_newer_schema_is_refused(state: StateStore, state_settings: Settings) -> None:
    with state.engine.begin() as connection:
        connection.execute(text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match=r"9999, newer than.*Upgrade Daywatch"):
        open_state(state_settings)


def test_two_processes_may_come_first_at_once(state_settings: Settings) -> None:
    program = (
        "import sys; from daywatch.settings import Settings; from daywatch.state import open_state;"
        "sys.stdin.readline(); open_state(Settings(state_url=sys.argv[1])).close()"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", program, state_settings.state],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    errors = [racer.communicate("go\n")[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0], errors


def test_a_database_that_is_down_is_unavailable_and_keeps_its_password(tmp_path: Path) -> None:
    url = "postgresql://dw:s3cret@127.0.0.1:1/state"
    with pytest.raises(Unavailable) as caught:
        open_state(Settings(data_dir=tmp_path, state_url=url))
    assert "127.0.0.1:1/state" in str(caught.value)
    assert "Check that it runs" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("mysql://u:s3cret@h/db", "must be a SQLite file or PostgreSQL"),
        ("sqlite://", "must be a SQLite file or PostgreSQL"),
        ("nonsense", "cannot be read"),
    ],
)
def test_urls_that_cannot_work_are_configuration_errors(url: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as caught:
        open_state(Settings(state_url=url))
    assert "DAYWATCH_STATE_URL" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_text("these are notes, not a database\n" * 100)
    with pytest.raises(ConfigurationError, match="not a SQLite database"):
        open_state(Settings(state_url=f"sqlite:///{path}"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DaywatchError, match="folder cannot be made"):
        open_state(Settings(state_url=f"sqlite:///{tmp_path / 'file' / 'state.db'}"))


def test_a_role_that_may_not_create_tables_is_told(postgres_url: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        admin.execute("DROP ROLE IF EXISTS poor")
        admin.execute("CREATE ROLE poor LOGIN")
    url = make_url(postgres_url).set(username="poor").render_as_string(hide_password=False)
    with pytest.raises(ConfigurationError, match=r"permission denied.*Give this role CREATE"):
        open_state(Settings(data_dir=tmp_path, state_url=url))
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP ROLE poor")


def test_importing_the_state_store_stays_light() -> None:
    program = (
        "import sys, daywatch.state;"
        "print([m for m in ('pandas', 'pyarrow', 'duckdb', 'alembic', 'great_expectations')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
