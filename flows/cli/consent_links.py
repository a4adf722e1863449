"""`tasma connect links`, `revoke`, `confirm`: the links that were handed out to be approved by."""

from __future__ import annotations

import getpass
from typing import Annotated, Final

import typer

from blocks.hub.consents import ConsentLink
from blocks.systems.registry import SYSTEMS
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from tasks import consent

BY_LINK: Final = [name for name, system in SYSTEMS.items() if system.connecting.has_link({})]
"""Systems whose customers approve by a link."""

By = Annotated[str, typer.Option(help="Who decides; else this machine's user.")]


@command(
    "connect", "links", examples=("tasma connect links acme", "tasma connect links acme --json")
)
def list_links(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """List the links by which a tenant's administrator may approve, and what came of each.

    The links themselves are kept nowhere: `tasma connect SYSTEM TENANT --link-only` makes another.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = [(link, consent.outcome_of(hub, link)) for link in hub.consents.of_tenant(tenant)]
    if as_json:
        show_json([_as_dict(link, outcome) for link, outcome in found])
    elif found:
        headings = ("link", "system", "state", "good until (UTC)", "made by", "why")
        rows = [
            (
                link.id,
                link.system,
                outcome.state.replace("_", " "),
                f"{link.expires_at:%Y-%m-%d %H:%M}",
                link.made_by,
                outcome.reason,
            )
            for link, outcome in found
        ]
        show_table(headings, rows, spare=("made by",))
        next_steps(f"tasma connect revoke {tenant} LINK")
    else:
        say(f"No link was made for {tenant}.")
        next_steps(*(f"tasma connect {name} {tenant} --link-only" for name in BY_LINK))


@command("connect", "revoke", examples=("tasma connect revoke acme 3f9a01c2d4e5",))
def revoke(
    tenant: TenantId,
    link: Annotated[str, typer.Argument(metavar="LINK", help="Its id, as `connect links` has it.")],
    *,
    by: By = "",
) -> None:
    """Let a link be good no more; what it has connected stays connected."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        ended = consent.revoke(hub, tenant, link, by=by or getpass.getuser())
        state = ended.state(hub.database.now())
    say(f"The link {ended.id} of {tenant} to {ended.system} is {state}.")
    next_steps(f"tasma connect links {tenant}")


@command(
    "connect",
    "confirm",
    examples=('tasma connect confirm acme 559990-0015 --reason "mistyped"',),
)
def confirm(
    tenant: TenantId,
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="Organisation number of what was picked.")
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why it is the tenant's; kept in the event log.")],
    by: By = "",
) -> None:
    """Say that the company which was picked is the tenant's after all, in spite of its number.

    The number here is replaced, since every load is held against it; the administrator then
    approves once more by the same link. Refused once books of the old number are published.
    """
    with open_hub() as hub:
        old = known_tenant(hub, tenant).organisation_number
        new = consent.confirm_company(
            hub, tenant, number, by=by or getpass.getuser(), reason=reason
        )
    say(f"The organisation number of {tenant} is {new.organisation_number}; it was {old}.")
    next_steps(f"tasma connect links {tenant}")


def _as_dict(link: ConsentLink, outcome: consent.Outcome) -> dict[str, object]:
    return {
        "link": link.id,
        "system": link.system,
        "state": outcome.state,
        "reason": outcome.reason,
        "expected": outcome.expected,
        "actual": outcome.actual,
        "made_by": link.made_by,
        "made_at": link.made_at,
        "expires_at": link.expires_at,
        "revoked_by": link.revoked_by,
        "connected_at": link.connected_at,
    }
