"""Sweeps over a real SFTP server, with the pipeline of the runs in this very process."""

from __future__ import annotations

import asyncio
import os
import re

import pytest

from blocks.hub.pickups import Pickup
from blocks.hub.states import PickupState
from flows.runs import file_runs
from flows.sftp_sweep import SILENCE, SILENT_AFTER, _silence
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.sftp import SftpSimulator
from tasks.pickup import poll
from tasks.pickup.polled import End
from tasks.pickup.taking import STALLED, Taking
from tasks.shards import shard_of
from tests.sftp_place import BOTH, LOGIN, PASSWORD, SIMULATED, account, on_each_server
from tests.sftp_runs import ACME, OTHER, balances, below, reason

STALLED_MINUTES = STALLED.total_seconds() / 60


def events(stores, kind):
    return [event.message for event in stores.hub.events.recent(tenant="acme", kind=kind)]


@pytest.mark.requirement("R-FIN-22b", "R-FIN-20c")
def test_a_whole_file_is_loaded_once_and_archived_and_another_poll_does_nothing(
    polled, stores, folder, runs
):
    (folder / "books.se").write_bytes(ACME.sie())
    first = polled()["acme"]
    assert {End.FILED: 1} == first.ends
    assert balances(stores)
    assert ["processed/books.se"] == below(folder)

    again = polled()["acme"]
    assert again.is_idle
    assert 1 == len(runs.by_key)
    assert {} == stores.hub.pickups.files("acme")


@pytest.mark.requirement("R-FIN-22a")
def test_a_file_that_grows_between_the_two_looks_is_left_alone(polled, folder, runs, monkeypatch):
    books = folder / "books.se"
    books.write_bytes(ACME.sie()[:500])
    sleep = asyncio.sleep

    async def growing(seconds):
        with books.open("ab") as file:
            file.write(b"x")
        await sleep(seconds)

    monkeypatch.setattr(poll.asyncio, "sleep", growing)
    found = polled()["acme"]

    assert {End.WAITING: 1} == +found.ends
    assert {} == runs.by_key
    assert ["books.se"] == below(folder)


@pytest.mark.requirement("R-FIN-22c")
def test_the_same_bytes_under_another_name_are_recognised_by_their_hash(
    polled, stores, folder, runs
):
    (folder / "books.se").write_bytes(ACME.sie())
    polled()
    (folder / "copy.se").write_bytes(ACME.sie())
    found = polled()["acme"]

    assert {End.FILED: 1} == found.ends
    assert 1 == len(runs.by_key), "no run was needed"
    assert "duplicate" == stores.hub.files.recent("acme")[0].outcome
    assert ["processed/books.se", "processed/copy.se"] == below(folder)


@on_each_server
def test_a_correction_of_the_same_name_and_size_within_the_second_is_loaded(
    polled, stores, folder, runs
):
    content = ACME.sie()
    changed = content.replace(b"#FNAMN", b"#fnamn", 1)
    (folder / "books.se").write_bytes(content)
    runs.keeps_running = True
    assert {End.AT_WORK: 1} == polled()["acme"].ends
    before = (folder / "books.se").stat()
    (folder / "books.se").write_bytes(changed)
    os.utime(folder / "books.se", ns=(before.st_atime_ns, before.st_mtime_ns))
    (first,) = runs.by_key.values()
    first.state = file_runs.State(type="COMPLETED", name="Published")
    runs.keeps_running = False

    assert {End.WAITING: 1} == polled()["acme"].ends, "other bytes lie there, and nothing is moved"
    assert {End.FILED: 1} == polled()["acme"].ends
    assert 2 == len(runs.by_key)
    assert changed == (folder / "processed" / "books.se").read_bytes()


@pytest.mark.requirement("R-FIN-22e")
def test_a_server_that_may_only_be_read_gives_a_file_once(polled, stores, folder, server, runs):
    server.faults.is_read_only = True
    (folder / "books.se").write_bytes(ACME.sie())
    for _ in range(4):
        assert {End.STAYS: 1} == polled()["acme"].ends
    (kept,) = stores.hub.pickups.files("acme").values()
    assert PickupState.KEPT is kept.state
    before = server.faults.reads
    assert polled()["acme"].is_idle

    assert before == server.faults.reads
    assert 1 == len(runs.by_key)
    (folder / "books.se").write_bytes(ACME.sie() + b"\n")
    polled()
    assert 2 == len(runs.by_key), "what changed is new"


