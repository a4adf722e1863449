"""The catalogue of Fennoa's answers: what each line says, and what is said of the unknown."""

from __future__ import annotations

import re

import pytest

from blocks.invoices.tables import push_answers, rows_of
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.answers import LANGUAGES, NO_REMEDY, UNKNOWN, Message
from ledger.push.items import Step

FENNOA = push_answers("fennoa")
LINES = rows_of("errors/fennoa.csv")
ACTORS = {"customer", "administrator", "us", "wait", "nobody"}


def code(status, text="", step="", field=""):
    messages = [Message(text, field)] if text else []
    (one,) = FENNOA.explain(status, messages, step=step)
    return one.code


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
    assert line["pattern"] == "^$" or not re.search(line["pattern"] or "x", "")


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        ("consumer_e_invoicing_absent", "consumer_e_invoicing"),
        ("series_unknown", "series_id"),
    ],
)
def test_remedy_names_the_setting_of_the_block_by_its_name(code, setting):
    (line,) = [line for line in LINES if line["code"] == code]
    remedies = [line[f"remedy_{language}"] for language in LANGUAGES]

    assert setting in Terms.model_fields
    assert [True] * 3 == [f"(terms: {setting})" in remedy for remedy in remedies]


def test_codes_are_stable_names_given_once():
    codes = [line["code"] for line in LINES]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch("[a-z_]+", one) for one in codes)


@pytest.mark.parametrize(
    ("status", "text", "step", "expected"),
    [
        (401, "API key / company code is invalid", "create", "credential_invalid"),
        (401, "", "create", "not_permitted"),
        (401, "Ei oikeutta", "create", "not_permitted"),
        (400, "Yritys ei ole Kaikki toiminnot -yritys", "", "company_without_all_functions"),
        (400, "Pakollinen kenttä", "create", "field_required"),
        (400, "Lasku on jo hyväksytty", "approve", "already_approved"),
        (400, "Invoice has already been approved", "approve", "already_approved"),
        (400, "Lasku on jo hyväksytty", "create", UNKNOWN),
        (400, "Laskua ei ole hyväksytty", "send", "not_approved"),
        (200, "failed", "send", "send_failed"),
        (400, "Tilikausi on lukittu", "approve", "period_locked"),
        (400, "Kuluttajaverkkolasku ei ole käytössä", "create", "consumer_e_invoicing_absent"),
        (400, "Tuntematon verkkolaskuoperaattori", "create", "operator_unknown"),
        (400, "Virheellinen sähköpostiosoite", "create", "address_invalid"),
        (400, "Laskunumerosarja puuttuu", "create", "series_unknown"),
        (400, "Factoring partner puuttuu", "create", "factoring_incomplete"),
        (400, "Laskunumero on jo käytössä", "create", "number_taken"),
        (400, "Virheellinen alv-kanta", "create", "vat_rate_unknown"),
        (400, "Unable to add a statement", "approve", "statement_not_made"),
        (400, "Vain PDF", "attach", "attachment_refused"),
        (400, "", "create", "refused_without_reason"),
        (404, "", "approve", "not_there"),
        (405, "", "", "wrong_method"),
        (429, "", "create", "too_many_calls"),
        (429, "Too Many Requests", "create", "too_many_calls"),
        (500, "", "create", "fennoa_failed"),
        (500, "Internal error", "create", "fennoa_failed"),
        (500, "Table is locked", "create", "fennoa_failed"),
        (503, "", "create", "fennoa_away"),
    ],
)
def test_answers_are_known_by_status_step_and_words(status, text, step, expected):
    assert expected == code(status, text, step)


def test_every_line_is_known_by_some_answer():
    cases = test_answers_are_known_by_status_step_and_words.pytestmark[0].args[1]

    assert {line["code"] for line in LINES} == {case[3] for case in cases} - {UNKNOWN}


def test_what_nobody_knows_is_kept_as_it_came_with_no_remedy_and_is_retried_by_hand():
    (one,) = FENNOA.explain(400, [Message("Kummallinen virhe 77", "row")], step="create")

    assert (UNKNOWN, "Kummallinen virhe 77", "row", False) == (
        one.code,
        one.verbatim,
        one.field,
        one.is_retry_safe,
    )
    for language in LANGUAGES:
        assert NO_REMEDY[language] in one.sentence(language).casefold()
        assert "Kummallinen virhe 77" in one.sentence(language)
    assert one.sentence() == (
        "The target answered what the catalogue does not know (row). "
        "No known remedy; look into it and retry by hand. “Kummallinen virhe 77”"
    )


def test_an_unknown_status_without_words_is_unknown_too():
    assert UNKNOWN == code(418)


def test_words_of_an_answer_do_not_act_and_have_a_limit():
    (one,) = FENNOA.explain(400, [Message("a\x1b[2J" + "b" * 600)])

    assert r"a\x1b[2Jb" in one.verbatim
    assert len(one.verbatim) < 520


def test_each_message_is_explained_by_itself():
    found = FENNOA.explain(400, [Message("Pakollinen kenttä", "city"), Message("Outoa")])

    assert [("field_required", "city"), (UNKNOWN, "")] == [(one.code, one.field) for one in found]
    assert "(city)" in found[0].sentence("fi")


@pytest.mark.parametrize("name", ["fennoa_failed", "fennoa_away", "send_failed"])
def test_what_may_have_had_an_effect_is_not_safe_to_repeat(name):
    (line,) = [one for one in FENNOA.lines if one.code == name]

    assert line.is_retry_safe is False


def test_already_approved_leaves_nothing_to_do():
    (one,) = FENNOA.explain(400, [Message("Lasku on jo hyväksytty")], step="approve")

    assert ("already_approved", "nobody", True) == (one.code, one.who_acts, one.is_retry_safe)
