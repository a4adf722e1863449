"""Events and documents of Ecom for tests: plainly made up, valid unless a test changes them."""

from __future__ import annotations

import datetime as dt

from ledger.ecom.decide import Case, decide
from ledger.ecom.documents import DocumentKind, EcomDocument
from ledger.ecom.events import Event
from ledger.ecom.history import fold
from ledger.ecom.modes import Mode, Since
from ledger.ecom.periods import Company, fold_company
from ledger.ecom.remarks import remarks

COMPANY = "1234567-1"
START = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)
ALWAYS = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
MODE_A = (Since(Mode.VOUCHER_PROCOUNTOR, ALWAYS),)
MODE_B = (Since(Mode.VOUCHER_ECOM, ALWAYS),)
MEMO = (Since(Mode.MEMO, ALWAYS),)
SUPPLIER = {
    "id": "t-1",
    "name": "Toimittaja Esimerkki Oy",
    "business_id": "1234567-1",
    "vat_number": "FI12345671",
    "bank_account": "FI21 1234 5600 0007 85",
    "bic": "NDEAFIHH",
    "address": {"street": "Testitie 2", "postal_code": "33100", "city": "TAMPERE", "country": "FI"},
}
CUSTOMER = {
    "id": "a-1",
    "name": "Ostaja Esimerkki Oy",
    "vat_number": "FI20774740",
    "address": {"street": "Koekatu 1", "postal_code": "00100", "city": "HELSINKI", "country": "FI"},
}
ROW = {
    "product_name": "Vuokra",
    "product_group": "Tilat",
    "product_number": "V1",
    "quantity": "1",
    "price": "1000.00",
    "vat_rate": "25.5",
    "account": "7230",
}


def said(kind, sequence, *, document="p-1", at=None, **more):
    """Return an event; each is an hour later than the one before unless `at` says otherwise."""
    moment = at or START + dt.timedelta(hours=sequence)
    return Event.model_validate(
        {
            "id": f"{document or 'c'}.{sequence}",
            "company": COMPANY,
            "document": document,
            "kind": kind,
            "sequence": sequence,
            "occurred_at": moment,
            "recorded_at": moment,
            "revision": 1 if document else 0,
            **more,
        }
    )


def story(*kinds, document="p-1"):
    """Return events in order: each a kind, or (kind, what else it says)."""
    events = []
    for number, one in enumerate(kinds, 1):
        kind, more = (one, {}) if isinstance(one, str) else one
        events.append(said(kind, number, document=document, **more))
    return events


def paid(
    name="m-1", *, origin="manual", amount="100.00", date="2026-05-20", kind="created", **more
):
    """Return what an event of a payment is, for `story`."""
    payment = {"id": name, "origin": origin, "amount": amount, "date": date, **more}
    return (f"payment_{kind}", {"payment": payment})


def purchase(**changes):
    whole = {
        "id": "p-1",
        "company": COMPANY,
        "kind": "purchase_invoice",
        "revision": 1,
        "number": "4711",
        "date": "2026-05-02",
        "due_date": "2026-06-01",
        "party": SUPPLIER,
        "bank_account": "FI21 1234 5600 0007 85",
        "bic": "NDEAFIHH",
        "gross": "1255.00",
        "rows": [ROW],
        "postings": [
            {"account": "7230", "amount": "1000.00", "vat_rate": "25.5"},
            {"account": "2939", "amount": "255.00", "vat_rate": "25.5", "role": "vat"},
            {"account": "2871", "amount": "-1255.00", "role": "balance"},
        ],
    }
    return EcomDocument.model_validate(whole | changes)


def sale(**changes):
    whole = {
        "id": "s-1",
        "company": COMPANY,
        "kind": "sales_invoice",
        "revision": 1,
        "number": "1001",
        "date": "2026-05-02",
        "created_on": "2026-05-01",
        "due_date": "2026-06-01",
        "party": CUSTOMER,
        "payment_reference": "1232",
        "gross": "1255.00",
        "rows": [ROW | {"product_name": "Työ", "account": "3000"}],
        "postings": [
            {"account": "1701", "amount": "1255.00", "role": "balance"},
            {"account": "3000", "amount": "-1000.00", "vat_rate": "25.5"},
            {"account": "2939", "amount": "-255.00", "vat_rate": "25.5", "role": "vat"},
        ],
    }
    return EcomDocument.model_validate(whole | changes)


def company(*months, reopened=(), at=ALWAYS):
    """Return a company of which some months are closed since `at`."""
    events = [
        said("period_closed", number, document=None, at=at, period=month)
        for number, month in enumerate(months, 1)
    ]
    events += [
        said("period_reopened", number, document=None, period=month)
        for number, month in enumerate(reopened, len(months) + 1)
    ]
    return fold_company(events)


def case_of(events, modes, document=None, *, today="2026-05-10", of=None, **more):
    """Return the case of a document: `queued` and `released` as `Case` has them."""
    document = document or (of or purchase)()
    kind = DocumentKind(document.kind)
    return Case(
        document.id,
        fold(events, modes, kind=kind),
        more.pop("company", Company()),
        document,
        dt.date.fromisoformat(today),
        **more,
    )


def decided(events, modes, document=None, **more):
    """Return by item what is decided: (verdict, code)."""
    case = case_of(events, modes, document, **more)
    return {one.item: (str(one.verdict), one.code) for one in decide(case)}


def remarked(events, modes, document=None, **more):
    """Return by item the codes of the remarks."""
    case = case_of(events, modes, document, **more)
    return [(one.item, one.code) for one in remarks(case)]
