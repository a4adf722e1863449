"""Small books in memory, laid out as the workbench lays out a staged unit."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest

from blocks.controls import UnitContext, controls_for, run_controls
from blocks.controls.evidence import make_evidence
from blocks.controls.runner import ask_first, judge, list_breaks
from blocks.digest import TableDigest
from blocks.duck import open_duckdb
from blocks.settings import REFERENCE
from blocks.staging import DIAGNOSTIC, StagedUnit, UnitFacts
from blocks.warehouse.migrate import SCHEMA, VIEWS
from blocks.warehouse.workbench import bind_facts
from ledger.controls import MAX_BREAKS_KEPT, Answer
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL, EVIDENCE
from ledger.sie.port import ACCOUNT_CLASSES
from ledger.voucher_key import voucher_key

YEAR = FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
BALANCE_CLASSES = ("1", "2")
VOUCHER_DIGEST = pa.schema([("voucher_key", pa.string()), ("digest", pa.int64())])
STAGED = CANONICAL | EVIDENCE | {"voucher_digest": VOUCHER_DIGEST, "diagnostic": DIAGNOSTIC}


def money(text):
    return Decimal(text).quantize(Decimal("0.01"))


@dataclass
class Books:
    """A unit's tables as rows; tests add, change and remove what they are about."""

    year: FiscalYear = YEAR
    facts: dict = field(default_factory=dict)
    tables: dict = field(default_factory=lambda: {name: [] for name in CANONICAL})
    evidence: dict = field(default_factory=lambda: {name: [] for name in EVIDENCE})
    diagnostics: list = field(default_factory=list)
    digests: dict = field(default_factory=dict)
    context: dict = field(default_factory=dict)
    max_breaks: int = MAX_BREAKS_KEPT
    published: list = field(default_factory=list)
    counted: dict | None = None

    def account(self, *numbers):
        for number in numbers:
            row = {"account_number": number, "name": f"Konto {number}"}
            self.tables["ledger_account"].append(row)
        return self

    def open(self, **amounts):
        for number, amount in amounts.items():
            row = {"account_number": number.strip("_"), "amount": money(amount)}
            self.tables["opening_balance"].append(row)
        return self

    def book(self, series, number, date, rows, *, key=None, line=None):
        """Book a voucher; ``rows`` are (account, amount) or (account, amount, posting date)."""
        key = key or voucher_key(series, number)
        day = dt.date.fromisoformat(date)
        self.tables["voucher"].append(
            {
                "voucher_key": key,
                "voucher_series": series,
                "voucher_number": number,
                "voucher_date": day,
                "source_line": line,
            }
        )
        self.digests[key] = len(self.digests) + 1
        for position, (account, amount, *own) in enumerate(rows, start=1):
            posted = dt.date.fromisoformat(own[0]) if own else day
            row = {
                "voucher_key": key,
                "row_number": position,
                "account_number": account,
                "amount": money(amount),
                "posting_date": posted,
            }
            self.tables["posting"].append(row)
        return self

    def correct(self, key, kind, account, amount):
        rows = self.tables["posting_correction"]
        row = {
            "voucher_key": key,
            "row_number": 1 + sum(row["voucher_key"] == key for row in rows),
            "correction_kind": kind,
            "account_number": account,
            "amount": money(amount),
            "posting_date": self.year.start_date,
        }
        rows.append(row)
        return self

    def reports(self, kind, offset=0, period=None, **amounts):
        """Let the source report balances of a kind; accounts as ``_1910="12.00"``."""
        for number, amount in amounts.items():
            row = {
                "year_offset": offset,
                "balance_kind": kind,
                "period": dt.date.fromisoformat(period) if period else None,
                "account_number": number.strip("_"),
                "amount": money(amount),
            }
            self.tables["reported_balance"].append(row)
        return self

    def report_truly(self):
        """Report what the books add up to, by sums of our own."""
        movement, opening = defaultdict(Decimal), defaultdict(Decimal)
        for row in self.tables["posting"]:
            movement[row["account_number"]] += row["amount"]
        for row in self.tables["opening_balance"]:
            opening[row["account_number"]] += row["amount"]
        self.reports("opening", **{f"_{number}": amount for number, amount in opening.items()})
        for number in sorted({*movement, *opening}):
            if number[:1] in BALANCE_CLASSES:
                self.reports("closing", **{f"_{number}": opening[number] + movement[number]})
            else:
                self.reports("result", **{f"_{number}": movement[number]})
        return self

    def change_report(self, kind, number, amount):
        (row,) = (
            row
            for row in self.tables["reported_balance"]
            if (row["year_offset"], row["balance_kind"], row["account_number"]) == (0, kind, number)
        )
        row["amount"] = money(amount)
        return self

    def source_lists(self, *vouchers):
        """Let the source list vouchers: (series, number, date)."""
        for series, number, date in vouchers:
            row = {"voucher_key": f"{series}:{number}"}
            row["voucher_date"] = dt.date.fromisoformat(date)
            self.evidence["source_voucher"].append(row)
        return self.asked()

    def source_answers(self, kind, **amounts):
        """Let the source answer for accounts as ``_1910="12.00"``; kind: opening or closing."""
        for number, amount in amounts.items():
            row = {"account_number": number.strip("_"), "balance_kind": kind}
            self.evidence["source_balance"].append(row | {"amount": money(amount)})
        return self.asked()

    def asked(self):
        self.facts |= {"source": "fortnox", "evidence_sha256": "e" * 64}
        return self

    def drop_reported(self, kind):
        self.tables["reported_balance"] = [
            row for row in self.tables["reported_balance"] if row["balance_kind"] != kind
        ]
        return self

    def publishes(self, earlier):
        """Let other books of the tenant be published already."""
        self.published.append(earlier)
        return self

    @property
    def staged(self):
        facts = {
            "tenant": "exempel",
            "start_date": self.year.start_date,
            "end_date": self.year.end_date,
            "source": "sie",
            "source_kind": "4E",
            "coverage": "whole_year",
            "organisation_number": "5560001234",
            "currency": "SEK",
            "program": "Exempel",
            "encoding": "cp437",
            "landed_sha256": "0" * 64,
            "account_classes": ACCOUNT_CLASSES,
            **self.facts,
        }
        counted = self.counted or {
            name: TableDigest(
                row_count=len(rows), amount_sum=sum(row.get("amount", 0) for row in rows)
            )
            for name, rows in self.rows().items()
        }
        return StagedUnit(UnitFacts(**facts), Path(), "0" * 64, counted)

    def rows(self):
        year = {
            "start_date": self.year.start_date,
            "end_date": self.year.end_date,
            "currency": self.facts.get("currency", "SEK"),
        }
        return {**self.tables, "fiscal_year": [year]}

    @contextmanager
    def bench(self, *, views=False):
        """Yield a connection laid out like `blocks.warehouse.workbench.open_workbench`'s."""
        engine, kept = laid_out(views=views)
        with engine.cursor() as db:
            db.execute("use scratch")
            try:
                self._fill(db)
                yield db
            finally:
                clear(db, kept=kept)

    def _fill(self, db):
        db.execute("create schema unit")
        digests = [{"voucher_key": key, "digest": n} for key, n in self.digests.items()]
        beside = {"voucher_digest": digests, "diagnostic": self.diagnostics}
        for name, rows in (self.rows() | self.evidence | beside).items():
            _insert(db, f"staged.{name}", pa.Table.from_pylist(rows, schema=STAGED[name]))
        facts = self.staged.facts
        known = facts.model_dump(exclude={"account_classes"})
        bind_facts(db, known, year=self.year, coverage=facts.coverage)
        for earlier in self.published:
            _publish(db, earlier)

    def known(self):
        defaults = {"organisation_number": "556000-1234", "defined_years": (self.year,)}
        return UnitContext(**{**defaults, **self.context})

    def results(self):
        """Run every control; results by name."""
        with self.bench() as db:
            known, facts = self.known(), self.staged.facts
            controls = controls_for(facts.source, facts.source_kind, context=known)
            results = run_controls(db, self.staged, controls=controls, context=known)
        return {result.control: result for result in results}

    def overlooked(self):
        """Return the controls that pass at a glance and have breaks when they are listed."""
        known, staged = self.known(), self.staged
        controls = controls_for(staged.facts.source, staged.facts.source_kind, context=known)
        with self.bench() as db:
            evidence = make_evidence(
                db, staged, context=known, classes=staged.facts.account_classes
            )
            answers = ask_first(evidence, controls)
            return [
                control.name
                for control in controls
                if answers[control.name].passes
                and answers[control.name].reason is None
                and list_breaks(evidence, control).outcome is not Answer.PASSED
            ]

    def result(self, name):
        """Run one control."""
        known, staged = self.known(), self.staged
        facts = staged.facts
        controls = controls_for(facts.source, facts.source_kind, context=known)
        (control,) = (each for each in controls if each.name == name)
        with self.bench() as db:
            return ask(
                make_evidence(db, staged, context=known, classes=staged.facts.account_classes),
                control,
                max_breaks=self.max_breaks,
            )


