"""`tasma connect list`: how each tenant's connection stands."""

from __future__ import annotations

from blocks.hub import Connection
from blocks.hub.connection_states import look_with
from blocks.systems.registry import SYSTEMS
from flows.cli.app import AsJson, command
from flows.cli.opening import open_hub
from flows.cli.output import next_steps, say, show_json, show_table


@command("connect", "list", examples=("tasma connect list", "tasma connect list --json"))
def list_connections(*, as_json: AsJson = False) -> None:
    """List the connections: how each stands, why, and when a call last proved it."""
    with open_hub() as hub:
        found = list(hub.connections.everything())
    if as_json:
        show_json([connection_as_dict(item) for item in found])
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
        show_table(headings, rows, spare=("company", "last proved (UTC)"))
        next_steps(*(look_with(item.status, item.tenant) for item in found if _is_red(item)))
    else:
        say("No tenant is connected to a system yet.")
        next_steps(*(f"tasma connect {name} TENANT" for name in SYSTEMS))


def _is_red(connection: Connection) -> bool:
    return str(connection.status) != "connected"


def connection_as_dict(connection: Connection) -> dict[str, object]:
    """Return a connection as a script wants it."""
    return {
        "tenant": connection.tenant,
        "system": connection.system,
        "method": connection.method,
        "company": connection.source_tenant_id,
        "status": connection.status,
        "reason": connection.reason,
        "checked_at": connection.checked_at,
    }