@pytest.mark.requirement("R-FIN-23a", "R-FIN-23d")
def test_a_wrong_name_is_put_aside_in_the_customers_language_and_others_are_unaffected(
    polled, stores, folder
):
    stores.hub.tenants.update("beta", country="FI")
    for tenant, where in (("acme", "a"), ("beta", "b")):
        (folder / where).mkdir()
        stores.hub.pickups.agree(
            Pickup(tenant, "sftp-account/acme", f"/{where}", file_pattern=f"{tenant}-*.se"),
            who="me",
        )
    (folder / "b" / "tilit.se").write_bytes(OTHER.sie())
    (folder / "a" / "acme-1.se").write_bytes(ACME.sie())
    found = polled()

    assert {End.PUT_ASIDE: 1} == found["beta"].ends
    why = reason(folder / "b", "tilit.se")
    assert "Sovittu nimi: beta-*.se" in why
    assert "Expected: beta-*.se" in why
    assert {End.FILED: 1} == found["acme"].ends
    assert balances(stores)


@pytest.mark.requirement("R-FIN-23b", "R-FIN-23c")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("books.csv", b"Fel;rubrik\n1;2\n"),
        ("utf16.csv", "voucher;date\n1;2\n".encode("utf-32")),
        ("nothing.se", b"#FLAGGA 0\n"),
    ],
)
def test_a_wrong_header_or_encoding_is_put_aside_with_its_reason(
    polled, stores, folder, name, content
):
    (folder / name).write_bytes(content)
    assert {End.PUT_ASIDE: 1} == polled()["acme"].ends

    why = reason(folder, name)
    assert "togs inte emot" in why
    assert len(why.split("\n\n", 1)[1]) > 60
    assert [] == stores.warehouse.units("acme")
    told = [one.message for one in stores.hub.events.recent(tenant="acme", kind="pickup")]
    assert 1 == len([text for text in told if text.startswith(f"{name} was put aside: ")])


def test_an_empty_file_is_waited_for_and_then_put_aside(polled, folder, runs):
    """Some servers show an upload before its first bytes."""
    (folder / "empty.se").touch()
    assert {End.WAITING: 1} == polled()["acme"].ends
    assert {End.PUT_ASIDE: 1} == polled(minutes=STALLED_MINUTES)["acme"].ends

    assert "0 byte" in reason(folder, "empty.se")
    assert {} == runs.by_key


@on_each_server
def test_a_file_of_another_company_is_held_and_reaches_nobody(polled, stores, folder):
    (folder / "books.se").write_bytes(OTHER.sie())
    assert {End.FILED: 1} == polled()["acme"].ends

    assert "held" == stores.hub.files.recent("acme")[0].outcome
    assert [] == stores.warehouse.units("acme")
    assert ["processed/books.se"] == below(folder), "held is taken in: a person of ours decides"