def ask(evidence, control, *, max_breaks=MAX_BREAKS_KEPT):
    """Let one control answer, whether or not it could have been passed at a glance.

    Its breaks are listed in either case, so that every test of a control also proves that it does
    not pass at a glance when there is something to list.
    """
    answer = ask_first(evidence, [control])[control.name]
    result = judge(evidence, control, answer, max_breaks=max_breaks)
    if answer.reason is None and answer.passes:
        assert Answer.PASSED is list_breaks(evidence, control).outcome
    return result


benches = ExitStack()
"""Ends with the session."""


@cache
def laid_out(*, views):
    """Return an engine with every table, and those that views and references have filled.

    To make them takes as long as a control.
    """
    folder = benches.enter_context(TemporaryDirectory())
    db = benches.enter_context(open_duckdb(spill=Path(folder), rows=0))
    db.execute("create schema staged")
    for name, schema in STAGED.items():
        db.register("arrow_rows", schema.empty_table())
        db.execute(f"create table staged.{name} as from arrow_rows")
    db.unregister("arrow_rows")
    db.execute("attach ':memory:' as published; use published")
    db.execute(f"set variable reference = '{REFERENCE}'")
    for scripts in (SCHEMA, VIEWS) if views else (SCHEMA,):
        for path in sorted(scripts.glob("*.sql")):
            db.execute(path.read_text())
    return db, filled(db)


