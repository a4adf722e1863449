"""The catalogue and the SQL files say the same, and a tenant can only make it stricter."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import duckdb
import pytest

from blocks.controls import UnitContext, UnknownSource, catalogue, controls_for
from blocks.controls.catalogue import ANY, CATALOGUE, TEXTS, kinds_of
from blocks.controls.control import RECONCILE
from blocks.controls.evidence import EVIDENCE
from ledger.controls import Severity

KINDS = ["4E", "4I", "3", "2", "1"]
BLOCKING = {
    "source_damage",
    "row_counts",
    "tenant_identity",
    "identity_missing",
    "year_defined",
    "posting_dates",
    "month_balance",
    "currency",
    "voucher_balance",
    "account_in_chart",
    "unmapped_account",
    "customer_income_statement",
    "customer_balance_sheet",
    "balance_roll_forward",
    "result_roll_forward",
    "closing_reported",
    "mass_removal",
    "moved_vouchers",
    "permission_suspected",
    "older_than_published",
    "locked_period",
}


def stem(path):
    return path.stem


def rows(table=TEXTS):
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_control_has_a_sql_file_and_every_file_a_row():
    assert [path.stem for path in sorted(RECONCILE.glob("*.sql"))] == sorted(
        row["control"] for row in rows()
    )


def test_every_row_says_what_is_meant_and_what_to_do():
    assert [row["control"] for row in rows() if not row["meaning"] or not row["what_to_do"]] == []


def test_default_tolerance_is_zero():
    assert {row["tolerance"] for row in rows(CATALOGUE)} == {"0.00"}


def test_every_control_has_one_default_and_at_most_one_row_for_a_kind_of_source():
    keys = [(row["control"], row["source"], row["kind"]) for row in rows(CATALOGUE)]

    assert len(keys) == len(set(keys))
    assert [row["control"] for row in rows()] == [
        control for control, source, kind in keys if (source, kind) == (ANY, ANY)
    ]
    assert [] == [key for key in keys if key[1] == ANY != key[2]], "a kind is a source's own"


def worth(path, *lines):
    head, *defaults = CATALOGUE.read_text(encoding="utf-8").splitlines()
    kept = [line for line in defaults if not line.startswith("series_gaps,")]
    path.write_text("\n".join([head, *kept, *lines]), encoding="utf-8")
    return path


def test_row_of_source_and_kind_counts_before_that_of_the_source_and_that_before_the_default(
    tmp_path, monkeypatch
):
    lines = ("*,*,warns,0.00", "toy,*,blocks,1.00", "toy,ledger,informs,2.00", "new,x,blocks,0.00")
    path = worth(tmp_path / "controls.csv", *(f"series_gaps,{line}" for line in lines))
    monkeypatch.setattr(catalogue, "CATALOGUE", path)
    monkeypatch.setattr(catalogue, "kinds_of", lambda _source: ["ledger", "other", "4E"])

    def of(*source):
        controls = controls_for(*source, context=UnitContext())
        return next(
            (str(item.severity), str(item.tolerance))
            for item in controls
            if item.name == "series_gaps"
        )

    assert ("informs", "2.00") == of("toy", "ledger")
    assert ("blocks", "1.00") == of("toy", "other")
    assert ("warns", "0.00") == of("sie", "4E")


def test_kind_that_no_row_names_is_not_judged_by_the_defaults():
    assert ["4E", "4I", "3", "2", "1"] == sorted(kinds_of("sie"), key=KINDS.index)
    assert ["4E"] == kinds_of("fortnox")
    with pytest.raises(UnknownSource, match="source sie, kind '5'"):
        controls_for("sie", "5", context=UnitContext())


@pytest.mark.parametrize("path", [*RECONCILE.glob("*.sql"), *EVIDENCE.glob("*.sql")], ids=stem)
def test_sql_file_says_what_it_is_and_reads(path):
    text = path.read_text(encoding="utf-8")
    header = dict(re.findall(r"^-- (\w+): (.+)$", text, flags=re.MULTILINE))
    code = re.sub(r"--.*", "", text)

    name = path.stem if path.parent == RECONCILE else f"evidence.{path.stem.partition('_')[2]}"
    assert header["name"] == name
    assert {"grain", "reads"} <= header.keys()
    assert not re.search(r"select\s+\*", code)
    assert code == code.replace("SELECT", "select")


@pytest.mark.parametrize("path", [*RECONCILE.glob("*.sql")], ids=stem)
def test_control_holds_two_statements_split_at_its_only_line_ending_in_a_semicolon(path):
    text = path.read_text(encoding="utf-8")
    with duckdb.connect() as db:
        statements = db.extract_statements(text)

    assert len(statements) == 2
    assert text.count(";\n") == 1


@pytest.mark.parametrize("path", [*RECONCILE.glob("*.sql")], ids=stem)
def test_control_reads_only_what_its_header_names(path):
    text = path.read_text(encoding="utf-8")
    header = text[: text.index("\nselect")]
    code = re.sub(r"--.*", "", text)
    read = re.findall(r"(?:from|join) ((?:staged|published|unit|evidence|reference)\.\w+)", code)
    named = set(re.findall(r"\w+\.\w+", header))

    covered = {table for table in read if table in named or ("staged.*" in header)}
    assert covered == set(read)


def test_complete_sources_are_blocked_by_the_designs_list():
    controls = controls_for("sie", "4E", context=UnitContext())

    assert {item.name for item in controls if item.severity is Severity.BLOCKS} == BLOCKING


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_sie_file_has_severities(kind):
    assert len(rows()) == len(controls_for("sie", kind, context=UnitContext()))


def test_source_without_severities_is_refused_by_name():
    with pytest.raises(UnknownSource, match="source fortnox, kind ''"):
        controls_for("fortnox", "", context=UnitContext())


def severity(control, **tightened):
    context = UnitContext(tightened=tightened)
    controls = {item.name: item for item in controls_for("sie", "4E", context=context)}
    return controls[control].severity


def test_tenant_can_tighten_a_control():
    assert severity("series_gaps") == Severity.WARNS
    assert severity("series_gaps", series_gaps=Severity.BLOCKS) == Severity.BLOCKS


def test_tenant_cannot_loosen_a_control():
    assert severity("voucher_balance", voucher_balance=Severity.INFORMS) == Severity.BLOCKS


def test_tenant_cannot_widen_a_tolerance():
    context = UnitContext(tolerances={"balance_roll_forward": Decimal("5.00")})
    controls = {item.name: item for item in controls_for("sie", "4E", context=context)}

    assert controls["balance_roll_forward"].tolerance == Decimal("0.00")
