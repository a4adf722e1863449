"""`tasma tenant form` and `tasma tenant open`: the onboarding form, and what is left to do."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from blocks.onboarding_form import read_form_file
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.files import there
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from ledger.onboarding import PREREQUISITES, TITLES, Actor, Onboarding, Stage
from ledger.onboarding_form import OnboardingForm
from tasks.ledger_sources import is_pulled
from tasks.onboarding import deliver_form, file_form, onboarding_of


@command("tenant", "form", examples=("tasma tenant form acme",))
def form(tenant: TenantId) -> None:
    """Write the empty onboarding form of a tenant, and begin its opening.

    A comment above each field says what it is for. Filled in, it is read by `tasma tenant open`.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        path = deliver_form(hub, tenant)
    say(f"The onboarding form of {tenant} is {path}. Let the customer fill it in.")
    next_steps(f"tasma tenant open {tenant} {path}")


@command(
    "tenant",
    "open",
    examples=("tasma tenant open acme", "tasma tenant open acme data/forms/acme.yaml"),
)
def open_tenant(
    tenant: TenantId,
    file: Annotated[
        Path | None, typer.Argument(help="The filled form; without, only what is left is shown.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Take in a tenant's filled form, and show how far its opening has come.

    Each missing or wrong field is named, and then nothing is taken. Its years are defined, those
    and no others. Ends with 4 while something is left to do.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if file is not None:
            filled = _read(there(file))
            found = file_form(hub, tenant, filled, who=getpass.getuser())
        else:
            found = onboarding_of(hub, tenant)
        is_connected = is_pulled(hub, tenant)
    if as_json:
        show_json(_as_dict(tenant, found))
    else:
        _show(tenant, found, is_connected=is_connected)
    if found.stage is not Stage.LIVE:
        raise typer.Exit(ExitCode.NOT_PUBLISHED if found.missing else ExitCode.DONE)


def _read(file: Path) -> OnboardingForm:
    filled, problems = read_form_file(file)
    if filled is None:
        for problem in problems:
            remark(problem)
        remark(f"Nothing of {file} was taken.")
        raise typer.Exit(ExitCode.FAILED)
    return filled


def _show(tenant: str, found: Onboarding, *, is_connected: bool) -> None:
    say(f"{tenant}: {TITLES[found.stage]}.")
    rows = [
        ("done" if step.is_done else "left", step.name, step.owner, step.what)
        for step in found.checklist
    ]
    if rows:
        show_table(("", "step", "who", "what"), rows, spare=("step",))
    next_steps(*filter(None, [what_next(tenant, found, is_connected=is_connected)]))


def what_next(tenant: str, found: Onboarding, *, is_connected: bool) -> str:
    """Return the command that moves an opening on; empty when it is the customer's turn."""
    if found.stage is Stage.LIVE or not found.missing:
        return f"tasma tenant status {tenant}"
    step = found.missing[0]
    is_statement = step.name.startswith(("income statement", "balance sheet"))
    differing = [one.name.rpartition(" ")[2] for one in found.missing if " differs" in one.what]
    place = " ".join([tenant, *differing[:1]])
    by_stage = {
        Stage.RECONCILED: f'tasma tenant approve {tenant} --note "..."',
        Stage.MISMATCH: (
            f"tasma ledger breaks {place}, then, with a statement that is right: "
            f"tasma statements add {tenant} FILE"
        ),
    }
    lacks_chart = "ledger accounts" in step.what
    by_step = {
        "form": f"tasma tenant open {tenant} FORM",
        PREREQUISITES: f"tasma accounts import {tenant} FILE"
        if lacks_chart
        else f"tasma accounts set {tenant}",
    }
    if command := by_stage.get(found.stage) or by_step.get(step.name):
        return command
    if is_statement:
        return f"tasma statements add {tenant} FILE"
    if step.owner is Actor.CUSTOMER:
        return ""
    return f"tasma ledger pull {tenant}" if is_connected else f"tasma import FILE --tenant {tenant}"


def _as_dict(tenant: str, found: Onboarding) -> dict[str, object]:
    return {
        "tenant": tenant,
        "stage": found.stage,
        "who_acts": found.who_acts,
        "checklist": [vars(step) for step in found.checklist],
        "unapproved": [year.key for year in found.unapproved],
    }
