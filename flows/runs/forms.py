"""What a person fills in: each field checked before a run exists.

Prefect makes the form of a deployment from these types and from the ``Args`` of its flow, and
refuses a value that does not fit when the run is asked for. What is `SkipJsonSchema` stands in no
form: runs that make other runs fill it in.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

MAX_PATH_CHARS: Final = 4_096
MAX_REASON_CHARS: Final = 1_000
MAX_NAME_CHARS: Final = 255

TenantId = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["acme"], max_length=63)
]
Year = Annotated[
    str,
    Field(
        pattern=r"^\d{4}(-\d{2}-\d{2}_\d{4}-\d{2}-\d{2})?$",
        examples=["2024", "2024-07-01_2025-06-30"],
    ),
]
YearOrSpan = Annotated[
    str,
    Field(
        pattern=r"^\d{4}(-\d{4}|-\d{2}-\d{2}_\d{4}-\d{2}-\d{2})?$",
        examples=["2021-2024", "2024", "2024-07-01_2025-06-30"],
    ),
]
SystemName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]{0,31}(@[A-Za-z0-9._-]{1,32})?$",
        examples=["fennoa", "procountor@ecom-jetClient"],
    ),
]
DocumentId = Annotated[str, Field(min_length=1, max_length=255, examples=["webshop/1001"])]
TargetId = Annotated[str, Field(max_length=64, examples=["4711"])]
FilePath = Annotated[str, Field(min_length=1, max_length=MAX_PATH_CHARS)]
ControlName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=MAX_NAME_CHARS)]
Reason = Annotated[str, Field(min_length=3, max_length=MAX_REASON_CHARS)]
Person = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]
OptionalPerson = Annotated[str, Field(max_length=MAX_NAME_CHARS)]
LoadId = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,64}$", max_length=64)]

Zone = Literal["Europe/Stockholm", "Europe/Helsinki"]
"""A time zone that has a night (`blocks.hub.tenants.NIGHT_ZONES`)."""
System = Annotated[str, Field(pattern=r"^[a-z]{0,63}$", max_length=63)]
Uploaded = Literal["keep", "overwrite"]
"""What a pull does with a year that was uploaded as a file."""
Undefined = Literal["refuse", "define"]
"""What a pull does with a named year that nobody has defined."""

Hash = SkipJsonSchema[Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]]
HandedOnBy = SkipJsonSchema[dt.date | None]
AbsentYear = SkipJsonSchema[Literal["fail", "skip"]]
"""What a pull does with a named year that the source does not have."""
