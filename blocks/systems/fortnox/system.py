"""What every command may need to know of Fortnox, without anything that speaks to it."""

from __future__ import annotations

import re
from typing import Final

from blocks.systems.ports import Choice, Connecting, System, Wants

FORTNOX: Final = "fortnox"
"""What Fortnox is called in the hub, in leases and as the source of a load."""

ANSWERS: Final = "fortnox_answers.csv"

CRASH_POINTS: Final = (
    "fortnox.token.intent",  # the hub knows that a refresh token is about to be spent
    "fortnox.token.answered",  # it is spent; the new pair is in memory only
    "fortnox.token.saved",  # the block holds the new pair, the hub still the old revision
    "fortnox.token.confirmed",  # the hub's revision has moved, the intent is gone
    "fortnox.pull.before",  # account list and voucher headers are read
    "fortnox.pull.sie",  # the year's SIE file is in memory
    "fortnox.pull.after",  # account list and headers are read again
)

CHOICES: Final = (
    Choice(
        "database_number",
        "--database-number",
        "The company's DatabaseNumber, if it has approved before: no link.",
        kind="text",
        metavar="N",
    ),
    Choice(
        "refresh_token",
        "--refresh-token",
        "Keep a rotating token in a Prefect block instead of using client credentials.",
    ),
    Choice(
        "documents",
        "--documents/--no-documents",
        "Whether the approval covers documents too, for which the company needs Arkivplats; as the "
        "last one did, and the first without.",
        kind="switch_or_nothing",
    ),
    Choice(
        "customer_invoices",
        "--customer-invoices/--no-customer-invoices",
        "Whether it covers documents of customer invoices too, which cost two calls for each "
        "invoice; as the last one did, and the first without.",
        kind="switch_or_nothing",
    ),
)


def contradiction(wants: Wants) -> str:
    """Say why the choices do not go together; empty when they do."""
    number = wants.get("database_number", "")
    covers = "documents" in wants or "customer_invoices" in wants
    others = wants.get("link_only"), wants.get("refresh_token"), covers
    if number and any(others):
        return (
            "--database-number goes without a link, a token and --documents: what the company "
            "approved before is what holds."
        )
    if wants.get("customer_invoices") and wants.get("documents") is False:
        return "--customer-invoices goes without --no-documents: they are documents."
    if number and not re.fullmatch("[0-9]+", number):
        return f"{number!r} is not a DatabaseNumber: expected digits."
    return ""


HELP: Final = """Connect a tenant to its company in Fortnox, with the approval of its administrator.

Prints the address to open, and reads what the browser shows afterwards: at a hidden prompt, or
from standard input. The code in it works once and for 10 minutes.
"""

SYSTEM: Final = System(
    name=FORTNOX,
    title="Fortnox",
    answers=ANSWERS,
    secrets=("TASMA_FORTNOX_CLIENT_SECRET",),
    port="blocks.systems.fortnox.port",
    offers=frozenset({"ledger", "documents"}),
    countries=frozenset({"SE"}),
    connecting=Connecting(
        help=HELP,
        examples=(
            "tasma connect fortnox acme",
            "tasma connect fortnox acme --documents",
            "tasma connect fortnox acme --customer-invoices --link-only",
            "tasma connect fortnox acme --link-only",
            "tasma connect fortnox acme --database-number 503072",
        ),
        choices=CHOICES,
        has_link=lambda wants: not wants.get("database_number"),
        contradiction=contradiction,
    ),
    crash_points=CRASH_POINTS,
)
