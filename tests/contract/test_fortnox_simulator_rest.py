"""What the simulator serves under /3/: shapes, years, paging, filters, and what it refuses."""

import json
from decimal import Decimal

import pytest

from simulators.books.chart import CHART
from simulators.fortnox.answers import json_text, number

NORTH, SOUTH = 503072, 503073
FIRST_OF_2024 = {"financialyear": 3}


def exact(answer):
    """Read JSON without floats."""
    return json.loads(answer.text, parse_float=Decimal)


def pages(client, path, plural, **query):
    """Walk a list to its first short page."""
    rows, page, limit = [], 1, query.setdefault("limit", 50)
    while True:
        found = client.get(path, page=page, **query).json()[plural]
        rows += found
        if len(found) < limit:
            return rows
        page += 1


def keys(rows):
    return [(row["VoucherSeries"], row["VoucherNumber"]) for row in rows]


def test_company_says_which_tenant_it_is(north, fortnox_books):
    company = north.get("/3/companyinformation").json()["CompanyInformation"]
    settings = north.get("/3/settings/company").json()["CompanySettings"]

    digits = fortnox_books.organisation_number
    assert (NORTH, fortnox_books.name) == (company["DatabaseNumber"], company["CompanyName"])
    assert f"{digits[:6]}-{digits[6:]}" == company["OrganizationNumber"]
    assert str(NORTH) == settings["DatabaseNumber"]


def test_locked_period_has_a_date_or_none(north, south):
    ends = [c.get("/3/settings/lockedperiod").json()["LockedPeriod"] for c in (north, south)]

    assert [{}, {"EndDate": "2024-06-30"}] == ends


def test_who_asks_is_told_whether_it_is_an_administrator(fortnox, north):
    before = north.get("/3/me").json()["MeInformation"]["SysAdmin"]
    fortnox.tenant(NORTH).switch("not_administrator")

    assert (True, False) == (before, north.get("/3/me").json()["MeInformation"]["SysAdmin"])


def test_ids_of_years_need_not_follow_time(south):
    years = south.get("/3/financialyears").json()["FinancialYears"]

    assert {1: "2024-07-01", 2: "2022-07-01", 3: "2023-07-01"} == {
        year["Id"]: year["FromDate"] for year in years
    }


@pytest.mark.parametrize(("date", "ids"), [("2023-07-01", [3]), ("2022-06-30", [])])
def test_year_is_found_by_a_date_it_holds(south, date, ids):
    years = south.get("/3/financialyears", date=date).json()["FinancialYears"]

    assert ids == [year["Id"] for year in years]


def test_one_year_is_found_by_its_id_and_a_calendar_year_is_none(north, fortnox_error):
    year = north.get("/3/financialyears/2").json()["FinancialYear"]

    assert ("2023-01-01", "2023-12-31") == (year["FromDate"], year["ToDate"])
    assert (404, 2000423) == fortnox_error(north.get("/3/financialyears/2024"))
    assert (400, 2000729) == fortnox_error(north.get("/3/vouchers", financialyear=2024))


def test_year_that_is_not_said_is_the_current_one(south):
    """On 22 November 2024 that is July 2024 to June 2025, whose Id is 1."""
    accounts = south.get("/3/accounts", limit=1).json()["Accounts"]

    assert [1] == [account["Year"] for account in accounts]


def test_accounts_bring_opening_balances_and_vat_codes_of_their_year(north, fortnox_books):
    rows = exact(north.get("/3/accounts", limit=500, **FIRST_OF_2024))["Accounts"]

    opening = fortnox_books.book(2).opening_of_chart
    assert [int(account.number) for account in CHART] == [row["Number"] for row in rows]
    assert [Decimal(int(ore)).scaleb(-2) for ore in opening] == [
        row["BalanceBroughtForward"] for row in rows
    ]
    codes = {row["Number"]: row["VATCode"] for row in rows}
    assert ("MP1", "U1", "I", None) == tuple(codes[number] for number in (3001, 2611, 2641, 1930))


def test_closing_balance_stands_on_the_single_account_only(north, fortnox_books):
    listed = north.get("/3/accounts", limit=1, **FIRST_OF_2024).json()["Accounts"][0]
    single = exact(north.get("/3/accounts/1930", **FIRST_OF_2024))["Account"]

    assert "BalanceCarriedForward" not in listed
    assert fortnox_books.trial_balance(2)["1930"] == single["BalanceCarriedForward"]


@pytest.mark.parametrize(
    ("hundredths", "digits"),
    [
        (0, "0"),
        (125_000, "1250.0"),
        (-370, "-3.7"),
        (1, "0.01"),
        (1_234_567_890_123_456_789, "12345678901234567.89"),
    ],
)
def test_amounts_are_json_numbers_with_exact_digits(hundredths, digits):
    """The last has more digits than a float can hold."""
    assert f'{{"Debit":{digits}}}' == json_text({"Debit": number(hundredths)})


