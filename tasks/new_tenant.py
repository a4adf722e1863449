"""A tenant made of what a file says of itself (`tasma import --new-tenant`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from blocks.hub import Hub, Tenant
from blocks.hub.claims import NumberTaken
from blocks.hub.refusals import TenantExists
from blocks.lake import Lake
from blocks.received import read_received
from blocks.warehouse import FileWarehouse
from ledger.errors import TerminalError
from ledger.organisation import OrganisationNumber, plain_digits
from ledger.readers import format_of
from ledger.source import SourceFacts
from tasks.applying import time_zone_of
from tasks.ledger_files import open_received
from tasks.stores import Stores

SLUG_MAX_CHARS: Final = 40
"""Longest id that is made of a name; one given by hand may be longer."""

SWEDEN: Final = "SE"
FINLAND: Final = "FI"

MAX_SAME_NAMES: Final = 1_000
"""Companies of one name, by number behind it."""

COMPANY_FORMS: Final = frozenset(
    {"ab", "aktiebolag", "publ", "hb", "kb", "oy", "oyj", "ky", "ay", "osakeyhtio"}
)
"""Words that no id needs (aktiebolag, handelsbolag, osakeyhtiö, kommandiittiyhtiö ...)."""


class NoCompanyNamed(TerminalError):
    """A file says nothing that a tenant could be made from."""

    sentence = (
        "{file_name} names no company: expected {expected}. Make the tenant with `tasma tenant "
        "add TENANT --name NAME` and give its id: --tenant."
    )


class CompanyUncertain(TerminalError):
    """A file without an organisation number may be of a tenant there is."""

    sentence = (
        "{file_name} has no organisation number, and a tenant {tenant} exists. If they are the "
        "same company: --tenant {tenant}. If not, make another with `tasma tenant add "
        "TENANT --name NAME`."
    )


def tenant_of(hub: Hub, path: Path) -> tuple[Tenant, bool]:
    """Return the tenant that a file is of, and whether it was made just now.

    The organisation number decides: a file of a company that is a tenant already goes there.

    Raises:
        TerminalError: The file names no company, or one that cannot be told from another tenant.
    """
    facts = read_facts(path)
    number = plain_digits(facts.organisation_number)
    if found := hub.tenants.by_number(number):
        return found, False
    if not facts.company_name and not number:
        expected = format_of(path.name).reader.says_company
        raise NoCompanyNamed(file_name=path.name, expected=expected)
    wanted = slug(facts.company_name) or f"org{number}"
    if not number and (same := hub.tenants.find(wanted)):
        raise CompanyUncertain(file_name=path.name, tenant=same.id)
    return _added(hub, facts, wanted=wanted)


def _added(hub: Hub, facts: SourceFacts, *, wanted: str) -> tuple[Tenant, bool]:
    """Make the tenant, unless another process has made one of this number or id just now."""
    country = _country_of(facts)
    for _ in range(MAX_SAME_NAMES):
        tenant = Tenant(
            id=_free_id(hub, wanted),
            name=facts.company_name or wanted,
            organisation_number=plain_digits(facts.organisation_number),
            country=country,
            currency=facts.currency,
            time_zone=time_zone_of(country),
        )
        try:
            added = hub.tenants.add(tenant)
        except NumberTaken as taken:
            return hub.tenants.get(str(taken.values["holder"])), False
        except TenantExists:
            continue
        hub.openings.begin(added.id, is_trial=True)
        return added, True
    raise TenantExists(tenant=wanted)


def _country_of(facts: SourceFacts) -> str:
    """Return a company's country: Finland, if its books are in euros and its number not Swedish."""
    number = OrganisationNumber.parse(facts.organisation_number)
    is_swedish = number is not None and number.country == SWEDEN
    return FINLAND if facts.currency == "EUR" and not is_swedish else SWEDEN


def is_known(hub: Hub, path: Path) -> bool:
    """Return whether a file's organisation number is that of a tenant."""
    return hub.tenants.by_number(read_facts(path).organisation_number) is not None


@contextmanager
def trial_stores() -> Iterator[Stores]:
    """Open hub, lake and warehouse in a folder that is gone afterwards.

    What a file of a new tenant would do is tried there, so that a dry run makes no tenant.
    """
    with TemporaryDirectory(prefix="tasma-trial-") as name:
        folder = Path(name)
        with Hub(f"sqlite:///{folder / 'hub.sqlite'}") as hub:
            yield Stores(hub.migrate(), Lake(folder / "lake"), FileWarehouse(folder / "warehouse"))


def read_facts(path: Path) -> SourceFacts:
    """Return what a file says of itself.

    Raises:
        TerminalError: It is no ledger, or is larger than what is taken in.
    """
    return open_received(read_received(path), file_name=path.name).facts


def slug(name: str) -> str:
    """Make an id of a company's name: ``Övningsåkeriet Älgen AB`` is ovningsakeriet-algen."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in COMPANY_FORMS]
    return "-".join(words)[:SLUG_MAX_CHARS].strip("-")


def _free_id(hub: Hub, wanted: str) -> str:
    names = [wanted, *(f"{wanted}-{number}" for number in range(2, MAX_SAME_NAMES))]
    return next(name for name in names if hub.tenants.find(name) is None)