def cut(content, where):
    """Return where an upload stalls: an hour later it may go on from there."""
    vouchers = [at.start() for at in re.finditer(rb"^#VER", content, re.MULTILINE)]
    middle = vouchers[len(vouchers) // 2]
    places = {
        "in a line": middle + 3,
        "behind the line of a voucher": content.index(b"\n", middle) + 1,
        "in a voucher, behind a row": content.index(b"\n", content.index(b"#TRANS", middle)) + 1,
        "between two vouchers": middle,
        "before the vouchers": vouchers[0],
        "before the balances": content.index(b"#UB"),
        "before the last sign": len(content.rstrip()) - 1,
    }
    return content[: places[where]]


@pytest.mark.requirement("R-FIN-22d")
@pytest.mark.share(3)
@pytest.mark.parametrize(
    "where",
    [
        "in a line",
        "behind the line of a voucher",
        "in a voucher, behind a row",
        "between two vouchers",
        "before the vouchers",
        "before the balances",
        "before the last sign",
    ],
)
def test_an_upload_that_stalls_is_waited_for_and_taken_whole(polled, stores, folder, runs, where):
    """Longer than the longest interval, wherever in the file it stalls."""
    stores.hub.pickups.agree(Pickup("acme", "sftp-account/acme", "/", poll_minutes=20), who="me")
    content = ACME.sie()
    (folder / "books.se").write_bytes(cut(content, where))
    for _ in range(2):
        assert {End.WAITING: 1} == polled(20)["acme"].ends
    assert {} == runs.by_key
    (folder / "books.se").write_bytes(content)

    assert {End.FILED: 1} == polled(20)["acme"].ends
    assert balances(stores)


def test_a_file_that_stays_without_its_end_is_put_aside_after_a_while(polled, folder, runs):
    (folder / "books.se").write_bytes(ACME.sie()[:1_001])
    polled()
    found = polled(minutes=STALLED_MINUTES)["acme"]

    assert 1 == len(runs.by_key)
    assert 0 == found.ends[End.WAITING]


@pytest.mark.requirement("R-FIN-21a", "R-FIN-21b", "R-FIN-21c")
def test_polls_of_a_tenant_never_overlap_and_a_long_load_takes_its_file_once(
    polled, stores, folder, runs, clock
):
    (folder / "books.se").write_bytes(ACME.sie())
    stores.hub.pickups.agree(Pickup("acme", "sftp-account/acme", "/", poll_minutes=1), who="me")
    runs.keeps_running = True
    for _ in range(3):
        assert {End.AT_WORK: 1} == polled(minutes=1)["acme"].ends
    assert 1 == len(runs.by_key)

    assert {} == polled(minutes=0), "it is not due again before its interval is over"
    lease = stores.hub.leases.acquire("acme/pickup", holder="another sweep")
    assert {} == polled(minutes=1), "a tick that comes while a poll goes on is skipped"
    stores.hub.leases.release(lease)
    stores.hub.leases.acquire("acme/pickup", holder="another sweep")
    stores.hub.pickups.agree(Pickup("beta", "sftp-account/acme", "/"), who="me")
    assert ["beta"] == list(polled(minutes=1)), "who shares the login is not kept waiting"


def test_a_run_that_died_is_started_again(polled, stores, folder, runs):
    runs.crashes = 2
    (folder / "books.se").write_bytes(ACME.sie())
    assert {End.FILED: 1} == polled()["acme"].ends
    assert 3 == len(runs.by_key)
    assert balances(stores)


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        *((SIMULATED, moment) for moment in ("_is_published", "_follow", "file_away")),
        *((kind, "file_away") for kind in BOTH),
    ],
)
def test_a_kill_after_landing_before_the_run_or_before_the_move_loses_and_doubles_nothing(  # noqa: PLR0917 - fixtures
    polled, stores, folder, runs, monkeypatch, moment
):
    (folder / "books.se").write_bytes(ACME.sie())
    with monkeypatch.context() as patch:
        where = Taking if moment == "file_away" else poll.Poll
        patch.setattr(where, moment, killed if moment != "_is_published" else killed_in_thread)
        with pytest.raises(KeyboardInterrupt):
            polled()
    assert (moment == "file_away") == bool(balances(stores))
    assert ["books.se"] == below(folder)

    assert {End.FILED: 1} == polled(minutes=61)["acme"].ends
    assert balances(stores)
    assert 1 == len(runs.by_key)
    assert ["processed/books.se"] == below(folder)


async def killed(*_about, **_how):
    raise KeyboardInterrupt


def killed_in_thread(*_about):
    raise KeyboardInterrupt


@pytest.mark.requirement("R-FIN-30a", "R-FIN-30b", "R-FIN-31b")
def test_the_same_file_by_hand_at_noon_and_by_sftp_loads_one_ledger(
    polled, stores, folder, runs, tmp_path
):
    path = tmp_path / "noon.se"
    path.write_bytes(ACME.sie())
    asyncio.run(by_hand(runs, path))
    at_noon = balances(stores)
    assert at_noon
    (folder / "books.se").write_bytes(ACME.sie())
    polled()

    assert at_noon == balances(stores)
    assert 1 == len(stores.hub.loads.of_unit("acme", FiscalYear.parse("2024")))
    (folder / "later.se").write_bytes(ACME.sie() + b"\n")
    assert {End.FILED: 1} == polled()["acme"].ends
    assert at_noon == balances(stores)


async def by_hand(runs, path):
    await runs(
        "import-file/import-file",
        parameters={"tenant": "acme", "path": str(path), "sha256": ""},
        idempotency_key="by hand",
        flow_run_name="by hand",
    )


def test_files_that_wait_for_prerequisites_are_not_fetched(polled, stores, folder, server, runs):
    stores.hub.openings.begin("acme")
    (folder / "books.se").write_bytes(ACME.sie())
    for _ in range(3):
        found = polled()["acme"]
        assert {End.WAITING: 1} == +found.ends
    assert "form" in found.waits_for
    assert 0 == server.faults.reads
    assert ["books.se"] == below(folder)


def test_what_is_in_the_way_of_one_login_is_its_own_line_and_told_once(
    polled, stores, folder, server
):
    polled.accounts["sftp-account/beta"] = account(server, host_keys="")
    stores.hub.pickups.agree(Pickup("beta", "sftp-account/beta", "/"), who="me")
    (folder / "books.se").write_bytes(ACME.sie())
    found = polled()

    assert {End.FILED: 1} == found["acme"].ends
    assert "No host key" in found["beta"].problem
    assert found["beta"].is_new_problem
    assert not polled()["beta"].is_new_problem
    polled.accounts["sftp-account/beta"] = account(server)
    assert "" == polled()["beta"].problem


