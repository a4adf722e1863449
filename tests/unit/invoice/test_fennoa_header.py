"""The header of an invoice for Fennoa: minimum content, codes, addresses, settings."""

from __future__ import annotations

import pytest

from blocks.invoices.tables import rows_of
from blocks.systems.fennoa.tables import tables as fennoa_tables
from ledger.invoice.document import VatTreatment
from ledger.invoice.problems import Severity
from tests.fennoa_terms import form, mapped, terms
from tests.invoices import ADDRESS, CUSTOMER, E_INVOICE, codes, invoice, row

CONSUMER = {"customer": CUSTOMER | {"kind": "consumer", "business_id": ""}, "prices": "gross"}
BANK = {"address": "FI2112345600000785", "operator": "NDEAFIHH"}


def refusals(**how):
    found = mapped(**how)
    assert not found.is_sendable
    assert codes(found.problems)
    return [(one.code, one.field) for one in found.problems if one.refuses]


def remarks(**how):
    found = mapped(**how)
    assert found.is_sendable
    assert codes(found.problems)
    return [(one.code, one.field) for one in found.problems]


@pytest.mark.requirement("R-FEN-P3b", "R-FEN-32g", "R-FEN-34c")
def test_a_whole_invoice_by_the_names_of_the_api():
    fields = {name: value for name, value in form().items() if not name.startswith("row")}

    assert fields == {
        "customer_no": "1042",
        "account_type_id": "1",
        "name": "Ostaja Esimerkki Oy",
        "address": "Testitie 2",
        "postalcode": "33100",
        "city": "TAMPERE",
        "country": "FI",
        "business_id": "1234567-1",
        "sales_invoice_taxclass_id": "1",
        "invoice_type_id": "1",
        "currency": "EUR",
        "include_vat": "0",
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
        "delivery_method": "finvoice",
        "einvoice_address": "003718377957",
        "einvoice_operator": "003723327487",
        "sales_invoice_series_id": "3",
        "notes_internal": "webshop/1",
    }


@pytest.mark.requirement("R-FEN-33a")
def test_what_may_be_given_besides_is_passed_on():
    place = {"name": "Varasto", "name2": "Ovi 2", "address": ADDRESS | {"street": "Laituri 1"}}
    given = {
        "delivery_place": place,
        "delivery_date": "2026-01-14",
        "delivery_period_start": "2026-01-10",
        "delivery_period_end": "2026-01-14",
        "language": "sv",
        "payment_reference": "12 34561",
        "buyer_reference": "Kalle",
        "seller_reference": "Ville",
        "order_number": "TIL-1",
        "contract_number": "SOP-2",
        "delivery_terms": "EXW",
        "delivery_method_text": "Rahti",
        "cash_discount_date": "2026-01-20",
        "cash_discount_percent": "2",
        "late_interest_percent": "8.5",
        "note": "Kiitos\ntilauksesta",
        "internal_note": "sisäinen",
        "customer": CUSTOMER
        | {
            "name2": "Osasto",
            "vat_number": "FI12345671",
            "contact_person": "Osto",
            "email": "osto@example.com",
            "phone": "+358 1",
        },
    }

    expected = {
        "shipping_name": "Varasto",
        "shipping_name2": "Ovi 2",
        "shipping_address": "Laituri 1",
        "shipping_postalcode": "33100",
        "shipping_city": "TAMPERE",
        "shipping_country": "FI",
        "shipping_date": "2026-01-14",
        "delivery_period_start": "2026-01-10",
        "delivery_period_end": "2026-01-14",
        "locale": "sv",
        "banking_reference": "1234561",
        "your_reference": "Kalle",
        "our_reference": "Ville",
        "order_identifier": "TIL-1",
        "agreement_identifier": "SOP-2",
        "delivery_terms": "EXW",
        "delivery_method_text": "Rahti",
        "cash_discount_date": "2026-01-20",
        "cash_discount_percent": "2",
        "penal_interest": "8.5",
        "notes_before": "Kiitos\ntilauksesta",
        "notes_internal": "webshop/1\nsisäinen",
        "name2": "Osasto",
        "vat_number": "FI12345671",
        "contact_person": "Osto",
        "email": "osto@example.com",
        "phone": "+358 1",
    }
    new = form(**given).items() - form().items()
    assert expected == dict(new)


