"""The simulators' SIE writer: what it writes adds up, in every type, encoding and shape."""

from decimal import Decimal

import pytest

from simulators.books.company import Company
from simulators.books.faults import KEPT_PERCENT, Fault
from simulators.books.sie.text import VOUCHERS_IN_4I, Layout
from simulators.books.years import calendar_years

COMPANY = Company(seed=21, years=calendar_years(2023, 2024), vouchers_per_year=400)
ODD = Layout(odd_percent=60, control_sum=True)


def test_opening_balance_and_postings_give_closing_balance_and_result(read):
    recount = read(COMPANY.sie())
    expected = recount.balances("#UB") | recount.balances("#RES")
    actual = recount.balances("#IB")
    for account, amount in recount.booked().items():
        actual[account] = actual.get(account, Decimal()) + amount

    assert expected == {account: amount for account, amount in actual.items() if amount}


def test_changes_per_month_add_up_to_the_postings(read):
    recount = read(COMPANY.sie())
    sums = {}
    for _, _, account, amount in recount.values("#PSALDO"):
        sums[account] = sums.get(account, Decimal()) + Decimal(amount)

    assert recount.booked() == {account: amount for account, amount in sums.items() if amount}


@pytest.mark.parametrize("layout", [Layout(control_sum=True), ODD], ids=["plain", "odd"])
def test_control_sum_equals_a_recount_from_the_text(read, layout):
    recount = read(COMPANY.sie(layout=layout))

    assert [[str(recount.control_sum)]] != [["0"]]
    assert [str(recount.control_sum)] == COMPANY.sie(layout=layout).decode("cp437").split()[-1:]


@pytest.mark.parametrize("encoding", ["cp437", "utf-8", "utf-8-sig", "cp1252"])
def test_every_encoding_holds_the_same_text(encoding):
    expected = COMPANY.sie().decode("cp437")
    content = COMPANY.sie(layout=Layout(encoding=encoding))

    assert expected == content.decode(encoding)
    assert (encoding == "utf-8-sig") is content.startswith(b"\xef\xbb\xbf")


def test_odd_shapes_keep_accounts_amounts_and_numbers(read):
    plain, odd = read(COMPANY.sie()), read(COMPANY.sie(layout=ODD))

    assert plain.vouchers.keys() == odd.vouchers.keys()
    assert plain.booked() == odd.booked()


def test_every_odd_shape_occurs():
    text = COMPANY.sie(layout=ODD).decode("cp437")
    shapes = {
        "tabs": "\n#TRANS\t1510\t{}\t",
        "spaces": "\n#TRANS  1510   { }  ",
        "quoted": '\n#TRANS "1510" {} "',
        "indented": "\n\t#TRANS 1510 {}",
        "quoted dimension": '{"1" "10"}',
        "bare object": "{1 10}",
        "no object list": "\n#TRANS 1510 2",
        "escaped quote": ' 12\\""',
        "one decimal": '0.5 "" "',
        "quoted voucher": '\n#VER "B" "',
        "tabbed voucher": "\n#VER\tB\t",
    }
    big = Company(seed=21, vouchers_per_year=4_000).sie(layout=ODD).decode("cp437")

    assert [name for name, part in shapes.items() if part not in text + big] == []


def test_quantities_dimensions_and_history_are_written():
    text = COMPANY.sie().decode("cp437")

    assert '{1 "10"}' in text
    assert '6 "P01"}' in text
    assert "\r\n#BTRANS 6991 {" in text
    assert "\r\n#RTRANS " in text
    assert any(
        line.split(" ")[-1] not in {"0", '"0"'} for line in text.splitlines() if "#TRANS" in line
    )


