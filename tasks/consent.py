"""Consent: a customer's administrator approves a connection by a link, without an account here.

What a door does with it:

1. `make_link` gives the address to use oneself or to send on; `revoke` ends it, and
   `ConsentLink.state` of `hub.consents.of_tenant` says where each stands.
2. A GET of the address asks `look`, which changes nothing and starts nothing, so that a mail
   scanner does no harm: the company's name, what is fetched, what is asked, each with help.
3. The button, a POST, asks `begin` and sends a new window to the address that it gives. The door
   sets a random secret as a cookie (HttpOnly, SameSite=Lax, as old as `CLICK_LIFE`) if the browser
   has none, and passes it in.
4. The page that the vendor sends the new window back to asks `finish` with the query it came with
   and the cookie. What it returns is shown, and leaves the link good unless it is *connected*.
5. The first window asks `poll` until the state is no longer *waiting*.

Where a system has keys and no such address (`Connecting.entered`), the page has fields in place of
the button; their POST asks `enter`, and 3 to 5 fall away.

Who may make, revoke or confirm is the door's to know; `by` is written down as it is given.

Source:
    R-SEN-1, R-SEN-2, R-SEN-17 to R-SEN-24; RFC 6749, 4.1.2.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from pydantic import SecretStr

from blocks.held_block import NO_SERVER
from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.hub import Hub, Tenant
from blocks.hub.consent_states import ConsentState
from blocks.hub.consents import ConsentLink
from blocks.hub.errors import Refused
from blocks.settings import settings
from blocks.systems.ports import (
    API_USER,
    ORGANISATION_NUMBER,
    WRONG_COMPANY,
    Approval,
    Consent,
    EnteredField,
    Requirement,
    Wants,
)
from blocks.systems.redirect import NothingReturned
from blocks.systems.registry import NothingToFetch, port, system
from ledger.errors import TerminalError, TransientError
from ledger.organisation import OrganisationNumber

DOCUMENTS: Final = ("documents", "customer_invoices")
"""What a link may ask for besides the ledger."""

PATH: Final = "/consent/{secret}"
"""Of the page that a link opens, behind the portal's address."""

MAX_CHARS: Final = 2_000
"""Longest value of an answer that is read; a vendor's code is about 40 characters."""

DENIED: Final = "access_denied"
"""Whoever was asked said no (RFC 6749, 4.1.2.1)."""

STATES: Final = {
    WhoActs.CUSTOMER_ORDERS_LICENCE: ConsentState.LICENCE_MISSING,
    WhoActs.CUSTOMER_ADMINISTRATOR: ConsentState.ADMINISTRATOR_MISSING,
}
"""What is shown when one of them has to act; of anybody else it is `REFUSED`."""


@dataclass(frozen=True)
class MadeLink:
    """A link and its address, which holds the secret: it is shown once, and kept nowhere."""

    link: ConsentLink
    secret: SecretStr

    @property
    def address(self) -> str:
        """The address to open or to send."""
        portal = settings().portal_address.rstrip("/")
        return portal + PATH.format(secret=self.secret.get_secret_value())


@dataclass(frozen=True)
class Outcome:
    """What came of the last click. `reason`: in words, empty while nobody has come back.

    `why`: in words of ours, for operators alone, and not kept with the link.

    `expected`, `actual`: the numbers, here and there, of a wrong company; `compared`: what they
    are, such as organisation number. `requirements`: each as far as it is known by now.
    """

    state: ConsentState
    reason: str = ""
    compared: str = ""
    expected: str = ""
    actual: str = ""
    requirements: tuple[Requirement, ...] = ()
    why: str = ""

    @property
    def is_connected(self) -> bool:
        """Whether the tenant is connected by the link, which is used up."""
        return self.state is ConsentState.CONNECTED

    @property
    def word(self) -> str:
        """Which sentence says it: the state, or that the user is another where no company shows."""
        is_user = self.state is ConsentState.WRONG_COMPANY and self.compared == API_USER
        return "wrong_user" if is_user else str(self.state)


