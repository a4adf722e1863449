"""A pull from Fortnox, killed at every step and hit by every fault of the line."""

from __future__ import annotations

import datetime as dt
import shutil
import signal

import pytest

from blocks.systems.fortnox.system import CRASH_POINTS
from ledger.errors import TransientError
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import LEDGER_SCOPES, FortnoxSimulator, SimulatedTenant
from tests import quick_fortnox
from tests.faults.children import CHILDREN
from tests.faults.puller import publish_first, pull, pulled
from tests.homes import opened

TENANT, NUMBER = "alv", 503072
YEAR = FiscalYear.parse("2024")
COMPANY = Company(seed=11, years=calendar_years(2024, 2024), vouchers_per_year=60)
EDITS = {"removed": [("B", 3)], "changed": [("L", 2)]}
TONIGHT = COMPANY.next_night(**EDITS)

CHILD_LIMIT_S = 60
LATER = dt.timedelta(minutes=5)
"""By then the leases of a killed run have run out."""

PULL_STEPS = [step for step in CRASH_POINTS if step.startswith("fortnox.pull.")]
PULL_STEPS += ["land.landed", "stage.staged", "reconcile.done", "publish.committed"]
SEEN_STEPS = ["publish.swapped", "publish.recorded"]
"""A pull's own steps, and one of each part that it shares with a file: test_pipeline.py walks all
of those. After the last two a reader sees the new books. Tokens have tests of their own."""


@pytest.fixture(scope="module")
def fortnox():
    tenant = SimulatedTenant(NUMBER, COMPANY, consented=LEDGER_SCOPES)
    # The pace is another test's: here each pull may begin at once.
    with FortnoxSimulator([tenant], rate_limit=1_000) as simulator:
        yield simulator


@pytest.fixture
def simulator(fortnox, monkeypatch):
    """Fortnox with last night's books."""
    fortnox.faults.clear()
    fortnox.tenant(NUMBER).replace_books(COMPANY)
    quick_fortnox.shorten_waits(monkeypatch)
    quick_fortnox.lead_to(fortnox, monkeypatch)
    return fortnox


@pytest.fixture(scope="module")
def published(fortnox, tmp_path_factory):
    """The home of a tenant with last night's books published; tests work on copies."""
    home = tmp_path_factory.mktemp("published")
    publish_first(quick_fortnox.settings_of(fortnox), home, TENANT, number=NUMBER, year=YEAR)
    return home


@pytest.fixture
def home(published, tmp_path):
    return shutil.copytree(published, tmp_path / "home")


@pytest.fixture
def stores(home, simulator):
    """The stores as they are five minutes later."""
    with opened(home, clock=lambda: dt.datetime.now(dt.UTC) + LATER) as found:
        yield found


def trial_balance(stores):
    query = """
        select account_number, arg_max(closing, period) as balance
        from trial_balance group by account_number having balance <> 0
    """
    with stores.warehouse.read(TENANT) as db:
        return dict(db.execute(query).fetchall())


@pytest.mark.share(4)
@pytest.mark.requirement("R-FIN-34d", "R-FIN-34f", "R-FIN-33b")
@pytest.mark.parametrize("step", PULL_STEPS + SEEN_STEPS)
def test_a_pull_killed_at_any_step_loses_and_doubles_nothing(home, simulator, stores, step):
    simulator.tenant(NUMBER).edit(**EDITS)
    child = CHILDREN.Process(
        target=pull, args=(quick_fortnox.settings_of(simulator), home, TENANT, step)
    )
    child.start()
    child.join(CHILD_LIMIT_S)
    assert child.exitcode == -signal.SIGKILL, f"{step} was not reached"

    is_seen = step in SEEN_STEPS
    assert trial_balance(stores) == (TONIGHT if is_seen else COMPANY).trial_balance()

    # A run that died between warehouse and hub is judged again, though it changes nothing.
    assert pulled(stores, TENANT) in ({"Published", "Unchanged"} if is_seen else {"Published"})
    assert trial_balance(stores) == TONIGHT.trial_balance()
    assert stores.warehouse.verify(TENANT, YEAR).is_intact
    assert stores.warehouse.load_record(TENANT, YEAR).load_number == 2


PASSING = [
    ("status", "/3/financialyears", {"status": 500}),
    ("status", "/3/sie/", {"status": 503}),
    ("status", "/3/vouchers", {"status": 429}),
    ("cut_body", "/3/sie/", {}),
    ("cut_body", "/3/vouchers", {}),
    ("lose_answer", "/3/accounts", {}),
    ("expire_token", "/3/sie/", {}),
    ("empty_sie", "/3/sie/", {}),
    ("html_instead", "/3/sie/", {}),
    ("html_instead", "/3/accounts", {}),
    ("shift_pages", "/3/vouchers", {"how": "insert"}),
    ("clock_skew", "/3/", {"seconds": 7_200}),
]


@pytest.mark.share(6)
@pytest.mark.parametrize(("fault", "path", "details"), PASSING, ids=str)
def test_a_fault_that_passes_is_outlived_and_what_is_published_is_true(
    simulator, stores, fault, path, details
):
    simulator.tenant(NUMBER).edit(**EDITS)
    before = trial_balance(stores)
    simulator.faults.add(fault, tenant=NUMBER, path=path, **details)

    try:
        first = pulled(stores, TENANT)
    except TransientError:
        first = "Failed"
    assert first in {"Published", "Failed"}
    truth = simulator.tenant(NUMBER).edition.company.trial_balance()
    assert trial_balance(stores) == (truth if first == "Published" else before)

    simulator.faults.clear()
    assert pulled(stores, TENANT) == ("Unchanged" if first == "Published" else "Published")
    assert trial_balance(stores) == simulator.tenant(NUMBER).edition.company.trial_balance()
