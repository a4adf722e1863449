"""The whole way of a file, cut at every step, raced, and fed with books that are wrong."""

from __future__ import annotations

import datetime as dt
import shutil
import signal

import pytest

from blocks.hub import Tenant
from blocks.steps import STEPS
from flows.cli.local import import_here, roll_back_here
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.years import calendar_years
from tasks.rollback import Wanted
from tests.faults.children import CHILDREN
from tests.faults.importer import take
from tests.faults.returner import bring_back
from tests.homes import opened, opened_new

TENANT = "alv"
YEAR = FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
COMPANY = Company(seed=11, years=calendar_years(2024, 2024), vouchers_per_year=200)
TONIGHT = COMPANY.next_night(removed=[("B", 3)], changed=[("L", 2)])

CHILD_LIMIT_S = 60
LATER = dt.timedelta(minutes=5)
"""By then the lease of a killed run has run out."""

ELSEWHERE = ("documents.", "extract.", "report.made")
LOCAL_STEPS = [step for step in STEPS if not step.startswith(ELSEWHERE)]
"""``report.made`` needs a Prefect server: tests/flows; the others are no steps of a file's."""

SEEN_FROM = LOCAL_STEPS.index("publish.swapped")


@pytest.fixture(scope="module")
def published(tmp_path_factory, empty_hub):
    """The home of a tenant whose years are defined by hand, with last night's books published."""
    home = tmp_path_factory.mktemp("published")
    with opened_new(home, empty_hub) as stores:
        stores.hub.tenants.add(
            Tenant(
                TENANT,
                name=COMPANY.name,
                organisation_number=COMPANY.organisation_number,
                years_from_source=False,
            )
        )
        stores.hub.years.define(TENANT, YEAR)
        assert bring(stores, home, COMPANY.sie()).outcome == "published"
    return home


@pytest.fixture
def home(published, tmp_path):
    return shutil.copytree(published, tmp_path / "home")


@pytest.fixture
def stores(home):
    """The stores as they are five minutes later."""
    with opened(home, clock=lambda: dt.datetime.now(dt.UTC) + LATER) as found:
        yield found


def bring(stores, folder, content):
    path = folder / "books.se"
    path.write_bytes(content)
    return import_here(stores, TENANT, path, watch=lambda _step: None)


def trial_balance(stores):
    """What a reader of the published books sees: closing balance per account."""
    query = """
        select account_number, sum(amount)
        from (
            select account_number, amount from opening_balance
            union all
            select account_number, amount from posting
        )
        group by account_number
        having sum(amount) <> 0
    """
    with stores.warehouse.read(TENANT) as db:
        return dict(db.execute(query).fetchall())


def truth(company):
    return {account: amount for account, amount in company.trial_balance().items() if amount}


@pytest.mark.share(6)
@pytest.mark.parametrize("step", LOCAL_STEPS)
@pytest.mark.requirement("R-FIN-34d", "R-FIN-34f")
def test_run_killed_at_any_step_loses_nothing_and_its_repetition_doubles_nothing(
    home, stores, step
):
    path = home / "tonight.se"
    path.write_bytes(TONIGHT.sie())
    child = CHILDREN.Process(target=take, args=(home, TENANT, path, step))
    child.start()
    child.join(CHILD_LIMIT_S)
    assert child.exitcode == -signal.SIGKILL, f"{step} was not reached"

    is_seen = LOCAL_STEPS.index(step) >= SEEN_FROM
    assert trial_balance(stores) == truth(TONIGHT if is_seen else COMPANY)

    again = bring(stores, home, TONIGHT.sie())
    assert again.outcome in ({"published", "unchanged"} if is_seen else {"published"})
    assert trial_balance(stores) == truth(TONIGHT)
    assert stores.warehouse.verify(TENANT, YEAR).is_intact
    assert stores.warehouse.load_record(TENANT, YEAR).load_number == 2
    assert stores.hub.units.find(TENANT, YEAR).status == "published"


BACK_STEPS = [step for step in LOCAL_STEPS if step.startswith(("stage.", "reconcile.", "publish."))]


