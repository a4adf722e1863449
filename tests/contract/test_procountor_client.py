"""The simulated Procountor is spoken to by a client that no one here wrote: PyPI ``Procountor``."""

from __future__ import annotations

import pytest

from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.years import calendar_years
from simulators.procountor import CLIENT_ID, CLIENT_SECRET, ProcountorSimulator
from simulators.procountor.books import environment, fill

theirs = pytest.importorskip(
    "procountor.client", reason="PyPI's Procountor (extra dev) is not installed: run make"
)

COMPANY_ID = 1001
BOOKS = Company(61, calendar_years(2025, 2025), 120, country=FINLAND)
REDIRECT = "https://client.invalid/back"


@pytest.fixture(scope="module")
def simulator():
    company = environment(BOOKS, COMPANY_ID)
    with ProcountorSimulator([company], rate_limit=10_000) as simulator:
        fill(simulator.world, company, BOOKS)
        yield simulator


@pytest.fixture
def client(simulator, monkeypatch):
    monkeypatch.setitem(theirs.Client._endpoints["hosts"], "test", simulator.base)
    return theirs.Client(f"key-{COMPANY_ID}", CLIENT_ID, CLIENT_SECRET, REDIRECT)


def test_it_gets_a_token_and_learns_whose_key_it_has(client):
    session, company = client.get_session_info(), client.get_company()

    assert (200, COMPANY_ID) == (session["status"], session["content"]["companyId"])
    code = company["content"]["businessIdentifier"]["code"]
    assert BOOKS.organisation_number == code.replace("-", "")


def test_it_is_refused_with_another_key(simulator, monkeypatch):
    monkeypatch.setitem(theirs.Client._endpoints["hosts"], "test", simulator.base)

    with pytest.raises(RuntimeError, match="credentials"):
        theirs.Client("key-of-nobody", CLIENT_ID, CLIENT_SECRET, REDIRECT)


def test_it_gets_a_new_token_when_one_has_ended(client, simulator):
    """It repeats the call with the old one's header, so that only the next call is answered."""
    before = client.access_token
    simulator.world.expire_tokens()

    answers = [client.get_company()["status"] for _ in range(2)]

    assert [401, 200] == answers
    assert before != client.access_token


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        ("get_coa", "ledgerAccounts"),
        ("get_fiscal_years", "fiscalYears"),
        ("get_dimensions", None),
        ("get_vats", "vatInformation"),
        ("get_bank_accounts", "results"),
        ("get_business_partners", "results"),
        ("get_products", "results"),
        ("get_invoices", "results"),
        ("get_ledger_receipts", "results"),
    ],
)
def test_its_lists_are_answered(client, call, rows):
    answer = getattr(client, call)()

    assert 200 == answer["status"], answer
    assert isinstance(answer["content"][rows] if rows else answer["content"], list)


def test_it_walks_all_receipts_by_the_last_id_that_it_saw(client, simulator):
    """Its documentation: pages of 50, the last id as previousId."""
    seen, previous = [], {}
    for _page in range(100):
        rows = client.get_ledger_receipts(orderById="ASC", **previous)["content"]["results"]
        seen += [row["id"] for row in rows]
        if not rows:
            break
        previous = {"previousId": seen[-1]}

    there = simulator.company(COMPANY_ID).receipts
    assert sorted(there) == seen


def test_it_reads_a_receipt_and_changes_its_posting(client, simulator):
    made = client.post_ledger_receipt(
        type="JOURNAL",
        status="UNFINISHED",
        name="By another client",
        receiptDate="2025-03-03",
        vatType="PURCHASE",
        vatStatus=1,
        transactions=[
            {"transactionType": "ENTRY", "account": "7230", "accountingValue": 10, "vatPercent": 0},
            {
                "transactionType": "ENTRY",
                "account": "1910",
                "accountingValue": -10,
                "vatPercent": 0,
            },
        ],
    )
    assert 200 == made["status"], made
    receipt = client.get_ledger_receipt(made["content"]["id"])["content"]
    receipt["transactions"][0]["account"] = "7270"

    changed = client.update_ledger_receipt(receipt.pop("id"), **receipt)

    assert 200 == changed["status"], changed
    held = simulator.company(COMPANY_ID).receipts[made["content"]["id"]]
    assert ["7270", "1910"] == [row["account"] for row in held.rows]
