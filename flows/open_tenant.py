"""Open a tenant: the onboarding form as a run's form, and the page that says what is left."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import State

from flows.runs.flow import flow
from flows.runs.forms import Person, TenantId
from flows.runs.hooks import run_failed
from flows.runs.states import ended, name_run
from ledger.onboarding_form import OnboardingForm, read_form
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.customer_statements import comparison_of
from tasks.onboarding import file_form, onboarding_of, transferred_years
from tasks.pages.comparison import comparison_in_words, comparison_page
from tasks.pages.onboarding import in_one_line, onboarding_page
from tasks.pages_shown import show_page
from tasks.stores import Stores, open_stores


@flow(
    name="open-tenant",
    flow_run_name="open {tenant}",
    retries=0,
    on_failure=[run_failed],
)
async def open_tenant(
    tenant: TenantId, filed_by: Person, form: OnboardingForm | None = None
) -> State[Any]:
    """Take in a tenant's onboarding form, or only show how far its opening has come.

    The page *opening* lists what is left and who acts, *comparison* of each year how it stands
    beside the customer's statements. Never write a password, key or token into
    the form: it is stored in clear. Put it into a block, and name the block.

    Args:
        tenant: Whose: the tenant's id (small letters, digits, dashes), such as acme.
        filed_by: Who takes the form in; it is kept with it.
        form: The filled form; leave it out to look only.
    """
    await name_run(f"open {tenant}", tags=[f"tenant:{tenant}"])
    with open_stores() as stores:
        if form is not None:
            _, problems = read_form(form.model_dump(mode="json"))
            if problems:
                return ended(Outcome.FAILED, f"The form was not taken: {'; '.join(problems)}")
            await asyncio.to_thread(file_form, stores.hub, tenant, form, who=filed_by)
        found = await asyncio.to_thread(onboarding_of, stores.hub, tenant)
        pages = await asyncio.to_thread(_comparisons, stores, tenant)
    page = onboarding_page(tenant, found)
    await show_page(f"{tenant}-opening", page, card=in_one_line(found))
    for unit, (page, card) in pages.items():
        await show_page(unit.artifact_key("comparison"), page, card=card)
    return ended(Outcome.DONE, in_one_line(found))


def _comparisons(stores: Stores, tenant: str) -> dict[Unit, tuple[str, str]]:
    """Return the page of each year of the form that can be held against statements already.

    With the line that its card says.
    """
    years = transferred_years(stores.hub, tenant)
    found = {unit: comparison_of(stores, unit) for unit in (Unit(tenant, year) for year in years)}
    return {
        unit: (comparison_page(unit, *each), comparison_in_words(each[0]))
        for unit, each in found.items()
        if each is not None
    }
