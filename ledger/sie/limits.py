"""What the SIE reader will spend on one file; every number has a unit and a test at the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

KIB: Final = 1024
MIB: Final = 1024 * KIB


class Findings(Protocol):
    """Something that counts diagnostics."""

    total: int
    errors: int


@dataclass(frozen=True)
class SieLimits:
    """Bounds on what one file may cost. SIE 4B §7.5 sets none, so the reader sets its own.

    The largest real file heard of has 13 MB; the defaults leave room for forty times that.
    """

    file_bytes: int = 512 * MIB
    """A longer file is refused with a diagnostic; nothing of it is read."""
    line_bytes: int = 64 * KIB
    """A longer line is left out with a diagnostic."""
    block_bytes: int = 3 * MIB
    """Text that is read at once, and so the size of a batch; cut at a #VER."""
    block_lines: int = 150_000
    """Lines after which a block is cut though it is shorter: no program writes so short ones."""
    piece_bytes: int = 512 * KIB
    """Text that the first pass looks at in one step; at least `line_bytes`."""
    voucher_bytes: int = 4 * MIB
    """A single voucher longer than this comes in several batches, cut between its rows."""
    records: int = 300_000
    """Records that are neither #VER nor rows of one (accounts, balances, objects)."""
    exact_lines: int = 200_000
    """Lines of vouchers read by the exact path, which takes some 40 microseconds for each, after
    which the rest of the file is not read: some 8 MB of rows that all are irregular."""
    errors: int = 10_000
    """Diagnostics of level error after which the rest of the file is not read."""
    findings: int = 1_000_000
    """Diagnostics of any level after which the rest of the file is not read."""
    diagnostics_kept: int = 200
    """Diagnostics kept of each code; the count is always of all."""

    def reached(self, log: Findings) -> bool:
        """Return whether so much was noted that reading on tells nobody more."""
        return log.errors >= self.errors or log.total >= self.findings


DEFAULT_LIMITS: Final = SieLimits()
