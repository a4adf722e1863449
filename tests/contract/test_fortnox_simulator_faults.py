"""What can go wrong on purpose, and the limit of the rate."""

import threading
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from simulators.fortnox import FAULTS
from simulators.fortnox.limiter import RATE_LIMIT, RATE_WINDOW_S, SlidingWindow

NORTH, SOUTH = 503072, 503073
SIE = "/3/sie/4"


def walk(client, limit=50):
    """Walk the vouchers of 2024 by the page, believing each page."""
    rows, page = [], 1
    while True:
        answer = client.get("/3/vouchers", financialyear=3, limit=limit, page=page).json()
        rows += [(row["VoucherSeries"], row["VoucherNumber"]) for row in answer["Vouchers"]]
        if page >= answer["MetaInformation"]["@TotalPages"]:
            return rows
        page += 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("body", "begins"), [("json", b'{"message"'), ("html", b"<html>"), ("empty", b"")]
)
def test_any_status_comes_with_json_html_or_nothing_once(fortnox, north, status, body, begins):
    fortnox.faults.add("status", tenant=NORTH, status=status, body=body)
    first, second = north.get(SIE), north.get(SIE)

    assert (status, begins) == (first.status_code, first.content[: len(begins) or None])
    assert 200 == second.status_code


def test_status_may_say_when_to_come_back(fortnox, north):
    fortnox.faults.add("status", status=503, retry_after_s=2)

    assert "2" == north.get(SIE).headers["retry-after"]


def test_faults_of_one_kind_follow_each_other(fortnox, north):
    fortnox.faults.add("status", status=502)
    fortnox.faults.add("status", status=504, times=2)
    fortnox.faults.add("lose_answer")

    assert [502, 504, 504] == [north.get(SIE).status_code for _ in range(3)]
    with pytest.raises(httpx.RemoteProtocolError):
        north.get(SIE)
    assert [] == fortnox.faults.waiting()


def test_fault_meets_its_tenant_and_path_only_and_may_spare_the_first(fortnox, north, south):
    fortnox.faults.add("status", tenant=NORTH, path="/3/vouchers", after=1)

    assert 200 == south.get("/3/vouchers").status_code
    assert 200 == north.get(SIE).status_code
    assert [200, 500, 200] == [north.get("/3/vouchers").status_code for _ in range(3)]


def test_fault_without_end_lasts_until_cleared(fortnox, north):
    fortnox.faults.add("status", times=None)
    during = [north.get(SIE).status_code for _ in range(3)]
    fortnox.faults.clear()

    assert [500, 500, 500] == during
    assert 200 == north.get(SIE).status_code


def test_unknown_fault_or_detail_is_refused(fortnox):
    with pytest.raises(ValueError, match="No fault"):
        fortnox.faults.add("cut_bodi")
    with pytest.raises(ValueError, match="seconds"):
        fortnox.faults.add("status", seconds=3)


def test_cut_body_declares_its_length_and_ends_early(fortnox, north):
    whole = len(north.get(SIE).content)
    fortnox.faults.add("cut_body", share=0.4)
    headers = {"Authorization": f"Bearer {north.token}"}

    with north.http.stream("GET", SIE, headers=headers) as answer:
        pieces = answer.iter_raw()
        got = next(pieces)
        with pytest.raises(httpx.RemoteProtocolError):
            got += b"".join(pieces)

    assert (200, str(whole)) == (answer.status_code, answer.headers["content-length"])
    assert 0 < len(got) <= whole * 0.4


def test_cut_body_without_a_length_is_a_broken_stream(fortnox, north):
    fortnox.faults.add("cut_body", declared=False)

    with pytest.raises(httpx.RemoteProtocolError):
        north.get(SIE)


def test_lost_answer_is_no_answer_and_is_counted(fortnox, north):
    fortnox.faults.add("lose_answer")
    before = fortnox.count(NORTH, SIE)

    with pytest.raises(httpx.RemoteProtocolError):
        north.get(SIE)

    assert before + 1 == fortnox.count(NORTH, SIE)
    assert 0 == fortnox.calls[-1].status


def test_delay_delays_one_request_and_no_other(fortnox, north, south):
    assert north.token
    assert south.token
    fortnox.faults.add("delay", tenant=NORTH, seconds=1.5)
    slow = threading.Thread(target=north.get, args=(SIE,))
    begin = time.monotonic()
    slow.start()
    south.get(SIE)
    other_s = time.monotonic() - begin
    slow.join()

    assert other_s < 1.5 <= time.monotonic() - begin


