"""The demo's tenants and their files, put where a person would put them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub, Tenant
from flows.demo.customers import open_customers
from flows.demo.truth import Truth, truth_of
from simulators.books.demo import DemoCompany, DemoFile, demo_companies

LOADED: Final = {
    "ovningsakeriet": -1,
    "bageriet": 0,  # a first year of eighteen months
    "skenbygg": -1,
    "fantasifisket": -1,  # with the planted break
}
"""The companies, and the position of the fiscal year that is loaded of each. A run takes about 3 s
of a core, so that not all sixteen files would fit into a minute on two."""


@dataclass(frozen=True)
class Prepared:
    """The companies' truth, and the files, by tenant and fiscal year."""

    truths: tuple[Truth, ...]
    files: dict[tuple[str, str], Path]


def prepare(hub: Hub, inbox: Path, *, fetched: dict[str, Path]) -> Prepared:
    """Add the companies as tenants and write one SIE file per fiscal year into the inbox.

    `fetched`: where the files of others lie instead, by tenant. Two customers are opened by
    their form as well, so far as that goes before their books come.
    """
    companies = companies_loaded()
    for company in companies:
        hub.tenants.add(_tenant(company))
    truths, files = [], {}
    for company in companies:
        folder = fetched.get(company.slug, inbox / company.slug)
        folder.mkdir(parents=True, exist_ok=True)
        for file in files_of(company):
            truth = truth_of(company, file)
            truths.append(truth)
            files[truth.tenant, truth.fiscal_year] = folder / file.name
            (folder / file.name).write_bytes(file.content)
    opened, their_files = open_customers(inbox)
    return Prepared((*truths, *opened), files | their_files)


def companies_loaded() -> list[DemoCompany]:
    """Return the companies that come by SIE file."""
    return [company for company in demo_companies() if company.slug in LOADED]


def files_of(company: DemoCompany) -> list[DemoFile]:
    """Return the files of a company that the demo loads."""
    return [company.files[LOADED[company.slug]]]


def _tenant(company: DemoCompany) -> Tenant:
    return Tenant(
        id=company.slug,
        name=company.company.name,
        organisation_number=company.company.organisation_number,
    )
