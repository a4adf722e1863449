"""The onboarding form as a file: YAML with a comment above each field, written empty, read back."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Final

from blocks.plain_yaml import read_yaml
from ledger.onboarding_form import OnboardingForm, read_form

MAX_FORM_BYTES: Final = 64 << 10
"""Largest form; a filled one takes a few kilobytes."""

WIDTH: Final = 88
"""Characters of a line of comment."""

HEAD: Final = """\
Onboarding form. Fill in what applies, and send it back.
Never write a password, key or token here: put it into a block, and name the block.
"""


def write_form(tenant: str) -> str:
    """Return an empty form for a tenant, every field with what it is for."""
    lines = [f"# {line}" for line in (f"Tenant: {tenant}", *HEAD.splitlines())]
    for name, field in OnboardingForm.model_fields.items():
        needed = " (needed)" if field.is_required() else ""
        about = f"{field.title}{needed}. {field.description}"
        lines += ["", *(f"# {line}" for line in textwrap.wrap(about, WIDTH))]
        lines.append(f"{name}: {'[]' if 'tuple' in str(field.annotation) else ''}".rstrip())
    return "\n".join(lines) + "\n"


def read_form_file(path: Path) -> tuple[OnboardingForm | None, tuple[str, ...]]:
    """Read a filled form from a file; what is wrong is named by field, and by line where known.

    Returns:
        As `ledger.onboarding_form.read_form`.
    """
    values, problem = read_yaml(path, max_bytes=MAX_FORM_BYTES, what="form")
    if problem:
        return None, (problem,)
    if not isinstance(values, dict):
        return None, (f"{path.name}: holds no fields; take the form anew",)
    return read_form({str(name): value for name, value in values.items()})
