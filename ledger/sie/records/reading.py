"""The records of a file that are not vouchers, one by one, each with its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import SieLimits
from ledger.sie.records.scan import Span
from ledger.sie.text.encoding import decode
from ledger.sie.text.tokenizer import Record, read_record

_LABEL: Final = re.compile(r"[^ \t\r]*")

Handler = Callable[[Record, int], None]
"""Takes a record and its line."""


class Records:
    """Reads records and hands each to the handler of its label.

    `first_lines` holds the line of the first record of each label, `counts` how many there are.
    """

    def __init__(self, log: DiagnosticLog, *, limits: SieLimits) -> None:
        self._log = log
        self._limits = limits
        self.first_lines: dict[str, int] = {}
        self.counts: Counter[str] = Counter()

    def read(
        self,
        content: bytes,
        spans: Iterable[Span],
        *,
        encoding: str,
        handlers: Mapping[str, Handler],
    ) -> None:
        """Read the records at `spans` in file order."""
        for span in spans:
            if self._limits.reached(self._log):
                self._log.add("too_many_errors", span.number)
                return
            text = decode(content[span.start : span.end], encoding)
            self._hand_over(text, span.number, handlers)

    def _hand_over(self, text: str, line: int, handlers: Mapping[str, Handler]) -> None:
        found = _LABEL.match(text)
        label = found[0].upper() if found else ""
        handler = handlers.get(label)
        if handler is None:
            self._log.add("unknown_label", line, _printable(label))
            return
        record = read_record(text)
        for problem in record.problems:
            self._log.add(problem, line, record.label)
        self.first_lines.setdefault(record.label, line)
        self.counts[record.label] += 1
        if "object_list_unclosed" not in record.problems:
            handler(record, line)


def _printable(label: str) -> str:
    """Show an unknown label only when it looks like one, since it may be damaged text."""
    return label if label[1:].isascii() and label[1:].isalnum() and len(label) <= 12 else "#"
