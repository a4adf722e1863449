"""`tasma connect`: a tenant's accounting system approves the integration, and what it lacks."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from blocks.systems import FORTNOX
from flows.cli.app import AsJson, app, command, group
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table

if TYPE_CHECKING:
    from blocks.hub import Connection, Hub
    from blocks.systems.fortnox import Requirement
    from blocks.systems.redirect import Returned

connect = group("Connect tenants to their accounting systems, and see what is missing.")
app.add_typer(connect, name="connect")


MARKS: Final = {True: "met", False: "missing", None: "not known"}


@command(
    connect,
    "fortnox",
    examples=(
        "tasma connect fortnox acme",
        "tasma connect fortnox acme --documents",
        "tasma connect fortnox acme --link-only",
        "tasma connect fortnox acme --database-number 503072",
    ),
)
def fortnox(
    tenant: TenantId,
    *,
    link_only: Annotated[
        bool, typer.Option("--link-only", help="Print the address to send, and end.")
    ] = False,
    database_number: Annotated[
        str,
        typer.Option(
            metavar="N", help="The company's DatabaseNumber, if it has approved before: no link."
        ),
    ] = "",
    refresh_token: Annotated[
        bool,
        typer.Option(
            "--refresh-token",
            help="Keep a rotating token in a Prefect block instead of using client credentials.",
        ),
    ] = False,
    documents: Annotated[
        bool | None,
        typer.Option(
            "--documents/--no-documents",
            help="Whether the approval covers documents too, for which the company needs "
            "Arkivplats; as the last one did, and the first without.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Connect a tenant to its company in Fortnox, with the approval of its administrator.

    Prints the address to open, and reads what the browser shows afterwards: at a hidden prompt, or
    from standard input. The code in it works once and for 10 minutes.
    """
    if database_number and (link_only or refresh_token or documents is not None):
        raise typer.BadParameter(
            "--database-number goes without a link, a token and --documents: what the company "
            "approved before is what holds."
        )
    if database_number and not re.fullmatch("[0-9]+", database_number):
        raise typer.BadParameter(f"{database_number!r} is not a DatabaseNumber: expected digits.")
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if database_number:
            from flows.cli.fortnox import by_number  # noqa: PLC0415 - brings Prefect

            connection = by_number(hub, tenant, database_number)
        else:
            connection = _by_consent(
                hub,
                tenant,
                link_only=link_only,
                rotates=refresh_token,
                documents=_covers_documents(hub, tenant) if documents is None else documents,
            )
        _conclude(hub, connection, as_json=as_json)


