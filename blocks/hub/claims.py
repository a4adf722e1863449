"""Which tenant is which company: by its organisation number, and by its id in a vendor's system.

The database holds each number, and each company of a system, for one tenant. A tenant that is said
to have the number of another (`Tenant.same_number_as`) shares what that one claims; SIE allows it,
such as for branches that keep books of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from blocks.hub import models
from blocks.hub.errors import Refused
from ledger.organisation import plain_digits

NUMBER: Final = "organisation number"
"""What is claimed beside a company of a system, which is claimed under the system's name."""


class NumberTaken(Refused):
    """Two tenants would be one company."""

    sentence = (
        "{number} is the organisation number of tenant {holder}, so {tenant} cannot have it too: "
        "its files and its systems would go to either. If they are one company, use {holder}. If "
        "they really are two sets of books of one number: --same-number-as {holder}."
    )


class CompanyTaken(Refused):
    """A vendor's company would be connected to two tenants."""

    sentence = (
        "Company {company} in {system} is connected to tenant {holder}, so it is not connected to "
        "{tenant} too: its books would be loaded twice. Connect the company of {tenant}; or, if "
        "both are of one number, say so: tasma tenant correct {tenant} --same-number-as {holder}."
    )


@dataclass(frozen=True)
class Double:
    """A tenant that is a company which another tenant is already.

    An earlier release let it be, or both have one login.

    `what`: `NUMBER`, or the system; `company`: the number, or the company's id there.
    """

    tenant: str
    what: str
    company: str
    holder: str


def claim_number(connection: Connection, tenant: str, number: str) -> None:
    """Hold an organisation number for a tenant, however it is written; empty is held by nobody.

    Raises:
        NumberTaken: Another tenant holds it that does not share it.
    """
    digits = plain_digits(number)
    holder = _claim(connection, NUMBER, digits, tenant)
    if holder:
        raise NumberTaken(number=digits, tenant=tenant, holder=holder)


def claim_company(
    connection: Connection, tenant: str, system: str, company: str, *, is_login: bool = False
) -> None:
    """Hold a company of a system for a tenant.

    `is_login`: the system answers with no company's id, so that the login stands for it. Whether a
    login serves one company nothing there tells: that two tenants have it is not refused, but named
    by `tasma doctor`.

    Raises:
        CompanyTaken: Another tenant holds it that does not share it.
    """
    holder = _claim(connection, system, company, tenant)
    if holder and not is_login:
        raise CompanyTaken(company=company, system=system, tenant=tenant, holder=holder)


def holder_of_number(connection: Connection, number: str) -> str:
    """Return the tenant of an organisation number, empty when there is none."""
    return _holder(connection, NUMBER, plain_digits(number))


def pass_on(connection: Connection, tenant: str) -> None:
    """Let the next tenant of the same number hold what one holds that is about to be erased."""
    ours, claim, at = models.tenant, models.claim, models.connection.c
    heirs = select(ours.c.id).where(ours.c.same_number_as == tenant).order_by(ours.c.id)
    names = list(connection.execute(heirs).scalars())
    if not names:
        return
    connection.execute(update(ours).where(ours.c.id.in_(names)).values(same_number_as=names[0]))
    connection.execute(update(ours).where(ours.c.id == names[0]).values(same_number_as=""))
    mine = claim.c.tenant == tenant
    connection.execute(update(claim).where(mine, claim.c.what == NUMBER).values(tenant=names[0]))
    for row in connection.execute(select(claim).where(mine)).all():
        same = and_(at.tenant.in_(names), at.system == row.what, at.source_tenant_id == row.company)
        heir = connection.execute(select(at.tenant).where(same).order_by(at.tenant)).scalar()
        if heir:
            here = and_(claim.c.what == row.what, claim.c.company == row.company)
            connection.execute(update(claim).where(here).values(tenant=heir))


def doubles(connection: Connection) -> list[Double]:
    """Return the tenants that are a company of another one, and do not share its number."""
    ours, at, claim = models.tenant.c, models.connection.c, models.claim.c
    mine = select(claim.tenant).where
    numbered = select(ours.id, ours.organisation_number).where(
        ours.organisation_number != "",
        ours.same_number_as == "",
        ~mine(claim.what == NUMBER, claim.tenant == ours.id).exists(),
    )
    connected = select(at.tenant, at.system, at.source_tenant_id).where(
        at.source_tenant_id != "",
        ~mine(
            claim.what == at.system,
            claim.company == at.source_tenant_id,
            claim.tenant == at.tenant,
        ).exists(),
    )
    found = [
        (row.id, NUMBER, plain_digits(row.organisation_number))
        for row in connection.execute(numbered.order_by(ours.id))
    ]
    found += [tuple(row) for row in connection.execute(connected.order_by(at.tenant, at.system))]
    return [
        Double(tenant, what, company, holder)
        for tenant, what, company in found
        if (holder := _holder(connection, what, company))
        and not _shares(connection, tenant, holder)
    ]


def _claim(connection: Connection, what: str, company: str, tenant: str) -> str:
    """Hold a company for a tenant, in the place of the one it had; return whose it is, if not."""
    claim = models.claim
    mine = and_(claim.c.what == what, claim.c.tenant == tenant, claim.c.company != company)
    connection.execute(delete(claim).where(mine))
    holder = _holder(connection, what, company) if company else tenant
    if not holder:
        connection.execute(insert(claim).values(what=what, company=company, tenant=tenant))
    return holder if holder not in {"", tenant} and not _shares(connection, tenant, holder) else ""


def _holder(connection: Connection, what: str, company: str) -> str:
    claim = models.claim.c
    query = select(claim.tenant).where(claim.what == what, claim.company == company)
    return connection.execute(query).scalar() or ""


def _shares(connection: Connection, one: str, other: str) -> bool:
    """Return whether two tenants are said to be of one number."""
    ours = models.tenant.c
    query = select(ours.id, ours.same_number_as).where(or_(ours.id == one, ours.id == other))
    roots = {row.same_number_as or row.id for row in connection.execute(query)}
    return len(roots) == 1
