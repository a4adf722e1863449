"""The onboarding form as a file: YAML with a comment above each field, written empty, read back."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Final

import yaml

from ledger.onboarding_form import OnboardingForm, read_form

MAX_FORM_BYTES: Final = 64 << 10
"""Largest form; a filled one takes a few kilobytes."""

WIDTH: Final = 88
"""Characters of a line of comment."""

HEAD: Final = """\
Onboarding form. Fill in what applies, and send it back.
Never write a password, key or token here: put it into a block, and name the block.
"""


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]  # the library is untyped
    """Reads plain values only: an alias could make a small file as large as it likes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, "aliases are not read here", event.start_mark
            )
        return super().compose_node(parent, index)


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
    try:
        if path.stat().st_size > MAX_FORM_BYTES:
            return None, (f"{path.name}: larger than {MAX_FORM_BYTES:,} bytes, so no form",)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        return None, (f"{path.name}: cannot be read ({problem.strerror})",)
    except UnicodeDecodeError:
        return None, (f"{path.name}: is not in UTF-8; save it as UTF-8",)
    try:
        values = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a safe loader, see above
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "somewhere"
        return None, (f"{path.name}, {line}: not as the form was: a field is `name: value`",)
    if not isinstance(values, dict):
        return None, (f"{path.name}: holds no fields; take the form anew",)
    return read_form({str(name): value for name, value in values.items()})
