"""The #KSUMMA records of a file: whether there is a sum to check, and whether it is right."""

from __future__ import annotations

import re
from typing import Final

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.text.control_sum import Sums
from ledger.sie.text.tokenizer import Record

WORD: Final = 0xFFFFFFFF
"""A sum has 32 bits; some programs write it with a sign."""


class SumRecords:
    """Gathers the #KSUMMA records: the first opens the sum, the last holds it."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int]] = []

    def take(self, record: Record, line: int) -> None:
        """Take one record."""
        self._found.append((record.get(0), line))

    @property
    def wanted(self) -> bool:
        """Whether the file asks for a sum."""
        return bool(self._found)

    def check(self, computed: Sums, log: DiagnosticLog) -> None:
        """Compare the sum of the file with those computed from it."""
        if not self._found:
            return
        value, line = self._found[-1]
        if len(self._found) == 1:
            log.add("control_sum_unopened" if value else "control_sum_missing", line, "#KSUMMA")
            return
        stated = int(value) & WORD if re.fullmatch(r"-?[0-9]{1,10}", value, re.ASCII) else None
        if stated not in computed:
            log.add("control_sum_wrong", line, "#KSUMMA")
            return
        other = "" if stated == computed.code_page else "It is over the bytes as they stand."
        log.add("control_sum_right", line, "#KSUMMA", detail=other)
