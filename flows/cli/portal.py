"""`tasma portal`: pages for customers, accountants and operators, and who may sign in to them."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Final

import typer

from blocks.hub import Hub
from blocks.hub.portal_audit import Act
from blocks.hub.portal_roles import Role
from flows.cli.app import AsJson, command
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import first, next_steps, remark, say, show_json, show_table
from flows.doors.portal import portal
from ledger.errors import TerminalError
from tasks import people

HERE: Final = "prompt"
"""What stands in the log for the address of whoever acts by a command."""

ACTS: Final = {
    "accept_hold": "accept a hold",
    "activate": "make a link",
    "add_statement": "add a statement",
    "approve_transfer": "approve the first transfer",
    "ask_accounts": "ask for accounts",
    "change": "change a role",
    "choose_language": "choose a language",
    "confirm_company": "confirm the company's number",
    "consent_callback": "come back from a permission",
    "enter_keys": "enter keys",
    "file_opening": "file the opening",
    "give_permission": "give permission",
    "invite": "invite",
    "read_file": "have a file read",
    "refuse_hold": "reject a hold",
    "remove": "remove a person",
    "reset": "void a password",
    "resolve_push": "resolve a document",
    "retry_push": "queue a document again",
    "revoke_link": "revoke a link",
    "save_account": "save an account",
    "save_accounts": "save accounts",
    "send_file": "send a file",
    "set_route": "change a setting",
    "sign_in_act": "sign in",
    "sign_out": "sign out",
    "sync": "sync",
    "take": "take an invitation",
}
"""What people did, in words, by the name of a page or a command."""

OTHER_ENDS: Final[dict[int, str]] = {
    HTTPStatus.NOT_FOUND: "not found",
    HTTPStatus.TOO_MANY_REQUESTS: "too many tries",
}
"""Ends of acts that were refused without a look at what was asked, by the answer's status."""

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address to sign in with.")]
Tenants = Annotated[
    list[str] | None,
    typer.Option("--tenant", metavar="TENANT", help="A company that is open to them; repeatable."),
]


@command("portal", "serve", examples=("tasma portal serve",))
def serve() -> None:
    """Serve the portal alone, until Ctrl-C; `tasma up` serves it beside Prefect.

    TASMA_PORTAL_HOST and TASMA_PORTAL_PORT say where it listens (127.0.0.1:4300 unless set),
    TASMA_PORTAL_ADDRESS what people type; other machines reach it by TLS alone.
    """
    say(f"Portal  {portal().public_address()}/   (stop with Ctrl-C)")
    portal().serve()


@command(
    "portal",
    "invite",
    examples=(
        "tasma portal invite anna@example.com --role accountant --tenant acme",
        "tasma portal invite me@example.com --role operator",
    ),
)
def invite(
    email: Email,
    *,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.CUSTOMER,
    tenant: Tenants = None,
    name: Annotated[str, typer.Option(help="Their name, as the portal greets them.")] = "",
) -> None:
    """Let somebody in: prints a link, good for 7 days and once, at which they set a password.

    An operator sees every company, an accountant and a customer those that are named.
    """
    if role is not Role.OPERATOR and not tenant:
        raise typer.BadParameter("name at least one --tenant; only an operator sees all.")
    address = portal()  # before anybody is let in: without it there is no link
    with open_hub() as hub:
        _require_companies(hub, role, tenant)
        with _noted(hub, "invite", email):
            token = people.invite(
                hub, email, role, tenants=tenant or (), name=name, by=getpass.getuser()
            )
    _show_link(email, address.invitation_link(token))


@command("portal", "reset", examples=("tasma portal reset anna@example.com",))
def reset(email: Email) -> None:
    """Void somebody's password, end their sessions, and print a link to set another."""
    address = portal()
    with open_hub() as hub, _noted(hub, "reset", email):
        token = people.reset(hub, email, by=getpass.getuser())
    _show_link(email, address.invitation_link(token))


