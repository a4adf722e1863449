"""The runbook's table of damage is walked: each part is damaged, shown, and mended as it says."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from blocks.hub import Tenant
from blocks.settings import PROJECT
from flows.cli import doctor
from flows.cli.exits import ExitCode
from ledger.fiscal_year import FiscalYear
from tasks.stores import open_stores
from tests.command_line import invoke
from tests.damaged_home import TENANT, books, lead_to, load, new_home
from tests.harnesses import toy

FILE = books((1, "5.00"), (2, "7.00"))
FETCHED = "fetched"
DISK = "disk"
"""What doctor says of the machine, which may be short."""

NEVER = ("should not happen", "untouched", "Traceback")
"""What no message about damage may say."""


@dataclass(frozen=True)
class Row:
    part: str
    damage: str
    shown_by: str
    says: str
    mended_by: tuple[str, ...]


def table():
    text = (PROJECT / "docs/runbook.md").read_text(encoding="utf-8")
    section = text.partition("## Something is damaged")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("| `"):
            part, damage, shown_by, says, _, mended_by = line.strip("| ").split(" | ")
            yield Row(part, damage, *commands(shown_by), says, commands(mended_by))


def commands(cell):
    return tuple(re.findall(r"`tasma ([^`]+)`", cell))


ROWS = list(table())


@pytest.fixture(scope="module")
def whole(tmp_path_factory, empty_hub):
    """A home with a tenant of files and a fetched one, its backup, and the toy system that runs."""
    place = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as environment, toy.opened(environment) as there:
        lead_to(place / "home", environment)
        new_home(place / "home", empty_hub)
        assert "published" == load(FILE, place).outcome
        with open_stores() as stores:
            stores.hub.tenants.add(
                Tenant(FETCHED, "Toy Oy", toy.NUMBER, country="FI", currency="EUR")
            )
            stores.hub.years.define(FETCHED, FiscalYear.parse("2025"))
            there.connect(stores.hub, FETCHED)
        done = invoke("ledger", "pull", FETCHED)
        assert ExitCode.DONE == done.exit_code, done.output
        assert ExitCode.DONE == invoke("backup", place / "backup").exit_code
        environment.setattr(doctor, "prefect_server", lambda: ("server", "grey", "not asked"))
        assert [] == lights()
        yield place


@pytest.fixture
def place(whole, tmp_path, monkeypatch):
    """A copy to be damaged, to which the settings lead."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    lead_to(tmp_path / "home", monkeypatch)
    return tmp_path


def turn(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def turn_blocks(path):
    content = bytearray(path.read_bytes())
    for place in range(3 * 4096 + 100, len(content), 4096):
        content[place] ^= 0xFF
    path.write_bytes(content)


def overwrite(path):
    path.write_bytes(b"nothing of ours" * 700)


def overwrite_pages(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    content = bytearray(path.read_bytes())
    for place in range(2 * 4096, len(content), 4096):
        content[place : place + 64] = b"\xff" * 64
    path.write_bytes(content)


def alter_row(path):
    with duckdb.connect(str(path)) as db:
        db.execute("update posting set amount = amount * 2 where voucher_key = 'A:1'")


DAMAGES = {
    "gone": Path.unlink,
    "gone without a backup": Path.unlink,
    "overwritten": overwrite,
    "emptied": lambda path: path.write_bytes(b""),
    "pages overwritten": overwrite_pages,
    "a block turned": turn_blocks,
    "a bit turned": turn,
    "a row altered": alter_row,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
}


def part_of(home, part):
    """Return the file that the table means."""
    landing = home / "lake/landing"
    stage = next((home / "lake/stage" / TENANT).glob("*/*"))
    extract = next((landing / FETCHED).glob("toy/*.manifest.zst"))
    return {
        "`warehouse/TENANT.duckdb`": home / f"warehouse/{TENANT}.duckdb",
        "`warehouse/TENANT.fence.json`": home / f"warehouse/{TENANT}.fence.json",
        "`hub/hub.sqlite`": home / "hub/hub.sqlite",
        "`landing/.../HASH.zst`": next((landing / TENANT).glob("*/*.zst")),
        "`landing/.../HASH.json`, noted beside it": next((landing / TENANT).glob("*/*.json")),
        "`landing/.../HASH.manifest.zst`, the parts of an extract": extract,
        "`landing/.../HASH.zst`, a part of an extract": next(
            path for path in (landing / FETCHED).glob("toy/*.zst") if path != extract
        ),
        "`stage/...`, a table": stage / "posting.parquet",
        "`stage/.../manifest.json`": stage / "manifest.json",
        "`lake/damaged.json`, what `lake verify` found": home / "lake/damaged.json",
    }[part]


def run(words, place):
    (place / "sent.se").write_bytes(FILE.encode("cp437"))
    put = {
        "TENANT": TENANT,
        "FETCHED": FETCHED,
        "FOLDER": place / "backup",
        "FILE": place / "sent.se",
    }
    return invoke(*(put.get(word, word) for word in words.split()))


def lights():
    """Return all that is red in doctor and in the status."""
    found = json.loads(invoke("doctor", "--json").stdout)
    red = [item for item in found if item["light"] == "red" and item["what"] != DISK]
    status = invoke("tenant", "status", "--json")
    if status.exit_code:
        return [*red, status.stderr]
    return [*red, *(row for row in json.loads(status.stdout) if row["light"] == "red")]


@pytest.mark.share(5)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.part.strip('`')[:32]} {row.damage}")
def test_damage_is_shown_named_and_mended_as_the_runbook_says(row, place):
    DAMAGES[row.damage](part_of(place / "home", row.part))

    shown = run(row.shown_by, place)

    said = " ".join(shown.output.split())
    assert row.says in said
    assert not [words for words in NEVER if words in said]
    if row.mended_by:
        assert [] != lights(), "nothing is green while it is damaged"
    mended = [run(words, place) for words in row.mended_by]
    assert [] == [done.output for done in mended if done.exit_code != ExitCode.DONE]
    assert [] == lights()
    if "lake verify" not in row.mended_by:
        done = run("lake verify" if row.shown_by == "lake verify" else "ledger verify --all", place)
        assert ExitCode.DONE == done.exit_code, done.output
        assert "damaged" not in done.output


def test_table_of_the_runbook_names_every_kind_of_damage():
    assert set(DAMAGES) == {row.damage for row in ROWS}
    assert len(ROWS) == len({(row.part, row.damage) for row in ROWS})
    assert len(ROWS) > 20
