"""What pushed documents are made of: links, accounts, images, postings, and who made them."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    model_validator,
)

from ledger.invoice.document import FileName, SourceId
from ledger.invoice.fields import Line, Percent, Text, Value, exact, plain

AMOUNT_DIGITS: Final = 15
MAX_IMAGE_BYTES: Final = 1 << 30
"""Far above what any target takes; each has a limit of its own."""


def _as_text(code: Any) -> Any:
    return str(code) if isinstance(code, int) and not isinstance(code, bool) else code


Code = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(pattern=r"^[A-Za-z0-9_-]{0,40}$"),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
"""A code of the target (VAT status 1, account 7230) as text; empty when none is given."""


def _whole_number(code: str) -> str:
    if not re.fullmatch("[0-9]{1,9}", code):
        raise ValueError("expected a whole number, such as 1")
    return code


WholeCode = Annotated[Code, AfterValidator(_whole_number)]
"""A code that the target numbers, such as a VAT status."""

Amount = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(max_digits=AMOUNT_DIGITS, decimal_places=2),
    AfterValidator(plain),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^-?\d{1,13}(\.\d{1,2})?$"}, {"type": "number"}]}
    ),
]
"""A sum of money in whole cents."""


class Link(Value):
    """Something at the target that a document names: by what makes it there, or by its id there.

    `document`: key of a pushed document (`Pushed.key`), for which this one waits. `target_id`: the
    target's own id, where it is known already. One of the two.
    """

    document: Annotated[
        str, Field(pattern=r"^$|^[A-Za-z0-9._:#-]{1,60}/[A-Za-z0-9._:#-]{1,60}$")
    ] = ""
    target_id: Line = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.document) == bool(self.target_id):
            raise ValueError("a link names either the document that makes it or its id there")
        return self


class Pushed(Value):
    """A document on its way to a target. `source` and `id` name it for ever.

    The same two with another digest are the same document, changed.
    """

    source: SourceId
    id: SourceId

    @property
    def key(self) -> str:
        """Return its name among all documents of a tenant."""
        return f"{self.source}/{self.id}"

    @property
    def digest(self) -> str:
        """Return a hash of the content; fields that say nothing do not count."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    @property
    def links(self) -> tuple[Link | None, ...]:
        """Return what it names at the target; None where it could name something and does not."""
        return ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Return the keys of the documents without which it cannot be sent, each once."""
        return tuple(dict.fromkeys(one.document for one in self.links if one and one.document))

    def as_json(self) -> str:
        """Return the text from which `model_validate_json` makes the same value."""
        return self.model_dump_json(exclude_defaults=True)


class BankAccount(Value):
    """An account at a bank. `iban`: without spaces, however it was written."""

    iban: Annotated[
        str, BeforeValidator(lambda text: "".join(text.split()).upper()), Field(max_length=34)
    ]
    bic: Line = ""


class Image(Value):
    """A file that goes with a document, by the hash of its bytes.

    `path`: where they lie, relative to the lake; empty when the hash alone finds them.
    """

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: FileName
    size_bytes: Annotated[int, Field(ge=0, le=MAX_IMAGE_BYTES)]
    media_type: Line = "application/pdf"
    path: Annotated[str, Field(max_length=500)] = ""


class VatSide(StrEnum):
    """Whose VAT a posting belongs to: what is deducted, or what is owed."""

    PURCHASE = "purchase"
    SALES = "sales"


class PostingKind(StrEnum):
    """Why a posting is there."""

    ENTRY = "entry"
    ROUNDING = "rounding"
    """What rounding left over: without VAT, and at most one of a document."""


class TargetPosting(Value):
    """A posting on an account of the target; the target books VAT itself.

    `amount`: without VAT, debit positive, credit negative. `vat_side`: None as the document's.
    `vat_status`: empty as the document's.
    """

    account: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$"), BeforeValidator(_as_text)]
    amount: Amount
    vat_rate: Percent = Decimal(0)
    vat_status: Code = ""
    vat_side: VatSide | None = None
    kind: PostingKind = PostingKind.ENTRY
    description: Text = ""
