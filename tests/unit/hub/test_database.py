from __future__ import annotations

import datetime as dt
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from blocks.hub import Hub, HubBusy, HubUnusable, Tenant
from blocks.hub.network_disk import network_file_system
from blocks.hub.sqlite import SqliteFile
from blocks.hub.storage import BUSY_TIMEOUT_S
from ledger.errors import TransientError

MOUNTS = r"""
proc /proc proc rw 0 0
/dev/sda1 / ext4 rw,relatime 0 0
server:/export /mnt/share nfs4 rw 0 0
/dev/sdb1 /mnt/share/local xfs rw 0 0
//server/books /mnt/with\040space cifs rw 0 0
/dev/sdc1 /mnt/over ext4 rw 0 0
server:/x /mnt/over nfs rw 0 0
me@host: /mnt/ssh fuse.sshfs rw 0 0
"""


@pytest.fixture
def mounts(tmp_path):
    path = tmp_path / "mounts"
    path.write_text(MOUNTS.lstrip())
    return path


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/hub", None),
        ("/mnt/share/hub", "nfs4"),
        ("/mnt/share/local/hub", None),
        ("/mnt/shared/hub", None),
        ("/mnt/with space/hub", "cifs"),
        ("/mnt/over/hub", "nfs"),
        ("/mnt/ssh", "fuse.sshfs"),
    ],
)
def test_network_disk_is_told_by_the_deepest_mount(mounts, folder, kind):
    assert kind == network_file_system(Path(folder), mounts=mounts)


def test_system_that_lists_no_mounts_has_no_network_disks(tmp_path):
    assert network_file_system(tmp_path, mounts=tmp_path / "absent") is None


def test_link_into_a_network_disk_is_followed(mounts, tmp_path):
    link = tmp_path / "hub"
    link.symlink_to("/mnt/share")

    assert network_file_system(link / "hub.sqlite", mounts=mounts) == "nfs4"


def test_hub_on_a_network_disk_is_refused(mounts, tmp_path):
    mounts.write_text(f"server:/x {tmp_path} nfs rw 0 0\n")

    with pytest.raises(HubUnusable, match=r"network disk \(nfs\).*TASMA_HUB_URL"):
        SqliteFile(tmp_path / "hub.sqlite", mounts=mounts)


@pytest.mark.parametrize(
    "url",
    ["", "hub.sqlite", "sqlite://", "sqlite:///:memory:", "mysql://someone:hunter2@db/hub"],
)
def test_address_that_is_no_hub_s_is_refused_without_repeating_secrets(url):
    with pytest.raises(HubUnusable, match="expected") as refusal:
        Hub(url)

    assert "hunter2" not in str(refusal.value)


def test_folder_of_a_new_hub_is_made(tmp_path):
    with Hub(f"sqlite:///{tmp_path}/a/b/hub.sqlite") as hub:
        hub.migrate()

    assert (tmp_path / "a" / "b" / "hub.sqlite").exists()


def test_each_connection_is_durable_and_keeps_references(hub):
    with hub.database.writing() as connection:
        settings = [
            connection.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]

    assert settings == ["wal", 2, 1, 1]


def test_failed_transaction_leaves_nothing(hub, acme):
    def fail():
        with hub.database.writing() as connection:
            hub.events.record(connection, "run", "half done")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert hub.events.recent(kind="run") == []


def test_writer_that_waits_too_long_is_told_to_try_again(hub_url, hub):
    with Hub(hub_url, busy_timeout_s=0.1) as impatient, hub.database.writing():
        began = time.monotonic()
        with pytest.raises(HubBusy, match="stayed locked by another process") as busy:
            impatient.tenants.add(Tenant("acme", "Acme AB"))

        assert 0.1 <= time.monotonic() - began < BUSY_TIMEOUT_S
    assert isinstance(busy.value, TransientError)


def test_file_that_is_no_database_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "hub.sqlite").write_bytes(b"no database " * 1_000)

    with (
        Hub(f"sqlite:///{tmp_path}/hub.sqlite") as hub,
        pytest.raises(HubUnusable, match=r"is damaged \(file is not a database\)"),
    ):
        hub.migrate()


def test_error_of_ours_is_not_blamed_on_the_file(hub):
    with hub.database.reading() as connection, pytest.raises(OperationalError, match="no such"):
        connection.exec_driver_sql("select 1 from nowhere")


def test_reader_is_not_kept_waiting_by_a_writer(hub_url, hub, acme):
    with Hub(hub_url, busy_timeout_s=0.0) as reader, hub.database.writing() as connection:
        hub.events.record(connection, "run", "not yet committed")

        assert reader.tenants.get(acme).name == "Acme AB"
        assert reader.events.recent(kind="run") == []


def test_threads_may_share_a_hub(hub):
    names = [f"t{number}" for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: hub.tenants.add(Tenant(name, name)), names))

    assert sorted(names) == [tenant.id for tenant in hub.tenants]


def test_forked_child_opens_a_connection_of_its_own(hub, acme):
    """SQLite loses its locks when a connection is carried through fork()."""

    def connection_in_use():
        with hub.database.reading() as connection:
            return connection.connection.driver_connection

    inherited = connection_in_use()
    assert inherited is connection_in_use()
    pid = os.fork()
    if not pid:
        try:
            hub.tenants.update(acme, name="Child AB")
            os._exit(0 if connection_in_use() is not inherited else 2)
        finally:
            os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert hub.tenants.get(acme).name == "Child AB"


def test_time_without_a_zone_is_refused(hub_url):
    naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with Hub(hub_url, clock=lambda: naive) as hub, pytest.raises(Exception, match="no time zone"):
        hub.tenants.add(Tenant("acme", "Acme AB"))


def test_time_in_another_zone_is_kept_as_the_same_moment(hub_url):
    stockholm = dt.timezone(dt.timedelta(hours=1))
    now = dt.datetime(2026, 1, 1, 13, 0, tzinfo=stockholm)
    with Hub(hub_url, clock=lambda: now) as hub:
        hub.tenants.add(Tenant("acme", "Acme AB"))
        kept = hub.tenants.get("acme").created_at

    assert (now, dt.timedelta(0)) == (kept, kept.utcoffset())
