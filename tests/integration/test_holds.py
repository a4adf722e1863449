"""A hold stays open until it is published, replaced by a later whole year, or rejected."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text as sql

from blocks.hub import Refused, Tenant, UnitState
from flows.cli.local import import_here, publish_here
from flows.runs.held import staged_load
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import NothingHeld, accept_breaks, reject_hold
from tasks.pruning import keep

Y2024 = FiscalYear.parse("2024")
ACME = Unit("acme", Y2024)
NOBODY_WATCHES = {"watch": lambda _step: None}


def text(
    *,
    sie_type="4",
    year="2024",
    closing="100.00",
    row="-100.00",
    number="556000-0001",
    program='"Exempel" 1',
    vouchers=True,
):
    """Write a small year: one voucher of 100.00 from sales to bank, and the balances.

    ``closing`` other than 100.00 breaks what the bank reports; ``row`` other than -100.00 the
    voucher's balance. A few vouchers (type 4I) report nothing.
    """
    balances = "" if sie_type == "4I" else f"#UB 0 1930 {closing}\n#RES 0 3001 -100.00\n"
    voucher = (
        f'#VER A 1 {year}0301 "Rad"\n{{\n#TRANS 1930 {{}} 100.00\n#TRANS 3001 {{}} {row}\n}}\n'
    )
    return (
        f"#FLAGGA 0\n#SIETYP {sie_type[0]}\n#PROGRAM {program}\n#ORGNR {number}\n"
        f'#FNAMN "Exempel AB"\n#RAR 0 {year}0101 {year}1231\n#KONTO 1930 Bank\n#KONTO 3001 Sales\n'
        f"{balances}{voucher if vouchers else ''}"
    )


GOOD = text()
UNEQUAL = text(closing="90.00")
FEW = text(sie_type="4I")
FEW_BROKEN = text(sie_type="4I", row="-99.00")
BALANCES = text(sie_type="2", vouchers=False)
FOREIGN = text(number="556000-0027", closing="90.00")


@pytest.fixture
def take(take):
    """Load files one after another; return how each ended."""

    def take_all(*contents, name=""):
        return [
            take(content, name=name or ("books.se" if "#UB" in content else "few.si")).outcome
            for content in contents
        ]

    return take_all


@pytest.fixture
def status(stores):
    def status():
        (row,) = stores.hub.overview(tenant="acme")
        return row

    return status


def accept(stores, **options):
    return accept_breaks(
        stores,
        ACME,
        controls=(),
        reason="known",
        accepted_by="A. Person",
        expires_on=None,
        **options,
    )


def reject(stores, **options):
    return reject_hold(stores, ACME, reason="a wrong file", rejected_by="A. Person", **options)


@pytest.mark.parametrize(
    ("later", "end"),
    [(FEW, "partial"), (BALANCES, "evidence"), (FEW_BROKEN, "held")],
    ids=["partial", "evidence", "held partial"],
)
def test_what_is_less_than_a_year_leaves_a_hold_as_it_is(stores, take, status, later, end):
    take(GOOD, UNEQUAL)
    held = stores.hub.units.find("acme", Y2024)

    assert take(later) == [end]
    assert stores.hub.units.find("acme", Y2024) == held
    row = status()
    assert (row.light, row.status, row.hold) == ("red", "held", held.load_id)
    assert "balance_roll_forward" in row.reason


def test_a_hold_behind_other_files_is_accepted_and_published(stores, take, status):
    take(GOOD, UNEQUAL, FEW, BALANCES)

    assert accept(stores) == []
    assert publish_here(stores, ACME, **NOBODY_WATCHES).outcome == "published"
    row = status()
    assert (row.light, row.status, row.hold, row.reason) == (
        "green",
        "published",
        "",
        "1 break let pass",
    )


@pytest.mark.parametrize("later", [FEW, BALANCES], ids=["partial", "evidence"])
def test_a_published_year_stays_published_under_what_is_less(stores, take, status, later):
    take(GOOD)
    before = stores.hub.units.find("acme", Y2024)
    take(later)

    assert stores.hub.units.find("acme", Y2024) == before
    assert (status().light, status().reason) == ("green", "")


def test_a_held_few_vouchers_are_said_beside_the_year_until_they_are_rejected(stores, take, status):
    take(GOOD, FEW_BROKEN)
    (side_load,) = stores.hub.side_loads.of_unit("acme", Y2024)

    assert (side_load.status, side_load.is_open) == ("held", True)
    assert (status().light, status().status) == ("green", "published")
    assert "a partial file" in status().reason
    assert "voucher_balance (1 break" in status().reason
    reject(stores, load_id=side_load.load_id)
    assert status().reason == ""
    assert stores.hub.side_loads.of_unit("acme", Y2024) == []


def test_one_file_of_few_vouchers_says_nothing_about_another(stores, take, status):
    take(GOOD, FEW_BROKEN, FEW)

    assert "voucher_balance (1 break" in status().reason
    assert [load.status for load in stores.hub.side_loads.of_unit("acme", Y2024)] == [
        "partial",
        "held",
    ]


def test_later_balances_take_the_place_of_held_ones(stores, take, status):
    take(GOOD, text(sie_type="2", vouchers=False, number="556000-0027"))
    assert "tenant_identity" in status().reason
    take(BALANCES)

    assert status().reason == ""
    assert [load.status for load in stores.hub.side_loads.of_unit("acme", Y2024)] == ["evidence"]


def test_a_year_of_which_only_less_came_is_called_after_it(stores, take, status):
    assert take(FEW_BROKEN) == ["held"]

    row = status()
    assert (row.light, row.status, row.hold) == ("grey", "partial", "")
    assert "voucher_balance (1 break" in row.reason
    with pytest.raises(NothingHeld):
        accept(stores)


def test_few_vouchers_that_were_accepted_end_as_what_they_are(stores, take, status):
    take(GOOD, FEW_BROKEN)
    (side_load,) = stores.hub.side_loads.of_unit("acme", Y2024)

    assert accept(stores, load_id=side_load.load_id) == []
    done = publish_here(stores, ACME, load_id=side_load.load_id, **NOBODY_WATCHES)
    assert done.outcome == "partial", done.message
    assert (status().status, status().reason) == ("published", "")


def test_a_rejected_hold_leaves_the_unit_as_the_last_good_load_did(stores, take, status):
    take(GOOD)
    good = stores.hub.units.find("acme", Y2024)
    take(UNEQUAL)
    now = reject(stores)

    assert (now.status, now.load_id, now.digest) == ("published", good.load_id, good.digest)
    assert (status().light, status().reason, status().hold) == ("green", "", "")
    assert now.last_published_at == good.last_published_at
    (event,) = stores.hub.events.recent(tenant="acme", kind="rejection")
    assert "rejected by A. Person: a wrong file" in event.message
    assert "A. Person: a wrong file" in stores.hub.loads.get(event.load_id).reason


def test_a_rejected_hold_without_a_good_load_says_that_nothing_is_published(stores, take, status):
    take(UNEQUAL)
    reject(stores)

    row = status()
    assert (row.light, row.status) == ("grey", "rejected")
    assert "nothing is published" in row.reason
    assert take(UNEQUAL) == ["held"], "the same file is judged again"
    assert status().light == "red"


def test_a_rejection_takes_back_what_was_accepted_of_the_load(stores, take, status):
    take(GOOD, UNEQUAL)
    accept(stores)
    reject(stores)

    assert take(UNEQUAL) == ["held"]
    assert status().light == "red"


def test_an_acceptance_of_a_bare_file_says_nothing_of_a_shorter_one(stores, take):
    opened = "#IB 0 1930 500.00\n#IB 0 3001 -500.00\n"
    bare = GOOD.replace("#UB 0 1930 100.00\n", opened).replace("#RES 0 3001 -100.00\n", "")
    take(bare, name="bare.se")
    accept(stores)
    published = publish_here(stores, ACME, **NOBODY_WATCHES).outcome

    assert ["published", "held"] == [published, *take(bare.partition("00.00")[0], name="cut.se")]


def test_a_hold_accepted_after_a_failed_run_keeps_its_source(stores, take):
    take(UNEQUAL)
    stores.hub.units.set_status("acme", Y2024, UnitState.FETCHING, source="fortnox")
    stores.hub.units.set_status("acme", Y2024, UnitState.FAILED, reason="the server was away")
    accept(stores)
    publish_here(stores, ACME, **NOBODY_WATCHES)

    assert stores.hub.units.find("acme", Y2024).published_source == "sie"


@pytest.mark.parametrize("decide", [accept, reject])
def test_a_decided_hold_cannot_be_decided_again(stores, take, decide):
    take(UNEQUAL)
    reject(stores)

    with pytest.raises(NothingHeld, match="rejected and no load of it is held"):
        decide(stores)
    with pytest.raises(NothingHeld):
        staged_load(stores, ACME)


def test_a_later_year_replaces_the_hold_whatever_it_comes_to(stores, take, status):
    take(UNEQUAL)
    first = status().hold
    take(text(closing="80.00"))

    assert status().hold not in {"", first}
    take(GOOD)
    assert (status().hold, status().light, status().reason) == ("", "green", "")
    with pytest.raises(Refused, match="not an open hold"):
        stores.hub.holds.reject(first, reason="late", rejected_by="A. Person")


def test_an_unchanged_year_replaces_the_hold_and_its_breaks_no_longer_speak(stores, take, status):
    assert take(GOOD, UNEQUAL, GOOD) == ["published", "held", "unchanged"]

    row = status()
    assert (row.light, row.hold, row.reason) == ("green", "", "")
    judged = stores.hub.loads.judged(stores.hub.loads.get(row.load_id))
    assert judged is not None
    assert not any(result.holds for result in stores.hub.loads.results(judged.load_id))


def test_a_run_that_fails_leaves_the_hold_open(stores, take, status):
    take(GOOD, UNEQUAL)
    held = status().hold
    for state in (UnitState.FETCHING, UnitState.FAILED):
        stores.hub.units.set_status("acme", Y2024, state, reason="the source is down")

        assert (status().light, status().hold) == ("red", held)
        assert "still held: balance_roll_forward" in status().reason
    assert accept(stores) == []
    assert publish_here(stores, ACME, **NOBODY_WATCHES).outcome == "published"


def test_a_hold_that_is_judged_again_stays_open_until_that_ends(stores, take, status):
    take(UNEQUAL)
    held = status().hold
    for state in (UnitState.RECONCILING, UnitState.FAILED):
        stores.hub.units.set_status("acme", Y2024, state, load_id=held, reason="interrupted")

        assert (status().light, status().hold) == ("red", held)
        assert "still held: balance_roll_forward" in status().reason
    assert staged_load(stores, ACME).load_id == held
    assert reject(stores).status == "rejected"


def test_rejecting_a_hold_does_not_hide_that_a_later_run_failed(stores, take, status):
    take(GOOD, UNEQUAL)
    stores.hub.units.set_status("acme", Y2024, UnitState.FETCHING)
    stores.hub.units.set_status("acme", Y2024, UnitState.FAILED, reason="down")
    reject(stores)

    assert (status().light, status().hold, status().reason) == ("red", "", "down")


def test_what_is_held_is_kept_when_the_rest_is_pruned(stores, take):
    take(GOOD, UNEQUAL, FEW_BROKEN)
    hold = stores.hub.holds.find("acme", Y2024)
    side_load = stores.hub.side_loads.of_unit("acme", Y2024)[0]
    for _ in range(3):
        take(BALANCES)
    kept = keep(stores, {"acme"}).staged

    assert {hold.stage_folder, side_load.stage_folder} <= kept
    reject(stores)
    assert hold.stage_folder not in keep(stores, {"acme"}).staged
    assert side_load.stage_folder in keep(stores, {"acme"}).staged


def test_findings_of_what_is_open_are_kept(stores, take):
    take(GOOD, UNEQUAL, FEW_BROKEN, FEW)
    hold = stores.hub.holds.find("acme", Y2024)
    broken = stores.hub.side_loads.of_unit("acme", Y2024)[1]
    stores.hub.loads.prune_results(older_than=dt.timedelta(days=-1))

    assert stores.hub.loads.results(hold.load_id)
    assert stores.hub.loads.results(broken.load_id)


def test_another_companys_books_are_never_accepted(stores, take, status):
    take(GOOD)
    published = stores.warehouse.load_record("acme", Y2024)
    assert take(FOREIGN) == ["held"]

    with pytest.raises(Refused, match="of another company than acme"):
        accept(stores)
    with pytest.raises(Refused, match="of another company"):
        stores.hub.acceptances.accept(
            status().hold, reason="x", accepted_by="A. Person", control="balance_roll_forward"
        )
    reject(stores)
    assert status().light == "green"
    assert stores.warehouse.load_record("acme", Y2024) == published


def test_an_earlier_acceptance_of_another_companys_books_no_longer_speaks(stores, take):
    """Such acceptances were given before they were refused."""
    foreign = text(number="556000-0027")
    take(foreign)
    hold = stores.hub.holds.find("acme", Y2024)
    results = {item.control: item for item in stores.hub.loads.results(hold.load_id)}
    with stores.hub.database.writing() as connection:
        connection.execute(
            sql(
                "insert into acceptance (tenant, fiscal_year, control, fingerprint, occurrences,"
                " reason, accepted_by, accepted_at, load_id) values ('acme', :year,"
                " 'tenant_identity', :fingerprint, 1, 'x', 'A. Person', '2024-01-01 00:00:00', '')"
            ),
            {"year": Y2024.key, "fingerprint": results["tenant_identity"].breaks[0].fingerprint},
        )

    assert stores.hub.acceptances.of_unit("acme", Y2024)
    assert take(foreign) == ["held"]
    assert stores.warehouse.load_record("acme", Y2024) is None


def test_a_file_without_a_number_holds_once_for_its_program(stores, take, status):
    assert take(text(number="")) == ["held"]
    assert "a file of program Exempel names no readable organisation number" in status().reason
    assert accept(stores) == []

    later = text(number="", year="2025", program='"Exempel" 2')
    assert take(text(number=""), later) == ["published", "published"]
    other = text(number="", year="2026", program='"Annat" 1')
    assert take(other) == ["held"]
    assert "program Annat" in stores.hub.overview(tenant="acme")[-1].reason


def test_an_unnamed_program_without_a_number_is_accepted_for_its_year_alone(stores, take):
    nameless = {"number": "", "program": '""'}
    take(text(**nameless))
    accept(stores)

    assert take(text(**nameless), text(**nameless, year="2025")) == ["published", "held"]


def test_a_withdrawn_acceptance_of_a_program_holds_its_next_file(stores, take):
    take(text(number=""))
    accept(stores)
    (given,) = stores.hub.acceptances.of_tenant("acme")
    stores.hub.acceptances.withdraw(given.id, reason="it names it now", withdrawn_by="A. Person")

    assert take(text(number="", year="2025")) == ["held"]


def test_an_acceptance_of_a_program_is_of_one_tenant(stores, take, tmp_path):
    take(text(number=""))
    accept(stores)
    stores.hub.tenants.add(Tenant("other", "Annat AB", "5560000027"))

    path = tmp_path / "books.se"
    assert import_here(stores, "other", path, **NOBODY_WATCHES).outcome == "held"


def test_a_file_without_a_number_is_taken_where_the_tenant_has_none(stores, take):
    stores.hub.tenants.update("acme", organisation_number="")

    assert take(text(number="")) == ["published"]


def test_few_vouchers_without_a_number_hold_beside_the_year_until_accepted(stores, take, status):
    take(GOOD, text(sie_type="4I", number=""))
    (side_load,) = stores.hub.side_loads.of_unit("acme", Y2024)

    assert accept(stores, load_id=side_load.load_id) == []
    assert take(text(sie_type="4I", number="", row="-100.00 20240301")) == ["partial"]


def test_another_companys_books_leave_an_earlier_hold_open(stores, take, status):
    take(UNEQUAL)
    hold = status().hold
    take(FOREIGN, FOREIGN)
    foreign = status().hold
    assert foreign != hold
    assert " before it still waits: " in status().reason

    reject(stores)
    unit = stores.hub.units.find("acme", Y2024)
    assert (unit.status, unit.load_id) == (UnitState.HELD, hold)
    assert unit.reason == stores.hub.loads.get(hold).reason
    accept(stores)
    assert publish_here(stores, ACME, **NOBODY_WATCHES).outcome == "published"
    assert status().light == "green"


def test_what_a_later_year_comes_to_closes_all_holds_behind_it(stores, take, status):
    take(UNEQUAL)
    hold = status().hold
    take(FOREIGN)
    take(GOOD)

    assert status().light == "green"
    assert not stores.hub.loads.get(hold).is_open
    assert stores.hub.holds.find("acme", Y2024) is None