def test_expired_token_stays_expired_and_a_new_one_works(fortnox, north):
    old = north.token
    fortnox.faults.add("expire_token")
    answers = [north.get(SIE, token=old).status_code for _ in range(2)]
    new = north.credentials().json()["access_token"]

    assert [401, 401] == answers
    assert 200 == north.get(SIE, token=new).status_code


def test_consent_revoked_during_a_pull_stays_revoked(fortnox, north, fortnox_error):
    fortnox.faults.add("revoke_consent")

    assert (403, 2000310) == fortnox_error(north.get(SIE))
    assert (403, 2000310) == fortnox_error(north.get("/3/accounts"))
    assert 400 == north.credentials().status_code


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("licence_missing", (403, 2001103)),
        ("module_missing", (400, 2001101)),
        ("scope_missing", (400, 2000663)),
    ],
)
def test_right_that_is_missing_once_is_told_by_its_code(
    fortnox, north, fortnox_error, name, expected
):
    fortnox.faults.add(name)

    assert expected == fortnox_error(north.get(SIE))
    assert 200 == north.get(SIE).status_code


def test_html_may_come_in_the_place_of_a_file(fortnox, north):
    fortnox.faults.add("html_instead")
    answer = north.get(SIE)

    assert (200, True) == (answer.status_code, answer.text.startswith("<html>"))


def test_file_may_be_empty_or_of_another_company(fortnox, north):
    fortnox.faults.add("empty_sie")
    fortnox.faults.add("wrong_company", after=1)

    assert b"" == north.get(SIE).content
    assert b"#FNR 999999" in north.get(SIE).content
    assert f"#FNR {NORTH}".encode() in north.get(SIE).content


def test_company_information_may_be_of_another_company(fortnox, north):
    fortnox.faults.add("wrong_company", path="/3/companyinformation")
    numbers = [
        north.get("/3/companyinformation").json()["CompanyInformation"]["DatabaseNumber"]
        for _ in range(2)
    ]

    assert [999_999, NORTH] == numbers


def test_voucher_may_be_hidden_from_a_file_or_from_the_list(fortnox, north):
    every = walk(north)
    fortnox.faults.add("hide_voucher", voucher=("B", 17))
    files = [north.get(SIE, financialyear=3).content for _ in range(2)]
    fortnox.faults.add("hide_voucher", path="/3/vouchers", voucher=("L", 3), times=None)

    assert [False, True] == [b"#VER B 17 " in content for content in files]
    assert [("L", 3)] == sorted(set(every) - set(walk(north)))


def test_voucher_removed_between_pages_makes_another_one_slip_through(fortnox, north):
    before = walk(north)
    fortnox.faults.add("shift_pages", path="/3/vouchers", how="remove")
    seen, after = walk(north), walk(north)

    assert [before[50]] == [key for key in before if key not in seen]
    assert [before[0]] == [key for key in before if key not in after]


def test_voucher_booked_between_pages_makes_another_one_come_twice(fortnox, north):
    every = walk(north)
    fortnox.faults.add("shift_pages", path="/3/vouchers", how="insert")
    seen = walk(north)

    assert [every[50]] == [key for key in every if seen.count(key) == 2]
    assert every[0] not in seen
    assert every == walk(north)


def test_books_that_change_after_the_file_differ_in_the_next_answer(fortnox, north):
    counts = [north.get("/3/vouchers", financialyear=3).json()["MetaInformation"]]
    fortnox.faults.add("books_change_during_pull", removed=[("B", 17)])
    file = north.get(SIE, financialyear=3).content
    counts.append(north.get("/3/vouchers", financialyear=3).json()["MetaInformation"])

    assert b"#VER B 17 " in file
    assert b"#VER B 17 " not in north.get(SIE, financialyear=3).content
    assert 1 == counts[0]["@TotalResources"] - counts[1]["@TotalResources"]


def test_clock_may_be_wrong_in_the_date_and_in_the_token(fortnox, north):
    true = parsedate_to_datetime(north.get("/3/me").headers["date"])
    fortnox.faults.add("clock_skew", path="/3/me", seconds=7_200)
    wrong = parsedate_to_datetime(north.get("/3/me").headers["date"])

    assert 7_200 == (wrong - true).total_seconds()


def test_token_of_a_wrong_clock_still_lives_its_hour(fortnox, north):
    fortnox.faults.add("clock_skew", path="/oauth-v1/token", seconds=-7_200)
    answer = north.credentials()
    skewed = parsedate_to_datetime(answer.headers["date"])

    assert -7_200 == (skewed - fortnox.world.now).total_seconds()
    assert 200 == north.get(SIE, token=answer.json()["access_token"]).status_code


