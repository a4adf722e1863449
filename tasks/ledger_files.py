"""Ledger files: what lies in the lake, or waits to, opened by the reader of its format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from blocks.lake import Lake, Landed
from blocks.staging import UnitFacts
from blocks.workbooks.journal import text_of
from blocks.workbooks.reader import read_workbook
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.journal.sections import has_section
from ledger.readers import Format, format_named, format_of
from ledger.source import LedgerFile, Part
from ledger.statement.reader import read_book
from ledger.statement.refusals import StatementRefused

LOOKS_LIKE: Final = (
    "{file_name} looks like {statement}, which is no ledger, and nothing of it was taken in. To "
    "have it held against the books, send it as a statement: `tasma statements add TENANT FILE`, "
    "or the second choice on the portal's page of files. A journal file is as `tasma template` "
    "prints it."
)


class NotALedger(TerminalError):
    """A file is of another kind than its name says. `statement`: which kind, if it is one."""

    def __init__(self, *, file_name: str, refusal: str, statement: str = "") -> None:
        sentence = LOOKS_LIKE if statement else "{file_name} is {refusal}"
        super().__init__(
            sentence.format(file_name=file_name, refusal=refusal, statement=statement),
            file_name=file_name,
            refusal=refusal,
            statement=statement,
        )


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
    file = look_into(content, file_name=file_name)
    return require_ledger(file, file_name=file_name, read=lambda: content)


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


def require_ledger(
    file: LedgerFile, *, file_name: str, read: Callable[[], bytes] = bytes
) -> LedgerFile:
    """Return the file; `read` gives its bytes, to tell what else it may be.

    Raises:
        NotALedger: Its reader refused it.
    """
    if file.refusal:
        statement = statement_in(read())
        raise NotALedger(file_name=file_name, refusal=file.refusal, statement=statement)
    return file


def statement_in(content: bytes) -> str:
    """Return which statements bytes that are no ledger are read as: ``an income statement``.

    Empty when they are none, and when they have a section of a journal file: then it is that one
    which has to be corrected.
    """
    try:
        if has_section(text_of(content)):
            return ""
        found = read_book(read_workbook(content)).statements
    except StatementRefused:
        return ""
    kinds = dict.fromkeys(item.kind for item in found)
    return " and ".join(_with_article(kind.replace("_", " ")) for kind in kinds)


def _with_article(name: str) -> str:
    return f"{'an' if name.startswith('i') else 'a'} {name}"


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
