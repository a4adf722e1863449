from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.hub.feeds import NewRecord
from blocks.hub.route_accounts import RouteAccount
from blocks.hub.routes import NoRoute, RouteExists
from blocks.hub.states import LogLevel, TransferState
from blocks.hub.transfers import Transfer

OF = ("acme", "ecom", "vouchers")


def event(name="e1", subject="p-1", content="{}"):
    return NewRecord("event", name, subject, content)


def transfer(**changes):
    whole = {
        "tenant": "acme",
        "source": "ecom",
        "item": "p-1",
        "subject": "p-1",
        "kind": "purchase_invoice",
        "revision": 1,
        "booked_by": "memo",
        "state": TransferState.QUEUED,
    }
    return Transfer(**whole | changes)


def test_route_is_one_of_tenant_source_and_kind(hub, acme):
    hub.routes.add(*OF, "procountor", who="anna", settings={"x": 1})

    with pytest.raises(RouteExists):
        hub.routes.add(*OF, "fennoa", who="anna")
    with pytest.raises(NoRoute):
        hub.routes.get("acme", "ecom", "others")

    assert {"x": 1} == hub.routes.get(*OF).settings
    assert "procountor" == hub.routes.get(*OF).target


@pytest.mark.requirement("R-ECO-14c")
def test_who_activated_a_route_and_when_is_kept_and_the_first_stays(hub, acme, clock):
    route = hub.routes.add(*OF, "procountor", who="anna")
    first = hub.routes.activate(route, who="berit")
    clock.advance(60)

    again = hub.routes.activate(hub.routes.get(*OF), who="carl")

    assert ("berit", first.activated_at) == (again.activated_by, again.activated_at)
    assert first.activated_at is not None


@pytest.mark.requirement("R-ECO-16a")
def test_each_change_of_mode_is_kept_with_who_and_when(hub, acme, clock):
    route = hub.routes.add(*OF, "procountor", who="anna")
    before = clock.now
    hub.routes.switch(route, "memo", who="anna")
    later = clock.advance(3_600)

    hub.routes.switch(route, "voucher", who="berit")

    modes = [(one.mode, one.since, one.who) for one in hub.routes.modes(route)]
    assert [("memo", before, "anna"), ("voucher", later, "berit")] == modes
    assert "voucher" == hub.routes.get(*OF).mode
    assert 2 == sum("mode of" in one.message for one in hub.events.recent(kind="route"))


@pytest.mark.requirement("R-ECO-8c")
def test_detached_route_keeps_its_history_and_is_attached_again(hub, acme):
    route = hub.routes.switch(hub.routes.add(*OF, "procountor", who="anna"), "memo", who="anna")
    hub.transfers.note(transfer())

    detached = hub.routes.detach(route, who="anna")

    assert not detached.is_attached
    assert ["memo"] == [one.mode for one in hub.routes.modes(detached)]
    assert [transfer()] == hub.transfers.listed("acme", "ecom")
    assert hub.routes.add(*OF, "fennoa", who="anna").is_attached


def test_record_that_comes_again_is_known_and_one_that_differs_is_noted(hub, acme):
    first = hub.feeds.take("acme", "ecom", [event(), event("e2", "p-2")], cursor="2")

    again = hub.feeds.take("acme", "ecom", [event(content='{"x": 1}'), event("e2", "p-2")])

    kept = hub.feeds.find("acme", "ecom", "event", "e1")
    assert (2, 0, 0, ("p-1", "p-2")) == tuple(vars(first).values())
    assert (0, 1, 1, ("p-1",)) == tuple(vars(again).values())
    assert ("{}", True) == (kept.content, "other content" in kept.problem)
    assert "2" == hub.feeds.cursor("acme", "ecom").cursor


def test_feed_that_fails_keeps_its_cursor_and_since_when_it_fails(hub, acme, clock):
    hub.feeds.take("acme", "ecom", [], cursor="7")
    hub.feeds.failed("acme", "ecom", "no answer")
    since = clock.now
    clock.advance(60)

    hub.feeds.failed("acme", "ecom", "still none")

    found = hub.feeds.cursor("acme", "ecom")
    assert ("7", "still none", since) == (found.cursor, found.problem, found.problem_since)
    hub.feeds.take("acme", "ecom", [], cursor="7")
    assert not hub.feeds.cursor("acme", "ecom").problem


@pytest.mark.requirement("R-ECO-16c")
def test_stamp_of_a_transfer_stays_whatever_comes_later(hub, acme):
    hub.transfers.note(transfer())

    hub.transfers.note(transfer(booked_by="voucher", state=TransferState.LEFT))

    assert "memo" == hub.transfers.find("acme", "ecom", "p-1").booked_by


@pytest.mark.requirement("R-ECO-55a", "R-ECO-55b")
def test_each_failure_adds_a_line_and_the_log_is_only_added_to(hub, acme, clock):
    refused = transfer(state=TransferState.REFUSED, code="account_not_mapped", detail="4000")
    hub.transfers.note(refused, run_id="r1")
    first = hub.transfers.log("acme", "ecom", "p-1")
    clock.advance(1)

    hub.transfers.note(refused)
    hub.transfers.note(transfer(state=TransferState.QUEUED))
    hub.transfers.note(refused)

    log = hub.transfers.log("acme", "ecom", "p-1")
    assert first == log[:1]
    assert [LogLevel.ERROR, LogLevel.INFO, LogLevel.ERROR] == [line.level for line in log]
    assert ("account_not_mapped", "4000", "r1") == (log[0].code, log[0].text, log[0].run_id)


@pytest.mark.requirement("R-ECO-19")
def test_rates_of_the_account_table_come_back_as_exact_decimals(hub, acme):
    rates = [Decimal(text) for text in ("0", "10", "13.5", "14", "25.5")]
    table = [RouteAccount("4000", rate, "4100", "1") for rate in rates]

    hub.route_accounts.set("acme", "ecom", table, who="anna")

    found = [one.vat_rate for one in hub.route_accounts.of("acme", "ecom")]
    assert list(map(str, rates)) == list(map(str, found))
    assert all(isinstance(rate, Decimal) for rate in found)


def test_rows_put_into_an_account_table_leave_what_another_put_there(hub, acme):
    rent, sales = RouteAccount("7230", Decimal(0), "7230"), RouteAccount("3000", Decimal(14), "1")
    newer = RouteAccount("3000", Decimal("14.0"), "2")

    for rows in ([rent], [sales], [newer]):
        hub.route_accounts.put("acme", "ecom", rows, who="anna")

    assert [newer, rent] == hub.route_accounts.of("acme", "ecom")


def test_settings_that_are_changed_are_those_of_now_and_one_that_is_wrong_changes_none(hub, acme):
    seen = hub.routes.add(*OF, "procountor", who="anna", settings={"x": 1, "gone": 1})
    checked = []

    hub.routes.change(seen, {"y": 2}, check=checked.append, who="anna")
    changed = hub.routes.change(seen, {"z": 3, "gone": ""}, check=checked.append, who="bo")
    with pytest.raises(ZeroDivisionError):
        hub.routes.change(seen, {"x": 9}, check=lambda kept: kept["x"] / 0, who="bo")

    assert {"x": 1, "y": 2, "z": 3} == changed.settings == checked[-1]
    assert changed == hub.routes.get(*OF)
