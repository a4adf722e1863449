"""Every page of the portal that somebody who is signed in opens, of a company with much to show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from blocks.hub import Connection, ConnectionState, FileSeen, Method
from blocks.hub.feeds import NewRecord
from blocks.systems.answers import AnswerCatalogue
from flows.portal.routes import ROUTES, path_of
from flows.runs.outcomes import Ending
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.onboarding import Transfer
from ledger.onboarding_form import OnboardingForm
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.customer_statements import Decisions, add_statements
from tasks.onboarding import file_form
from tests.portal_companies import OUR_YEAR, OURS
from tests.portal_world import World

NO_PAGES = {
    *("static_file", "health", "document"),  # files, or for machines
    *("account_table_csv", "journal_template"),  # files too
    *("company_lights", "consent_outcome", "file_run", "run_state"),  # parts of pages
    *("home", "consent_callback"),  # they lead elsewhere
    *("sign_in_form", "invitation", "consent_page"),  # opened by whoever is not signed in
}
SENT = {
    "pushed": {"to": "fennoa"},
    "statement_line": {"statement": "balance_sheet", "line": "cash_and_bank"},
    "ledger_account": {"account": "1930"},
}

STATEMENT = "Balansrapport 2024-12-31\nKonto;Benämning;2024-12-31\n1930;Bank;7,25\n"
DETAILS = {
    "voucher_balance": "the 3 booked rows do not sum to zero; a rounding of one hundredth",
    "series_gaps": "series A lacks the 2 numbers 5 to 6, after voucher A:4",
    "mass_removal": "90 of 100 published vouchers would be removed, dated 2025-01-01 to 2025-12-01;"
    " the load brings 10",
}
"""Of each control that holds acme's other year, what it says of its first break."""


def pages_of(ids: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return the path of every page that an operator opens of acme without another secret."""
    return [
        path_of(name, **_ids_of(name, ids), **SENT.get(name, {}))
        for name, route in ROUTES.items()
        if route.method == "GET" and name not in NO_PAGES
    ]


def _ids_of(name: str, ids: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    takes = ROUTES[name].takes
    return {key: ids[kind.name][0] for key, kind in takes.items() if kind.is_id}


def furnish(world: World, *, number: str, company: str = "503999") -> None:
    """Have pages show amounts, lists and reasons.

    `number`: the organisation number of acme; `company`: its company in Fortnox.
    """
    hub = world.stores.hub
    hub.tenants.update(OURS, organisation_number=number)
    account = json.dumps({"number": "3000", "vat_rates": [25.5, 14]})
    hub.feeds.take(OURS, "ecom", [NewRecord("account", "3000", "one", account)], cursor="1")
    about = {"file_name": "tase.csv", "decisions": Decisions(), "who": "test"}
    add_statements(world.stores, OURS, STATEMENT.encode(), **about)
    results = [_broken(control, detail) for control, detail in DETAILS.items()]
    hub.loads.save_results(world.ids["load"][0], results)
    held = "; ".join(result.in_words for result in results)
    reason = str(Ending(Outcome.HELD, held, Unit(OURS, OUR_YEAR)))
    file = world.ids["file"][0]
    hub.files.record(FileSeen(OURS, file, "acme.se", 10, outcome="held", reason=reason))
    _break_connection(world, company)
    form = OnboardingForm(
        source_system="fortnox", transfer=Transfer.API, fiscal_years=(OUR_YEAR.key,)
    )
    hub.openings.begin(OURS)
    file_form(hub, OURS, form, who="test")


def _broken(control: str, detail: str) -> ControlResult:
    amounts = {"expected": Decimal(0), "actual": Decimal(7), "difference": Decimal(7)}
    found = Break(control, BreakKind.AMOUNT, voucher_key="A:4", detail=detail, **amounts)
    return ControlResult(control, Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1)


def _break_connection(world: World, company: str) -> None:
    """Have Fortnox refuse acme for want of a licence."""
    connections = world.stores.hub.connections
    connections.save(Connection(OURS, "fortnox", Method.CLIENT_CREDENTIALS, company))
    refused = AnswerCatalogue("Fortnox", "fortnox_answers.csv").refusal("2001103")
    state = ConnectionState.LICENCE_MISSING
    connections.set_status(OURS, "fortnox", state, reason=str(refused))
