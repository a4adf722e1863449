"""Commands of `tasma ecom` and `tasma route` on a tenant's route in a hub."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from blocks.hub import Hub, Tenant
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from blocks.settings import settings
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.terms import Terms
from tests import ecom_home


@pytest.fixture
def hub(home):
    with Hub(settings().hub_url) as hub:
        hub.migrate()
        hub.tenants.add(Tenant("acme", "Acme", organisation_number="12345671", country="FI"))
        ecom_home.fill(hub, "acme", "account_not_joined", day=dt.date(2026, 5, 4))
        good = Transfer(
            "acme", "ecom", "p-2", "p-2", "purchase_invoice", 1, "memo", TransferState.QUEUED
        )
        hub.transfers.note(good)
        yield hub


def items(result, name):
    return [one["item"] for one in json.loads(result.stdout)[name]]


@pytest.mark.requirement("R-ECO-P1c")
def test_list_shows_what_needs_action_alone_unless_all_is_asked_for(hub, tasma):
    needs = tasma("ecom", "list", "acme", "--exit-code", "--json")
    every = tasma("ecom", "list", "acme", "--all", "--json")

    assert (3, {"p-1"}, []) == (needs.exit_code, set(items(needs, "needs")), items(needs, "all"))
    assert ["p-1", "p-2"] == items(every, "all")
    assert "p-2" not in tasma("ecom", "list", "acme").stdout


def test_what_only_shows_ends_with_0_and_with_3_where_a_script_asks_for_that(hub, tasma):
    """The tenant's red document and its red row are the same need, and told in the same way."""
    asked = (("ecom", "list", "acme"), ("tenant", "status", "acme"))

    codes = [[tasma(*one, *more).exit_code for more in ((), ("--exit-code",))] for one in asked]

    assert [[0, 3], [0, 3]] == codes


@pytest.mark.requirement("R-ECO-P2a")
def test_retry_is_one_command_under_both_of_its_names(tasma):
    shown = " ".join(tasma("ecom", "retry", "--help").stdout.split())

    assert "a purchase, a sale or a payment alike" in shown
    assert "Suorita Procountor siirto uudelleen (extra actions)" in shown
    assert "sending again from the posting section" in shown


def test_retry_that_reaches_nobody_changes_nothing_and_the_reason_stays_in_sight(
    hub, tasma, monkeypatch
):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    before = hub.transfers.find("acme", "ecom", "p-1")

    retried = tasma("ecom", "retry", "acme", "p-1", "--who", "anna")

    assert 75 == retried.exit_code
    assert "" == retried.stdout
    assert before == hub.transfers.find("acme", "ecom", "p-1")
    assert 3 == tasma("tenant", "status", "acme", "--exit-code").exit_code


def test_mode_that_is_chosen_already_is_not_advised(hub, tasma):
    route = hub.routes.get("acme", "ecom", "vouchers")
    hub.routes.switch(route, Mode.VOUCHER_PROCOUNTOR, who="anna")

    shown = tasma("ecom", "check", "acme")

    assert "tasma ecom mode" not in shown.stdout
    assert "Next: tasma ecom run acme" in shown.stdout


@pytest.mark.requirement("R-ECO-12a")
def test_mode_is_memo_or_voucher_and_nothing_else(hub, tasma):
    refused = tasma("ecom", "mode", "acme", "both", "--who", "anna")

    assert 2 == refused.exit_code
    assert ["memo", "voucher"] == sorted({one.partition(":")[0] for one in Mode})
    assert "memo" == hub.routes.get("acme", "ecom", "vouchers").mode


def test_voucher_level_is_refused_with_each_reason_and_the_guards_say_how_it_is(hub, tasma):
    refused = tasma("ecom", "mode", "acme", "voucher", "--purchases", "ecom", "--who", "anna")
    guards = json.loads(tasma("ecom", "check", "acme", "--json").stdout)["guards"]

    assert 1 == refused.exit_code
    text = " ".join(refused.output.split())
    assert "Procountor is not connected" in text
    assert "ask the customer service" in text
    failed = {one["code"] for one in guards if not one["passed"]}
    assert {"procountor_connected", "activated"} == failed


def test_remedy_is_given_in_finnish_where_it_is_asked_for(hub, tasma):
    found = json.loads(tasma("ecom", "list", "acme", "--fi", "--json").stdout)["needs"]

    assert any("Asetukset > Procountor" in one["remedy"] for one in found)


def test_setting_that_cannot_be_so_changes_nothing(hub, tasma):
    refused = tasma("route", "set", "acme", "ecom", "vouchers", "language=xx", "--who", "anna")
    mistyped = tasma("route", "set", "acme", "ecom", "vouchers", "langage=fi", "--who", "anna")

    assert (1, 1) == (refused.exit_code, mistyped.exit_code)
    assert "langage" in mistyped.output
    assert {"first_month": "2026-01"} == hub.routes.get("acme", "ecom", "vouchers").settings


def test_setting_that_is_none_is_told_with_those_there_are_and_the_near_one(hub, tasma):
    mistyped = tasma("route", "set", "acme", "ecom", "vouchers", "firstmonth=2026-01", "--who", "a")

    shown = " ".join(mistyped.stderr.split())
    assert 1 == mistyped.exit_code
    assert "firstmonth of acme's route from ecom (vouchers): there is no such setting" in shown
    assert "(first_month is one). There are: " in shown
    assert all(name in shown for name in Terms.model_fields)
    assert "changes it" not in shown


def test_setting_is_taken_as_text_or_json_and_taken_back(hub, tasma):
    account = 'bank_account={"iban":"FI49 5000 9420 0287 30"}'
    tasma("route", "set", "acme", "ecom", "vouchers", account, "first_month=", "--who", "anna")

    kept = hub.routes.get("acme", "ecom", "vouchers").settings
    assert {"bank_account": {"iban": "FI49 5000 9420 0287 30"}} == kept


def test_account_table_comes_out_as_it_went_in(hub, tasma, tmp_path):
    table = (
        "ecom_account,vat_rate,procountor_account,procountor_vat_status,sales_active,"
        "purchases_active\n3000,25.5,3010,1,yes,no\n7230,0,7240,12,no,yes\n"
    )
    (tmp_path / "tilit.csv").write_text(table)

    taken = tasma("ecom", "accounts", "import", "acme", tmp_path / "tilit.csv", "--who", "anna")

    assert 0 == taken.exit_code
    assert table == tasma("ecom", "accounts", "export", "acme").stdout


def test_routes_are_listed_detached_and_attached_again(hub, tasma):
    detached = tasma("route", "detach", "acme", "ecom", "vouchers", "--who", "anna")
    listed = json.loads(tasma("route", "list", "--json").stdout)["routes"]

    assert 0 == detached.exit_code
    assert [("acme", "procountor@ecom-jetClient")] == [(r["tenant"], r["target"]) for r in listed]
    assert listed[0]["detached_at"]
    assert 1 == tasma("ecom", "run", "acme").exit_code
    assert 0 == tasma("route", "add", "acme", "ecom", "vouchers", "--who", "anna").exit_code
