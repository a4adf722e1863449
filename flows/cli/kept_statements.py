"""`tasma statements list`: which statements of a tenant have come."""

from __future__ import annotations

from collections.abc import Sequence

from blocks.hub.customer_statements import CustomerStatement
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year


@command("statements", "list", examples=("tasma statements list acme",))
def list_statements(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """List a tenant's statements: of which year and day, from which file, and what came of them."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = hub.customer_statements.of_tenant(tenant)
    if as_json:
        show_json([kept_as_dict(item) for item in found])
        return
    if not found:
        say(f"No statement of {tenant} has come yet.")
        next_steps(f"tasma statements add {tenant} FILE")
        return
    show_kept(found)


def show_kept(found: Sequence[CustomerStatement]) -> None:
    """Show statements in a row each."""
    rows = [
        (short_year(i.year.key), i.kind.replace("_", " "), i.as_of, i.outcome, i.file_name)
        for i in found
    ]
    show_table(("year", "statement", "as of", "outcome", "file"), rows, spare=("file",))


def kept_as_dict(item: CustomerStatement) -> dict[str, object]:
    """Return a statement as a script wants it."""
    year: FiscalYear = item.year
    return {
        "fiscal_year": year.key,
        "kind": item.kind,
        "as_of": item.as_of,
        "file_name": item.file_name,
        "outcome": item.outcome,
        "differing": item.differing,
    }