def clear(db, *, kept):
    """Take away what books put in, and what was made of it."""
    db.execute("use scratch; drop schema unit cascade; drop schema if exists evidence cascade")
    for name in filled(db) - kept:
        db.execute(f"truncate {name}")


def filled(db):
    """Name the tables that have rows."""
    names = "database_name || '.' || schema_name || '.' || table_name"
    query = f"select {names} from duckdb_tables() where estimated_size > 0"  # noqa: S608 - names of ours
    return {name for (name,) in db.execute(query).fetchall()}


@pytest.fixture(scope="session", autouse=True)
def _benches():
    with benches:
        yield


def _insert(db, name, table):
    if table.num_rows:
        db.register("arrow_rows", table)
        db.execute(f"insert into {name} from arrow_rows")
        db.unregister("arrow_rows")


def _publish(db, books):
    for name, rows in books.rows().items():
        table = pa.Table.from_pylist(rows, schema=CANONICAL[name])
        unit = {"tenant": "exempel", "fiscal_year": books.year.key}
        if name == "voucher":
            digests = [books.digests[row["voucher_key"]] for row in rows]
            table = table.append_column("digest", pa.array(digests, pa.int64()))
            unit["load_id"] = "load-1"
        db.register("arrow_rows", table)
        columns = ", ".join(f"'{value}' as {key}" for key, value in unit.items())
        query = f"insert into published.{name} by name select {columns}, * from arrow_rows"  # noqa: S608 - names of ours
        db.execute(query)
        db.unregister("arrow_rows")
    source = books.staged.facts.source
    db.execute(
        "insert into published.load select 'exempel', $year, 1,"
        " 'load-1', '', 1, now(), '', $source,"
        " '', '', '', '', '', 0, 0, 0, 0, 0, false, null, null, null",
        {"year": books.year.key, "source": source},
    )


@pytest.fixture
def empty_books():
    return Books()


@pytest.fixture
def books():
    """A year with three vouchers in which everything agrees with everything."""
    return (
        Books()
        .account("1510", "1910", "1930", "2081", "2440", "2610", "3001", "4010")
        .open(_1930="50000.00", _1910="1500.50", _2081="-51500.50")
        .book(
            "A", "1", "2024-01-15", [("1510", "1250"), ("3001", "-1000"), ("2610", "-250")], line=30
        )
        .book("A", "2", "2024-02-20", [("1930", "1250"), ("1510", "-1250")], line=40)
        .book("B", "1", "2024-02-28", [("4010", "480.25"), ("2440", "-480.25")], line=50)
        .report_truly()
    )