@dataclass(frozen=True)
class Invitation:
    """What the page of a link tells.

    `fetched`: ledger, documents, customer_invoices (documents of those), as far as they are wanted.
    `asked`: what the system asks of the customer, each with where to look. `entered`: what the page
    has fields for; `names_company`: whether the system says whose that is.
    """

    link: ConsentLink
    tenant: Tenant
    title: str
    fetched: tuple[str, ...]
    asked: tuple[Requirement, ...]
    outcome: Outcome
    entered: tuple[EnteredField, ...] = ()
    names_company: bool = True


@dataclass(frozen=True)
class Begun:
    """A click under way: the vendor's address, and the state that is to come back from there."""

    address: str
    state: SecretStr


class NothingToConfirm(Refused):
    """A company was to be confirmed, and nobody has approved with another one."""

    sentence = (
        "Nobody has approved {tenant} with a company of number {number} by a link that is still "
        "good. Look at what was picked with `tasma connect links {tenant}`."
    )


class HasOtherBooks(Refused):
    """A tenant with published books was to be given another company's number."""

    sentence = (
        "{tenant} has published books of the company {number}: another company's would be mixed "
        "with them. Add the other company as a tenant of its own, and connect that."
    )


class EntryIncomplete(Refused):
    """A link's page was sent without all that its system is connected by."""

    sentence = "{title} is not connected: something was left empty, or nothing is entered for it."


class ReasonMissing(Refused):
    """A person's decision came without its reason or its person."""

    sentence = "A decision against the comparison needs a reason and whoever decides."


def make_link(
    hub: Hub,
    tenant: str,
    name: str,
    *,
    by: str,
    wants: Wants | None = None,
    life: dt.timedelta | None = None,
    needs_number: bool = True,
) -> MadeLink:
    """Make a link by which a tenant's company in a system approves (R-SEN-1).

    Args:
        hub: Knows the tenant.
        tenant: Whose.
        name: The system's.
        by: Who makes it.
        wants: What was chosen; what is left out is as the last connection had it.
        life: How long it is good; `TASMA_CONSENT_LINK_DAYS` unless somebody says.
        needs_number: Refuse a tenant without organisation number.

    Raises:
        UnknownTenant, NoOrganisationNumber, TooManyLinks: As `hub.consents.make`.
        NothingToFetch: The system is connected otherwise than by a link.
    """
    _approval(name)
    wants = port(name).connect.completed(wants or {}, hub.connections.find(tenant, name))
    life = life or dt.timedelta(days=settings().consent_link_days)
    link, secret = hub.consents.make(
        tenant, name, wants=wants, made_by=by, life=life, needs_number=needs_number
    )
    return MadeLink(link, secret)


def look(hub: Hub, secret: SecretStr) -> Invitation:
    """Return what the page of a link tells; asked as often as anybody likes (R-SEN-19).

    Raises:
        UnknownLink: The secret opens nothing.
    """
    link = hub.consents.of_secret(secret)
    there = system(link.system)
    wanted = {kind: bool(link.wants.get(kind)) for kind in DOCUMENTS}
    kinds = {"ledger": "ledger" in there.offers, **wanted}
    return Invitation(
        link,
        hub.tenants.get(link.tenant),
        there.title,
        tuple(kind for kind, is_fetched in kinds.items() if is_fetched),
        tuple(_approval(link.system).asked()),
        outcome_of(hub, link),
        there.connecting.entered,
        there.connecting.names_company,
    )


async def begin(hub: Hub, secret: SecretStr, *, browser: SecretStr) -> Begun:
    """Begin an approval: return where the administrator logs in and approves (R-SEN-20).

    Args:
        hub: Keeps the link.
        secret: The link's.
        browser: What only this browser and we know.

    Raises:
        UnknownLink, LinkEnded: The secret opens nothing, or nothing any more.
        TerminalError: There are no credentials of ours for the system.
    """
    link, state = await asyncio.to_thread(hub.consents.click, secret, browser=browser)
    there = _consent(link.system)
    address = await there.authorize_url(state.get_secret_value(), wants=link.wants)
    return Begun(address, state)


