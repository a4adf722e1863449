"""Which part of the simulator answers which call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from simulators.procountor.answers import Answer
from simulators.procountor.ask import Ask
from simulators.procountor.resources import (
    attachments,
    chart,
    company,
    invoices,
    partners,
    payments,
    products,
    receipts,
    reports,
    transitions,
)

Act = Callable[[Ask], Answer]


class Route(NamedTuple):
    """A method and a path below ``/api``; what a group matches are the ask's parts."""

    method: str
    pattern: re.Pattern[str]
    act: Act


def _route(call: str, act: Act) -> Route:
    method, path = call.split()
    return Route(method, re.compile(path.replace("{}", "([^/]+)")), act)


_CALLS: Final[dict[str, Act]] = {
    "GET status": company.status,
    "GET sessioninfo": company.session,
    "GET company": company.company,
    "GET company/usagesettings": company.usage,
    "GET company/invoicecirculation/settings": company.circulation,
    "GET users": company.user,
    "GET users/rights": company.rights,
    "GET currencies/company": company.currency,
    "GET bankaccounts": company.bank_accounts,
    "GET bankaccounts/{}": company.bank_account,
    "GET vats/default": company.vats,
    "GET vats/settings": company.vat_settings,
    "GET coa": chart.accounts,
    "GET fiscalyears": chart.fiscal_years,
    "PUT fiscalyears/{}/trackingPeriods/{}": chart.put_period,
    "GET dimensions": chart.dimensions,
    "GET dimensions/{}": chart.dimension,
    "GET businesspartners": partners.search,
    "POST businesspartners": partners.post,
    "GET businesspartners/{}": partners.get,
    "PUT businesspartners/{}": partners.put,
    "PATCH businesspartners/{}": partners.patch,
    "GET products": products.search,
    "POST products": products.post,
    "GET products/{}": products.get,
    "PUT products/{}": products.put,
    "DELETE products/{}": products.delete,
    "GET invoices": invoices.search,
    "POST invoices": invoices.post,
    "GET invoices/transactions": transitions.logs,
    "GET invoices/{}": invoices.get,
    "PUT invoices/{}": invoices.put,
    "GET invoices/{}/transactions": transitions.log,
    "PUT invoices/{}/approve": transitions.approve,
    "PUT invoices/{}/verify": transitions.verify,
    "PUT invoices/{}/send": transitions.send,
    "PUT invoices/{}/sendToCirculation": transitions.to_circulation,
    "PUT invoices/{}/reject": transitions.reject,
    "PUT invoices/{}/unfinished": transitions.unfinish,
    "PUT invoices/{}/invalidate": transitions.invalidate,
    "PUT invoices/{}/notes": transitions.put_notes,
    "GET invoices/{}/paymentevents": payments.events,
    "PUT invoices/{}/paymentevents/markpaid": payments.mark_paid,
    "GET invoices/{}/paymentevents/{}": payments.event,
    "DELETE invoices/{}/paymentevents/{}": payments.delete_event,
    "GET payments/paymentevents": payments.events_of_many,
    "GET ledgerreceipts": receipts.search,
    "POST ledgerreceipts": receipts.post,
    "GET ledgerreceipts/{}": receipts.get,
    "PUT ledgerreceipts/{}": receipts.put,
    "PUT ledgerreceipts/{}/approve": receipts.approve,
    "PUT ledgerreceipts/{}/unfinished": receipts.unfinish,
    "PUT ledgerreceipts/{}/invalidate": receipts.invalidate,
    "POST reports/ledgeraccounts": reports.ledger_accounts,
    "POST reports/generalledger/{}": reports.general_ledger,
    "POST reports/accounting": reports.accounting,
    "GET attachments": attachments.search,
    "POST attachments": attachments.post,
    "GET attachments/{}": attachments.get,
    "PATCH attachments/{}": attachments.patch,
    "DELETE attachments/{}": attachments.delete,
}

ROUTES: Final = [_route(call, act) for call, act in _CALLS.items()]
"""Every call that is known; the first that matches answers."""
