"""The contract of Ecom's feed: one JSON object for each thing that it says.

``{"record": "event", "content": {...}}``; records are events, documents (by revision) and accounts.
The same object is an item of a page over HTTP and a line of a file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from ledger.ecom.documents import EcomAccount, EcomDocument, content_sha256
from ledger.ecom.events import Event
from ledger.invoice.contract import DIALECT, MAX_PROBLEMS, given
from ledger.invoice.fields import Value

EVENT: Final = "event"
DOCUMENT: Final = "document"
ACCOUNT: Final = "account"
VALUES: Final[dict[str, type[Value]]] = {
    EVENT: Event,
    DOCUMENT: EcomDocument,
    ACCOUNT: EcomAccount,
}
COMPANY_SUBJECT: Final = ""
"""Of what events of a company are about."""

CHART_SUBJECT: Final = "#chart"
MAX_NAMED: Final = 5
"""Findings of one record that its sentence repeats."""

_NUMBER: Final = re.compile(r"^Value error, ")


class NotAsAgreed(ValueError):
    """A record is not as the contract says; the message names field and reason."""


@dataclass(frozen=True)
class FeedItem:
    """A record as it is kept. `content`: its JSON with sorted names; `revision`: of a document."""

    kind: str
    id: str
    subject: str
    revision: int
    content: str


def read_item(text: str | bytes) -> FeedItem:
    """Return one record of a feed.

    Raises:
        NotAsAgreed: It is no such object, its kind is unknown, or fields are not as agreed.
    """
    try:
        whole = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise NotAsAgreed("no JSON") from None
    if not isinstance(whole, dict) or not isinstance(content := whole.get("content"), dict):
        raise NotAsAgreed('no object like {"record": "event", "content": {...}}')
    kind = whole.get("record")
    if kind not in VALUES:
        raise NotAsAgreed(f"record {str(kind)[:40]!r}; expected one of {', '.join(VALUES)}")
    value = _read(VALUES[str(kind)], content)
    plain = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False)
    if isinstance(value, Event):
        return FeedItem(EVENT, value.id, value.subject, 0, plain)
    if isinstance(value, EcomDocument):
        return FeedItem(DOCUMENT, value.id, value.id, value.revision, plain)
    number = value.number if isinstance(value, EcomAccount) else ""
    return FeedItem(ACCOUNT, number, CHART_SUBJECT, 0, plain)


def _read(kind: type[Value], content: dict[str, Any]) -> Value:
    try:
        return kind.model_validate(given(content))
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_context=False, include_input=False)
        named = [
            f"{'.'.join(map(str, one['loc']))[:80]}: {_NUMBER.sub('', one['msg'])}"
            for one in errors[:MAX_NAMED]
        ]
        more = len(errors[:MAX_PROBLEMS]) - len(named)
        raise NotAsAgreed("; ".join(named) + (f"; and {more} more" if more > 0 else "")) from None


def event_of(content: str) -> Event:
    """Return the event that was kept."""
    return Event.model_validate(given(json.loads(content, parse_float=Decimal)))


def document_of(content: str) -> EcomDocument:
    """Return the document that was kept."""
    return EcomDocument.model_validate(given(json.loads(content, parse_float=Decimal)))


def account_of(content: str) -> EcomAccount:
    """Return the account that was kept."""
    return EcomAccount.model_validate(given(json.loads(content, parse_float=Decimal)))


def is_as_named(content: str, sha256: str | None) -> bool:
    """Return whether a document is the one that an event names by its hash, if it names any."""
    return sha256 is None or content_sha256(json.loads(content, parse_float=str)) == sha256


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one record of the feed."""
    definitions: dict[str, Any] = {}
    records = []
    for name, value in VALUES.items():
        found = value.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= found.pop("$defs", {})
        definitions[value.__name__] = found
        records.append(
            {
                "type": "object",
                "properties": {
                    "record": {"const": name},
                    "content": {"$ref": f"#/$defs/{value.__name__}"},
                },
                "required": ["record", "content"],
                "additionalProperties": False,
            }
        )
    return {"$schema": DIALECT, "oneOf": records, "$defs": definitions}
