"""The page on a tenant's opening: its stage, the checklist with who acts, and what comes next."""

from __future__ import annotations

from typing import Final

from ledger.onboarding import TITLES, Onboarding, Step
from tasks.pages.markdown import document, escaped, table

DONE: Final = {True: "✓", False: "○"}


def onboarding_page(tenant: str, found: Onboarding) -> str:
    """Lay out where a tenant stands (R-FIN-6, R-FIN-7)."""
    return document(
        f"# Opening of {tenant}",
        f"**{TITLES[found.stage].capitalize()}.** Next: {_next(found)}",
        table(
            ("", "step", "who", "what"),
            ((DONE[s.is_done], escaped(s.name), s.owner, escaped(s.what)) for s in found.checklist),
        ),
    )


def in_one_line(found: Onboarding) -> str:
    """Say the stage, who acts and what is next."""
    return f"{TITLES[found.stage]}; next: {_next(found)}"


def _next(found: Onboarding) -> str:
    if not found.missing:
        return "nothing is left to do"
    step: Step = found.missing[0]
    return f"{step.owner}: {step.what}"
