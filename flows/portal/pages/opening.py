"""The opening of a company: its onboarding form, and the checklist of what is left.

Source:
    R-FIN-2, R-FIN-3, R-FIN-18, R-FIN-36.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from blocks.hub.errors import Refused
from blocks.hub.onboarding import Opening
from blocks.hub.portal_roles import Role
from flows.portal.routes import ANYONE, TEXT, WORD, route
from flows.portal.visit import Visit
from ledger.fiscal_year import short_year
from ledger.onboarding import Stage, Transfer
from ledger.onboarding_form import OnboardingForm, looks_secret, read_form
from tasks.onboarding import file_form, onboarding_of

OPERATORS: Final = ("credentials_block", "pickup_path", "file_pattern", "poll_minutes")
"""Fields that say by whose secret what is fetched from where: nobody else fills them in."""

LISTS: Final = frozenset({"fiscal_years", "excluded_dimensions"})
FIELDS: Final = tuple(OnboardingForm.model_fields)


@route("GET", "/companies/{tenant}/opening", who=ANYONE)
def opening(visit: Visit) -> Response:
    """Show the form as it was filled in, and what is left to do."""
    found = visit.stores.hub.openings.find(visit.tenant.id)
    return _page(visit, found, filled=_filled(found))


@route(
    "POST",
    "/companies/{tenant}/opening",
    who=ANYONE,
    takes={name: WORD if name == "transfer" else TEXT for name in FIELDS},
)
def file_opening(visit: Visit) -> Response:
    """Take in a filled form; each wrong field is named, and then nothing is taken."""
    hub, tenant = visit.stores.hub, visit.tenant
    found = hub.openings.find(tenant.id)
    if not _may_file(visit, found):
        return _page(visit, found, filled=_filled(found), refused=visit.t("opening.not_now"))
    asked = set(FIELDS) if visit.is_operator else set(FIELDS) - set(OPERATORS)
    filled = _filled(found) | {name: visit.get(name).strip() for name in asked}
    form, problems = read_form({name: _value(name, text) for name, text in filled.items()})
    if form is None:
        shown = {name: "" if looks_secret(text) else text for name, text in filled.items()}
        return _page(
            visit, found, filled=shown, problems=[_labelled(visit, one) for one in problems]
        )
    try:
        file_form(hub, tenant.id, form, who=visit.who, by_operator=visit.is_operator)
    except Refused as problem:  # years that share days, a pickup that cannot be so or stays
        return _page(visit, found, filled=filled, problems=[("", str(problem))])
    visit.note(f"{form.source_system}, {form.transfer}, {filled['fiscal_years']}")
    return visit.to("opening", tenant=tenant.id)


def _may_file(visit: Visit, found: Opening | None) -> bool:
    """Return whether whoever asks may fill the form in: the company until its books are live."""
    if found is None or visit.user is None:
        return False
    stage = onboarding_of(visit.stores.hub, visit.tenant.id).stage
    return visit.user.role is not Role.CUSTOMER or stage not in {Stage.LIVE, Stage.TRIAL}


def _filled(found: Opening | None) -> dict[str, str]:
    """Return the fields as texts, as the page has them."""
    form = found.form if found else None
    if form is None:
        return dict.fromkeys(FIELDS, "")
    texts = {name: str(getattr(form, name)) for name in FIELDS}
    texts["fiscal_years"] = ", ".join(short_year(year.key) for year in form.fiscal_years)
    texts["excluded_dimensions"] = ", ".join(form.excluded_dimensions)
    return texts


def _labelled(visit: Visit, problem: str) -> tuple[str, str]:
    """Part what is wrong into the label of its field, as the page has it, and the reason."""
    name, _, reason = problem.partition(": ")
    return (visit.t(f"opening.field_{name}"), reason) if name in FIELDS else ("", problem)


def _value(name: str, text: str) -> Any:
    """Return what a text of the page is to the form."""
    if name in LISTS:
        return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    return int(text) if name == "poll_minutes" and text.isdecimal() else text


def _page(
    visit: Visit,
    found: Opening | None,
    *,
    filled: Mapping[str, str],
    problems: Sequence[tuple[str, str]] = (),
    refused: str = "",
) -> Response:
    shown = [name for name in FIELDS if name not in OPERATORS or visit.is_operator]
    return visit.page(
        "opening.html",
        status=409 if problems or refused else 200,
        tenant=visit.tenant,
        opening=onboarding_of(visit.stores.hub, visit.tenant.id),
        filed=found,
        fields=shown,
        needed=[name for name in shown if OnboardingForm.model_fields[name].is_required()],
        transfers=list(Transfer),
        filled=filled,
        problems=problems,
        refused=refused,
        can_file=_may_file(visit, found),
    )
