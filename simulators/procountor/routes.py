"""Which part of the simulator answers which call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from simulators.procountor.answers import Answer
from simulators.procountor.ask import Ask
from simulators.procountor.resources import chart, company

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
}

ROUTES: Final = [_route(call, act) for call, act in _CALLS.items()]
"""Every call that is known; the first that matches answers."""