@pytest.mark.requirement("R-FEN-32b")
@pytest.mark.parametrize("field", ["street", "postal_code", "city", "country"])
def test_an_invoice_without_a_part_of_its_address_is_refused_by_its_name(field):
    address = {name: value for name, value in ADDRESS.items() if name != field}

    assert [("field_absent", f"customer.address.{field}")] == refusals(
        customer=CUSTOMER | {"address": address}
    )


@pytest.mark.requirement("R-FEN-32d")
def test_an_invoice_without_a_delivery_method_is_refused():
    assert [("channel_absent", "recipients.channel")] == refusals(recipients=[])


@pytest.mark.requirement("R-FEN-32e")
def test_an_invoice_without_a_row_is_refused():
    assert [("rows_absent", "rows")] == refusals(rows=[])


def test_an_invoice_without_a_due_date_is_refused():
    assert [("field_absent", "due_date")] == refusals(due_date=None)


@pytest.mark.requirement("R-FEN-7a", "R-FEN-32f")
def test_an_invoice_without_a_customer_number_goes_with_a_remark():
    without = CUSTOMER | {"number": ""}

    assert [("customer_number_absent", "customer.number")] == remarks(customer=without)
    assert "customer_no" not in form(customer=without)


@pytest.mark.requirement("R-FEN-7c")
def test_in_strict_mode_a_customer_has_a_number():
    assert [("customer_number_absent", "customer.number")] == refusals(
        customer=CUSTOMER | {"number": ""}, settings=terms(is_strict=True)
    )


def test_the_number_of_the_card_in_fennoa_goes_before_the_source_s():
    assert "9001" == form(customer_number="9001")["customer_no"]


@pytest.mark.requirement("R-FEN-34a")
@pytest.mark.parametrize(
    ("code", "treatment", "vat_class"),
    [
        ("1", "domestic", "S"),
        ("2", "eu_services", "K"),
        ("3", "eu_goods", "K"),
        ("4", "construction", "AE"),
        ("5", "scrap_metal", "AE"),
        ("6", "export", "G"),
        ("7", "vat_free", "Z"),
        ("8", "triangulation", "K"),
    ],
)
def test_each_treatment_has_its_tax_code(code, treatment, vat_class):
    rate = "25.5" if treatment == "domestic" else "0"
    fields = form(
        vat_treatment=treatment,
        customer=CUSTOMER | {"vat_number": "FI12345671"},
        rows=[row(rate=rate)],
    )

    assert code == fields["sales_invoice_taxclass_id"]
    (line,) = [one for one in rows_of("fennoa_tax_codes.csv") if one["code"] == code]
    assert (treatment, vat_class) == (line["treatment"], line["vat_class"])


def test_the_table_of_tax_codes_has_every_treatment_and_no_other():
    assert set(VatTreatment) == set(fennoa_tables().tax_codes)
    assert list("12345678") == [line["code"] for line in rows_of("fennoa_tax_codes.csv")]


@pytest.mark.requirement("R-FEN-34b")
@pytest.mark.parametrize("treatment", ["0", "9", "1", "Domestic", ""])
def test_a_treatment_outside_the_table_is_refused(treatment):
    with pytest.raises(ValueError, match="vat_treatment"):
        invoice(vat_treatment=treatment)


@pytest.mark.requirement("R-FEN-35a")
def test_eu_services_need_the_customer_s_vat_number():
    sale = {"vat_treatment": "eu_services", "rows": [row(rate=0)]}

    assert [("vat_number_absent", "customer.vat_number")] == refusals(**sale)
    form(**sale, customer=CUSTOMER | {"vat_number": "DE136695976"})


@pytest.mark.requirement("R-FEN-35b", "R-FEN-35c")
def test_eu_goods_go_without_a_vat_number_with_a_remark():
    sale = {"vat_treatment": "eu_goods", "rows": [row(rate=0)]}

    assert [("vat_number_wanted", "customer.vat_number")] == remarks(**sale)


@pytest.mark.parametrize(
    ("treatment", "rate", "code"),
    [("export", "25.5", "rate_not_zero"), ("domestic", "0", "rate_zero")],
)
def test_rates_and_treatments_that_do_not_fit_refuse_in_strict_mode_alone(treatment, rate, code):
    sale = {"vat_treatment": treatment, "rows": [row(rate=rate)]}

    assert [(code, "vat_rate")] == remarks(**sale)
    assert [(code, "vat_rate")] == refusals(**sale, settings=terms(is_strict=True))


