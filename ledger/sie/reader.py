"""Reads a SIE file (types 1-4): header and small tables at once, vouchers in bounded batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ledger.diagnostics import Level
from ledger.sie.contents import ContentsReader
from ledger.sie.cut import is_cut
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import DEFAULT_LIMITS, SieLimits
from ledger.sie.paths import PathCounts, Paths
from ledger.sie.records.closing_sum import SumRecords
from ledger.sie.records.header import SieHeader
from ledger.sie.records.objects_used import ObjectsUsed
from ledger.sie.records.scan import Scanner, Span
from ledger.sie.text.control_sum import ControlSum, Readable
from ledger.sie.text.encoding import UTF8_BOM, detect_encoding, take_census
from ledger.sie.text.foreign import recognise
from ledger.sie.text.inspection import clean, inspect, note_foreign
from ledger.sie.text.lines import Kind, find_lines, is_kind
from ledger.sie.text.values import EPOCH, days
from ledger.sie.vouchers.assembly import Assembler, Block
from ledger.sie.vouchers.block import BlockText, note_leftovers
from ledger.sie.vouchers.keys import VoucherKeys
from ledger.sie.vouchers.structure import Position, leave, place_rows


@dataclass
class SieFile:
    """One file, opened. `batches` may be taken once; then `diagnostics` is complete.

    `refusal`: what the file is instead of SIE, and what to do; empty when there is SIE in it.
    """

    header: SieHeader
    encoding: str
    tables: dict[str, pa.Table]
    diagnostics: DiagnosticLog
    path_counts: PathCounts = field(default_factory=PathCounts)
    refusal: str = ""
    _content: bytes = b""
    _blocks: list[Span] = field(default_factory=list)
    _sums: SumRecords = field(default_factory=SumRecords)
    _limits: SieLimits = DEFAULT_LIMITS
    _exact_only: bool = False

    @property
    def piece_count(self) -> int:
        """How many pieces `batches` yields, unless it gives the file up; 0 once it was taken."""
        return len(self._blocks)

    def batches(self) -> Iterator[dict[str, pa.RecordBatch]]:
        """Yield the vouchers, block by block, each block cut at a #VER."""
        blocks, self._blocks = self._blocks, []
        log, position = self.diagnostics, Position()
        total = ControlSum(by_line=log.count("control_character") > 0)
        assembler = Assembler(log, self._keys(), date_assumed=self._date_assumed())
        for span in blocks:
            exact_rows = self.path_counts.exact_rows
            if self._limits.reached(log) or exact_rows >= self._limits.exact_lines:
                log.add("too_many_errors", span.number)
                return
            yield assembler.assemble(self._read_block(span, position, total))
        leave(position, log)
        assembler.finish()
        self._sums.check(total.value, log)
        if log.errors and is_cut(self._content):
            log.add("file_cut", 0)

    def _keys(self) -> VoucherKeys:
        is_import = self.header.sie_type == "4I"
        return VoucherKeys(self.diagnostics, empty_level=Level.INFO if is_import else Level.WARNING)

    def _date_assumed(self) -> int:
        year = self.header.fiscal_years.get(0)
        return days(year.start_date if year else self.header.generated_on or EPOCH)

    def _read_block(self, span: Span, position: Position, total: ControlSum) -> Block:
        text = BlockText.of(self._content, span, encoding=self.encoding)
        log, data = self.diagnostics, text.data
        lines = find_lines(
            data, text.size, first_number=span.number, line_bytes=self._limits.line_bytes
        )
        note_leftovers(data, lines, log)
        paths = Paths(data, lines, log, encoding=text.encoding, exact_only=self._exact_only)
        is_voucher = is_kind(lines.kind, Kind.VOUCHER)
        voucher_at = np.flatnonzero(is_voucher)
        vouchers = paths.vouchers(voucher_at)
        opening = voucher_at[vouchers.opens]
        inside = place_rows(data, lines, opening, position=position, log=log)
        voucher = np.cumsum(is_voucher) - 1
        is_booked = is_kind(lines.kind, Kind.ROW)
        booked, history = paths.rows(
            np.flatnonzero(inside & is_booked), np.flatnonzero(inside & ~is_booked), voucher
        )
        self.path_counts.add(paths.counts)
        if self._sums.wanted:
            total.add(
                Readable(
                    data,
                    text.size,
                    text.encoding,
                    lines,
                    quotes=paths.quotes,
                    plain=paths.plain,
                    listless=paths.listless,
                )
            )
        return Block(vouchers, lines.number[voucher_at], booked, history)


def open_sie(
    content: bytes,
    *,
    suffix: str = "",
    limits: SieLimits = DEFAULT_LIMITS,
    exact_only: bool = False,
) -> SieFile:
    """Open a SIE file of type 1, 2, 3, 4E or 4I, whatever its state; never raises for its contents.

    Args:
        content: The file as received.
        suffix: Of its name, ``.se`` or ``.si``: tells 4E from 4I.
        limits: What the file may cost.
        exact_only: Read every line by the exact path; the outcome is the same.

    Returns:
        The header and the small tables; the vouchers come from `SieFile.batches`. What bent the
        format, and what was damaged, is in `SieFile.diagnostics`.
    """
    log = DiagnosticLog(kept=limits.diagnostics_kept)
    received, is_foreign = content, bool(recognise(content))
    content = b"" if is_foreign else clean(content, limits=limits, log=log)
    census = take_census(content)
    encoding = detect_encoding(content, census)
    content = content.removeprefix(UTF8_BOM)
    inspect(content, encoding=encoding, census=census, limits=limits, log=log)
    used = ObjectsUsed(content, encoding, limits=limits)
    plan = Scanner(content, objects=used, limits=limits, log=log).scan()
    reader = ContentsReader(content, encoding=encoding, limits=limits, log=log)
    found = reader.read(plan, used=used.pairs, suffix=suffix)
    refusal = "" if reader.is_sie else note_foreign(received, log)
    if refusal:
        plan.blocks.clear()
    return SieFile(
        header=found.header,
        encoding=encoding,
        tables=found.tables,
        diagnostics=log,
        refusal=refusal,
        _content=content,
        _blocks=plan.blocks,
        # The sum of a file that is not read in full would tell nothing.
        _sums=SumRecords() if log.count("too_many_records") else found.sums,
        _limits=limits,
        _exact_only=exact_only,
    )
