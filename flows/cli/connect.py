"""`tasma connect`: a tenant's accounting system approves the integration, and what it lacks."""

from __future__ import annotations

import getpass
import inspect
import secrets
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from pydantic import SecretStr

from blocks.hub import Connection, Hub
from blocks.hub.consent_states import ConsentState
from blocks.hub.consents import CLICK_LIFE
from blocks.systems.lease import resource
from blocks.systems.ports import Choice, Requirement, System, Wants
from blocks.systems.redirect import read_returned
from blocks.systems.registry import SYSTEMS
from blocks.systems.registry import system as system_of
from flows.cli import systems
from flows.cli.app import AsJson, command
from flows.cli.connections import connection_as_dict
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, remark, say, show_json
from tasks import consent


def connect_tenant(
    system: System, tenant: str, *, link_only: bool, wants: Wants, as_json: bool
) -> None:
    """Connect a tenant to its company in a system: by consent, or by what is typed."""
    if wrong := system.connecting.contradiction({**wants, "link_only": link_only}):
        raise typer.BadParameter(wrong)
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if link_only:
            _hand_out(hub, tenant, system, wants)
        elif not system.connecting.has_link(wants):
            connection = systems.finish(hub, tenant, system.name, _typed(system), wants=wants)
            met = systems.requirements(hub, tenant, connection.system)
            _conclude(connection, met, as_json=as_json)
        else:
            found = _by_consent(hub, tenant, system, wants)
            _conclude(hub.connections.get(tenant, system.name), found, as_json=as_json)


def offer(system: System) -> None:
    """Add ``tasma connect SYSTEM``, with the options that are the system's own."""

    def run(tenant: str, *, as_json: bool, link_only: bool = False, **chosen: Any) -> None:
        wants = {name: value for name, value in chosen.items() if _is_chosen(system, name, value)}
        connect_tenant(system, tenant, link_only=link_only, wants=wants, as_json=as_json)

    options = [LINK_ONLY] if system.connecting.has_page else []
    options += [_option(choice) for choice in system.connecting.choices]
    parameters = [_parameter("tenant", TenantId, inspect.Parameter.empty), *options, AS_JSON]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads it
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    run.__doc__ = system.connecting.help
    command("connect", system.name, examples=system.connecting.examples)(run)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


def _option(choice: Choice) -> inspect.Parameter:
    """Return a system's own choice as Typer takes options."""
    kind, default = KINDS[choice.kind]
    option = typer.Option(
        choice.spelling,
        help=choice.help,
        metavar=choice.metavar or None,
        show_default=default is not None,
    )
    return _parameter(choice.name, Annotated[kind, option], default)


def _is_chosen(system: System, name: str, value: Any) -> bool:
    (kind,) = [choice.kind for choice in system.connecting.choices if choice.name == name]
    return bool(value) or (kind == "switch_or_nothing" and value is not None)


KINDS: Final[dict[str, tuple[Any, Any]]] = {
    "switch": (bool, False),
    "switch_or_nothing": (bool | None, None),
    "text": (str, ""),
}
"""Type and default of each kind of choice."""

LINK_ONLY: Final = _parameter(
    "link_only",
    Annotated[
        bool,
        typer.Option(
            "--link-only", help="Print a link to send, good for 14 days and once, and end."
        ),
    ],
    False,
)
AS_JSON: Final = _parameter("as_json", AsJson, False)

for _system in SYSTEMS.values():
    offer(_system)


