from __future__ import annotations

import pytest

from blocks.http import CallRefused
from blocks.systems.fortnox.connected import (
    MAX_NAME_CHARS,
    file_name,
    supplier_files,
    voucher_files,
)
from blocks.systems.fortnox.wire import UnexpectedShape

ROW = {
    "FileId": "f1",
    "Name": "kvitto.pdf",
    "VoucherDescription": "",
    "VoucherNumber": "7",
    "VoucherSeries": "A",
    "VoucherYear": 3,
}


def booked(series="L", number=4, year=3, kind="SUPPLIERINVOICE"):
    return {"Series": series, "Number": number, "Year": year, "ReferenceType": kind}


def invoice(given_number, *vouchers):
    empty = {"VoucherSeries": None, "VoucherNumber": None}
    return {"GivenNumber": given_number, "Vouchers": list(vouchers), **empty}


def file_of(invoice_number, file_id="f1"):
    return {"FileId": file_id, "Name": "faktura.pdf", "SupplierInvoiceNumber": invoice_number}


def places(found):
    return {
        year: [(row["document_id"], row["voucher_series"], row["voucher_number"]) for row in rows]
        for year, rows in ((year, table.to_pylist()) for year, table in found.by_year.items())
    }


def test_number_of_a_voucher_is_text_whether_it_came_as_text_or_number():
    texts = [
        voucher_files([{**ROW, "VoucherNumber": number}], year_id=3)["voucher_number"][0].as_py()
        for number in (7, "7")
    ]

    assert ["7", "7"] == texts


def test_list_of_another_year_than_asked_is_not_taken_for_it():
    """Without a year that it understands Fortnox lists the default one."""
    with pytest.raises(UnexpectedShape, match="another year"):
        voucher_files([ROW], year_id=2)


def test_row_without_a_file_is_told_by_the_name_of_the_field():
    with pytest.raises(UnexpectedShape, match="its field FileId is missing"):
        voucher_files([{**ROW, "FileId": 1} | {"VoucherYear": 3}, {"VoucherYear": 3}], year_id=3)


def test_supplier_invoice_is_on_the_voucher_that_booked_it_and_not_on_its_payment():
    found = supplier_files(
        [file_of("15")],
        [invoice("15", booked("U", 9, kind="SUPPLIERPAYMENT"), booked("L", 4))],
    )

    assert ({3: [("f1", "L", "4")]}, 0) == (places(found), found.unplaced)


def test_supplier_invoices_are_kept_apart_by_the_year_of_their_voucher():
    found = supplier_files(
        [file_of("15"), file_of("16", "f2")],
        [invoice("15", booked(year=3)), invoice("16", booked(year=1))],
    )

    assert {3: [("f1", "L", "4")], 1: [("f2", "L", "4")]} == places(found)


def test_file_of_an_invoice_that_is_not_booked_or_not_listed_is_counted():
    found = supplier_files([file_of("15"), file_of("99", "f2")], [invoice("15")])

    assert ({}, 2) == (places(found), found.unplaced)


def test_one_voucher_that_books_two_invoices_with_one_file_has_it_once():
    found = supplier_files(
        [file_of("15"), file_of("16")], [invoice("15", booked()), invoice("16", booked())]
    )

    assert {3: [("f1", "L", "4")]} == places(found)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("kvitto åäö.pdf", "kvitto åäö.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\kvitto.pdf", "kvitto.pdf"),
        ("kvit\0to\n.pdf", "kvitto.pdf"),
        ("x" * 300, "x" * MAX_NAME_CHARS),
        ("", ""),
    ],
)
def test_name_of_a_file_is_never_a_path(said, kept):
    assert kept == file_name(said)


@pytest.mark.parametrize("name", ["FileId", "Name", "VoucherNumber", "VoucherSeries"])
def test_mark_of_a_missing_right_is_no_file_of_a_voucher(name):
    with pytest.raises(CallRefused, match=f"In place of {name} .*documents"):
        voucher_files([{**ROW, name: "API_NORIGHT"}], year_id=3)


@pytest.mark.parametrize("name", ["Series", "Number", "Year", "ReferenceType"])
def test_mark_of_a_missing_right_is_no_booking_of_an_invoice(name):
    with pytest.raises(CallRefused, match=f"In place of {name} .*scope supplierinvoice"):
        supplier_files([file_of("15")], [invoice("15", {**booked(), name: "API_NORIGHT"})])


def test_mark_of_a_missing_right_in_place_of_all_bookings_is_not_taken_for_none():
    with pytest.raises(CallRefused, match="In place of Vouchers"):
        supplier_files([file_of("15")], [{"GivenNumber": "15", "Vouchers": "API_NORIGHT"}])


@pytest.mark.parametrize("vouchers", [{}, "", 0, [1]])
def test_bookings_of_another_kind_are_not_taken_for_none(vouchers):
    with pytest.raises(UnexpectedShape, match="Vouchers is no list"):
        supplier_files([file_of("15")], [{"GivenNumber": "15", "Vouchers": vouchers}])
