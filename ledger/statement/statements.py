"""One statement made of one section of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from ledger.statement import checks, words
from ledger.statement.accounts import usual_length
from ledger.statement.amounts import amount_in, amount_of, unpadded
from ledger.statement.arrays import present, whole_numbers
from ledger.statement.columns import read_columns
from ledger.statement.context import Context
from ledger.statement.hidden import hidden_parts
from ledger.statement.line_words import word_of
from ledger.statement.lines import RawLine, read_lines
from ledger.statement.notes import Notes
from ledger.statement.refusals import StatementRefused
from ledger.statement.rows import Rows, Totals
from ledger.statement.sections import Section
from ledger.statement.signs import (
    BY_WORD,
    LEDGER,
    Printed,
    Signs,
    find_signs,
    is_cost,
    is_subtracted,
)
from ledger.statement.times import latest, settle_time
from ledger.statement.totals import find_totals
from ledger.statement.values import Amount, Column, Kind, Line, Place, Statement

MAX_LINES: Final = 1_000
"""Lines without an account: a statement has some hundred, and each is held against the others."""
LEAST_WHOLE: Final = 5
"""Amounts other than zero that must all be whole for a statement to count as rounded."""


def make_statement(section: Section, context: Context, notes: Notes) -> Statement | None:
    """Return the statement of a section; None when none of its columns is the books'.

    Raises:
        StatementRefused: A used cell holds no amount, or there are too many lines.
    """
    sheet = section.table.sheet.name
    own = context.answers.column
    columns, rivals = read_columns(section.table, context.titles, section.kind, own)
    if rivals:
        place = Place(sheet, max(section.table.header_rows, default=0), rivals[0].column)
        notes.ask("column", place, rivals[0].letters, columns=[c.letters for c in rivals])
    columns = settle_time(section, columns, context.titles, context.answers, notes)
    places = 2 + len(str(context.unit)) - 1
    lines = read_lines(section.table, columns, places, notes)
    if not lines or not any(column.use for column in columns):
        return None
    _check_count(sheet, lines)
    return _Made(section, context, notes, columns, lines).statement()


def _check_count(sheet: str, lines: Sequence[RawLine]) -> None:
    count = sum(line.account is None for line in lines)
    if count > MAX_LINES:
        named = sheet or "The file"
        raise StatementRefused("too_many_lines", sheet=named, count=count, limit=MAX_LINES)


@dataclass
class _Made:
    section: Section
    context: Context
    notes: Notes
    columns: Sequence[Column]
    lines: list[RawLine]
    is_flipped: bool = False
    """Whether costs are printed without a minus and subtracted all the same."""

    def statement(self) -> Statement:
        kind, table = self.section.kind, self.section.table
        visible = [line for line in self.lines if not line.is_hidden]
        rounding = self._is_rounded(visible)
        totals = self._totals(visible, is_rounded=rounding)
        self.lines, totals = hidden_parts(self.lines, visible, totals, table.sheet.name, self.notes)
        side = self._side()
        signs = self._signs(totals, side)
        self._check(totals, side, is_rounded=rounding)
        return Statement(
            kind,
            table.sheet.name,
            tuple(self.columns),
            table.header_rows,
            table.label_column,
            table.label_column if table.splits_accounts else table.account_column,
            latest(self._used()),
            signs.printed,
            self.context.unit,
            self.context.currency,
            self.context.language,
            self.context.titles.company,
            tuple(self._lines(totals, signs)),
        )

    @property
    def _nets_sides(self) -> bool:
        """Whether debit and credit are two halves of one amount, which lines add up."""
        return len(self._used()) > 1 and self.section.kind is not Kind.TRIAL_BALANCE

    def _used(self) -> list[Column]:
        return [column for column in self.columns if column.use]

    def _evidence(self) -> list[int]:
        """Return the columns in which a total has to add up."""
        return [c.column for c in self.columns if c.role.is_of_books and not c.is_hidden]

    def _is_rounded(self, lines: Sequence[RawLine]) -> bool:
        amounts = [amount for line in lines for amount in line.amounts.values() if amount]
        return len(amounts) >= LEAST_WHOLE and all(a == a.to_integral_value() for a in amounts)

    def _totals(self, lines: Sequence[RawLine], *, is_rounded: bool) -> Totals:
        found = find_totals(self._rows(lines, is_rounded=is_rounded, is_flipped=False))
        if found.off and (own := self._totals_of_own(lines, is_rounded=is_rounded)):
            return own
        if self.section.kind is Kind.TRIAL_BALANCE:
            self._without_parts_of_result(lines, found)
        is_income = self.section.kind is Kind.INCOME_STATEMENT
        if not is_income or not found.off or self._prints_minus(lines):
            return found
        flipped = find_totals(self._rows(lines, is_rounded=is_rounded, is_flipped=True))
        self.is_flipped = len(flipped.off) < len(found.off)
        return flipped if self.is_flipped else found

    def _prints_minus(self, lines: Sequence[RawLine]) -> bool:
        """Return whether costs are printed with a minus: then none is subtracted."""
        column = self._used()[0].column
        costs = (line.amounts.get(column) for line in lines if is_cost(_bare(line)))
        return sum((amount for amount in costs if amount), Decimal(0)) < 0

    def _totals_of_own(self, lines: Sequence[RawLine], *, is_rounded: bool) -> Totals | None:
        """Return what adds up in the statement's own column alone, None where not all of it does.

        A column beside it that holds no amounts of the books adds up nowhere.
        """
        rows = self._rows(lines, is_rounded=is_rounded, is_flipped=False)
        used = {column.column for column in self._used()}
        places = [n for n, column in enumerate(self._evidence()) if column in used]
        if self._nets_sides or len(places) in (0, rows.figures.shape[1]):
            return None
        own = replace(rows, figures=rows.figures[:, places], present=rows.present[:, places])
        found = find_totals(own)
        return None if found.off else found

    def _without_parts_of_result(self, lines: Sequence[RawLine], totals: Totals) -> None:
        """Take a result below all accounts for a total of some of them, whichever they are."""
        for place in totals.off:
            if words.RESULTS.match(words.bare(lines[place].label)):
                totals.parts[place] = []

    def _rows(self, lines: Sequence[RawLine], *, is_rounded: bool, is_flipped: bool) -> Rows:
        scale = 1 if is_rounded else 2 + len(str(self.context.unit)) - 1
        lines = [self._netted(line) for line in lines]
        columns = [self._used()[0].column] if self._nets_sides else self._evidence()
        amounts = [[line.amounts.get(column) for column in columns] for line in lines]
        flips = [-1 if is_flipped and is_subtracted(_bare(line)) else 1 for line in lines]
        headings = self.section.table.headings
        usual = usual_length(line.account for line in lines)
        above = [0, *(line.row for line in lines)]
        return Rows(
            whole_numbers(amounts, scale) * np.reshape(flips, (-1, 1)),
            present(amounts),
            [
                word_of(line, self.section.kind, usual, heads_account=bool(below))
                for line, below in zip(
                    lines, [*(ln.account for ln in lines[1:]), None], strict=True
                )
            ],
            [line.indent for line in lines],
            [
                any(a < h < line.row for h in headings)
                for a, line in zip(above, lines, strict=False)
            ],
            [len(line.account or "") >= max(usual, 1) for line in lines],
            rounding=5 if is_rounded else 0,
        )

    def _netted(self, line: RawLine) -> RawLine:
        """Return a line with what its debit and credit come to, where they are one amount."""
        if not self._nets_sides:
            return line
        amount = amount_of(line, self._used(), 1, 1)
        column = self._used()[0].column
        return replace(line, amounts={column: amount.ledger} if amount else {})

    def _side(self) -> int:
        """Return the place of the first line of equity and liabilities."""
        if self.section.kind is not Kind.BALANCE_SHEET:
            return len(self.lines)
        table = self.section.table
        starts = [row for row in table.headings if words.SIDE.match(words.bare(table.label(row)))]
        starts += [line.row for line in self.lines if words.SIDE.match(words.bare(line.label))]
        starts += [ln.row for ln in self.lines if (ln.account or "").lstrip("0").startswith("2")]
        first = min(starts, default=self.lines[-1].row + 1)
        return sum(line.row < first for line in self.lines)

    def _signs(self, totals: Totals, side: int) -> Signs:
        column = self._used()[0].column
        rows = [
            Printed(
                words.bare(line.label),
                line.account,
                line.amounts.get(column, Decimal(0)),
                place in totals.parts,
            )
            for place, line in enumerate(self.lines)
        ]
        signs = find_signs(self.section.kind, rows, side, subtracts=self.is_flipped)
        if len(self._used()) > 1:  # debit and credit say the side themselves
            signs = Signs(LEDGER, (1,) * len(self.lines))
        if any(line.credits for line in self.lines):
            signs = replace(signs, printed=BY_WORD)
        if not signs.is_certain or self._lacks_signs(rows):
            place = Place(self.section.table.sheet.name, 0, column)
            self.notes.ask("sign", place, dict(signs.printed))
        return signs

    def _lacks_signs(self, rows: Sequence[Printed]) -> bool:
        """Return whether a trial balance shows no negative balance, so that none adds up."""
        amounts = [row.amount for row in rows if not row.is_total]
        is_trial_balance = self.section.kind is Kind.TRIAL_BALANCE and len(self._used()) == 1
        return is_trial_balance and all(amount >= 0 for amount in amounts) and any(amounts)

    def _check(self, totals: Totals, side: int, *, is_rounded: bool) -> None:
        sheet, kind = self.section.table.sheet.name, self.section.kind
        factors = [
            -1 if self.is_flipped and is_subtracted(_bare(line)) else 1 for line in self.lines
        ]
        netted = [self._netted(line) for line in self.lines]
        checks.check_totals(
            sheet, netted, totals, self.notes, factors=factors, is_rounded=is_rounded
        )
        leaves = [place for place in range(len(self.lines)) if place not in totals.parts]
        checks.check_roll_forward(sheet, self.lines, self.columns, self.notes)
        if kind is Kind.BALANCE_SHEET:
            parts = {part for its in totals.parts.values() for part in its}
            roots = [place for place in range(len(self.lines)) if place not in parts]
            sides = (
                [self.lines[place] for place in roots if place < side],
                [self.lines[place] for place in roots if place >= side],
            )
            checks.check_sides(sheet, sides, self.columns, self.notes)
        if kind is Kind.TRIAL_BALANCE:
            accounts = [self.lines[place] for place in leaves]
            checks.check_trial_balance(sheet, accounts, self.columns, self.notes)

    def _lines(self, totals: Totals, signs: Signs) -> list[Line]:
        levels = totals.levels(len(self.lines))
        used = self._used()
        accounts = unpadded([line.account for line in self.lines])
        return [
            Line(
                line.row,
                line.label,
                line.label_in_file,
                line.account,
                amount_of(line, used, signs.factors[place], self.context.unit),
                self._also(line, signs.factors[place]),
                is_total=place in totals.parts,
                is_hidden=line.is_hidden,
                level=levels[place],
                parts=tuple(self.lines[part].row for part in totals.parts.get(place, ())),
                ledger_account=accounts[place],
            )
            for place, line in enumerate(self.lines)
        ]

    def _also(self, line: RawLine, factor: int) -> dict[int, Amount]:
        unit = self.context.unit
        return {
            c.column: amount_in(line, c, factor, unit)
            for c in self.columns
            if c.column in line.amounts and not (c.use and len(self._used()) == 1)
        }


def _bare(line: RawLine) -> Printed:
    return Printed(words.bare(line.label), line.account, Decimal(0), is_total=False)
