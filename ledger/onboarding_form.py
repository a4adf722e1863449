"""The onboarding form: what a customer and an operator agree before the first transfer.

One form, two faces: a commented file (`blocks.onboarding_form`) and the form of a run. Both are
read back by `read_form`, which names each missing or wrong field.

Source:
    R-FIN-2, R-FIN-3, R-FIN-8, R-FIN-18 to R-FIN-20, R-FIN-36.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Transfer
from ledger.refused_value import reason_of

MAX_YEARS: Final = 30
"""Most fiscal years of one first transfer."""

POLL_MINUTES: Final = (1, 20)
"""Shortest and longest agreed interval of a pickup; whole minutes (R-FIN-20)."""

BLOCK: Final = re.compile(r"[a-z0-9-]{1,100}/[a-z0-9-]{1,100}", re.ASCII)
"""Type and name of a Prefect block, such as ``fortnox-app/acme``: where credentials lie."""

SECRET_CHARS: Final = 20
"""From this length on a word of many different characters is taken for a secret."""

SECRET_BITS: Final = 3.5
"""Entropy per character, in bits, of what looks random."""


class OnboardingForm(BaseModel):
    """What the form holds. Credentials are never on it: it names the block that has them."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    source_system: str = Field(
        min_length=1,
        max_length=64,
        title="Source system",
        description="The accounting system that the books come from, such as fortnox; or file.",
    )
    transfer: Transfer = Field(
        title="Transfer",
        description="How the books come: api, sftp or manual.",
    )
    fiscal_years: tuple[FiscalYear, ...] = Field(
        min_length=1,
        max_length=MAX_YEARS,
        title="Fiscal years",
        description="Exactly the years of the first transfer, such as 2024; or their two days, "
        "2024-07-01_2025-06-30.",
    )
    company_name: str = Field(
        default="", max_length=255, title="Company", description="The company's registered name."
    )
    business_id: str = Field(
        default="",
        max_length=20,
        title="Business id",
        description="Its organisation number (1234567-1 in Finland, 556677-8899 in Sweden).",
    )
    contact: str = Field(
        default="",
        max_length=255,
        title="Contact",
        description="A shared address where questions reach the customer.",
    )
    credentials_block: str = Field(
        default="",
        max_length=201,
        title="Block with the credentials",
        description="For api and sftp: type and name of the Prefect block, never the secret.",
    )
    poll_minutes: int = Field(
        default=5,
        ge=POLL_MINUTES[0],
        le=POLL_MINUTES[1],
        strict=True,
        title="Minutes between two pickups",
        description="For sftp: 1 to 20 whole minutes.",
    )
    pickup_path: str = Field(
        default="",
        validate_default=True,
        max_length=1_024,
        title="Pickup folder",
        description="For sftp: the folder on the server in which the files are put.",
    )
    file_pattern: str = Field(
        default="",
        max_length=255,
        title="Name of the files",
        description="For sftp: the agreed name, such as tasma-*.csv.",
    )
    file_layout: str = Field(
        default="",
        max_length=64,
        title="Layout of the files",
        description="For sftp and manual: sie, or journal (tasma template).",
    )
    statements: str = Field(
        default="",
        max_length=1_024,
        title="The two statements",
        description="Where the customer puts income statement and balance sheet of each year.",
    )
    excluded_dimensions: tuple[str, ...] = Field(
        default=(),
        max_length=100,
        title="Dimensions left out",
        description="Their exact names in the source system.",
    )

    @field_validator("fiscal_years", mode="before")
    @classmethod
    def _years(cls, value: object) -> object:
        if isinstance(value, str | int) and not isinstance(value, bool):
            value = [value]
        if not isinstance(value, list | tuple):
            return value
        return tuple(
            FiscalYear.parse(str(item)) if isinstance(item, str | int) else item for item in value
        )

    @field_validator("credentials_block")
    @classmethod
    def _block(cls, value: str) -> str:
        if value and not BLOCK.fullmatch(value):
            raise ValueError(
                "expected the type and name of a Prefect block, such as fortnox-app/acme"
            )
        return value

    @field_validator("fiscal_years")
    @classmethod
    def _apart(cls, value: tuple[FiscalYear, ...]) -> tuple[FiscalYear, ...]:
        for before, after in itertools.pairwise(sorted(value)):
            if before.overlaps(after):
                raise ValueError(f"{before} and {after} share days")
        return value

    @field_validator("pickup_path")
    @classmethod
    def _path(cls, value: str, info: ValidationInfo) -> str:
        # Asked of the field, so that it is named beside whatever else is wrong.
        if info.data.get("transfer") is Transfer.SFTP and not value:
            raise ValueError("sftp needs the folder in which the files are put")
        return value


def read_form(values: Mapping[str, Any]) -> tuple[OnboardingForm | None, tuple[str, ...]]:
    """Read a filled form.

    Args:
        values: By field, as they stand in the file or in the run's form; empty ones count as
            missing.

    Returns:
        The form, and no problem; or none, and each problem as ``field: what is wrong``. A value
        that looks like a secret is a problem and is not repeated (run parameters are stored in
        clear).
    """
    filled = {name: value for name, value in values.items() if value not in (None, "", [], ())}
    secret = tuple(
        f"{name}: this looks like a secret. Put it into a block and name the block here"
        for name, value in filled.items()
        if any(map(looks_secret, _words(value)))
    )
    if secret:
        return None, secret
    try:
        return OnboardingForm.model_validate(filled), ()
    except ValidationError as problem:
        return None, tuple(_problems(problem))


def looks_secret(text: str) -> bool:
    """Return whether a word is long and random enough to be a key, a token or a password."""
    if re.search(r"(?i)(password|passwd|secret|api[_-]?key|token)\s*[=:]\s*\S", text):
        return True
    if "-----BEGIN" in text:
        return True
    return any(_is_random(word) for word in re.split(r"[\s,;/\\@]+", text))


def _is_random(word: str) -> bool:
    if len(word) < SECRET_CHARS:
        return False
    kinds = sum(bool(re.search(kind, word)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    counts = Counter(word).values()
    bits = -sum(count / len(word) * math.log2(count / len(word)) for count in counts)
    is_hexadecimal = re.fullmatch(r"[0-9a-fA-F-]+", word) is not None and kinds > 1
    return bits > SECRET_BITS and (kinds == 3 or is_hexadecimal)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
    elif isinstance(value, str):
        yield value


def _problems(problem: ValidationError) -> Iterator[str]:
    for item in problem.errors(include_input=False, include_url=False):
        message = reason_of(item)
        name = str(item["loc"][0]) if item["loc"] else ""
        if item["type"] == "missing":
            message = "is missing"
        elif item["type"] == "extra_forbidden":
            message = "there is no such field"
        yield f"{name}: {message}" if name else message
