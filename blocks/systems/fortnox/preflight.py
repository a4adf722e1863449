"""What Fortnox asks of a customer, one by one, before anything is fetched.

Source:
    Vendor's pages "scopes" and "FAQ"; R-SEN-3 to R-SEN-7.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from blocks.http import CallProblem, CallRefused, WhoActs
from blocks.hub import Connection, Hub, Method
from blocks.systems.fortnox.answers import CATALOGUE, code_of_words, refusal
from blocks.systems.fortnox.connect import fortnox_session
from blocks.systems.fortnox.consent import SCOPES, require_scopes
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.ports import Requirement

LICENCE: Final = "integration_licence"
ADMINISTRATOR: Final = "approved_by_system_administrator"
BOOKKEEPING: Final = "bookkeeping_module"
REQUIREMENTS: Final = (LICENCE, ADMINISTRATOR, BOOKKEEPING)

HELP: Final = {
    LICENCE: (
        "Does the company have a licence? In Fortnox: the company's name, then Subscription. The "
        "list must show Integration. If it does not, order it there; approving again before that "
        "changes nothing. Free accounts have no access for integrations."
    ),
    ADMINISTRATOR: (
        "Who can approve? A system administrator of the company: in Fortnox under Administer "
        "users, whoever has System administrator ticked. A consultant enters the company by way "
        "of Digital byrå first. The approval must cover everything that was asked for."
    ),
    BOOKKEEPING: (
        "Does the company have Bokföring? In Fortnox: the company's name, then Subscription. The "
        "ledger needs the module Bokföring; once it is ordered the connection works by itself."
    ),
}
"""Where to look, in a few words each."""

BOOKKEEPING_CODES: Final = frozenset({"2001101"})
LICENCE_CODES: Final = frozenset({"error_missing_license", "error_missing_app_license", "2001103"})
ADMINISTRATOR_CODES: Final = frozenset(
    {
        "error_missing_system_admin_right", "access_denied", "2000663", "2001339", "2001427",
        "2003330", "invalid_grant", "invalid_refresh_token", "2000310", "2000311", "2003275",
        "http_401", "answer_lost", "tokens_missing", "permission_suspected",
    }
)  # fmt: skip
"""Everything that a system administrator mends by approving (again)."""


Requirements = tuple[Requirement, Requirement, Requirement]
"""Licence, administrator, bookkeeping module."""


async def preflight(hub: Hub, tenant: str, *, run_id: str = "") -> Requirements:
    """Find out which of the three requirements the tenant's connection meets, in two calls.

    Raises:
        NotConnected: Nobody has approved yet.
        CallRefused: The refusal is about none of the three: another company, our own credentials.
        CallFailed: Try again later.
    """
    connection = await asyncio.to_thread(hub.connections.get, tenant, FORTNOX)
    found = {item.name: item for item in asked()}
    try:
        require_scopes(connection.scopes)
        async with fortnox_session(hub, tenant, run_id=run_id) as fortnox:
            await fortnox.company()
            found[LICENCE] = _passed(LICENCE, "Fortnox let the integration in.")
            await fortnox.financial_years()
            found[BOOKKEEPING] = _passed(BOOKKEEPING, "Fortnox let the ledger be read.")
            found[ADMINISTRATOR] = _administrator(connection)
    except CallRefused as problem:
        found |= _failed(problem)
    return _in_order(found)


def asked() -> Requirements:
    """Return the three before anybody has asked, each with where to look."""
    return _in_order({name: _about(name) for name in REQUIREMENTS})


def unmet(problem: CallProblem) -> Requirements:
    """Say which of the three a refusal is about.

    Raises:
        CallProblem: The same, when it is about none of them.
    """
    return _in_order({item.name: item for item in asked()} | _failed(problem))


def preflight_of_redirect(error: str, description: str = "") -> Requirements:
    """Say which requirement a customer who came back with ``error=`` did not meet.

    Raises:
        CallRefused: It is about none of them.
    """
    code = code_of_words({"error": error, "error_description": description})
    if code not in CATALOGUE.lines:
        raise CallRefused(
            "Fortnox sent the customer back with an error that the catalogue does not know. Try "
            "the link again; if it lasts, ask Fortnox.",
            who_acts=WhoActs.US,
        )
    return unmet(refusal(code))


def _in_order(found: dict[str, Requirement]) -> Requirements:
    return found[LICENCE], found[ADMINISTRATOR], found[BOOKKEEPING]


def _about(name: str) -> Requirement:
    return Requirement(name, help=HELP[name])


def _passed(name: str, reason: str) -> Requirement:
    return replace(_about(name), passed=True, reason=reason)


def _failed(problem: CallProblem) -> dict[str, Requirement]:
    """Put a refusal to the requirement that it is about, or raise it again."""
    codes = {
        LICENCE: LICENCE_CODES,
        ADMINISTRATOR: ADMINISTRATOR_CODES,
        BOOKKEEPING: BOOKKEEPING_CODES,
    }
    name = next((name for name, known in codes.items() if problem.code in known), None)
    if name is None:
        raise problem
    failed = replace(_about(name), passed=False, reason=str(problem), who_acts=problem.who_acts)
    if problem.code != "error_missing_license":
        return {name: failed}
    unclear = "It may be this licence that is missing: Fortnox does not say which."
    return {
        name: failed,
        BOOKKEEPING: replace(
            failed, name=BOOKKEEPING, passed=None, reason=unclear, help=HELP[BOOKKEEPING]
        ),
    }


def _administrator(connection: Connection) -> Requirement:
    if connection.method is Method.CLIENT_CREDENTIALS or connection.scopes:
        granted = connection.scopes or " ".join(SCOPES)
        return _passed(
            ADMINISTRATOR,
            f"Approved as a service account, which only a system administrator can ({granted}).",
        )
    return replace(
        _about(ADMINISTRATOR),
        reason="The tokens were entered by hand: nobody knows who approved. Connect by the link.",
    )
