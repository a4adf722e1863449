"""The demo's tenants and their files, put where a person would put them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blocks.hub import Hub, Tenant
from flows.demo.truth import Truth, truth_of
from simulators.books.demo import DemoCompany, demo_companies

YEARS_LOADED: Final = 2
"""Of each company, the latest: enough to see one year open as the other closed."""


@dataclass(frozen=True)
class Prepared:
    """The companies' truth, and the files, by tenant and fiscal year."""

    truths: tuple[Truth, ...]
    files: dict[tuple[str, str], Path]


def prepare(hub: Hub, inbox: Path) -> Prepared:
    """Add the companies as tenants and write one SIE file per fiscal year into the inbox."""
    companies = demo_companies()
    for company in companies:
        hub.tenants.add(_tenant(company))
    truths, files = [], {}
    for company in companies:
        folder = inbox / company.slug
        folder.mkdir(parents=True)
        for file in company.files[-YEARS_LOADED:]:
            truth = truth_of(company, file)
            truths.append(truth)
            files[truth.tenant, truth.fiscal_year] = folder / file.name
            (folder / file.name).write_bytes(file.content)
    return Prepared(tuple(truths), files)


def _tenant(company: DemoCompany) -> Tenant:
    return Tenant(
        id=company.slug,
        name=company.company.name,
        organisation_number=company.company.organisation_number,
    )
