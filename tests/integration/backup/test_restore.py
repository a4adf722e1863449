"""A restore brings what is whole, whatever became of the backup or of the restore before it."""

from __future__ import annotations

import shutil

from blocks.hub import Tenant
from flows.cli.exits import ExitCode
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


def test_hub_gets_its_name_when_the_disk_holds_all_else(place, monkeypatch):
    seen = []

    def sync():
        seen.append(sorted(path.name for path in (place / "home/hub").iterdir()))

    shutil.rmtree(place / "home")
    monkeypatch.setattr("os.sync", sync)
    restored(place)

    assert [["restoring.sqlite"]] == seen
