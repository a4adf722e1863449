"""Open a tenant: the onboarding form as a run's form, and the page that says what is left."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect import State, flow
from prefect.artifacts import acreate_markdown_artifact

from flows.runs.forms import Person, TenantId
from flows.runs.hooks import run_failed
from flows.runs.states import ended, name_run
from ledger.onboarding_form import OnboardingForm, read_form
from ledger.outcome import Outcome
from tasks.onboarding import file_form, onboarding_of
from tasks.pages.onboarding import in_one_line, onboarding_page
from tasks.stores import open_stores


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

    The page *opening* lists what is left and who acts. Never write a password, key or token into
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
    await acreate_markdown_artifact(
        key=f"{tenant}-opening", markdown=onboarding_page(tenant, found)
    )
    return ended(Outcome.DONE, in_one_line(found))