async def finish(
    hub: Hub, state: SecretStr, *, browser: SecretStr, answer: Mapping[str, str]
) -> Outcome:
    """Connect by what the vendor sent the browser back with, or say why not (R-SEN-21 to -24).

    The state is spent whatever comes of it; the link only by a connection. Beside the approval
    itself nothing is fetched but what the system's requirements take.

    Args:
        hub: Keeps the link and the connection.
        state: As it came back.
        browser: As it was given to `begin`.
        answer: The query: ``code``, or ``error`` and ``error_description``.

    Raises:
        NothingReturned: The answer holds neither code nor error.
        ForeignAnswer: The state is none, too old, used before, or of another browser.
        LinkEnded: The link was revoked or used meanwhile.
        ConsentTaken: Another window is being connected by the same link; try again.
    """
    given = {name: str(value)[:MAX_CHARS] for name, value in answer.items()}
    if not given.get("code") and not given.get("error"):
        raise NothingReturned
    link = await asyncio.to_thread(hub.consents.take, state, browser=browser)
    return await _concluded(hub, link, _answered(hub, link, given))


async def enter(hub: Hub, secret: SecretStr, entered: Mapping[str, SecretStr]) -> Outcome:
    """Connect by what the customer entered on the page of a link, or say why not (R-SEN-P3).

    It is tried before it is stored: the system accepts it, and answers as the tenant's company as
    far as it says whose it is. Only a connection that lacks nothing uses the link up.

    Args:
        hub: Keeps the link and the connection.
        secret: The link's.
        entered: By the names of `Connecting.entered`.

    Raises:
        EntryIncomplete: A field is empty, or the system asks for none.
        UnknownLink, LinkEnded: The secret opens nothing, or nothing any more.
        ConsentTaken: Another window is at work on the same link; try again.
    """
    link = await asyncio.to_thread(hub.consents.of_secret, secret)
    asked = system(link.system).connecting.entered
    given = {field.name: entered.get(field.name, SecretStr("")) for field in asked}
    if not given or not all(value.get_secret_value() for value in given.values()):
        raise EntryIncomplete(title=system(link.system).title)
    link = await asyncio.to_thread(hub.consents.take_by_secret, secret)
    return await _concluded(hub, link, _connected(hub, link, given))


def poll(hub: Hub, secret: SecretStr) -> Outcome:
    """Return where a link stands, for the window that waits.

    Raises:
        UnknownLink: The secret opens nothing.
    """
    return outcome_of(hub, hub.consents.of_secret(secret))


def outcome_of(hub: Hub, link: ConsentLink) -> Outcome:
    """Return where a link stands, and what came of the last click on it."""
    state = link.state(hub.database.now())
    detail: dict[str, Any] = json.loads(link.detail) if link.detail else {}
    requirements = tuple(_requirement(item) for item in detail.get("requirements", ()))
    return Outcome(**{**detail, "state": state, "requirements": requirements})


def revoke(hub: Hub, tenant: str, link_id: str, *, by: str) -> ConsentLink:
    """End a link, by the id under which it is listed.

    Raises:
        UnknownLink: The tenant has none of that id.
    """
    return hub.consents.revoke(tenant, link_id, by=by)


def confirm_company(hub: Hub, tenant: str, number: str, *, by: str, reason: str) -> Tenant:
    """Let an operator say that the company which was picked is the tenant's after all.

    Every later load is held against the tenant's number too, so it is that which is replaced,
    and only by one that somebody has approved with. The link is good as before: the administrator
    approves once more.

    Args:
        hub: Knows what was picked.
        tenant: Whose.
        number: The organisation number of the company that was picked.
        by: The operator.
        reason: Kept in the event log.

    Raises:
        NothingToConfirm: No open link was answered with that company.
        HasOtherBooks: Books of the old number are published.
        ReasonMissing: There is no reason, or nobody who gives it.
    """
    if not reason.strip() or not by.strip():
        raise ReasonMissing
    parsed = OrganisationNumber.parse(number)
    for link in hub.consents.of_tenant(tenant):
        found = outcome_of(hub, link)
        is_wrong = found.state is ConsentState.WRONG_COMPANY
        is_number = is_wrong and found.compared == ORGANISATION_NUMBER
        if is_number and parsed and OrganisationNumber.parse(found.actual) == parsed:
            break
    else:
        raise NothingToConfirm(tenant=tenant, number=number[:40])
    if any(unit.last_published_at for unit in hub.units.of_tenant(tenant)):
        raise HasOtherBooks(tenant=tenant, number=hub.tenants.get(tenant).organisation_number)
    return hub.tenants.replace_number(tenant, parsed.digits, by=by, reason=reason.strip())


