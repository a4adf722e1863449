"""Ledger files: what lies in the lake, or waits to, opened by the reader of its format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from blocks.lake import Lake, Landed
from blocks.staging import UnitFacts
from blocks.workbooks.journal import text_of
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.readers import Format, format_named, format_of
from ledger.source import LedgerFile, Part


class NotALedger(TerminalError):
    """A file is of another kind than its name says."""

    def __init__(self, *, file_name: str, refusal: str) -> None:
        super().__init__(f"{file_name} is {refusal}", file_name=file_name, refusal=refusal)


def open_landed(lake: Lake, landed: Landed) -> LedgerFile:
    """Open what was landed.

    Raises:
        TerminalError: It is of an unknown format, or is not in the lake as it was received.
    """
    return _open(format_named(landed.format), lake.open_parts(landed))


def open_received(content: bytes, *, file_name: str) -> LedgerFile:
    """Open a file that somebody gave for a ledger, by the ending of its name.

    Raises:
        NotALedger: It is none; the message says what it is and what to do.
    """
    return require_ledger(look_into(content, file_name=file_name), file_name=file_name)


def look_into(content: bytes, *, file_name: str) -> LedgerFile:
    """Open bytes as what the ending of their file's name says; whatever they are, its reader says.

    Raises:
        TerminalError: They are no workbook, where the name says so.
    """
    return _open(format_of(file_name), [Part(file_name, lambda: content)])


def _open(form: Format, parts: Sequence[Part]) -> LedgerFile:
    if form.has_workbooks:
        parts = [Part(part.name, partial(_text_of, part)) for part in parts]
    return form.reader.open_parts(parts)


def _text_of(part: Part) -> bytes:
    return text_of(part.read())


def require_ledger(file: LedgerFile, *, file_name: str) -> LedgerFile:
    """Return the file.

    Raises:
        NotALedger: Its reader refused it.
    """
    if file.refusal:
        raise NotALedger(file_name=file_name, refusal=file.refusal)
    return file


def facts_of(file: LedgerFile, landed: Landed, year: FiscalYear) -> UnitFacts:
    """Return which unit a file is about and what it may replace."""
    facts = file.facts
    return UnitFacts(
        tenant=landed.tenant,
        start_date=year.start_date,
        end_date=year.end_date,
        source=landed.source,
        source_kind=facts.kind,
        coverage=facts.coverage,
        organisation_number=facts.organisation_number,
        currency=facts.currency,
        program=facts.program,
        program_name=facts.program_name,
        encoding=facts.encoding,
        landed_sha256=landed.sha256,
        balances_up_to=facts.balances_up_to or dt.date.max,
        is_year_told_by_dates=facts.is_of_several_years,
        reader_version=format_named(landed.format).reader.version,
        account_classes=dict(facts.account_classes),
        reports_balances=facts.reports_balances,
        balances_by=facts.balances_by,
        balanced_months=" ".join(facts.balanced_months),
        outdated_months=" ".join(facts.outdated_months),
        summed_vat=" ".join("|".join(map(str, item)) for item in facts.summed_vat),
        keys_outlive_years=facts.keys_outlive_years,
        unseen_vouchers=" ".join(facts.unseen_vouchers),
        lost_rights=" ".join(facts.lost_rights),
        moved_vouchers=" ".join(f"{key}>{day}" for key, day in facts.moved_vouchers.items()),
        organisation_number_line=facts.lines.get("organisation_number", 0),
        fiscal_year_line=facts.lines.get("fiscal_year", 0),
        currency_line=facts.lines.get("currency", 0),
    )
