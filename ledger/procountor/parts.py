"""The parts of a year, by name: what was asked, whose it is, and one for each receipt."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

FORMAT: Final = "procountor-receipts"
"""The name of the format in the lake; no system's, since those are sources."""

ASKED: Final = "0 asked.json"
COMPANY: Final = "1 company.json"
YEARS: Final = "2 fiscal years.json"
CHART: Final = "3 chart.json"
DIMENSIONS: Final = "4 dimensions.json"
VATS: Final = "5 vat.json"
RIGHTS: Final = "6 rights.json"
CARRIED: Final = "7 carried.json"
RECEIPT: Final = re.compile(r"8 receipt (\d{15}) (.+)\.json")
"""`ASKED` and `CARRIED` are ours: what was asked, and what our year before closed with."""


@dataclass(frozen=True, order=True)
class ReceiptName:
    """What the name of a receipt's part says: its id and its version, as it was given."""

    id: int
    version: str

    @property
    def part(self) -> str:
        """The name of the part."""
        return f"8 receipt {self.id:015d} {self.version}.json"

    @property
    def is_of(self) -> tuple[int, str]:
        """Id and version to the second, by which two spellings of one version are the same."""
        return self.id, to_second(self.version)


def receipt_name(part: str) -> ReceiptName | None:
    """Return what the name of a part says, None of another part than a receipt's."""
    found = RECEIPT.fullmatch(part)
    return ReceiptName(int(found[1]), found[2]) if found else None


def to_second(version: str) -> str:
    """Return a version without milliseconds and zone, which some answers have and others not."""
    return version[:19]


class Unreadable(Exception):
    """An answer is not what Procountor answers. The message says what was expected."""


def read_json(content: bytes, what: str) -> Any:
    """Read an answer; numbers stay the text that came.

    Raises:
        Unreadable: It is no JSON.
    """
    try:
        return json.loads(content, parse_float=str, parse_int=str)
    except ValueError:
        raise Unreadable(f"{what} is no JSON") from None


def rows_of(body: Any, key: str, what: str) -> list[dict[str, Any]]:
    """Return the list of objects under a key, or the list itself where the key is empty.

    Raises:
        Unreadable: There is no such list.
    """
    rows = body if not key else body.get(key) if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"{what} has no list of objects{f' under {key}' if key else ''}")
    return rows


def text_of(row: dict[str, Any], key: str, what: str) -> str:
    """Return what a row has under a key, as text.

    Raises:
        Unreadable: Nothing.
    """
    value = row.get(key)
    if value is None or value == "" or isinstance(value, dict | list):
        raise Unreadable(f"{what} has a row without {key}")
    return str(value)
