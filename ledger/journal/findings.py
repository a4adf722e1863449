"""What in a file is not as the layout has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.journal.layout import FINDINGS_KEPT


@dataclass(frozen=True)
class Finding:
    """One place. `row`: line of the file, from 1; 0 for a section as a whole."""

    section: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        row = f" row {self.row:,}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"[{self.section}]{row}{column}: {self.message}"


@dataclass
class Findings:
    """All places, of which the first are kept. `is_cut`: one of them is that rows are missing."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0
    is_cut: bool = False

    def add(self, section: str, message: str, *, row: int = 0, column: str = "") -> None:
        """Note one place."""
        self.add_rows(section, [row], message, column=column)

    def add_rows(
        self, section: str, rows: Iterable[int], message: str, *, column: str = "", more: int = 0
    ) -> None:
        """Note a message at several rows, and ``more`` of them that are not given."""
        for row in rows:
            self.count += 1
            if len(self.kept) < FINDINGS_KEPT:
                self.kept.append(Finding(section, row, column, message))
        self.count += more

    @property
    def refusal(self) -> str:
        """What is wrong and what to do, to stand after the file's name; empty when nothing is."""
        if not self.count:
            return ""
        more = f"; and {self.count - len(self.kept):,} more" if self.count > len(self.kept) else ""
        return (
            f"not as the layout of journal files has it, and nothing of it was taken in. "
            f"To be corrected ({self.count:,}): "
            f"{'; '.join(map(str, self.kept))}{more}. `tasma template` prints the layout."
        )