@pytest.mark.parametrize(
    ("sie_type", "present", "absent"),
    [
        ("1", {"#IB", "#UB", "#RES"}, {"#PSALDO", "#OMFATTN", "#OBJEKT", "#VER"}),
        ("2", {"#IB", "#UB", "#RES", "#PSALDO", "#OMFATTN"}, {"#OBJEKT", "#VER"}),
        ("3", {"#IB", "#PSALDO", "#OMFATTN", "#OBJEKT", "#OIB", "#OUB"}, {"#VER"}),
        ("4I", {"#VER", "#KONTO"}, {"#IB", "#UB", "#RES", "#PSALDO", "#SRU"}),
        ("4E", {"#VER", "#IB", "#UB", "#RES", "#PSALDO", "#SRU"}, {"#OMFATTN"}),
    ],
)
def test_each_type_holds_the_records_that_it_may(read, sie_type, present, absent):
    labels = {record[0] for record in read(COMPANY.sie(sie_type=sie_type)).records}

    assert present <= labels
    assert not absent & labels


def test_file_from_a_pre_system_has_few_vouchers_without_numbers(read):
    recount = read(COMPANY.sie(sie_type="4I"))

    assert [row[:2] for row in recount.values("#VER")] == [["L", ""]] * VOUCHERS_IN_4I


def test_unknown_type_is_refused():
    with pytest.raises(ValueError, match="4E"):
        COMPANY.sie(sie_type="5")


def test_streamed_file_equals_the_one_in_memory(tmp_path):
    size = COMPANY.write_sie(tmp_path / "a.se", layout=ODD)

    assert COMPANY.sie(layout=ODD) == (tmp_path / "a.se").read_bytes()
    assert size == (tmp_path / "a.se").stat().st_size


def test_unbalanced_voucher_is_the_one_that_was_planted(read):
    planted = COMPANY.planted(Fault.UNBALANCED_VOUCHER)
    unbalanced = {
        voucher: total
        for voucher, rows in read(COMPANY.sie(faults=[planted.fault])).vouchers.items()
        if (total := sum(Decimal(row[2]) for row in rows if row[0] == "#TRANS"))
    }

    assert {(planted.series, str(planted.number)): Decimal("0.50")} == unbalanced


def test_wrong_closing_balance_is_off_on_one_account_only(read):
    planted = COMPANY.planted(Fault.WRONG_CLOSING_BALANCE)
    true = read(COMPANY.sie()).balances("#UB")
    false = read(COMPANY.sie(faults=[planted.fault])).balances("#UB")

    assert {planted.account_number: Decimal("100.00")} == {
        account: false[account] - amount
        for account, amount in true.items()
        if false[account] != amount
    }


def test_missing_account_is_used_but_not_in_the_chart(read):
    recount = read(COMPANY.sie(faults=[Fault.MISSING_ACCOUNT]))

    assert {"3041"} == recount.booked().keys() - {row[0] for row in recount.values("#KONTO")}


def test_other_company_differs_in_name_and_number_only(read):
    true, false = read(COMPANY.sie()), read(COMPANY.sie(faults=[Fault.OTHER_COMPANY]))

    assert true.values("#ORGNR") != false.values("#ORGNR")
    assert true.vouchers == false.vouchers


def test_year_outside_moves_the_year_and_every_date(read):
    recount = read(COMPANY.sie(faults=[Fault.YEAR_OUTSIDE]))

    assert recount.values("#RAR")[0] == ["0", "20040101", "20041231"]
    assert {"2004"} == {row[2][:4] for row in recount.values("#VER")}


def test_date_outside_the_year_is_on_the_planted_voucher(read):
    planted = COMPANY.planted(Fault.DATE_OUTSIDE_YEAR)
    vouchers = read(COMPANY.sie(faults=[planted.fault])).values("#VER")

    assert [[planted.series, str(planted.number), "20250103"]] == [
        row[:3] for row in vouchers if not row[2].startswith("2024")
    ]


def test_truncated_file_still_balances_but_lacks_its_last_vouchers(read):
    true, false = read(COMPANY.sie()), read(COMPANY.sie(faults=[Fault.TRUNCATED]))
    kept = len(true.vouchers) * KEPT_PERCENT // 100

    assert list(true.vouchers)[:kept] == list(false.vouchers)
    assert sum(false.booked().values()) == 0
    assert true.balances("#UB") == false.balances("#UB")


def test_faults_leave_the_truth_alone():
    before = COMPANY.trial_balance()
    COMPANY.sie(faults=list(Fault))

    assert before == COMPANY.trial_balance()