async def _concluded(hub: Hub, link: ConsentLink, work: Awaitable[Outcome]) -> Outcome:
    """Have a link that is taken say what came of it, or be given back."""
    why = ""
    try:
        outcome = await work
    except CallRefused as problem:
        outcome = _refused(link, problem)
    except (TransientError, TerminalError) as problem:
        is_passing = isinstance(problem, TransientError)
        outcome = Outcome(ConsentState.FAILED if is_passing else ConsentState.REFUSED)
        if isinstance(problem, CallFailed) and problem.code != NO_SERVER:
            outcome = replace(outcome, reason=str(problem))
        else:  # words of ours may name a tenant, a block or a path, to whoever holds the link
            why = str(problem)
    except BaseException:
        await asyncio.to_thread(hub.consents.release, link)
        raise
    detail = json.dumps(asdict(outcome))
    await asyncio.to_thread(hub.consents.answered, link, outcome.state, detail=detail, why=why)
    return replace(outcome, why=why)


async def _answered(hub: Hub, link: ConsentLink, answer: Mapping[str, str]) -> Outcome:
    if error := answer.get("error"):
        return _not_approved(link, error, answer.get("error_description", ""))
    return await _connected(hub, link, {"code": SecretStr(answer["code"])})


async def _connected(hub: Hub, link: ConsentLink, given: Mapping[str, SecretStr]) -> Outcome:
    await port(link.system).connect.finish(hub, link.tenant, given, wants=link.wants)
    found = await _requirements(hub, link)
    has_keys = port(link.system).keys is not None
    judged = _judged(found, state=ConsentState.RIGHTS_MISSING if has_keys else None)
    return judged or Outcome(ConsentState.CONNECTED, requirements=tuple(found))


async def _requirements(hub: Hub, link: ConsentLink) -> Sequence[Requirement]:
    """Find out what is met; the tenant is connected by now, so no answer leaves it unknown."""
    there = port(link.system)
    try:
        found = await there.connect.preflight(hub, link.tenant)
    except TransientError:
        return _approval(link.system).asked()
    return there.keys.met(found) if there.keys else found


def _not_approved(link: ConsentLink, error: str, description: str) -> Outcome:
    try:
        found = _judged(_consent(link.system).refused_consent(error, description))
    except CallRefused as problem:
        return Outcome(ConsentState.REFUSED, str(problem))
    if error == DENIED and found:
        return Outcome(ConsentState.DENIED, found.reason, requirements=found.requirements)
    return found or Outcome(ConsentState.REFUSED)


def _refused(link: ConsentLink, problem: CallRefused) -> Outcome:
    if problem.code == WRONG_COMPANY:
        what, expected, actual = (
            str(problem.values.get(name, "")) for name in ("what", "expected", "actual")
        )
        return Outcome(ConsentState.WRONG_COMPANY, str(problem), what, expected, actual)
    try:
        found = _approval(link.system).unmet(problem)
    except CallRefused:
        return Outcome(ConsentState.REFUSED, str(problem))
    has_keys = port(link.system).keys is not None
    judged = _judged(found, state=ConsentState.KEY_REFUSED if has_keys else None)
    return judged or Outcome(ConsentState.REFUSED, str(problem))


def _judged(found: Sequence[Requirement], *, state: ConsentState | None = None) -> Outcome | None:
    """Say what the first requirement that is not met makes of the consent; None when all are.

    `state`: what that is called, unless it goes by who has to act.
    """
    failed = next((item for item in found if item.passed is False), None)
    if failed is None:
        return None
    state = state or STATES.get(failed.who_acts or WhoActs.US, ConsentState.REFUSED)
    return Outcome(state, failed.reason, requirements=tuple(found))


def _requirement(written: Mapping[str, Any]) -> Requirement:
    who = WhoActs(written["who_acts"]) if written["who_acts"] else None
    return Requirement(**{**written, "who_acts": who})


def _approval(name: str) -> Approval:
    return port(name).keys or _consent(name)


def _consent(name: str) -> Consent:
    found = port(name).consent
    if found is None:
        raise NothingToFetch(title=system(name).title, offer="link to approve by")
    return found
