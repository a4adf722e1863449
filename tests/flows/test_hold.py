"""A load that is held, by the forms: red, then accepted or rejected by a person."""

from __future__ import annotations

import pytest
from prefect.client.schemas.objects import StateType

from flows.accept_hold import accept_hold
from flows.import_file import import_file
from flows.overview import overview
from flows.publish_accepted import publish_accepted
from flows.reject_hold import reject_hold
from flows.release_year import release_year
from flows.roll_back import roll_back
from simulators.books.faults import Fault


@pytest.fixture
def held(desk, book):
    path = book.file(faults=[Fault.WRONG_CLOSING_BALANCE])
    return desk.do(import_file, tenant=book.tenant, path=path)


def seen_of(desk, tenant):
    """Read what the overview says of a tenant: the row on what it needs, and its row of years."""
    desk.do(overview)
    red, _, years = desk.artifact("tenants-overview").partition("## All years")
    parts = red.splitlines(), years.splitlines()
    return [[line for line in part if f"| {tenant} |" in line] for part in parts]


@pytest.mark.requirement("R-X-10a")
def test_a_hold_is_published_after_a_person_accepted_it_and_not_before(desk, book, held):
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    status = desk.status(book.tenant, book.year)
    too_early = desk.do(publish_accepted, **where)
    with desk.stores() as stores:
        untouched = stores.warehouse.units(book.tenant)
    decision = {"accepted_by": "A. Person", "reason": "the bank agrees", "publish": False}
    accepted = desk.do(accept_hold, **where, **decision)
    published = desk.do(publish_accepted, **where)

    assert (held.type, held.name) == (StateType.FAILED, "Held")
    assert "balance_roll_forward (1 break, first: account 1930" in held.message
    assert (status.status, status.last_published_at) == ("held", None)
    assert (too_early.name, untouched) == ("Held", [])
    assert (accepted.name, published.name) == ("Accepted", "Published")
    with desk.stores() as stores:
        assert stores.hub.units.find(book.tenant, book.year).status == "published"
        assert stores.warehouse.load_record(book.tenant, book.year).voucher_count > 0
        assert stores.hub.leases.live(tenant=book.tenant) == []


def test_a_hold_is_published_by_the_run_that_accepts_it_once_nothing_else_holds_it(desk, book):
    path = book.file(faults=[Fault.WRONG_CLOSING_BALANCE, Fault.UNBALANCED_VOUCHER])
    desk.do(import_file, tenant=book.tenant, path=path)
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    decision = {"accepted_by": "A. Person", "reason": "the bank agrees"}

    first = desk.do(accept_hold, **where, **decision, controls=["balance_roll_forward"])
    left = desk.status(book.tenant, book.year).status
    second = desk.do(accept_hold, **where, **decision)

    assert ("Accepted", "held", "Published") == (first.name, left, second.name)
    assert "Still held by voucher_balance" in first.message
    assert "Accepted. First load of the year" in second.message
    assert "published" == desk.status(book.tenant, book.year).status


@pytest.mark.requirement("R-X-12a", "R-X-12b")
def test_a_hold_is_red_with_its_reason_until_it_is_rejected_by_person_and_reason(desk, book, held):
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    (why,), (red,) = seen_of(desk, book.tenant)
    rejected = desk.do(reject_hold, **where, reason="a wrong file", rejected_by="A. Person")
    needed, (grey,) = seen_of(desk, book.tenant)

    link = f"(/v2/runs/flow-run/{held.state_details.flow_run_id})"
    assert f"[✗ held]{link}" in red
    assert ("○ rejected" in grey, needed) == (True, [])
    assert f"[held]{link}" in why
    assert "Balances that the vouchers do not lead to (1 break" in why
    assert (rejected.name, rejected.type) == ("Rejected", StateType.COMPLETED)
    assert f"{book.tenant} 2024 is rejected" in rejected.message
    with desk.stores() as stores:
        (event,) = stores.hub.events.recent(tenant=book.tenant, kind="rejection")
        assert event.message == "rejected by A. Person: a wrong file"
        assert stores.warehouse.units(book.tenant) == []


def test_a_decision_needs_a_reason_and_a_person(desk):
    where = {"tenant": "acme", "fiscal_year": "2024"}

    assert desk.refuses("accept-hold", **where, reason="", accepted_by="A. Person")
    assert desk.refuses("accept-hold", **where, reason="seen")
    assert desk.refuses("reject-hold", **where, reason="", rejected_by="A. Person")


def test_a_year_is_brought_back_by_one_form_and_kept_until_another_lets_it_go(desk, book):
    desk.do(import_file, tenant=book.tenant, path=book.file())
    wrong = book.file(company=book.company.next_night(removed=[("B", 1)]))
    desk.do(import_file, tenant=book.tenant, path=wrong)
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    decision = {"reason": "a test company's", "decided_by": "A. Person"}

    back = desk.do(roll_back, **where, to_load=1, **decision)
    kept = desk.do(import_file, tenant=book.tenant, path=wrong)
    desk.do(overview)
    page = desk.artifact("tenants-overview")
    released = desk.do(release_year, **where, **decision)
    after = desk.do(import_file, tenant=book.tenant, path=wrong)

    assert ("Published", "Kept", "Released", "Published") == (
        back.name,
        kept.name,
        released.name,
        after.name,
    )
    assert "added: 1" in back.message
    assert "tasma ledger release" in kept.message
    _, _, listed = page.partition("## Kept as an earlier load left them")
    assert f"| {book.tenant} |" in listed.partition("## All years")[0]