@command(
    "connect", "check", examples=("tasma connect check acme", "tasma connect check acme --json")
)
def check(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """See which requirements of its system a tenant meets, and who does what about the rest.

    Such as a licence, the approval by a system administrator, a module. Nothing is fetched. Ends
    with 1 when one is missing.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = systems.requirements(hub, tenant)
        connected = [item.system for item in systems.connections(hub, tenant)]
    if as_json:
        show_json({"tenant": tenant, "requirements": as_dicts(found)})
    else:
        show_requirements(found)
    if any(item.passed is False for item in found):
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        next_steps(*(step for name in connected for step in what_next(tenant, system_of(name))))


def what_next(tenant: str, system: System) -> list[str]:
    """Return the commands that a connected system is for: its books, and what is sent there."""
    if system.connecting.then:
        return [system.connecting.then.format(tenant=tenant)]
    sending = f"tasma push add {tenant} FILE --to {system.name}"
    if "ledger" not in system.offers:
        return [sending]
    pull = f"tasma ledger pull {tenant} --dry-run"
    return [pull, f"or: {sending}"] if "target" in system.offers else [pull]


def show_requirements(found: Sequence[Requirement]) -> None:
    """Say each requirement in a line (R-SEN-7), with help for what is not met (R-SEN-6)."""
    for item in found:
        say(f"{item.mark:<10} {item.name.replace('_', ' ')}: {item.reason}")
    for item in found:
        if item.passed is False or (item.is_to_check and item.help):
            say(f"Who acts:  {str(item.who_acts or 'unknown').replace('_', ' ')}. {item.help}")


def as_dicts(found: Sequence[Requirement]) -> list[dict[str, object]]:
    """Return the requirements as a script wants them."""
    return [
        {
            "name": item.name,
            "passed": item.passed,
            "mark": item.mark,
            "reason": item.reason,
            "who_acts": str(item.who_acts) if item.who_acts else "",
            "help": "" if item.passed else item.help,
        }
        for item in found
    ]


def _hand_out(hub: Hub, tenant: str, system: System, wants: Wants) -> None:
    """Print the address of a link, which is shown this once."""
    made = consent.make_link(hub, tenant, system.name, by=getpass.getuser(), wants=wants)
    say(made.address)
    remark(
        f"Open it, or send it to a system administrator of the company: it is good until "
        f"{made.link.expires_at:%Y-%m-%d %H:%M} UTC, once. It is shown here only.",
        f"Next: tasma connect links {tenant}",
    )


def _by_consent(hub: Hub, tenant: str, system: System, wants: Wants) -> Sequence[Requirement]:
    """Show the vendor's address, read what comes back, and finish; the link is this terminal's."""
    hub.leases.refuse_busy(resource(tenant, system.name))
    by = getpass.getuser()
    link = consent.make_link(
        hub, tenant, system.name, by=by, wants=wants, life=CLICK_LIFE, needs_number=False
    )
    try:
        outcome = _approved(hub, link)
    finally:
        consent.revoke(hub, tenant, link.link.id, by=by)
    if not outcome.is_connected:
        _say_refusal(outcome, system)
    return outcome.requirements


def _approved(hub: Hub, link: consent.MadeLink) -> consent.Outcome:
    browser = SecretStr(secrets.token_urlsafe())
    begun = systems.ask(consent.begin(hub, link.secret, browser=browser))
    remark(
        "A system administrator of the company opens this address and approves:",
        "",
        begun.address,
        "",
    )
    returned = read_returned(
        _hidden("Address the browser shows afterwards"), state=begun.state.get_secret_value()
    )
    if not returned.has_state:
        remark("A bare code says nothing of who asked for it; the company's number is compared.")
    answer = {
        "code": returned.code.get_secret_value(),
        "error": returned.error,
        "error_description": returned.description,
    }
    return systems.ask(consent.finish(hub, begun.state, browser=browser, answer=answer))


def _typed(system: System) -> dict[str, SecretStr]:
    """Ask for what the system knows the tenant by."""
    asked = system.connecting.secrets.items()
    return {name: SecretStr(_hidden(question).strip()) for name, question in asked}


def _hidden(question: str) -> str:
    """Read a line that holds a secret, so that it is shown nowhere."""
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True, err=True))
    return sys.stdin.readline()


def _say_refusal(outcome: consent.Outcome, system: System) -> None:
    """Say why nobody is connected, and end."""
    reason = outcome.reason or outcome.why
    remark(f"Not connected to {system.title}: {outcome.state.replace('_', ' ')}. {reason}")
    show_requirements(outcome.requirements)
    remark("Run the command again once that is mended.")
    is_passing = outcome.state is ConsentState.FAILED
    raise typer.Exit(ExitCode.BUSY if is_passing else ExitCode.FAILED)


def _conclude(connection: Connection, found: Sequence[Requirement], *, as_json: bool) -> None:
    """Show what the connected company lacks, if anything, and what comes next."""
    is_ready = all(item.passed is not False for item in found)
    if as_json:
        show_json({**connection_as_dict(connection), "requirements": as_dicts(found)})
    else:
        say(
            f"{connection.tenant} is connected to the company {connection.source_tenant_id} in "
            f"{system_of(connection.system).title} by {connection.method.replace('_', ' ')}."
        )
        show_requirements(found)
        retry = f"tasma connect check {connection.tenant}"
        there = system_of(connection.system)
        next_steps(*(what_next(connection.tenant, there) if is_ready else [retry]))
    if not is_ready:
        raise typer.Exit(ExitCode.FAILED)
