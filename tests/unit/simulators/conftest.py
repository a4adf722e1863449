"""A small reader of SIE text for these tests alone: it tokenises character by character."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

_TOKEN = re.compile(r'"((?:\\"|[^"])*)"|([{}])|([^\s{}"]+)')


@dataclass
class Recount:
    """What a file says, counted one record at a time."""

    records: list[list[str]] = field(default_factory=list)
    vouchers: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)
    control_sum: int = 0

    def values(self, label: str) -> list[list[str]]:
        return [record[1:] for record in self.records if record[0] == label]

    def balances(self, label: str, year: str = "0") -> dict[str, Decimal]:
        return {row[1]: Decimal(row[2]) for row in self.values(label) if row[0] == year}

    def booked(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for rows in self.vouchers.values():
            for label, account, amount, *_ in rows:
                if label == "#TRANS":
                    sums[account] += Decimal(amount)
        return {account: amount for account, amount in sums.items() if amount}


def _fields(line: str) -> list[str]:
    """Split a line; an object list is left out, as no test here needs it."""
    depth, found = 0, []
    for token in _TOKEN.finditer(line):
        if token[2]:
            depth += 1 if token[2] == "{" else -1
        elif not depth:
            found.append(token[3] if token[1] is None else token[1].replace('\\"', '"'))
    return found


def read(content: bytes, encoding: str = "cp437") -> Recount:
    """Read a file; `control_sum` is recomputed from the text, token by token."""
    recount, counting = Recount(), False
    rows: list[list[str]] = []
    for line in content.decode(encoding).splitlines():
        fields = _fields(line)
        if not fields:
            continue
        if fields[0] == "#KSUMMA":
            counting = len(fields) == 1
        elif counting:
            text = "".join(
                token[3] if token[1] is None else token[1].replace('\\"', '"')
                for token in _TOKEN.finditer(line)
                if not token[2]
            )
            recount.control_sum = zlib.crc32(text.encode("cp437"), recount.control_sum)
        if fields[0] == "#VER":
            rows = recount.vouchers.setdefault((fields[1], fields[2]), [])
        if fields[0] in {"#TRANS", "#RTRANS", "#BTRANS"}:
            rows.append(fields)
        else:
            recount.records.append(fields)
    return recount


@pytest.fixture(name="read")
def read_fixture():
    return read
