"""Report: the unit's pages in the UI, under keys that never change, so that each has a history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from prefect.artifacts import Artifact

from blocks.controls import controls_for
from blocks.controls.comparison import compare_staged
from blocks.steps import reached
from blocks.warehouse.records import ChangePlan
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.customer_statements import compared_results
from tasks.jobs import Job
from tasks.pages.comparison import comparison_in_words, comparison_page
from tasks.pages.statements import read_statements, statements_in_words, statements_page
from tasks.pages.unit import (
    answered_page,
    changes_in_words,
    changes_page,
    is_page_of,
    later_in_words,
    later_page,
    reconciliation_in_words,
    reconciliation_page,
)
from tasks.pages_shown import show_page
from tasks.publish import Publication
from tasks.reconcile import Judgement, unit_context
from tasks.stage import StagedLoad
from tasks.steps import step

RECONCILIATION: Final = "reconciliation"
FOUND_LATER: Final = "found-later"
COMPARISON: Final = "comparison"


@step("report", about="job.unit")
async def report(
    job: Job,
    load: StagedLoad,
    judgement: Judgement,
    *,
    verdict: Outcome,
    publication: Publication | None = None,
    plan: ChangePlan | None = None,
) -> None:
    """Write the pages of one load: controls; what changes; the statements when published.

    Of published years beside it, what was found because of the publication.
    """
    pages = await asyncio.to_thread(make_pages, job, load, judgement, verdict=verdict, plan=plan)
    for name, page in pages.items():
        await _write(job.unit, name, page)
    for unit, page in later_pages(job.unit, publication).items():
        await _write(unit, FOUND_LATER, page)
    reached("report.made")


@dataclass(frozen=True)
class Page:
    """A page, and the line that its card in the list of artifacts says."""

    text: str
    card: str


async def _write(unit: Unit, name: str, page: Page) -> None:
    await show_page(unit.artifact_key(name), page.text, card=page.card)


def later_pages(unit: Unit, publication: Publication | None) -> dict[Unit, Page]:
    """Return the pages on what a publication led to in published years, its own among them."""
    if publication is None:
        return {}
    pages = {}
    if publication.answers_earlier:
        pages[unit] = Page(answered_page(unit), "Nothing: the year was loaded again since.")
    for item in publication.later:
        later_unit = Unit(unit.tenant, FiscalYear.parse(item.fiscal_year))
        pages[later_unit] = Page(later_page(later_unit, item), later_in_words(item))
    return pages


async def lacks_pages(job: Job) -> bool:
    """Return whether the unit's page is of another load than the one that is published.

    So it is when a run died after it had published, or published without a server.
    """
    if not job.run_id:
        return False
    load_id = await asyncio.to_thread(_judged_load_id, job)
    page = await Artifact.aget(job.unit.artifact_key(RECONCILIATION))
    return page is None or not is_page_of(str(page.data), load_id)


def _judged_load_id(job: Job) -> str:
    """Return the load whose findings speak for what is published; a later one changed nothing."""
    loads, unit = job.stores.hub.loads, job.unit
    if judged := loads.judged_of_unit(unit.tenant, unit.year):
        return judged.load_id
    record = job.stores.warehouse.load_record(unit.tenant, unit.year)
    return record.load_id if record else ""


def published_load(job: Job, load: StagedLoad) -> tuple[StagedLoad, Judgement, ChangePlan]:
    """Return what the pages of the published load are made of, read back from hub and warehouse.

    Args:
        job: The run that found everything published already.
        load: What it staged: the same rows as those that are published.
    """
    plan = last_changes(job)
    load_id = _judged_load_id(job)
    results, facts = job.stores.hub.loads.results(load_id), load.staged.facts
    known = controls_for(facts.source, facts.source_kind, context=unit_context(job))
    return StagedLoad(load.staged, load_id), Judgement(results, [], controls=known), plan


class NothingToShow(TerminalError):
    """Pages were to be written of a year that is not published."""

    sentence = "{unit} is not published, so there are no pages to write anew."


def last_changes(job: Job) -> ChangePlan:
    """Return what the load changed by which the unit is published."""
    found = job.stores.warehouse.last_load(job.unit.tenant, job.unit.year)
    if found is None:
        raise NothingToShow(unit=job.unit)
    return found[1]


def make_pages(
    job: Job,
    load: StagedLoad,
    judgement: Judgement,
    *,
    verdict: Outcome,
    plan: ChangePlan | None = None,
) -> dict[str, Page]:
    """Return the pages by name.

    Those of a dry run have names of their own, and so have those that replace nothing, which would
    else take the place of what is said of the unit.
    """
    prefix = "plan-" if job.is_dry_run else ""
    in_words = f"would be {verdict}" if job.is_dry_run else verdict.value
    prefix += "" if job.coverage.may_replace else f"{job.coverage}-"
    page = reconciliation_page(
        job.unit, load.staged, judgement, verdict=in_words, load_id=load.load_id
    )
    card = reconciliation_in_words(judgement, verdict=in_words)
    pages = {f"{prefix}{RECONCILIATION}": Page(page, card)}
    if asked := compared_results(judgement.results):
        context = unit_context(job)
        lines = compare_staged(load.staged, context=context, warehouse=job.stores.warehouse)
        page = comparison_page(job.unit, asked, lines)
        pages[f"{prefix}{COMPARISON}"] = Page(page, comparison_in_words(asked))
    if plan is not None:
        page = changes_page(job.unit, plan, verdict=in_words)
        pages[f"{prefix}changes"] = Page(page, changes_in_words(plan))
    if plan is not None and not job.is_dry_run:
        found = read_statements(job, currency=load.staged.facts.currency)
        pages["statements"] = Page(statements_page(job.unit, found), statements_in_words(found))
    return pages