def test_field_says_something_else_or_is_left_out_in_the_rows_that_are_meant(fortnox, north):
    where = {"Number": 3001}
    fortnox.faults.add("odd_field", path="/3/accounts", field="VATCode", value="X", where=where)
    fortnox.faults.add("odd_field", path="/3/accounts", field="@TotalResources", is_absent=True)
    odd, bare, sound = (north.get("/3/accounts", limit=500).json() for _ in range(3))

    changed = [
        row for row, was in zip(odd["Accounts"], sound["Accounts"], strict=True) if row != was
    ]
    assert [(3001, "X")] == [(row["Number"], row["VATCode"]) for row in changed]
    assert {"@TotalPages", "@CurrentPage"} == set(bare["MetaInformation"])
    assert bare["Accounts"] == sound["Accounts"]


def test_field_of_a_token_may_be_odd(fortnox, north):
    fortnox.faults.add("odd_field", path="/oauth-v1/token", field="expires_in", value="soon")

    assert ["soon", 3600] == [north.credentials().json()["expires_in"] for _ in range(2)]


def test_hidden_rows_leave_the_list_and_its_total(fortnox, north):
    every = north.get("/3/financialyears").json()
    fortnox.faults.add("hide_rows", path="/3/financialyears", where={"Id": 3})
    left = north.get("/3/financialyears").json()

    assert [row for row in every["FinancialYears"] if row["Id"] != 3] == left["FinancialYears"]
    assert len(left["FinancialYears"]) == left["MetaInformation"]["@TotalResources"]


def test_letters_are_lost_in_files_and_lists_for_good(fortnox, north):
    whole = north.get(SIE, financialyear=3).content.decode("cp437")
    fortnox.faults.add("lost_letters")
    fortnox.faults.add("lost_letters", path="/3/accounts")
    file = north.get(SIE, financialyear=3).content.decode()
    accounts = north.get("/3/accounts", limit=500).text

    assert sum(whole.count(letter) for letter in "åäöÅÄÖ") == file.count("\ufffd") > 0
    assert "\ufffd" in accounts
    assert not set("åäö") & set(file + accounts)


def test_every_fault_has_a_test(request):
    """A fault that nothing proves would let tests of clients prove nothing."""
    text = request.path.read_text()

    assert [] == [name for name in FAULTS if f'"{name}"' not in text]


def test_rate_is_25_in_5_seconds_for_each_tenant(start_fortnox, client_of):
    simulator = start_fortnox(rate_limit=RATE_LIMIT, rate_window_s=60.0)
    north, south = client_of(simulator, NORTH), client_of(simulator, SOUTH)
    second_token = north.credentials().json()["access_token"]
    codes = [north.get("/3/me").status_code for _ in range(RATE_LIMIT)]

    assert [200] * RATE_LIMIT == codes
    assert (25, 5.0) == (RATE_LIMIT, RATE_WINDOW_S)
    assert 429 == north.get("/3/me", token=second_token).status_code
    assert 200 == south.get("/3/me").status_code
    assert 200 == north.credentials().status_code


@pytest.mark.parametrize(("habit", "header"), [(None, None), (3, "3")])
def test_too_many_requests_may_say_when_to_come_back(start_fortnox, client_of, habit, header):
    client = client_of(start_fortnox(rate_limit=1, rate_window_s=60.0, retry_after_s=habit))
    answers = [client.get("/3/me") for _ in range(2)]

    assert (429, header) == (answers[1].status_code, answers[1].headers.get("retry-after"))


def test_window_slides_and_those_who_go_on_stay_out():
    now_s = [0.0]
    window = SlidingWindow(2, 5.0, now_s=lambda: now_s[0])

    def ask(at_s):
        now_s[0] = at_s
        return window.admits("tenant")

    assert [True, True, False] == [ask(at_s) for at_s in (0, 1, 2)]
    assert [False, False] == [ask(at_s) for at_s in (5, 6.9)]
    assert [True, True, False] == [ask(at_s) for at_s in (11.9, 12, 16.8)]


def test_window_opens_when_its_oldest_request_is_as_old_as_the_window():
    now_s = [0.0]
    window = SlidingWindow(1, 5.0, now_s=lambda: now_s[0])
    window.admits("tenant")
    now_s[0] = 5.0

    assert window.admits("tenant")
