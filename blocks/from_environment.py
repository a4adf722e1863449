"""Settings of the environment, whose refusal names the variable and says what is expected."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from ledger.errors import TerminalError
from ledger.refused_value import reason_of

MAX_SHOWN_CHARS: Final = 20

SHOWN_KINDS: Final = frozenset({int, float, bool})
"""Of what type a setting is whose value may be shown: a text may hold a password."""


BOUNDS: Final = ("ge", "gt", "le")
"""What a rule of annotated-types may hold; it is made known by pydantic alone."""


class SettingUnfit(TerminalError):
    """A setting of the environment has a value that it cannot have."""

    sentence = "{variable} {came}: {expected}. Correct it, or unset it."
    is_misuse = True


class FromEnvironment(BaseSettings):
    """What is set by variables of the environment.

    Raises:
        SettingUnfit: One has a value that it cannot have.
    """

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as problem:
            raise _unfit(type(self), problem) from None


def _unfit(kind: type[BaseSettings], problem: ValidationError) -> SettingUnfit:
    complaint = problem.errors(include_url=False)[0]
    name = str(complaint["loc"][0]) if complaint["loc"] else ""
    field = kind.model_fields.get(name)
    return SettingUnfit(
        variable=f"{kind.model_config.get('env_prefix', '')}{name}".upper(),
        came=_came(field, str(complaint["input"])),
        expected=(field and _limits_of(field)) or reason_of(complaint),
    )


def _came(field: FieldInfo | None, value: str) -> str:
    is_harmless = field is not None and field.annotation in SHOWN_KINDS and "://" not in value
    if is_harmless and len(value) <= MAX_SHOWN_CHARS:
        return f"is {value!r}"
    return "has a value that it cannot have"


def _limits_of(field: FieldInfo) -> str:
    """Return within what a number has to lie; empty where nothing limits it."""
    has = {
        name: getattr(rule, name)
        for rule in field.metadata
        for name in BOUNDS
        if hasattr(rule, name)
    }
    if "ge" in has and "le" in has:
        return f"expected {has['ge']} to {has['le']}"
    if "gt" in has:
        most = f", at most {has['le']}" if "le" in has else ""
        return f"expected more than {has['gt']}{most}"
    return ""