@command(connect, "check", examples=("tasma connect check acme", "tasma connect check acme --json"))
def check(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """See which of Fortnox's three requirements a tenant meets, and who does what about the rest.

    Licence, approval by a system administrator, bookkeeping module. Nothing is fetched. Ends with
    1 when one is missing.
    """
    from flows.cli.fortnox import requirements  # noqa: PLC0415 - brings Prefect

    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = requirements(hub, tenant)
    if as_json:
        show_json({"tenant": tenant, "requirements": as_dicts(found)})
    else:
        show_requirements(found)
    if any(item.passed is False for item in found):
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        next_steps(f"tasma ledger pull {tenant}")


@command(connect, "list", examples=("tasma connect list", "tasma connect list --json"))
def list_connections(*, as_json: AsJson = False) -> None:
    """List the connections: how each stands, why, and when a call last proved it."""
    from blocks.hub.connection_states import look_with  # noqa: PLC0415 - SQLAlchemy when asked

    with open_hub() as hub:
        found = list(hub.connections.every(FORTNOX))
    if as_json:
        show_json([_as_dict(item) for item in found])
    elif found:
        headings = ("tenant", "system", "company", "status", "last proved (UTC)", "why")
        rows = [
            (
                item.tenant,
                item.system,
                item.source_tenant_id or "-",
                item.status.replace("_", " "),
                item.checked_at or "-",
                item.reason,
            )
            for item in found
        ]
        show_table(headings, rows, spare=("system", "company", "last proved (UTC)"))
        next_steps(*(look_with(item.status, item.tenant) for item in found if _is_red(item)))
    else:
        say("No tenant is connected to a system yet.")
        next_steps("tasma connect fortnox TENANT")


def show_requirements(found: Sequence[Requirement]) -> None:
    """Say each requirement in a line (R-SEN-7), with help for what is not met (R-SEN-6)."""
    for item in found:
        say(f"{MARKS[item.passed]:<10} {item.name.replace('_', ' ')}: {item.reason}")
    for item in found:
        if item.passed is False:
            say(f"Who acts:  {str(item.who_acts or 'unknown').replace('_', ' ')}. {item.help}")


def as_dicts(found: Sequence[Requirement]) -> list[dict[str, object]]:
    """Return the requirements as a script wants them."""
    return [
        {
            "name": item.name,
            "passed": item.passed,
            "reason": item.reason,
            "who_acts": str(item.who_acts) if item.who_acts else "",
            "help": "" if item.passed else item.help,
        }
        for item in found
    ]


def _covers_documents(hub: Hub, tenant: str) -> bool:
    """Return whether the last approval did."""
    from blocks.systems.fortnox import DOCUMENT_SCOPES  # noqa: PLC0415 - brings Prefect

    known = hub.connections.find(tenant, FORTNOX)
    return known is not None and set(DOCUMENT_SCOPES) <= set(known.scopes.split())


def _by_consent(
    hub: Hub, tenant: str, *, link_only: bool, rotates: bool, documents: bool
) -> Connection:
    """Hand out the address, read what comes back, and finish."""
    from blocks.hub import Method  # noqa: PLC0415 - SQLAlchemy only when the hub is asked
    from blocks.systems.redirect import read_returned  # noqa: PLC0415 - for this command alone
    from flows.cli import fortnox as asking  # noqa: PLC0415 - brings Prefect

    state = asking.state_of(hub, tenant)
    address = asking.authorize_url(state, documents=documents)
    if link_only:
        say(address)
        remark(f"Send it to a system administrator; then run: tasma connect fortnox {tenant}")
        raise typer.Exit
    remark(
        "A system administrator of the company opens this address and approves:", "", address, ""
    )
    returned = read_returned(_answer(), state=state)
    if returned.error:
        # The same address works as soon as what was missing is there (R-SEN-3).
        _explain_error(returned)
        raise typer.Exit(ExitCode.FAILED)
    if not returned.has_state:
        remark("A bare code says nothing of who asked for it; the company's number is compared.")
    method = Method.REFRESH_TOKEN if rotates else Method.CLIENT_CREDENTIALS
    return asking.finish(hub, tenant, returned.code, state=state, method=method)


def _answer() -> str:
    """Read what came back; it holds a code, so it is shown nowhere."""
    if sys.stdin.isatty():
        text = typer.prompt("Address the browser shows afterwards", hide_input=True, err=True)
        return str(text)
    return sys.stdin.readline()


def _explain_error(returned: Returned) -> None:
    from blocks.systems.fortnox import preflight_of_redirect  # noqa: PLC0415 - brings Prefect

    remark("Not connected: Fortnox sent the customer back with an error.")
    show_requirements(preflight_of_redirect(returned.error, returned.description))
    remark("The address above stays good: open it again once that is mended.")


def _conclude(hub: Hub, connection: Connection, *, as_json: bool) -> None:
    """Show what the connected company lacks, if anything, and what comes next."""
    from flows.cli.fortnox import requirements  # noqa: PLC0415 - brings Prefect

    found = requirements(hub, connection.tenant)
    is_ready = all(item.passed is not False for item in found)
    if as_json:
        show_json({**_as_dict(connection), "requirements": as_dicts(found)})
    else:
        say(
            f"{connection.tenant} is connected to the company {connection.source_tenant_id} in "
            f"Fortnox by {connection.method.replace('_', ' ')}."
        )
        show_requirements(found)
        retry = f"tasma connect check {connection.tenant}"
        next_steps(f"tasma ledger pull {connection.tenant} --dry-run" if is_ready else retry)
    if not is_ready:
        raise typer.Exit(ExitCode.FAILED)


def _is_red(connection: Connection) -> bool:
    return str(connection.status) != "connected"


def _as_dict(connection: Connection) -> dict[str, object]:
    return {
        "tenant": connection.tenant,
        "system": connection.system,
        "method": connection.method,
        "company": connection.source_tenant_id,
        "status": connection.status,
        "reason": connection.reason,
        "checked_at": connection.checked_at,
    }