def test_lists_of_vouchers_are_headers_of_all_vouchers_of_the_year(north, fortnox_books):
    rows = pages(north, "/3/vouchers", "Vouchers", **FIRST_OF_2024)

    expected = [
        (chunk.series, int(number))
        for chunk in fortnox_books.book(2).chunks()
        for number in chunk.number
    ]
    assert expected == keys(rows)
    assert not any("VoucherRows" in row for row in rows)
    assert {3} == {row["Year"] for row in rows}


def test_single_voucher_has_rows_that_balance_and_marks_struck_ones(north):
    voucher = exact(north.get("/3/vouchers/B/26", **FIRST_OF_2024))["Voucher"]
    rows = voucher["VoucherRows"]
    booked = [row for row in rows if not row["Removed"]]

    assert len(rows) > len(booked)
    assert sum(row["Debit"] for row in booked) == sum(row["Credit"] for row in booked) > 0
    assert "INVOICE" == voucher["ReferenceType"]


def test_unknown_voucher_is_not_found(north, fortnox_error):
    answers = [north.get(f"/3/vouchers/{key}") for key in ("B/9999", "Q/1", "B/x")]

    assert [(404, 2000423)] * 3 == [fortnox_error(answer) for answer in answers]


def test_sublists_hold_the_current_year_and_one_series(north):
    current = pages(north, "/3/vouchers/sublist", "Vouchers")
    series = pages(north, "/3/vouchers/sublist/B", "Vouchers", **FIRST_OF_2024)

    assert {3} == {row["Year"] for row in current}
    assert {"B"} == {row["VoucherSeries"] for row in series}
    assert len(series) == sum(row["VoucherSeries"] == "B" for row in current)


def test_series_say_which_number_comes_next(north):
    codes = [row["Code"] for row in pages(north, "/3/voucherseries", "VoucherSeriesCollection")]
    one = north.get("/3/voucherseries/B", **FIRST_OF_2024).json()["VoucherSeries"]
    last = max(number for series, number in keys(pages(north, "/3/vouchers", "Vouchers"))
               if series == "B")  # fmt: skip

    assert ["A", "B", "C", "L", "U", "Y"] == codes
    assert last + 1 == one["NextVoucherNumber"]


def test_page_has_100_rows_unless_said_and_500_at_most(north, fortnox_error):
    usual = north.get("/3/vouchers").json()
    most = north.get("/3/vouchers", limit=500)

    assert (100, 3) == (len(usual["Vouchers"]), usual["MetaInformation"]["@TotalPages"])
    assert 200 == most.status_code
    assert (400, 2000588) == fortnox_error(north.get("/3/vouchers", limit=501))
    assert (400, 2000588) == fortnox_error(north.get("/3/vouchers", limit=0))
    assert (400, 2000108) == fortnox_error(north.get("/3/vouchers", limit="all"))


def test_offset_and_page_name_the_same_rows(north):
    second = north.get("/3/vouchers", page=2, limit=20).json()
    offset = north.get("/3/vouchers", offset=20, limit=20).json()

    assert second["Vouchers"] == offset["Vouchers"]
    assert 2 == second["MetaInformation"]["@CurrentPage"]


def test_page_beyond_the_last_is_empty(north):
    assert [] == north.get("/3/vouchers", page=99).json()["Vouchers"]


def test_total_counts_too_many_under_a_filter(north):
    """Only a walk without filters may ask for as many rows as were announced."""
    every = north.get("/3/vouchers", limit=500, **FIRST_OF_2024).json()
    march = {"fromdate": "2024-03-01", "todate": "2024-03-31", **FIRST_OF_2024}
    some = north.get("/3/vouchers", limit=500, **march).json()

    totals = [found["MetaInformation"]["@TotalResources"] for found in (every, some)]
    assert [len(every["Vouchers"])] * 2 == totals
    assert 0 < len(some["Vouchers"]) < totals[0]
    assert {"2024-03"} == {row["TransactionDate"][:7] for row in some["Vouchers"]}


def test_first_day_outside_the_year_is_refused(north, fortnox_error):
    answer = north.get("/3/vouchers", fromdate="2023-12-31", **FIRST_OF_2024)

    assert (400, 2002363) == fortnox_error(answer)


def test_changed_vouchers_are_found_by_when_they_changed(fortnox, north):
    """The clock says 03:00 UTC, which is 04:00 in Sweden; a removed voucher never shows."""
    fortnox.tenant(NORTH).edit(removed=[("B", 2)], changed=[("L", 3)])
    query = {**FIRST_OF_2024, "limit": 500}
    since = north.get("/3/vouchers", lastmodified="2024-11-22 04:00", **query)
    later = north.get("/3/vouchers", lastmodified="2024-11-22 04:01", **query)

    changed, after = keys(since.json()["Vouchers"]), keys(later.json()["Vouchers"])
    assert {("L", 3)} == set(changed) - set(after)


