"""One file of invoices, taken record by record: what is valid, what came twice, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ledger.invoice.contract import Record, read
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.problems import Problem, problem
from ledger.text import visible

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Finding:
    """A problem and its place. `record`: number in the file; `line`: of the row, 0 where none."""

    file: str
    record: int
    line: int
    problem: Problem

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return visible(f"{self.file}, record {self.record}{line}: ") + self.problem.message


@dataclass(frozen=True)
class Taken:
    """What came of a record. `is_repeated`: the same invoice came before, and this one is it."""

    record: Record
    document: InvoiceDocument | None
    findings: tuple[Finding, ...] = ()
    is_repeated: bool = False


@dataclass
class Delivery:
    """The count of a file: received = valid + repeated + refused.

    Of each invoice only a few bytes are kept, so that files of any length are taken.
    """

    file: str
    received: int = 0
    valid: int = 0
    repeated: int = 0
    refused: int = 0
    _seen: dict[str, tuple[bytes, int]] = field(default_factory=dict, repr=False)

    def take_all(self, records: Iterable[Record]) -> Iterator[Taken]:
        """Take records one by one."""
        return map(self.take, records)

    def take(self, record: Record) -> Taken:
        """Read a record; findings name file, record, row and field."""
        self.received += 1
        document, problems = read(record)
        if document is None:
            return self._refuse(record, problems)
        digest = bytes.fromhex(document.digest)[:_DIGEST_BYTES]
        earlier, number = self._seen.setdefault(document.key, (digest, record.number))
        if earlier != digest:
            return self._refuse(record, (problem("repeated_otherwise", "id", earlier=number),))
        is_repeated = number != record.number
        self.repeated += is_repeated
        self.valid += not is_repeated
        return Taken(record, document, is_repeated=is_repeated)

    def _refuse(self, record: Record, problems: tuple[Problem, ...]) -> Taken:
        self.refused += 1
        findings = (
            Finding(self.file, record.number, _line_of(record, one), one) for one in problems
        )
        return Taken(record, None, tuple(findings))


def _line_of(record: Record, found: Problem) -> int:
    return record.lines[found.row - 1] if 0 < found.row <= len(record.lines) else 0