@pytest.mark.requirement("R-FEN-36a", "R-FEN-36c")
@pytest.mark.parametrize(
    ("method", "where"),
    [
        ("postal", {}),
        ("manual", {}),
        ("email", {"address": "laskut@example.com"}),
        ("finvoice", E_INVOICE),
        ("consumerfinvoice", BANK),
        ("consumerdirect", BANK),
    ],
)
def test_the_six_delivery_methods_are_sent_as_they_are(method, where):
    fields = form(
        **CONSUMER,
        recipients=[where | {"channel": method}],
        settings=terms(consumer_e_invoicing=True),
    )

    assert method == fields["delivery_method"]


def test_there_are_six_delivery_methods():
    assert [
        ("postal", "", "", "no"),
        ("manual", "", "", "no"),
        ("email", "email", "", "no"),
        ("finvoice", "e_invoice", "listed", "no"),
        ("consumerfinvoice", "iban", "bic", "yes"),
        ("consumerdirect", "iban", "bic", "yes"),
    ] == [
        (line["code"], line["address"], line["operator"], line["is_consumer"])
        for line in rows_of("fennoa_delivery_methods.csv")
    ]


@pytest.mark.requirement("R-FEN-36b")
@pytest.mark.parametrize("method", ["PEPPOL", "Finvoice", "", "e-mail", "POSTAL", "suoramaksu"])
def test_another_spelling_of_a_delivery_method_is_refused(method):
    assert [("channel_unknown", "recipients.channel")] == refusals(
        recipients=[E_INVOICE | {"channel": method}]
    )


@pytest.mark.requirement("R-FEN-21a")
def test_two_addresses_to_send_to_are_refused():
    by_post = {"channel": "postal"}

    assert [("recipients_several", "recipients")] == refusals(recipients=[E_INVOICE, by_post])


@pytest.mark.requirement("R-FEN-21b")
def test_a_place_of_delivery_is_no_second_address_to_send_to():
    fields = form(delivery_place={"address": ADDRESS})

    assert ("Testitie 2", "finvoice") == (fields["shipping_address"], fields["delivery_method"])


@pytest.mark.requirement("R-FEN-P5a")
def test_an_email_address_stands_in_the_field_of_e_invoices():
    fields = form(recipients=[{"channel": "email", "address": "laskut@example.com"}])

    assert ("email", "laskut@example.com") == (
        fields["delivery_method"],
        fields["einvoice_address"],
    )
    assert "einvoice_operator" not in fields


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ({"channel": "email"}, "address_absent"),
        ({"channel": "email", "address": "a@example.com,b@example.com"}, "address_malformed"),
        (E_INVOICE | {"address": ""}, "address_absent"),
        (E_INVOICE | {"address": "0037x"}, "address_malformed"),
    ],
)
def test_addresses_by_delivery_method(recipient, code):
    assert [(code, "recipients.address")] == refusals(recipients=[recipient])


def test_a_mistyped_ovt_is_remarked_on():
    recipient = E_INVOICE | {"address": "003712345678"}

    assert [("address_check_digit", "recipients.address")] == remarks(recipients=[recipient])


@pytest.mark.requirement("R-FEN-37a")
def test_an_e_invoice_has_an_operator():
    assert [("operator_absent", "recipients.operator")] == refusals(
        recipients=[E_INVOICE | {"operator": ""}]
    )


@pytest.mark.requirement("R-FEN-37b")
@pytest.mark.parametrize("operator", ["Nordea", "NDEAFIHX", "ndeafihh", "Pagero"])
def test_an_operator_outside_the_list_is_refused(operator):
    assert [("operator_unknown", "recipients.operator")] == refusals(
        recipients=[E_INVOICE | {"operator": operator}]
    )


@pytest.mark.requirement("R-FEN-37c", "R-FEN-37d")
@pytest.mark.parametrize("line", rows_of("fennoa_operators.csv"), ids=lambda line: line["position"])
def test_every_operator_of_the_list_is_accepted(line):
    fields = form(recipients=[E_INVOICE | {"operator": line["id"]}])

    assert line["id"] == fields["einvoice_operator"]
    assert line["operator"] in fennoa_tables().operators[line["id"]]