def test_lists_are_sorted_as_asked(north, fortnox_error):
    rows = north.get("/3/vouchers", sortby="vouchernumber", sortorder="descending", limit=500)
    numbers = [number for _, number in keys(rows.json()["Vouchers"])]

    assert sorted(numbers, reverse=True) == numbers
    assert (400, 2000588) == fortnox_error(north.get("/3/vouchers", sortby="amount"))


def test_some_lists_come_without_meta_information(fortnox, north):
    usual = [path for path in ("accounts", "voucherseries")
             if "MetaInformation" in north.get(f"/3/{path}").json()]  # fmt: skip
    fortnox.habits.lists_without_meta = frozenset({"accounts"})

    assert ["accounts"] == usual
    assert ["Accounts"] == list(north.get("/3/accounts").json())


@pytest.mark.parametrize(
    "query",
    [{"financialYear": 1}, {"Limit": 5}, {"unknown": 1}],
    ids=["camel case", "upper case", "unknown"],
)
def test_query_names_are_lower_case_and_known(north, fortnox_error, query):
    assert (400, 2000588) == fortnox_error(north.get("/3/vouchers", **query))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_reading_is_served(north, method):
    headers = {"Authorization": f"Bearer {north.token}"}

    assert 405 == north.http.request(method, "/3/vouchers", headers=headers).status_code


def test_path_that_is_not_served_is_not_found(north):
    assert 404 == north.get("/3/salaries").status_code


def test_xml_is_not_served(north, fortnox_error):
    assert (400, 1000030) == fortnox_error(north.get("/3/accounts", accept="application/xml"))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (403, 2000311)),
        ({"Authorization": "Basic abc"}, (403, 2000311)),
        ({"Authorization": "Bearer made-up"}, (403, 2000310)),
    ],
    ids=["missing", "of another kind", "wrong"],
)
def test_token_that_is_none_is_told_by_its_code(north, fortnox_error, headers, expected):
    assert expected == fortnox_error(north.http.get("/3/accounts", headers=headers))


def test_token_without_the_scope_is_a_400(north, fortnox_error):
    token = north.credentials(scope="bookkeeping").json()["access_token"]

    assert (400, 2000663) == fortnox_error(north.get("/3/companyinformation", token=token))


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("licence_missing", (403, 2001103)),
        ("module_missing", (400, 2001101)),
        ("scope_missing", (400, 2000663)),
        ("consent_revoked", (403, 2000310)),
    ],
)
def test_what_the_company_lacks_is_told_by_its_code(
    fortnox, north, fortnox_error, switch, expected
):
    assert 200 == north.get("/3/accounts").status_code

    fortnox.tenant(NORTH).switch(switch)
    assert expected == fortnox_error(north.get("/3/accounts"))

    fortnox.tenant(NORTH).switch(switch, on=False)
    assert 200 == north.get("/3/accounts").status_code


def test_missing_module_leaves_what_needs_none(fortnox, north):
    fortnox.tenant(NORTH).switch("module_missing")

    assert 200 == north.get("/3/companyinformation").status_code


def test_status_of_a_missing_licence_is_a_habit(fortnox, north, fortnox_error):
    fortnox.habits.licence_status = 403
    fortnox.tenant(NORTH).switch("module_missing")

    assert (403, 2001101) == fortnox_error(north.get("/3/accounts"))


@pytest.mark.parametrize(
    ("habit", "expected"),
    [
        ("lower", ["code", "code", "code"]),
        ("upper", ["Code", "Code", "Code"]),
        ("alternate", ["code", "Code", "code"]),
    ],
)
def test_errors_come_in_both_cases(start_fortnox, client_of, habit, expected):
    client = client_of(start_fortnox(error_keys=habit))
    told = [client.get("/3/accounts/1").json()["ErrorInformation"] for _ in range(3)]

    assert expected == [next(key for key in one if key.lower() == "code") for one in told]


def test_switch_that_does_not_exist_is_refused(fortnox):
    with pytest.raises(ValueError, match="No switch"):
        fortnox.tenant(NORTH).switch("module_mising")


def test_tenants_do_not_see_each_other(north, south):
    names = [c.get("/3/companyinformation").json()["CompanyInformation"] for c in (north, south)]

    assert [NORTH, SOUTH] == [name["DatabaseNumber"] for name in names]


@pytest.mark.parametrize(("habit", "encoding"), [(False, None), (True, "gzip")])
def test_bodies_may_be_compressed(fortnox, north, habit, encoding):
    fortnox.habits.compresses = habit
    answer = north.get("/3/sie/4")

    assert encoding == answer.headers.get("content-encoding")
    assert answer.content.startswith(b"#FLAGGA 0")