def test_a_host_key_that_changed_stops_the_tenant_until_it_is_pinned(
    polled, stores, folder, tmp_path
):
    with SftpSimulator(tmp_path / "own", {LOGIN: PASSWORD}) as server:
        polled.accounts["sftp-account/acme"] = account(server)
        assert "" == polled()["acme"].problem
        (server.folder(LOGIN) / "books.se").write_bytes(ACME.sie())
        server.change_host_key()
        found = polled()["acme"]
        assert "none of those pinned" in found.problem
        assert [] == stores.warehouse.units("acme")
        polled.accounts["sftp-account/acme"] = account(server)
        assert {End.FILED: 1} == polled()["acme"].ends


def test_tenants_that_share_a_login_share_one_connection(polled, stores, folder, server):
    stores.hub.pickups.agree(Pickup("beta", "sftp-account/acme", "/b"), who="me")
    (folder / "b").mkdir()
    before = server.connections
    assert {"acme", "beta"} == set(polled())

    assert before + 1 == server.connections


@pytest.mark.requirement("R-FIN-23e")
def test_silence_is_told_once_after_36_hours(polled, stores, clock):
    found = polled()["acme"]
    assert "" == _silence(stores, found)
    clock.now += SILENT_AFTER
    assert "36 hours" in _silence(stores, found)

    assert "" == _silence(stores, found)
    assert 1 == len(events(stores, SILENCE))


def test_every_tenant_is_in_one_shard_with_those_of_its_login():
    pickups = [Pickup(f"t{n}", f"sftp-account/b{n // 2}", "/") for n in range(100)]
    shards = [shard_of(item.block, 4) for item in pickups]

    assert {0, 1, 2, 3} == set(shards)
    assert shards[::2] == shards[1::2]


@pytest.fixture
def shared(stores, folder):
    """Let both tenants have their files put into one folder, under any name, by one login."""
    stores.hub.pickups.agree(Pickup("beta", "sftp-account/acme", "/"), who="me")
    return folder


@pytest.mark.requirement("R-FIN-P5")
def test_files_of_two_companies_by_one_login_land_in_their_own_tenants_by_their_numbers(
    polled, stores, shared
):
    (shared / "one.se").write_bytes(OTHER.sie())
    (shared / "two.se").write_bytes(ACME.sie())
    found = polled()

    # The other's file is another's, or gone already: its owner's poll goes on at the same time.
    assert [1, 1] == [found[tenant].ends[End.FILED] for tenant in ("acme", "beta")]
    assert ACME.trial_balance() == balances(stores)
    assert OTHER.trial_balance() == balances(stores, "beta")
    assert ["processed/one.se", "processed/two.se"] == below(shared)
    landed = {tenant: stores.lake.landed_of(tenant, "sie") for tenant in ("acme", "beta")}
    assert [1, 1] == [len(found) for found in landed.values()], "nobody has another's bytes"


@pytest.mark.requirement("R-FIN-P5")
def test_a_shared_file_that_says_nobodys_number_is_put_aside_and_lands_nowhere(
    polled, stores, shared
):
    stranger = Company(5, calendar_years(2024, 2024), 20)
    numberless = ACME.sie().replace(b"#ORGNR", b"#PROSA")
    (shared / "stranger.se").write_bytes(stranger.sie())
    (shared / "numberless.se").write_bytes(numberless)
    found = polled()

    assert {End.PUT_ASIDE: 2} == +found["acme"].ends
    assert "organisation number" in reason(shared, "numberless.se")
    assert [] == stores.lake.landed_of("acme", "sie") + stores.lake.landed_of("beta", "sie")
    assert [] == stores.warehouse.units("acme") + stores.warehouse.units("beta")


def test_a_shared_file_of_a_tenant_that_is_not_open_waits_and_is_looked_at_again_later(
    polled, stores, shared, server
):
    stores.hub.openings.begin("beta")
    (shared / "one.se").write_bytes(OTHER.sie())
    first = polled()
    reads = server.faults.reads
    soon = polled()

    assert {End.ANOTHERS: 1} == +first["acme"].ends == +soon["acme"].ends
    assert reads == server.faults.reads, "it is not fetched at every poll"
    assert first["acme"].is_idle
    stores.hub.tenants.update("beta", organisation_number="5560004615")
    stores.hub.tenants.update(
        "acme", organisation_number=OTHER.organisation_number.replace("-", "")
    )
    polled(minutes=61)
    assert OTHER.trial_balance() == balances(stores), "whose number it was is corrected meanwhile"