@command(
    "portal",
    "change",
    examples=(
        "tasma portal change anna@example.com --tenant acme",
        "tasma portal change anna@example.com --role operator",
    ),
)
def change(
    email: Email,
    *,
    role: Annotated[Role | None, typer.Option(help="What they may do from now on.")] = None,
    tenant: Tenants = None,
) -> None:
    """Give somebody another role, or exactly these companies; their sessions end."""
    if role is None and tenant is None:
        raise typer.BadParameter("give --role or --tenant.")
    with open_hub() as hub:
        _require_companies(hub, role or hub.portal_users.get(email).role, tenant)
        with _noted(hub, "change", email):
            user = hub.portal_users.change(email, role=role, tenants=tenant)
    say(f"{user.email} is {user.role}, and signs in anew.")
    next_steps("tasma portal users")


@command("portal", "remove", examples=("tasma portal remove anna@example.com",))
def remove(email: Email) -> None:
    """Let somebody in no longer; what they did stays in the log."""
    with open_hub() as hub, _noted(hub, "remove", email):
        hub.portal_users.remove(email)
    say(f"{email} may sign in no longer.")


@command("portal", "users", examples=("tasma portal users", "tasma portal users --json"))
def users(*, as_json: AsJson = False) -> None:
    """List who may sign in, their role and their companies."""
    with open_hub() as hub:
        found = hub.portal_users.listed()
    if as_json:
        show_json([{**vars(user), "tenants": tenants} for user, tenants in found])
        return
    rows = [
        (
            user.email,
            user.name,
            user.role.value,
            "all" if user.sees_all else ", ".join(tenants),
            "yes" if user.has_password else "invited",
        )
        for user, tenants in found
    ]
    show_table(
        ("address", "name", "role", "companies", "signs in"),
        rows,
        nothing="Nobody may sign in yet.",
    )
    if not found:
        next_steps("tasma portal invite EMAIL --role operator")


@command(
    "portal", "log", examples=("tasma portal log", "tasma portal log --tenant acme --limit 20")
)
def log(
    *,
    tenant: Annotated[str, typer.Option(help="Only what was done about this one.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Most lines.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show what people did in the portal, and who was let in here; newest first."""
    with open_hub() as hub:
        found = first(hub.portal_audit.recent(tenant=tenant, limit=limit + 1), limit, "acts")
    if as_json:
        show_json(found)
        return
    rows = [
        (act.at, act.who, act.tenant, _did(act), _ended(act.status), act.detail) for act in found
    ]
    headings = ("at (UTC)", "who", "tenant", "act", "end", "detail")
    show_table(headings, rows, nothing="Nobody has done anything in the portal yet.")


def _did(act: Act) -> str:
    return ACTS.get(act.action, act.action.replace("_", " "))


def _ended(status: int | None) -> str:
    """Say how an act ended by the status of its answer; a page that leads on is one of success."""
    if status is None:
        return "no answer"
    if status < HTTPStatus.BAD_REQUEST:
        return "done"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return OTHER_ENDS.get(status, "refused")


def _require_companies(hub: Hub, role: Role, tenants: Sequence[str] | None) -> None:
    """Refuse companies of which there is none, and any for whom nothing is narrowed by them."""
    if tenants and role is Role.OPERATOR:
        raise typer.BadParameter(
            "an operator sees every company: leave out --tenant, or give another --role."
        )
    for tenant in tenants or ():
        known_tenant(hub, tenant)


@contextmanager
def _noted(hub: Hub, action: str, email: str) -> Iterator[None]:
    """Write what is done here about a person of the portal into its log, and what came of it."""
    log = hub.portal_audit
    act = log.begin(action, who=getpass.getuser(), address=HERE)
    try:
        yield
    except TerminalError:
        log.finish(act, status=HTTPStatus.UNPROCESSABLE_ENTITY, detail=email)
        raise
    log.finish(act, status=HTTPStatus.OK, detail=email)


def _show_link(email: str, link: str) -> None:
    say(link)
    remark(f"Send it to {email} alone: whoever opens it first sets the password.")
    next_steps("tasma portal users")
