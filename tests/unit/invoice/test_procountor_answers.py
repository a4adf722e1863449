"""The catalogue of Procountor's answers: the article's six, further ones, and the unknown."""

from __future__ import annotations

import re

import pytest

from blocks.invoices.tables import push_answers, rows_of
from ledger.push.answers import LANGUAGES, NO_REMEDY, UNKNOWN, Message
from ledger.push.items import Step

PROCOUNTOR = push_answers("procountor")
LINES = rows_of("errors/procountor.csv")
ACTORS = {"customer", "administrator", "us", "wait", "nobody"}

ANSWERS = (
    (400, "tiliä ei ole kohdistettu Procountorin tiliin", "", "account_unmapped"),
    (400, "invoiceRows MAY_NOT_BE_EMPTY", "create", "rows_empty"),
    (
        403,
        "Undefined insufficient access rights to modify the ledger receipt",
        "book",
        "ledger_rights",
    ),
    (400, "BANK_ACCOUNT_DOES_NOT_BELONG_TO_THIS_COMPANY", "create", "bank_account_foreign"),
    (401, "Undefined invalid token", "", "invalid_token"),
    (401, "Unauthorized", "create", "invalid_token"),
    (200, "Saajaa ei löydy toimittajarekisteristä", "", "payee_not_in_register"),
    (400, "CLOSED_FISCAL_PERIOD", "create", "period_closed"),
    (400, "counterParty.identifier ERROR_BRN_CODE", "create", "business_id_wrong"),
    (400, "invoiceRows[0].vatStatus ERROR_VATSTATUS_VATPERC", "create", "vat_status_and_rate"),
    (
        400,
        "transactions[2].account ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION",
        "book",
        "account_and_rate",
    ),
    (
        400,
        "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE",
        "book",
        "dimension_unknown",
    ),
    (400, "Value of the 'deliveryAddress.country' cannot be blank.", "create", "country_missing"),
    (
        400,
        "A partner with the same number and different VAT number already exists",
        "create",
        "partner_number_taken",
    ),
    (400, "DUE_DATE_BEFORE_BILL_DATE", "create", "due_before_invoice"),
    (400, "einvoiceAddress.ediId OVT_NOT_ALLOWED", "create", "e_invoice_address_wrong"),
    (400, "version The version of the object is not the latest", "book", "stale_version"),
    (400, "File size too big", "attach", "image_too_large"),
    (400, "Value of the 'name' contains invalid characters", "create", "signs_not_taken"),
    (403, "User rights check failed: Insufficient user rights", "approve", "rights_missing"),
    (403, "Invoice status does not allow editing", "book", "not_allowed_in_state"),
    (403, "Invoice circulation is not enabled or has no approvers", "approve", "circulation"),
    (400, "Value of the 'language' cannot be blank.", "create", "blank_field"),
    (400, "Value of the 'depreciation' field is invalid: ", "book", "invalid_field"),
    (400, "Cash discounts are not allowed in the environment", "create", "cash_discount_off"),
    (404, "", "approve", "not_there"),
    (404, "Not found", "approve", "not_there"),
    (429, "", "create", "too_many_calls"),
    (500, "Internal server error", "create", "procountor_failed"),
    (400, "X_NEW", "create", UNKNOWN),
)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["code"])
def test_each_line_says_cause_and_remedy_in_three_languages(line):
    sentences = [line[f"{kind}_{lang}"] for kind in ("cause", "remedy") for lang in LANGUAGES]

    assert all(len(text) > 10 and not text.endswith(".") for text in sentences)
    assert len(set(sentences)) == len(sentences)
    assert line["who_acts"] in ACTORS
    assert line["retry"] in {"safe", "unsafe"}
    assert line["source"]
    assert line["step"] in {"", *Step}
    assert re.compile(line["pattern"])
    assert line["pattern"] or line["status"]


def known(status, text, step):
    (one,) = PROCOUNTOR.explain(status, [Message(text)] if text else [], step=step)
    return one


@pytest.mark.parametrize(("status", "text", "step", "expected"), ANSWERS)
def test_answers_are_known_by_words_step_and_status(status, text, step, expected):
    assert expected == known(status, text, step).code


def test_every_line_is_known_by_some_answer():
    assert {line["code"] for line in LINES} == {case[3] for case in ANSWERS} - {UNKNOWN}


@pytest.mark.requirement("R-ECO-57")
def test_an_invoice_without_rows_is_told_so():
    one = known(400, "invoiceRows MAY_NOT_BE_EMPTY", "create")

    assert "Laskulla ei ole rivejä" in one.sentence("fi")
    assert "The invoice has no rows" in one.sentence("en")


@pytest.mark.requirement("R-ECO-58a")
def test_missing_rights_to_the_ledger_receipt_send_to_the_users_rights():
    text = "Undefined insufficient access rights to modify the ledger receipt"

    assert "Hallinta > Käyttäjät ja käyttöoikeudet" in known(403, text, "book").sentence("fi")


@pytest.mark.requirement("R-ECO-59a")
def test_a_foreign_bank_account_sends_to_the_payments_and_to_procountor():
    sentence = known(400, "BANK_ACCOUNT_DOES_NOT_BELONG_TO_THIS_COMPANY", "create").sentence()

    assert "check the bank account chosen in the invoice's payments" in sentence.casefold()
    assert "Procountor" in sentence


@pytest.mark.requirement("R-ECO-P4a", "R-ECO-P4b")
def test_further_known_refusals_have_each_a_remedy_of_their_own():
    codes = {
        "period_closed",
        "vat_status_and_rate",
        "account_and_rate",
        "dimension_unknown",
        "country_missing",
        "partner_number_taken",
    }
    remedies = {line["remedy_en"] for line in LINES if line["code"] in codes}

    assert len(codes) == len(remedies)


@pytest.mark.requirement("R-ECO-62a")
def test_what_nobody_knows_is_kept_as_it_came_with_no_remedy():
    one = known(400, "X_NEW", "create")

    assert (UNKNOWN, "X_NEW") == (one.code, one.verbatim)
    assert all(NO_REMEDY[language] in one.sentence(language).casefold() for language in LANGUAGES)


def test_what_may_have_been_saved_is_not_safe_to_repeat():
    assert not known(500, "Internal server error", "create").is_retry_safe
