"""A restore brings what is whole, whatever became of the backup or of the restore before it."""

from __future__ import annotations

import shutil

import pytest

from blocks.hub import Tenant
from blocks.hub.errors import HubGone
from flows.cli.exits import ExitCode
from flows.runs.dead_runs import _holds_lease
from flows.runs.hooks import end_run
from tasks import restoring
from tasks.stores import open_stores
from tests.command_line import invoke
from tests.damaged_home import TENANT, load
from tests.integration.backup.copies import SECOND, backed_up, restored


def test_restore_that_was_killed_leaves_nothing_that_the_next_one_takes_in(place, monkeypatch):
    load(SECOND, place)
    with open_stores() as stores:
        for number in range(60):
            stores.hub.tenants.add(Tenant(f"t{number}", "x" * 200))
    backed_up(place)
    shutil.rmtree(place / "home")
    hub = place / "home/hub"

    def dying(stores, tenant):
        """Keep the journal as a process leaves it that is killed here."""
        shutil.copy(hub / "restoring.sqlite-wal", place / "left")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "repair_tenant", dying)
        invoke("restore", place / "backup")
    shutil.move(place / "left", hub / "restoring.sqlite-wal")
    first = min((place / "backup").glob("2*"))
    restored_first = invoke("restore", first, "--replace")

    assert ExitCode.DONE == restored_first.exit_code, restored_first.output
    assert ["hub.sqlite"] == sorted(path.name for path in hub.iterdir())
    with open_stores() as stores:
        stores.hub.database.storage.require_whole()
        assert [TENANT] == [tenant.id for tenant in stores.hub.tenants]


def test_fence_that_was_damaged_in_the_backup_is_written_anew_above_all_that_is_recorded(place):
    (fence,) = (place / "backup").rglob("*.fence.json")
    fence.write_bytes(b"{")
    with open_stores() as stores:
        recorded = stores.warehouse.highest_token(TENANT)
    shutil.rmtree(place / "home")

    told = restored(place, code=ExitCode.FAILED)

    assert fence.name in told["lacking"][0]
    with open_stores() as stores:
        assert stores.warehouse.highest_token(TENANT) > recorded
    assert "published" == load(SECOND, place).outcome


@pytest.mark.parametrize("ask", [lambda run: end_run(run, reason="interrupted"), _holds_lease])
def test_run_that_ends_while_the_hub_is_gone_puts_no_empty_one_in_its_place(place, ask):
    shutil.rmtree(place / "home/hub")

    with pytest.raises(HubGone):
        ask("1" * 8)

    assert not (place / "home/hub/hub.sqlite").exists()


def test_hub_gets_its_name_when_the_disk_holds_all_else(place, monkeypatch):
    seen = []

    def sync():
        seen.append(sorted(path.name for path in (place / "home/hub").iterdir()))

    shutil.rmtree(place / "home")
    monkeypatch.setattr("os.sync", sync)
    restored(place)

    assert [["restoring.sqlite"]] == seen


def test_what_people_wrote_into_the_home_comes_back_and_what_is_there_stays(place):
    """A form that was being filled in, and own controls, without which loads are judged less."""
    home = place / "home"
    written = {"forms/acme.yaml": "filled", "controls/controls.csv": "a", "controls/own.sql": "b"}
    for name, text in written.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    (home / "controls" / "notes.bin").write_bytes(b"of nobody")
    invoke("backup", place / "backup")
    shutil.rmtree(home / "forms")
    (home / "controls" / "own.sql").unlink()
    (home / "controls" / "controls.csv").write_text("newer")
    (home / "controls" / "notes.bin").unlink()
    restored(place, "--replace")

    found = {name: (home / name).read_text() for name in written}
    assert written | {"controls/controls.csv": "newer"} == found
    assert not (home / "controls" / "notes.bin").exists()