OPERATORS = """
    HELSFIHH 003723327487 BAWCFI22 003703575029 5909000716438 CREDIFLOW DABAFIHH DNBAFIHX HANDFIHH
    885790000000418 INEXCHANGE EXPSYS 003721291126 003726044706 NDEAFIHH 003708599126 OKOYFIHH
    003710948874 E204503 PAGERO 003723609900 POPFFI22 PALETTE PEPPOL 003710948874 003701150617
    003714377140 SBANFIHH ITELFIHH 003703575029 003701011385 885060259470028 003722207029 AABAFI22
"""


@pytest.mark.requirement("R-FEN-37c", "R-FEN-37d")
def test_the_list_has_34_rows_of_32_ids():
    tables = fennoa_tables()

    assert OPERATORS.split() == [line["id"] for line in rows_of("fennoa_operators.csv")]
    assert (34, 32) == (len(OPERATORS.split()), len(tables.operators))
    assert {
        "003703575029": ("CGI Suomi Oy", "Telia Finland Oyj"),
        "003710948874": ("OpusCapita Group Oy Itella", "Posti Messaging Oy"),
    } == {id_: names for id_, names in tables.operators.items() if len(names) > 1}
    assert ("PAGERO", "003723609900") == tables.operators_named("Pagero")
    assert "2026-11" == tables.listed_on


@pytest.mark.requirement("R-FEN-37e")
def test_a_newer_operator_is_accepted_when_the_tenant_allows_it():
    recipient = E_INVOICE | {"operator": "TAPIFI22"}

    fields = form(recipients=[recipient], settings=terms(more_operators={"TAPIFI22"}))
    assert "TAPIFI22" == fields["einvoice_operator"]
    assert refusals(recipients=[recipient], settings=terms(more_operators={"FIYAPSOL"}))


@pytest.mark.requirement("R-FEN-38a", "R-FEN-38b")
@pytest.mark.parametrize("method", ["consumerfinvoice", "consumerdirect"])
def test_consumer_e_invoices_need_that_the_tenant_has_them(method):
    assert [("consumer_e_invoicing_absent", "recipients.channel")] == refusals(
        **CONSUMER, recipients=[BANK | {"channel": method}]
    )


@pytest.mark.requirement("R-FEN-38c")
@pytest.mark.parametrize("method", ["consumerfinvoice", "consumerdirect"])
def test_with_consumer_e_invoicing_they_go(method):
    settings = terms(consumer_e_invoicing=True)

    fields = form(**CONSUMER, recipients=[BANK | {"channel": method}], settings=settings)
    assert (method, "2", "1") == (
        fields["delivery_method"],
        fields["account_type_id"],
        fields["include_vat"],
    )


@pytest.mark.requirement("R-FEN-16a")
def test_an_invoice_to_a_consumer_has_gross_prices():
    by_post = [{"channel": "postal"}]

    assert [("consumer_prices_net", "prices")] == refusals(
        **CONSUMER | {"prices": "net"}, recipients=by_post
    )


@pytest.mark.requirement("R-FEN-16b")
@pytest.mark.parametrize("method", ["consumerfinvoice", "consumerdirect"])
def test_an_invoice_by_a_consumer_s_way_has_gross_prices_whoever_the_customer_is(method):
    assert [("consumer_prices_net", "prices")] == refusals(
        recipients=[BANK | {"channel": method}], settings=terms(consumer_e_invoicing=True)
    )


@pytest.mark.requirement("R-FEN-16c")
@pytest.mark.parametrize("method", ["postal", "manual"])
def test_what_goes_to_a_consumer_says_that_prices_are_gross(method):
    assert "1" == form(**CONSUMER, recipients=[{"channel": method}])["include_vat"]


@pytest.mark.requirement("R-FEN-15a")
def test_gross_prices_are_said_once_on_the_header():
    fields = form(prices="gross")

    assert ["include_vat"] == [name for name in fields if "include_vat" in name]
    assert "1" == fields["include_vat"]


@pytest.mark.requirement("R-FEN-15c")
def test_net_prices_do_not_say_gross():
    assert "0" == form(prices="net")["include_vat"]


@pytest.mark.requirement("R-FEN-39a")
def test_factoring_needs_settings_that_are_ready():
    assert [("factoring_not_ready", "factoring")] == refusals(
        factoring=True, settings=terms(uses_factoring=True)
    )


