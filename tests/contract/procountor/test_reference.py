"""Settings of an environment as a simulated Procountor tells them, in the documented shapes."""

from decimal import Decimal


def test_company_says_its_business_id_and_currency(client):
    found = client.read("/company")

    assert ("1234567-1", "EUR", "PRODUCTION") == (
        found["businessIdentifier"]["code"],
        found["companyCurrency"],
        found["operationType"],
    )


def test_chart_has_no_types_and_leaves_out_absent_translations(client, company):
    company.accounts["3000"].translations = {"en": "Sales"}
    rows = {row["ledgerAccountCode"]: row for row in client.read("/coa")["ledgerAccounts"]}

    assert [{"languageCode": "en", "translation": "Sales"}] == rows["3000"]["translations"]
    assert {"ledgerAccountCode", "name", "active"} == set(rows["2880"])


def test_years_come_newest_first_and_their_periods_in_order(client):
    years = client.read("/fiscalyears")["fiscalYears"]
    starts = [period["startDate"] for period in years[0]["trackingPeriods"]]

    assert ["2026-01-01", "2025-01-01"] == [year["startDate"] for year in years]
    assert (12, sorted(starts)) == (len(starts), starts)


def test_period_can_only_go_from_open_to_pending(client, company):
    path = "/fiscalyears/2/trackingPeriods/201"
    first = client.put(path, {"status": "PENDING"})
    again = client.put(path, {"status": "OPEN"})

    assert (200, 409, "PENDING") == (
        first.status_code,
        again.status_code,
        company.years[1].periods[0].status,
    )


def test_vat_rates_are_exact_and_statuses_say_where_they_may_stand(client):
    found = client.read("/vats/default")
    rates = [row["vatPercent"] for row in found["vatInformation"][0]["percentages"]]
    statuses = {row["vatStatus"]: (row["sales"], row["purchase"]) for row in found["vatStatuses"]}

    assert Decimal("25.5") == rates[0]
    assert ((True, True), (True, False)) == (statuses[12], statuses[3])


def test_bank_accounts_are_paged_and_say_which_is_for_invoices(client):
    found = client.read("/bankaccounts", orderByOrderNo="ASC", size=1)
    rest = client.read("/bankaccounts", orderByOrderNo="ASC", size=1, previousId=901)

    assert ([901], True) == (
        [row["id"] for row in found["results"]],
        found["results"][0]["defaultForInvoice"],
    )
    assert [902] == [row["id"] for row in rest["results"]]


def test_dimensions_are_a_bare_array_whose_active_items_have_no_status(client):
    items = client.read("/dimensions")[0]["items"]

    assert [None, "P"] == [item.get("status") for item in items]


def test_circulation_says_whether_purchases_use_it(client, company):
    company.circulation = True

    assert client.read("/company/invoicecirculation/settings")["useForPurchaseInvoices"]
