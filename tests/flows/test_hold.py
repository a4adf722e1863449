"""A load that is held: seen as such, accepted by a person, published after that alone."""

from __future__ import annotations

import pytest
from prefect.client.schemas.objects import StateType

from flows.accept_hold import accept_hold
from flows.import_file import import_file
from flows.overview import overview
from flows.publish_accepted import publish_accepted
from flows.reject_hold import reject_hold
from simulators.books.faults import Fault


@pytest.fixture
def held(desk, book):
    path = book.file(faults=[Fault.WRONG_CLOSING_BALANCE])
    return desk.do(import_file, tenant=book.tenant, path=path)


def test_a_held_load_is_red_named_and_leaves_the_target_untouched(desk, book, held):
    status = desk.status(book.tenant, book.year)

    assert (held.type, held.name) == (StateType.FAILED, "Held")
    assert "balance_roll_forward (1 break, first: account 1930" in held.message
    assert (status.status, status.last_published_at) == ("held", None)
    with desk.stores() as stores:
        assert stores.warehouse.units(book.tenant) == []
        assert stores.hub.leases.live(tenant=book.tenant) == []


@pytest.mark.requirement("R-X-10a")
def test_a_hold_is_published_after_a_person_accepted_it_and_not_before(desk, book, held):
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    given = where | {"accepted_by": "A. Person", "reason": "the bank agrees"}
    too_early = desk.do(publish_accepted, **where)
    wrong = desk.do(accept_hold, **given, controls=("currency",))
    accepted = desk.do(accept_hold, **given)
    published = desk.do(publish_accepted, **where)
    again = desk.do(publish_accepted, **where)

    assert too_early.name == "Held"
    assert "currency does not hold this load" in wrong.message
    assert accepted.name == "Accepted"
    assert (published.name, again.name) == ("Published", "Unchanged")
    with desk.stores() as stores:
        assert stores.hub.units.find(book.tenant, book.year).status == "published"
        assert stores.warehouse.load_record(book.tenant, book.year).voucher_count > 0


def test_an_acceptance_needs_a_reason_and_a_person(desk):
    where = {"tenant": "acme", "fiscal_year": "2024"}

    assert desk.refuses("accept-hold", **where, reason="", accepted_by="A. Person")
    assert desk.refuses("accept-hold", **where, reason="seen")


def test_nothing_can_be_accepted_where_nothing_is_held(desk, book):
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    state = desk.do(accept_hold, **where, reason="seen", accepted_by="A. Person")

    assert state.name == "Failed"
    assert "there is nothing to accept" in state.message


@pytest.mark.requirement("R-X-12a", "R-X-12b")
def test_the_overview_shows_a_held_tenant_red_with_its_reason(desk, book, held):
    desk.do(overview)
    table = desk.artifact("tenants-overview")

    assert '"Light": "✗ red", "Tenant": "' + book.tenant in table.replace("\\u2717", "✗")
    assert "balance_roll_forward" in table


def test_a_rejected_hold_is_put_away_by_form_with_person_and_reason(desk, book, held):
    where = {"tenant": book.tenant, "fiscal_year": "2024"}
    assert desk.refuses("reject-hold", **where, reason="", rejected_by="A. Person")
    rejected = desk.do(reject_hold, **where, reason="a wrong file", rejected_by="A. Person")
    late = desk.do(publish_accepted, **where)
    desk.do(overview)

    assert (rejected.name, rejected.type) == ("Rejected", StateType.COMPLETED)
    assert f"{book.tenant} 2024 is rejected" in rejected.message
    assert (late.name, late.type) == ("Failed", StateType.FAILED)
    assert '"Light": "○ grey", "Tenant": "' + book.tenant in desk.artifact(
        "tenants-overview"
    ).replace("\\u25cb", "○")
    with desk.stores() as stores:
        (event,) = stores.hub.events.recent(tenant=book.tenant, kind="rejection")
        assert event.message == "rejected by A. Person: a wrong file"
        assert stores.warehouse.units(book.tenant) == []


def test_few_vouchers_leave_the_page_and_the_status_of_a_hold(desk, book, held):
    before = desk.status(book.tenant, book.year)
    page = desk.artifact(f"{book.tenant}-2024-reconciliation")
    few = book.folder / "few.si"
    book.company.write_sie(few, -1, sie_type="4I")
    ended = desk.do(import_file, tenant=book.tenant, path=str(few))

    assert ended.name == "Partial"
    assert desk.status(book.tenant, book.year) == before
    assert desk.artifact(f"{book.tenant}-2024-reconciliation") == page
    assert ": partial" in desk.artifact(f"{book.tenant}-2024-partial-reconciliation")