@pytest.mark.requirement("R-FEN-39b", "R-FEN-40b")
@pytest.mark.parametrize(("value", "sent"), [({}, "1"), ({"factoring_value": 7}, "7")])
def test_a_decision_for_factoring_sends_the_tenant_s_value(value, sent):
    settings = terms(uses_factoring=True, factoring_ready=True, **value)

    assert sent == form(factoring=True, settings=settings)["sales_factoring_partner_id"]


@pytest.mark.requirement("R-FEN-40a")
def test_a_tenant_with_factoring_decides_for_each_invoice():
    settings = terms(uses_factoring=True, factoring_ready=True)

    assert [("factoring_undecided", "factoring")] == refusals(settings=settings)


@pytest.mark.requirement("R-FEN-40c")
def test_a_decision_against_factoring_is_sent():
    settings = terms(uses_factoring=True)

    assert "0" == form(factoring=False, settings=settings)["sales_factoring_partner_id"]


@pytest.mark.requirement("R-FEN-40d")
def test_without_factoring_the_field_is_not_sent():
    assert "sales_factoring_partner_id" not in form()


@pytest.mark.requirement("R-FEN-42a")
def test_a_trade_name_outside_the_tenant_s_list_is_refused():
    assert [("trade_name_unknown", "trade_name")] == refusals(
        trade_name=5, settings=terms(trade_names={4})
    )


@pytest.mark.requirement("R-FEN-42b")
def test_a_trade_name_of_the_list_is_sent():
    assert "4" == form(trade_name=4, settings=terms(trade_names={4}))["auxiliary_name_id"]


@pytest.mark.requirement("R-FEN-42c")
def test_no_trade_name_is_sent_when_none_is_given():
    assert "auxiliary_name_id" not in form(settings=terms(trade_names={4}))


@pytest.mark.requirement("R-FEN-20a")
@pytest.mark.parametrize("changes", [{}, {"prices": "gross"}, {"note": "x"}])
def test_the_number_series_is_on_every_invoice(changes):
    assert "8" == form(**changes, settings=terms(series_id=8))["sales_invoice_series_id"]


@pytest.mark.requirement("R-FEN-P3c")
def test_the_source_s_number_goes_when_the_setting_says_so():
    assert "501" == form(number=501, settings=terms(sends_number=True))["proposed_invoice_number"]
    assert "proposed_invoice_number" not in form(number=501)


@pytest.mark.parametrize("length", [500, 501])
def test_the_text_above_the_rows_has_a_limit(length):
    if length == 500:
        assert length == len(form(note="x" * length)["notes_before"])
    else:
        assert [("text_too_long", "note")] == refusals(note="x" * length)


@pytest.mark.parametrize(
    ("field", "ours"), [("order_identifier", "order_number"), ("your_reference", "buyer_reference")]
)
def test_the_key_may_travel_in_a_field_that_the_invoice_then_cannot_use(field, ours):
    settings = terms(key_field=field)

    assert "webshop/1" == form(settings=settings)[field]
    assert "notes_internal" not in form(settings=settings)
    assert [("key_field_taken", ours)] == refusals(**{ours: "TIL-1"}, settings=settings)


@pytest.mark.requirement("R-FEN-29")
@pytest.mark.parametrize(
    "changes",
    [
        {"rows": [row(rate="24")]},
        {"customer": CUSTOMER | {"business_id": "12345671"}},
        {"payment_reference": "1234562"},
        {"due_date": "2026-01-01"},
    ],
)
def test_what_is_wrong_by_itself_refuses_before_any_field_is_spelled(changes):
    found = mapped(**changes)

    assert () == found.fields
    assert [Severity.REFUSES] == [one.severity for one in found.problems]


def test_findings_of_an_invoice_come_all_at_once():
    found = mapped(due_date=None, recipients=[], rows=[])

    assert ["rows_absent", "field_absent", "channel_absent"] == codes(found.problems)


@pytest.mark.requirement("R-FEN-10b")
def test_two_cards_of_one_company_keep_their_addresses():
    one = form(recipients=[E_INVOICE])
    other = form(
        customer=CUSTOMER | {"number": "1043"}, recipients=[E_INVOICE | {"operator": "PEPPOL"}]
    )

    assert one["business_id"] == other["business_id"]
    assert ("1042", "003723327487") == (one["customer_no"], one["einvoice_operator"])
    assert ("1043", "PEPPOL") == (other["customer_no"], other["einvoice_operator"])
