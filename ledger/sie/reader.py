"""Reads a SIE file (types 1-4): header and small tables at once, vouchers in bounded batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from ledger.diagnostics import Level
from ledger.schemas import REPORTED_FISCAL_YEAR
from ledger.sie.assembly import Assembler, Block
from ledger.sie.balances import BalanceReader
from ledger.sie.block import BlockText, note_leftovers
from ledger.sie.chart import ChartReader
from ledger.sie.checks import check_records, tell_type
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.encoding import UTF8_BOM, detect_encoding, take_census
from ledger.sie.header import HeaderReader, SieHeader
from ledger.sie.keys import VoucherKeys
from ledger.sie.limits import DEFAULT_LIMITS, SieLimits
from ledger.sie.lines import Kind, find_lines
from ledger.sie.paths import PathCounts, Paths
from ledger.sie.records import Records
from ledger.sie.scan import Scanner, Span
from ledger.sie.structure import Position, leave, place_rows, shape_of
from ledger.sie.values import EPOCH, days


@dataclass
class SieFile:
    """One file, opened. `batches` may be taken once; then `diagnostics` is complete."""

    header: SieHeader
    encoding: str
    tables: dict[str, pa.Table]
    diagnostics: DiagnosticLog
    path_counts: PathCounts = field(default_factory=PathCounts)
    _content: bytes = b""
    _blocks: list[Span] = field(default_factory=list)
    _limits: SieLimits = DEFAULT_LIMITS
    _exact_only: bool = False

    def batches(self) -> Iterator[dict[str, pa.RecordBatch]]:
        """Yield the vouchers, block by block, each block cut at a #VER."""
        blocks, self._blocks = self._blocks, []
        log, position = self.diagnostics, Position()
        assembler = Assembler(log, self._keys(), date_assumed=self._date_assumed())
        for span in blocks:
            if log.errors >= self._limits.errors:
                log.add("too_many_errors", span.number)
                return
            yield assembler.assemble(self._read_block(span, position))
        leave(position, log)
        assembler.finish()

    def _keys(self) -> VoucherKeys:
        is_import = self.header.sie_type == "4I"
        return VoucherKeys(self.diagnostics, empty_level=Level.INFO if is_import else Level.WARNING)

    def _date_assumed(self) -> int:
        year = self.header.fiscal_years.get(0)
        return days(year.start_date if year else self.header.generated_on or EPOCH)

    def _read_block(self, span: Span, position: Position) -> Block:
        text = BlockText.of(self._content, span, encoding=self.encoding)
        log, data = self.diagnostics, text.data
        lines = find_lines(
            data, text.size, first_number=span.number, line_bytes=self._limits.line_bytes
        )
        note_leftovers(data, lines, log)
        paths = Paths(data, lines, log, encoding=text.encoding, exact_only=self._exact_only)
        is_voucher = lines.kind == Kind.VOUCHER
        voucher_at = np.flatnonzero(is_voucher)
        vouchers = paths.vouchers(voucher_at)
        shape = shape_of(data, lines, voucher_at[vouchers.opens])
        inside = place_rows(shape, position, log)
        voucher = np.cumsum(is_voucher) - 1
        is_booked = lines.kind == Kind.ROW
        booked = paths.rows(np.flatnonzero(inside & is_booked), voucher)
        history = paths.rows(np.flatnonzero(inside & ~is_booked), voucher)
        self.path_counts.add(paths.counts)
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
    content = _clean(content, limits=limits, log=log)
    encoding = detect_encoding(content, take_census(content))
    body = content.removeprefix(UTF8_BOM)
    found = Scanner(body, limits=limits, log=log).scan()
    records = Records(log, limits=limits)
    head, chart, balances = HeaderReader(log), ChartReader(log), BalanceReader(log)
    records.read(
        body,
        found.records,
        encoding=encoding,
        handlers={
            **head.handlers,
            **chart.handlers,
            **balances.handlers,
            "#KSUMMA": head.ignore,
        },
    )
    chart.settle()
    if found.first_voucher:
        records.first_lines["#VER"] = found.first_voucher
    sie_type = tell_type(head.declared_type, suffix=suffix, records=records, log=log)
    check_records(records, sie_type, log)
    head.check_years(0)
    header = SieHeader(sie_type=sie_type, fiscal_years=head.fiscal_years, **head.values)  # type: ignore[arg-type]
    used = frozenset(dimension for dimension, _ in balances.used_objects)
    tables = {**chart.tables(used), **balances.tables(), **_years(head.fiscal_years)}
    return SieFile(
        header,
        encoding,
        tables,
        log,
        _content=body,
        _blocks=found.blocks,
        _limits=limits,
        _exact_only=exact_only,
    )


def _clean(content: bytes, *, limits: SieLimits, log: DiagnosticLog) -> bytes:
    if len(content) > limits.file_bytes:
        log.add("file_too_large", 0)
        return b""
    if b"\0" in content:
        at = content.index(b"\0")
        log.add("nul_byte", content.count(b"\n", 0, at) + 1)
        content = content.replace(b"\0", b"")
    if b"\n" not in content and b"\r" in content:
        log.add("bare_carriage_returns", 1)
        content = content.replace(b"\r", b"\n")
    if not content or content.isspace():
        log.add("empty_file", 0)
    return content


def _years(years: dict[int, Any]) -> dict[str, pa.Table]:
    rows = [
        {"year_offset": number, "start_date": year.start_date, "end_date": year.end_date}
        for number, year in sorted(years.items(), reverse=True)
    ]
    return {"reported_fiscal_year": pa.Table.from_pylist(rows, schema=REPORTED_FISCAL_YEAR)}
