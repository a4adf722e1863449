"""Journal files as one of the formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa

from ledger.coverage import VOUCHERS
from ledger.diagnostics import Diagnostic, Level
from ledger.journal.cells import Block, read_blocks
from ledger.journal.checks import Totals, check_declared, check_vouchers
from ledger.journal.declaration import Declaration, read_declaration
from ledger.journal.findings import Findings
from ledger.journal.layout import BLOCK_BYTES, SECTIONS
from ledger.journal.sections import Section, find_sections
from ledger.journal.tables import (
    dimension_tables,
    read_chart,
    read_opening,
    reported,
    year_table,
)
from ledger.journal.vouchers import as_batch, read_rows, whole_vouchers
from ledger.organisation import plain_digits
from ledger.schemas import OPENING_BALANCE
from ledger.source import Batch, LedgerFile, LedgerReader, Part, SourceFacts

VERSION: Final = 1

KIND: Final = "v1"
"""Of the layout, by which `controls.csv` says what a break is worth."""

NOT_DECLARED: Final = "journal_not_declared"
"""Of the diagnostic that holds a file of which nothing proves that it is whole."""


@dataclass
class _Log:
    items: list[Diagnostic] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(item.level is Level.ERROR for item in self.items)


@dataclass
class _Counts:
    fast_rows: int = 0
    exact_rows: int = 0
    set_aside_rows: int = 0


@dataclass(frozen=True)
class _Journal:
    """A file that is as the layout has it."""

    sections: dict[str, Section]
    declared: Declaration
    tables: dict[str, pa.Table]
    totals: Totals
    block_bytes: int

    def batches(self) -> Iterator[Batch]:
        tables = voucher_tables(
            self.sections, self.declared, self.tables, Findings(), self.block_bytes
        )
        return (as_batch(rows) for rows in tables)


def open_file(parts: Sequence[Part], *, block_bytes: int = BLOCK_BYTES) -> LedgerFile:
    """Open the one part of which a journal consists; every row is looked at before it is given."""
    (part,) = parts
    findings = Findings()
    journal = read_journal(part.read(), findings, block_bytes)
    if journal is None:
        nothing = SourceFacts(kind=KIND, coverage=VOUCHERS)
        return LedgerFile(
            nothing,
            {},
            _Log(),
            _Counts(),
            lambda: iter(()),
            findings.refusal,
            is_cut=findings.is_cut,
        )
    facts = facts_of(journal.declared)
    if journal.totals.is_template:
        # It is right as it is, and none of it is anybody's books.
        nothing_whole = replace(facts, coverage=VOUCHERS)
        chart = {"ledger_account": journal.tables["ledger_account"]}
        return LedgerFile(nothing_whole, chart, _Log([_TEMPLATE]), _Counts(), lambda: iter(()))
    return LedgerFile(
        facts=facts,
        tables=journal.tables,
        diagnostics=_Log(
            [_undeclared(key, journal.declared) for key in journal.declared.undeclared]
        ),
        path_counts=_Counts(fast_rows=journal.totals.rows + journal.totals.vouchers),
        batches=journal.batches,
        piece_count=journal.totals.pieces,
    )


def read_journal(content: bytes, findings: Findings, block_bytes: int) -> _Journal | None:
    """Read all of a file; None when anything in it is not as the layout has it."""
    sections = find_sections(content, findings)
    if not sections:
        return None
    declared = read_declaration(_all_rows(sections["journal"], findings))
    chart = read_chart(_all_rows(sections["accounts"], findings))
    opening = read_opening(_all_rows(sections["opening"], findings), chart["account_number"])
    if declared is None or findings.count:
        return None
    tables = {"ledger_account": chart}
    vouchers = voucher_tables(sections, declared, tables, findings, block_bytes)
    totals = check_vouchers(vouchers, findings)
    check_declared(declared, totals, findings)
    if findings.count:
        return None
    tables |= {
        "opening_balance": opening.cast(OPENING_BALANCE),
        "reported_balance": reported(opening),
        "reported_fiscal_year": year_table(declared.year),
        **dimension_tables(totals.objects),
    }
    return _Journal(sections, declared, tables, totals, block_bytes)


def voucher_tables(
    sections: dict[str, Section],
    declared: Declaration,
    tables: dict[str, pa.Table],
    findings: Findings,
    block_bytes: int,
) -> Iterator[pa.Table]:
    """Yield the rows of all vouchers, divided between vouchers only."""
    blocks = read_blocks(sections["vouchers"], findings, block_bytes=block_bytes)
    accounts = tables["ledger_account"]["account_number"].combine_chunks()
    return whole_vouchers(read_rows(blocks, accounts, declared.year, declared.coverage))


def facts_of(declared: Declaration) -> SourceFacts:
    """Return what a file says of itself."""
    values, lines = declared.values, declared.lines
    return SourceFacts(
        kind=KIND,
        coverage=declared.coverage,
        year=declared.year,
        organisation_number=plain_digits(values["organisation_number"]),
        company_name=values["company"],
        currency=values["currency"],
        program=values["program"],
        program_name=values["program"],
        encoding="utf-8",
        reports_balances=False,
        lines={
            "organisation_number": lines["organisation_number"],
            "fiscal_year": lines["year_first_day"],
            "currency": lines["currency"],
        },
    )


def _all_rows(section: Section, findings: Findings) -> Block:
    blocks = list(read_blocks(section, findings))
    empty = pa.table({name: pa.array([], pa.string()) for name in SECTIONS[section.name]})
    rows = [block.rows.select(empty.column_names) for block in blocks]
    lines = [block.lines for block in blocks]
    return Block(
        section.name,
        pa.concat_tables([empty, *rows]),
        np.concatenate([np.array([], np.int64), *lines]),
        findings,
    )


def _undeclared(key: str, declared: Declaration) -> Diagnostic:
    return Diagnostic(
        NOT_DECLARED,
        Level.ERROR,
        declared.lines[key],
        key,
        "The file does not declare it, so nothing proves that it is whole.",
        "it is held until a person accepts it as it is",
    )


_TEMPLATE: Final = Diagnostic(
    "journal_template",
    Level.WARNING,
    0,
    "vouchers",
    "The file is the template: all its rows are samples, and none was taken.",
    "put your own rows in their place",
)

READER: Final = LedgerReader(
    version=VERSION,
    open_parts=open_file,
    says_year="the keys year_first_day and year_last_day in its first section",
    says_company="the keys organisation_number and company in its first section",
)