@pytest.mark.share(6)
@pytest.mark.parametrize("step", BACK_STEPS)
def test_rollback_killed_at_any_step_is_made_once_by_its_repetition_and_kept(home, stores, step):
    bring(stores, home, TONIGHT.sie())
    shutil.rmtree(home / "lake" / "stage")
    child = CHILDREN.Process(target=bring_back, args=(home, Unit(TENANT, YEAR), 1, step))
    child.start()
    child.join(CHILD_LIMIT_S)
    assert child.exitcode == -signal.SIGKILL, f"{step} was not reached"

    is_seen = step in LOCAL_STEPS[SEEN_FROM:]
    assert trial_balance(stores) == truth(COMPANY if is_seen else TONIGHT)
    if not step.startswith("stage."):
        # Whatever became of it, no night undoes what somebody asked for.
        assert bring(stores, home, TONIGHT.sie()).outcome == "kept"

    wanted = Wanted(Unit(TENANT, YEAR), 1, "anna", "from a test company")
    again = roll_back_here(stores, wanted, watch=lambda _step: None)
    assert again.outcome in ({"published", "unchanged"} if is_seen else {"published"})
    assert trial_balance(stores) == truth(COMPANY)
    assert stores.warehouse.verify(TENANT, YEAR).is_intact
    assert stores.warehouse.load_record(TENANT, YEAR).load_number == 3
    assert stores.hub.units.find(TENANT, YEAR).status == "published"
    assert stores.hub.kept_years.find(TENANT, YEAR).load_number == 1


def test_removed_and_changed_vouchers_are_listed_the_next_night(home, stores):
    imported = bring(stores, home, TONIGHT.sie())

    assert {(c.change, c.voucher_key) for c in imported.plan.vouchers} == {
        ("removed", "B:3"),
        ("changed", "L:2"),
    }


def test_two_runs_of_one_unit_at_once_publish_once(home, stores):
    path = home / "tonight.se"
    path.write_bytes(TONIGHT.sie())
    children = [CHILDREN.Process(target=take, args=(home, TENANT, path)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(CHILD_LIMIT_S)

    # The one that came second found it published already, or was told who holds the lease.
    assert 0 in [child.exitcode for child in children]
    assert trial_balance(stores) == truth(TONIGHT)
    assert stores.warehouse.load_record(TENANT, YEAR).load_number == 2


CONTROL = {
    Fault.UNBALANCED_VOUCHER: "voucher_balance",
    Fault.WRONG_CLOSING_BALANCE: "balance_roll_forward",
    Fault.MISSING_ACCOUNT: "account_in_chart",
    Fault.OTHER_COMPANY: "tenant_identity",
    Fault.YEAR_OUTSIDE: "year_defined",
    Fault.DATE_OUTSIDE_YEAR: "posting_dates",
    Fault.TRUNCATED: "balance_roll_forward",
}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.requirement("R-FIN-14a", "R-FIN-25a", "R-FIN-26a")
def test_wrong_books_are_held_by_name_and_the_published_ones_untouched(home, stores, fault):
    file = next((home / "warehouse").glob("*.duckdb"))
    before = file.read_bytes()

    imported = bring(stores, home, TONIGHT.sie(faults=[fault]))

    assert imported.outcome == "held"
    holding = {result.control: result.breaks for result in imported.judgement.holding}
    assert CONTROL[fault] in holding
    planted = TONIGHT.planted(fault)
    breaks = holding[CONTROL[fault]]
    if planted.series:
        assert {item.voucher_key for item in breaks} == {f"{planted.series}:{planted.number}"}
    elif planted.account_number:
        assert {item.account_number for item in breaks} == {planted.account_number}
    assert file.read_bytes() == before
    assert trial_balance(stores) == truth(COMPANY)


def test_held_year_is_published_by_the_next_right_file(home, stores):
    bring(stores, home, TONIGHT.sie(faults=[Fault.UNBALANCED_VOUCHER]))
    assert stores.hub.units.find(TENANT, YEAR).status == "held"

    assert bring(stores, home, TONIGHT.sie()).outcome == "published"

    assert trial_balance(stores) == truth(TONIGHT)
