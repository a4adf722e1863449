"""What becomes of an invoice in Fennoa: steps, activation, answers, read-back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from ledger.invoice.arithmetic import Sum
from ledger.invoice.mappings.fennoa.answers import is_good, messages_of
from ledger.invoice.mappings.fennoa.plan import check_activation, check_image, steps_of
from ledger.invoice.mappings.fennoa.read_back import compare, has_key, sums_of
from ledger.invoice.mappings.fennoa.terms import KeyField
from ledger.invoice.problems import Severity
from ledger.push.answers import Message
from ledger.push.items import Step
from tests.fennoa_terms import terms

EXPECTED = Sum(Decimal("751.75"), Decimal("186.47"))
SURCHARGE = {"product_number": "L", "delivery_method": "postal", "net": "5.00", "vat_rate": "25.5"}


def activation(**changes):
    return {one.code: one for one in check_activation(terms(**changes))}


@pytest.mark.requirement("R-FEN-2a")
def test_an_invoice_with_an_image_is_made_checked_attached_approved_and_sent():
    settings = terms(process="approve_and_send", import_verified=True)

    assert (
        Step.CREATE,
        Step.CUSTOMER,
        Step.CHECK,
        Step.ATTACH,
        Step.APPROVE,
        Step.NUMBER,
        Step.SEND,
        Step.DELIVERY,
    ) == steps_of(settings, files=1)


@pytest.mark.requirement("R-FEN-2b", "R-FEN-P4c")
@pytest.mark.parametrize("files", [0, 1, 3])
def test_sending_comes_after_the_approval_and_the_number(files):
    steps = steps_of(terms(process="approve_and_send", import_verified=True), files=files)

    assert steps.index(Step.APPROVE) < steps.index(Step.NUMBER) < steps.index(Step.SEND)


@pytest.mark.requirement("R-FEN-24a")
def test_a_draft_is_neither_approved_nor_sent():
    steps = steps_of(terms(process="draft", import_verified=True), files=1)

    assert (Step.CREATE, Step.CUSTOMER, Step.CHECK, Step.ATTACH) == steps


@pytest.mark.parametrize("process", ["draft", "approve", "approve_and_send"])
def test_where_fennoa_sends_by_itself_nothing_is_sent_from_here(process):
    settings = terms(process=process, import_verified=True, acts_by_itself=True)

    assert Step.SEND not in steps_of(settings)


@pytest.mark.requirement("R-FEN-27a")
@pytest.mark.parametrize("process", ["approve", "approve_and_send"])
def test_until_imports_are_verified_every_invoice_stays_a_draft(process):
    assert (Step.CREATE, Step.CUSTOMER, Step.CHECK) == steps_of(terms(process=process))


@pytest.mark.requirement("R-FEN-27b")
@pytest.mark.parametrize(
    ("process", "last"), [("approve", Step.NUMBER), ("approve_and_send", Step.DELIVERY)]
)
def test_once_verified_the_process_is_the_one_that_is_set(process, last):
    assert last is steps_of(terms(process=process, import_verified=True))[-1]


@pytest.mark.requirement("R-FEN-1d")
@pytest.mark.parametrize(
    ("beginning", "codes"),
    [(b"%PDF-1.7\n", []), (b"\x89PNG", ["image_not_pdf"]), (b"", ["image_not_pdf"])],
)
def test_an_image_is_a_pdf(beginning, codes):
    assert codes == [one.code for one in check_image(beginning)]


@pytest.mark.requirement("R-FEN-3a")
def test_without_a_process_nothing_is_activated():
    assert activation(process=None)["process_absent"].refuses


@pytest.mark.requirement("R-FEN-3b")
@pytest.mark.parametrize("process", ["draft", "approve", "approve_and_send"])
def test_each_process_can_be_activated(process):
    assert [] == [one for one in activation(process=process).values() if one.refuses]


@pytest.mark.requirement("R-FEN-3c")
@pytest.mark.parametrize("process", ["", "send", "Draft"])
def test_no_other_process_exists(process):
    with pytest.raises(ValidationError):
        terms(process=process)


@pytest.mark.requirement("R-FEN-20b")
def test_production_needs_a_number_series():
    assert activation(series_id=None, is_production=True)["series_absent"].refuses


@pytest.mark.requirement("R-FEN-20c")
def test_a_test_goes_without_a_number_series_with_a_remark():
    found = activation(series_id=None)

    assert Severity.WARNS is found["series_wanted"].severity
    assert "series_absent" not in found


@pytest.mark.requirement("R-FEN-25b", "R-FEN-43a")
def test_activation_says_that_fennoa_s_own_automation_reaches_all_invoices():
    text = activation()["automation_reaches_all"].message

    assert "reaches all its sales invoices" in text
    assert "those that come from here and those that people write there alike" in text


@pytest.mark.requirement("R-FEN-P1e", "R-FEN-P4a")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "ok", "id": 991}, True),
        ({"status": "OK", "id": 991}, True),
        ({"status": True}, True),
        ({"status": "error", "errors": "x"}, False),
        ({"status": "ERROR"}, False),
        ({"status": False}, False),
        ({"status": "ok", "data": "failed"}, False),
        ({"status": "OK", "data": "Failed"}, False),
        ({"status": "ok", "data": {"Customer": {}}}, True),
        ({"id": 991}, False),
        ({}, False),
        ([], False),
        ("ok", False),
        (None, False),
    ],
)
def test_a_good_answer_says_ok_and_not_failed(body, expected):
    assert expected is is_good(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"errors": "one"}, [("one", "")]),
        ({"errors": ["one", "two", "one", None]}, [("one", ""), ("two", "")]),
        (
            {"errors": {"postalcode": ["must", "must"], "row": [None]}},
            [("must", "postalcode")],
        ),
        ({"errors": {"row": {"1": {"price": ["bad"]}}}}, [("bad", "row.1.price")]),
        ({"errors": [None]}, []),
        ({"errors": " "}, []),
        ({"errors": 5}, []),
        ({}, []),
        ("<html>", []),
        ({"status": "ok", "data": "failed"}, [("failed", "data")]),
    ],
)
def test_errors_are_text_list_or_object(body, expected):
    assert [Message(*one) for one in expected] == list(messages_of(body))


def test_messages_have_a_limit_in_number_and_depth():
    deep = "x"
    for _ in range(6):
        deep = {"a": deep}

    assert 50 == len(messages_of({"errors": [str(n) for n in range(60)]}))
    assert () == messages_of({"errors": deep})


@pytest.mark.requirement("R-FEN-12b")
@pytest.mark.parametrize(
    "answer",
    [
        {"total_net": "751.75", "total_vat": "186.47", "total_gross": "938.22"},
        {"total_net": Decimal("751.75"), "total_vat": Decimal("186.470"), "total_gross": "938.22"},
    ],
)
def test_totals_that_agree_are_not_flagged(answer):
    assert () == compare(EXPECTED, sums_of(answer))


@pytest.mark.requirement("R-FEN-12c")
def test_totals_that_differ_are_flagged_each():
    found = compare(EXPECTED, Sum(Decimal("751.75"), Decimal("186.48")))

    assert [("vat", Decimal("186.48")), ("gross", Decimal("938.23"))] == [
        (one.field, one.values["actual"]) for one in found
    ]


@pytest.mark.requirement("R-FEN-12c")
def test_other_shares_of_the_same_gross_are_flagged():
    found = compare(EXPECTED, Sum(Decimal("751.76"), Decimal("186.46")))

    assert ["net", "vat"] == [one.field for one in found]


@pytest.mark.requirement("R-FEN-41b")
def test_after_sending_exactly_the_surcharge_is_allowed():
    surcharge = terms(surcharges=[SURCHARGE]).surcharge_of("postal")

    assert Sum(Decimal("5.00"), Decimal("1.28")) == surcharge
    assert () == compare(EXPECTED, EXPECTED + surcharge, surcharge=surcharge)
    assert () == compare(EXPECTED, EXPECTED, surcharge=surcharge)


@pytest.mark.requirement("R-FEN-41c")
@pytest.mark.parametrize("net", ["5.01", "4.99", "10.00"])
def test_after_sending_anything_else_is_flagged(net):
    surcharge = terms(surcharges=[SURCHARGE]).surcharge_of("postal")

    assert compare(EXPECTED, EXPECTED + Sum(Decimal(net), surcharge.vat), surcharge=surcharge)
    assert compare(EXPECTED, EXPECTED + surcharge)
    assert Sum() == terms(surcharges=[SURCHARGE]).surcharge_of("finvoice")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"total_net": "1", "total_vat": "1"},
        {"total_net": "1", "total_vat": "1", "total_gross": "3"},
        {"total_net": 1.0, "total_vat": 1.0, "total_gross": 2.0},
        {"total_net": "x", "total_vat": "1", "total_gross": "2"},
        {"total_net": "NaN", "total_vat": "NaN", "total_gross": "NaN"},
    ],
)
def test_totals_that_cannot_be_relied_on_are_none(answer):
    assert sums_of(answer) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("webshop/1", True),
        ("webshop/1\nsisäinen", True),
        ("sisäinen\r\nwebshop/1 ", True),
        ("webshop/10", False),
        ("x webshop/1", False),
        ("", False),
        (None, False),
    ],
)
def test_our_key_stands_on_a_line_of_its_own(text, expected):
    """Otherwise number 1 would be found in the document of number 10."""
    assert expected is has_key({"notes_internal": text}, "webshop/1", KeyField.NOTES_INTERNAL)
