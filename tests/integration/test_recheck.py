"""What is published is asked about again by the controls of today, from stage or landing."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from sqlalchemy import text as sql

from blocks.controls.catalogue import CATALOGUE
from blocks.hub import models
from flows.cli.exits import ExitCode
from flows.cli.local import publish_here
from flows.runs.in_turn import in_turn
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import NothingHeld, accept_breaks, reject_hold
from tasks.from_landing import evidence_of
from tasks.pruning import keep
from tasks.recheck import ReadOtherwise, published_units, recheck_unit

Y2024 = FiscalYear.parse("2024")
ACME = Unit("acme", Y2024)
NOBODY_WATCHES = {"watch": lambda _step: None}

HEAD = """#FLAGGA 0
#PROGRAM "Exempel" 1
#SIETYP 4
#ORGNR 556000-0001
#FNAMN "Exempel AB"
#RAR 0 20240101 20241231
#KONTO 1930 Bank
#UB 0 1930 0.00
"""


def books(*numbers, amount="5.00"):
    return HEAD + "".join(
        f'#VER A {number} 20240301 ""\n'
        f"{{\n#TRANS 1930 {{}} {amount}\n#TRANS 1930 {{}} -{amount}\n}}\n"
        for number in numbers
    )


GAP = books(1, 3)
WHOLE = books(1, 2, 3)


@pytest.fixture
def ask(stores):
    def ask(tenant=""):
        async def answers():
            units = published_units(stores, tenant=tenant)
            return [item async for item in in_turn(stores, units, recheck_unit)]

        return asyncio.run(answers())

    return ask


@pytest.fixture
def stricter(tmp_path, monkeypatch):
    """From now on a gap in a series blocks."""

    def stricter():
        path = tmp_path / "controls.csv"
        rows = CATALOGUE.read_text(encoding="utf-8")
        path.write_text(rows.replace("\nseries_gaps,*,*,warns", "\nseries_gaps,*,*,blocks"))
        monkeypatch.setattr("blocks.controls.catalogue.CATALOGUE", path)

    return stricter


@pytest.fixture
def status(stores):
    def status():
        (row,) = stores.hub.overview(tenant="acme")
        return row

    return status


def files(stores):
    folder = stores.warehouse.root
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def forget_loads(stores):
    """Leave of the loads what a hub has that was set up anew: the units alone."""
    with stores.hub.database.writing() as connection:
        for table in (models.control_break, models.control_result, models.load):
            connection.execute(table.delete())


def stage_folder(stores):
    return stores.lake.place_of(stores.hub.loads.published("acme", Y2024).stage_folder)


def test_what_agrees_stays_as_it_is(stores, take, ask, status):
    take(GAP)
    before, unit = files(stores), stores.hub.units.find("acme", Y2024)

    assert [item.outcome for item in ask()] == ["agrees"]
    assert (before, unit) == (files(stores), stores.hub.units.find("acme", Y2024))
    assert status().light == "green"


def test_what_would_hold_now_turns_red_and_stays_readable(stores, take, ask, stricter, status):
    published = take(GAP)
    told = stores.hub.loads.results(published.load.load_id)
    before = files(stores)
    stricter()

    (found,) = ask()

    assert found.outcome == "held"
    assert (status().light, status().status) == ("red", "held")
    assert "asked again: series_gaps (1 break" in status().reason
    assert before == files(stores)
    assert told == stores.hub.loads.results(published.load.load_id)
    with stores.warehouse.read("acme") as db:
        assert db.execute("select count(*) from voucher").fetchone() == (2,)


def test_such_a_hold_is_accepted_and_the_light_goes_out(stores, take, ask, stricter, status):
    take(GAP)
    stricter()
    ask()

    left = accept_breaks(
        stores, ACME, controls=(), reason="known", accepted_by="A. Person", expires_on=None
    )
    publish_here(stores, ACME, **NOBODY_WATCHES)

    assert left == []
    assert (status().light, status().status) == ("green", "published")
    assert [item.outcome for item in ask()] == ["agrees"]
    assert take(GAP).outcome == "unchanged"


def test_such_a_hold_is_rejected_and_the_year_is_published_as_before(
    stores, take, ask, stricter, status
):
    take(GAP)
    stricter()
    ask()

    reject_hold(stores, ACME, reason="the control is wrong here", rejected_by="A. Person")

    assert (status().light, status().status) == ("green", "published")


def test_such_a_hold_is_replaced_by_a_corrected_file(take, ask, stricter, status):
    take(GAP)
    stricter()
    ask()

    assert take(WHOLE).outcome == "published"
    assert (status().light, status().status) == ("green", "published")


def test_repair_leaves_such_a_hold_as_it_is(stores, take, ask, stricter, status):
    take(GAP)
    stricter()
    ask()

    stores.hub.repair("acme", [stores.warehouse.load_record("acme", Y2024)])

    assert status().status == "held"


def test_hold_of_a_recheck_is_settled_when_what_is_published_agrees_again(
    stores, take, ask, status
):
    take(GAP)
    before = stores.warehouse.load_record("acme", Y2024)
    stores.hub.tenants.update("acme", organisation_number="5560000027")
    assert [item.outcome for item in ask()] == ["held"]
    stores.hub.tenants.update("acme", organisation_number="5560000001")

    assert [item.outcome for item in ask()] == ["agrees"]
    assert (status().light, status().status, status().hold) == ("green", "published", "")
    assert before == stores.warehouse.load_record("acme", Y2024)
    assert take(GAP).outcome == "unchanged"


def test_agreement_of_what_is_published_settles_no_hold_of_another_companys_file(
    stores, take, ask, status
):
    """Its rows are the published ones, and whose they are is no part of the rows."""
    take(GAP)
    held = take(GAP.replace("556000-0001", "556000-0027"))

    assert held.load.staged.digest == stores.warehouse.load_record("acme", Y2024).digest
    assert [item.outcome for item in ask()] == ["agrees"]
    assert (status().light, status().hold) == ("red", held.load.load_id)


def test_file_that_is_held_already_is_left_to_be_judged_first(stores, take, ask, stricter):
    take(GAP)
    held = take(WHOLE.replace("-5.00", "-4.00"))
    stricter()

    (found,) = ask()

    assert found.outcome == "would hold"
    assert found.reason.startswith("series_gaps (1 break")
    assert found.reason.endswith("decide on what is held first, then ask again.")
    assert ExitCode(found.outcome.exit_code) is ExitCode.HELD
    assert stores.hub.holds.find("acme", Y2024).load_id == held.load.load_id


@pytest.mark.parametrize("damage", ["pruned", "older", "turned bit"])
def test_stage_that_cannot_be_used_is_made_again_from_what_was_received(stores, take, ask, damage):
    take(GAP)
    folder = stage_folder(stores)
    if damage == "pruned":
        shutil.rmtree(folder)
    elif damage == "older":
        (folder / "manifest.json").write_text('{"stage_format": 2, "digest_version": 1}')
    else:
        path = folder / "posting.parquet"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    assert [item.outcome for item in ask()] == ["agrees"]
    assert (folder / "manifest.json").exists()


def test_year_of_which_stage_and_file_are_gone_is_said_and_stops_no_other(stores, take, ask):
    take(GAP)
    take(books(1).replace("2024", "2025"))
    shutil.rmtree(stage_folder(stores))
    (landed,) = (
        path
        for path in (stores.lake.root / "landing").rglob("*.zst")
        if path.stem == stores.warehouse.load_record("acme", Y2024).landed_sha256
    )
    landed.unlink()

    first, second = ask("acme")

    assert (first.outcome, second.outcome) == ("failed", "agrees")
    assert "not in the lake any more" in first.reason


def test_file_that_this_release_reads_otherwise_is_not_taken_for_what_is_published(
    stores, take, ask
):
    judged = take(GAP).load.load_id
    assert take(GAP).outcome == "unchanged"
    shutil.rmtree(stage_folder(stores))
    with stores.hub.database.writing() as connection:
        landed = stores.lake.land("acme", "sie", WHOLE.encode(), file_name="other.se")
        connection.execute(sql("update load set landed_sha256 = :sha"), {"sha": landed.sha256})

    (found,) = ask()

    assert found.outcome == "failed"
    assert "reads the file" in found.reason
    assert stores.hub.loads.judged_of_unit("acme", Y2024).load_id == judged


def test_load_that_the_hub_has_forgotten_is_asked_about_all_the_same(stores, take, ask):
    take(GAP)
    with stores.hub.database.writing() as connection:
        connection.execute(sql("update unit set published_load_id = ''"))

    assert [item.outcome for item in ask()] == ["agrees"]


def test_unit_that_somebody_works_on_is_said_to_be_busy(stores, take, ask):
    take(GAP)
    with stores.hub.unit_lease("acme", Y2024, holder="a night"):
        (found,) = ask()

    assert found.outcome == "busy"


@pytest.mark.parametrize("damage", ["pruned", "older", "turned bit"])
def test_hold_is_published_from_what_was_received_when_its_stage_cannot_be_used(
    stores, take, damage
):
    """A bit of a text that turned between hold and acceptance was published before."""
    held = take(WHOLE.replace("#UB 0 1930 0.00", "#UB 0 1930 1.00"))
    assert held.outcome == "held"
    digest, folder = held.load.staged.digest, held.load.staged.folder
    accept_breaks(
        stores, ACME, controls=(), reason="known", accepted_by="A. Person", expires_on=None
    )
    if damage == "pruned":
        shutil.rmtree(folder)
    elif damage == "older":
        (folder / "manifest.json").write_text('{"stage_format": 2, "digest_version": 1}')
    else:
        content = bytearray((folder / "voucher.parquet").read_bytes())
        content[len(content) // 2] ^= 1
        (folder / "voucher.parquet").write_bytes(content)

    published = publish_here(stores, ACME, **NOBODY_WATCHES)

    assert published.outcome == "published"
    assert stores.warehouse.load_record("acme", Y2024).digest == digest
    assert stores.warehouse.verify("acme", Y2024).is_intact


def test_hold_of_which_stage_and_file_are_damaged_is_not_published(stores, take):
    held = take(WHOLE.replace("#UB 0 1930 0.00", "#UB 0 1930 1.00"))
    accept_breaks(
        stores, ACME, controls=(), reason="known", accepted_by="A. Person", expires_on=None
    )
    shutil.rmtree(stores.lake.root / "landing")
    path = held.load.staged.parquet("voucher")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(Exception, match="not in the lake any more"):
        publish_here(stores, ACME, **NOBODY_WATCHES)

    assert stores.warehouse.load_record("acme", Y2024) is None


def test_published_year_that_this_release_reads_otherwise_is_not_published_under_its_old_load(
    stores, take
):
    take(GAP)
    before = stores.warehouse.load_record("acme", Y2024)
    shutil.rmtree(stage_folder(stores))
    landed = stores.lake.land("acme", "sie", WHOLE.encode(), file_name="other.se")
    with stores.hub.database.writing() as connection:
        connection.execute(sql("update load set landed_sha256 = :sha"), {"sha": landed.sha256})

    with pytest.raises(ReadOtherwise, match=before.load_id):
        publish_here(stores, ACME, **NOBODY_WATCHES)
    assert before == stores.warehouse.load_record("acme", Y2024)


def test_published_year_that_only_the_warehouse_knows_is_not_published_again(stores, take):
    take(GAP)
    forget_loads(stores)

    with pytest.raises(NothingHeld):
        publish_here(stores, ACME, **NOBODY_WATCHES)


def test_hold_of_a_recheck_shows_what_is_found_now(stores, take, ask, stricter, status):
    take(GAP)
    stores.hub.tenants.update("acme", organisation_number="5560000027")
    ask()
    stores.hub.tenants.update("acme", organisation_number="5560000001")
    stricter()
    hold = status().hold

    assert [item.outcome for item in ask()] == ["held"]
    assert status().hold == hold
    assert status().reason.startswith("published earlier, asked again: series_gaps (1 break")
    broken = [item.control for item in stores.hub.loads.results(hold) if item.holds]
    assert broken == ["series_gaps"]


def test_hold_of_a_recheck_that_finds_the_same_is_not_said_again(stores, take, ask, stricter):
    take(GAP)
    stricter()
    ask()
    before = stores.hub.events.recent()

    ask()

    assert before == stores.hub.events.recent()


def test_what_only_the_warehouse_knows_to_be_published_keeps_its_file_stage_and_evidence(
    stores, take
):
    take(GAP)
    folder, record = stage_folder(stores), stores.warehouse.load_record("acme", Y2024)
    asked = stores.lake.land(
        "acme", evidence_of("fortnox"), b"what the source was asked", file_name="asked"
    )
    forget_loads(stores)

    kept = keep(stores, {"acme"})

    assert {record.landed_sha256, asked.sha256} <= kept.landed
    assert stores.lake.address_of(folder) in kept.staged


def test_warning_that_a_hub_has_lost_is_back_when_the_file_is_loaded_again(stores, take, status):
    damaged = GAP.replace("Bank", "B\ufffdnk")
    take(damaged, encoding="utf-8")
    warned = status().reason
    forget_loads(stores)
    stores.hub.repair("acme", [stores.warehouse.load_record("acme", Y2024)])

    assert take(damaged, encoding="utf-8").outcome == "published"
    assert "damaged_text" in warned
    assert warned == status().reason
