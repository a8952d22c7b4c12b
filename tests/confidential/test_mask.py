"""Pseudonyms, their key, and what an engine's sentence may still say."""

from __future__ import annotations

import multiprocessing
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from daywatch.catalog import load_catalog
from daywatch.confidential import Mask, pseudonym, pseudonym_key, withheld
from daywatch.errors import ConfigurationError, HeldBack, QueryFailed, TooManyRows, Where
from daywatch.settings import Settings
from tests.confidential.content import HEADER, QUERY, conduct_settings, write_conduct

KEY = SecretStr("a key of thirty-two characters..")
MASK = Mask(
    kinds={"staff_id": "staff", "qa_staff_id": "staff", "creator_id": "creator"},
    key=KEY,
    plain=frozenset({"seen", "day"}),
    words=frozenset({"seen", "looks", "staff_id"}),
)


def test_a_person_has_one_pseudonym_in_every_column_and_spelling() -> None:
    wanted = pseudonym(17, KEY, "staff")
    spellings = [("staff_id", 17), ("qa_staff_id", "17"), ("staff_id", 17.0), ("staff_id", "17.0")]
    assert {MASK.cell(*one) for one in spellings} == {wanted}
    assert MASK.cell("creator_id", 17) != wanted  # account 17 is somebody else
    assert MASK.cell("staff_id", None) is None and MASK.cell("seen", 17) == 17
    assert Mask().cell("staff_id", 17) == 17


def test_pseudonyms_hang_on_the_key() -> None:
    one, other = (Mask(kinds=MASK.kinds, key=SecretStr(k * 20)) for k in "ab")
    ids = range(2000)
    first = [one.cell("staff_id", n) for n in ids]
    assert first == [one.cell("staff_id", n) for n in ids] and len(set(first)) == len(ids)
    assert not set(first) & {other.cell("staff_id", n) for n in ids}


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    key = pseudonym_key(settings)
    path = tmp_path / "data/pseudonym.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch("[0-9a-f]{64}", key.get_secret_value())
    assert pseudonym_key(settings) == key and [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    pseudonym_key(settings)
    (tmp_path / "pseudonym.key").chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"mode 0640.*chmod 600"):
        pseudonym_key(settings)
    (tmp_path / "pseudonym.key").chmod(0o600)
    (tmp_path / "pseudonym.key").write_text("")
    with pytest.raises(ConfigurationError, match="empty or too short"):
        pseudonym_key(settings)


def test_a_key_from_the_environment_must_not_be_guessable(tmp_path: Path) -> None:
    long = Settings(data_dir=tmp_path, pseudonym_key=KEY)
    assert pseudonym_key(long) == KEY and list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigurationError, match="fewer than 16 characters"):
        pseudonym_key(Settings(data_dir=tmp_path, pseudonym_key=SecretStr("secret")))


def _key(folder: str) -> str:
    return pseudonym_key(Settings(data_dir=Path(folder))).get_secret_value()


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_key, [str(tmp_path)] * 16, chunksize=1))) == 1


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Conversion Error: Could not convert string 'ana' to INT64", "convert string …"),
        ('invalid input syntax for type bigint: "ana"', "for type bigint …"),
        ("Key (staff_id)=(ana) already exists", "Key …"),
        ("Type INT64 with value 771 is out of range", "Type INT …"),
        ('column "seen" of "ana" is odd', 'column "seen" of …'),
        ('column "seen" must appear in the GROUP BY clause', "GROUP BY clause"),
        ("division by zero", "division by zero"),
    ],
)
def test_an_engines_words_end_before_the_first_value(said: str, left: str) -> None:
    shown = MASK.engine_words(said)
    assert left in shown and "ana" not in shown and "771" not in shown


def test_errors_keep_their_kind_and_place_but_no_value() -> None:
    place = Where("peeks.sql", 12)
    with pytest.raises(QueryFailed, match=r"peeks.sql:12: bad value …") as failed, withheld(MASK):
        raise QueryFailed("bad value 'ana'", remedy="cast 'ana'", where=place)
    assert "ana" not in str(failed.value)
    for ours in (TooManyRows("7 rows", remedy="fewer"), HeldBack("source x has 0 rows")):
        with pytest.raises(type(ours), match=re.escape(str(ours))), withheld(MASK):
            raise ours
    with pytest.raises(Exception, match="KeyError: …") as unforeseen, withheld(MASK):
        raise KeyError("ana")
    assert unforeseen.value.__suppress_context__
    with pytest.raises(KeyError, match="ana"), withheld(Mask()):  # other teams' stay as they are
        raise KeyError("ana")


# --- what the catalogue refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "query", "line", "fault"),
    [
        (
            HEADER.replace("handle: text", "handle: text, who: text"),
            QUERY.replace(
                "count(*) as seen", "count(*) as seen,\ncast(max(staff_id) as text) as who"
            ),
            22,
            "the column 'who' shows staff_id",
        ),
        (HEADER.replace("count(*)", "max(staff_id)"), QUERY, 14, "computes with staff_id"),
        (HEADER.replace("alert: {", 'alert: {channel: "#all", '), QUERY, 15, "#all is not one of"),
        (HEADER.replace("[handle]", "[handel]"), QUERY, 12, "names the column 'handel'"),
    ],
)
def test_what_would_show_a_person_is_refused(
    tmp_path: Path, header: str, query: str, line: int, fault: str
) -> None:
    settings = conduct_settings(tmp_path)
    write_conduct(settings.home, header=header, query=query)
    [broken] = load_catalog(settings).broken
    assert fault in broken.fault and (broken.path.name, broken.line) == ("peeks.sql", line)
    assert broken.remedy


def test_counting_and_comparing_ids_is_fine(tmp_path: Path) -> None:
    settings = conduct_settings(tmp_path)
    header = HEADER.replace("count(*)", "count(distinct qa_staff_id)").replace(
        "handle: text", "handle: text, own: boolean, nth: bigint, odd: bigint"
    )
    more = (
        "count(*) as seen, min(qa_staff_id) = staff_id as own,\n"
        "row_number() over (order by staff_id) as nth,\n"
        "sum(case when staff_id > 3 then 1 else 0 end) as odd"
    )
    write_conduct(settings.home, header=header, query=QUERY.replace("count(*) as seen", more))
    assert load_catalog(settings).broken == ()


def test_an_open_team_has_no_confidential_columns(tmp_path: Path) -> None:
    settings = conduct_settings(tmp_path)
    team = settings.home / "sql/conduct/team.yaml"
    team.write_text(team.read_text().replace("confidential: true\n", ""))
    [broken] = load_catalog(settings).broken
    assert broken.line == 12 and "the team conduct is not confidential" in broken.fault
