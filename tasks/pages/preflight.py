"""The page about a connection: each requirement, whether it is met, and who does what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from blocks.systems.ports import Requirement
from tasks.pages.markdown import table

SYMBOL: Final = {"met": "✓", "missing": "✗", "not known": "○", "to check": "△"}
"""What stands before the mark of a requirement."""


def preflight_page(tenant: str, requirements: Sequence[Requirement]) -> str:
    """Show the requirements one by one (R-SEN-7), with help for what is not met (R-SEN-6)."""
    rows = [
        (_name(item), f"{SYMBOL[item.mark]} {item.mark}", item.reason, item.who_acts or "")
        for item in requirements
    ]
    helped = [item for item in requirements if item.help and not item.passed]
    unmet = [f"- **{_name(item)}.** {item.help}" for item in helped]
    listed = table(("requirement", "", "what was found", "who acts"), rows)
    return "\n\n".join([f"# Connection of {tenant}", listed, "\n".join(unmet)]).strip()


def in_one_line(requirements: Sequence[Requirement]) -> str:
    """Say each requirement and whether it is met."""
    unmet = [item for item in requirements if item.passed is False]
    listed = ", ".join(f"{_name(item)}: {item.mark}" for item in requirements)
    return f"{listed}. {unmet[0].reason}" if unmet else f"{listed}."


def _name(requirement: Requirement) -> str:
    return requirement.name.replace("_", " ")
