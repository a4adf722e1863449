"""The SIE reader against files of real programs and what another program counted in them.

The files belong to others and are not part of the project: ``SIE_SAMPLES`` names the folder that
holds ``good/``, ``broken/`` and ``EXPECTED.tsv``.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from ledger.diagnostics import Level
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.sie.limits import SieLimits
from ledger.sie.reader import open_sie
from ledger.sie.text.checksum import control_sum

SAMPLES = os.environ.get("SIE_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="SIE_SAMPLES does not name a folder of SIE files"
)

ENCODINGS = {"ascii": "cp437", "latin-1/cp1252": "cp1252"}
"""What EXPECTED.tsv calls an encoding that the reader knows by another name."""

NO_VOUCHERS = "\u2013"
"""How EXPECTED.tsv marks a file that has none to balance."""

WITHOUT_YEAR = "Transaktioner_per_Z-rapport.se"
"""A cash register's export without #RAR: the only good files with an error."""

ALL = SieLimits(diagnostics_kept=10**6)


@cache
def expected():
    if not SAMPLES:
        return {}
    with (Path(SAMPLES) / "EXPECTED.tsv").open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file, delimiter="\t")}


def paths(*folders):
    root = Path(SAMPLES or ".")
    return [path for folder in folders for path in sorted((root / folder).glob("*")) if SAMPLES]


def samples(*folders):
    return [pytest.param(path, id=path.name) for path in paths(*folders)] or [None]


@cache
def read(path, *, exact_only=False):
    """Read a file whole: the file, its voucher tables, what was noted."""
    file = open_sie(path.read_bytes(), suffix=path.suffix, limits=ALL, exact_only=exact_only)
    parts = list(file.batches())
    tables = {
        name: pa.Table.from_batches([part[name] for part in parts], CANONICAL[name])
        for name in VOUCHER_TABLES
    }
    for table in (*tables.values(), *file.tables.values()):
        table.validate(full=True)
    return file, tables, {(item.code, item.line) for item in file.diagnostics.items}


@pytest.mark.parametrize("path", samples("good", "broken"))
def test_counts_type_and_encoding_are_those_expected(path):
    file, tables, _ = read(path)
    row = expected()[path.name]
    kinds = Counter(tables["posting_correction"]["correction_kind"].to_pylist())
    counts = (
        tables["voucher"].num_rows,
        tables["posting"].num_rows,
        kinds["added"],
        kinds["struck"],
    )
    encoding = row["encoding"].split()[0]

    assert row["ver_trans_rtrans_btrans"] == "/".join(map(str, counts))
    assert row["sie_type"] == file.header.sie_type
    assert ENCODINGS.get(encoding, encoding) == file.encoding


@pytest.mark.parametrize("path", samples("good", "broken"))
def test_vouchers_balance_where_expected(path):
    _, tables, _ = read(path)
    sums = tables["posting"].group_by("voucher_key").aggregate([("amount", "sum")])
    unbalanced = sum(amount != 0 for amount in sums["amount_sum"].to_pylist())

    balance = (
        NO_VOUCHERS
        if not tables["voucher"].num_rows
        else f"NO {unbalanced}"
        if unbalanced
        else "yes"
    )
    assert expected()[path.name]["vouchers_balance"] == balance


@pytest.mark.parametrize("path", samples("good", "broken"))
def test_control_sum_is_the_one_expected(path):
    """Nine vendors' sums come out right; one program writes 123456789 instead of a sum."""
    file, _, notes = read(path)
    verdict = expected()[path.name]["ksumma"]
    content = path.read_bytes()

    assert bool(verdict) == bool(re.search(rb"(?m)^[ \t]*#KSUMMA", content))
    assert verdict.startswith("BAD") == ("control_sum_wrong" in {code for code, _ in notes})
    if computed := re.search(r"computed (\d+)", verdict):
        assert int(computed[1]) == control_sum(content, encoding=file.encoding)


@pytest.mark.parametrize("path", samples("good", "broken"))
def test_both_paths_read_the_same(path):
    fast, fast_tables, fast_notes = read(path)
    exact, exact_tables, exact_notes = read(path, exact_only=True)

    assert exact.header == fast.header
    assert exact_notes == fast_notes
    for name, table in exact_tables.items():
        assert table.equals(fast_tables[name]), name


@pytest.mark.skipif(not SAMPLES, reason="the figures are those of the samples")
def test_nearly_every_row_is_read_in_columns_and_some_exactly():
    counts = [read(path)[0].path_counts for path in paths("good", "broken")]
    fast = sum(count.fast_rows for count in counts)
    exact = sum(count.exact_rows for count in counts)

    assert exact > 0
    assert fast > 500 * exact


@pytest.mark.parametrize("path", samples("good"))
def test_good_file_has_no_error(path):
    file, _, _ = read(path)
    errors = {item.code for item in file.diagnostics.items if item.level is Level.ERROR}

    assert errors == ({"fiscal_year_missing"} if WITHOUT_YEAR in path.name else set())


DESERVED = {
    # What a broken file deserves (code, line), and nothing else above information.
    "BLBLOV_SIE2_UTF_8_with_errors.SE": {("compulsory_missing", 0), ("field_missing", 216)},
    "BLBLOV_SIE2_UTF_8_with_non_numeric_account_number.SE": {
        ("compulsory_missing", 0),
        ("account_not_numeric", 16),
        ("field_missing", 216),
    },
    "BLBLOV_SIE3_UTF_8_with_vouchers.SE": {("compulsory_missing", 0), ("record_forbidden", 818)},
    "BLBLOV_SIE4_UTF_8_IMBALANCED.SI": {("already_read", 1)},
    "BLBLOV_SIE4_UTF_8_MISSING_ACCOUNTS~2.SE": set(),
    "BLBLOV_SIE4_UTF_8_with_12_digit_cid.SI": set(),
    "BLBLOV_SIE4_UTF_8_with_8-4_digit_cid.SI": set(),
    "BLBLOV_SIE4_UTF_8_with_errors.SE": {("field_missing", 216)},
    "BLBLOV_SIE4_UTF_8_with_errors~2.SE": {("account_not_numeric", 16), ("field_missing", 216)},
    "BLBLOV_SIE4_UTF_8_with_errors~3.SE": {("field_missing", 216)},
    "BLBLOV_SIE4_UTF_8_with_imbalanced_voucher.SE": set(),
    "BLBLOV_SIE4_UTF_8_with_iso_voucher_date.SI": {("date_form", 8)},
    "BLBLOV_SIE4_UTF_8_with_missing_account_numbers.SE": {
        ("account_missing", 14),
        ("account_missing", 15),
        ("account_missing", 16),
    },
    "BLBLOV_SIE4_UTF_8_with_missing_company_name.SI": {("value_missing", 6)},
    "BLBLOV_SIE4_UTF_8_with_missing_voucher_date.SI": {("voucher_date_unreadable", 8)},
    "BLBLOV_SIE4_UTF_8_with_missing_voucher_series.SE": {("voucher_field_missing", 821)},
    "BLBLOV_SIE4_UTF_8_with_non_numeric_account_number.SE": {("account_not_numeric", 16)},
    "BLBLOV_SIE4_UTF_8_with_unparseable_taxar.SE": set(),
    "transaktioner_ovnbolag-bad-balance.se": set(),
    "exported_sie_file~3.se": set(),
    "exported_sie_file~4.se": set(),
    "exported_sie_file~5.se": set(),
    "exported_sie_file~6.se": set(),
    "sie_file_with_unknown_entries~2.se": {
        ("compulsory_missing", 0),
        ("fiscal_year_missing", 0),
    },
    "Sie4E1.SI": {("record_forbidden", line) for line in (33, 34, 35)},
    "Sie4E1ksumma.SI": {
        *(("record_forbidden", line) for line in (34, 35, 36)),
        ("control_sum_wrong", 71),
    },
}
"""Those whose fault is a sum or an account without #KONTO deserve no note of a reader: that is
what the controls are for."""

NOTED = {
    # Found by other readers in good and broken files alike: (code, line), of any level.
    "BLBLOV_SIE4_UTF_8_with_12_digit_cid.SI": {("organisation_number_form", 7)},
    "BLBLOV_SIE4_UTF_8_with_8-4_digit_cid.SI": {("organisation_number_form", 7)},
    "BLBLOV_SIE4_UTF_8_with_unparseable_taxar.SE": {("tax_year_unreadable", 12)},
    "BLBLOV_SIE4_UTF_8_with_erroneous_voucher_date.SI": {("date_form", 8)},
    "BLBLOV_SIE4_UTF_8_with_errors.SE": {("account_undeclared", 218)},
    "sie_file_with_unknown_entries~2.se": {("unknown_label", 21)},
    "Bokslut_Norstedts_SIE_4E.se": {("voucher_without_rows", 1149)},
    "byrokrat_accounting__BL0001_typ4I.SI": {("fiscal_year_unreadable", 7)},
    "SIE-fil_från_Visma_Enskild_Firma_2010.se": {
        ("field_missing", line) for line in (76, 79, 82, 85)
    },
    "byrokrat_accounting__Sie4.si": {("value_missing", 9), ("record_forbidden", 288)},
    "SIE_exempelfil.se": {("value_missing", 8)},
    "9_sie-gruppen-e-conomic.se": {("open_brace_missing", 1459)},
    "byrokrat_accounting__BL0001_typ4.SE": {("stray_byte", 40), ("voucher_repeated", 469)},
    "byrokrat_accounting__si.SI": {("stray_byte", 7)},
    "blinfo_Sie4j__Arousells_Visning_AB.SE": {("damaged_text", 15)},
    "vertelab_odoo-l10n_se__SIE_exempelfil": {("double_encoding", 8)},
    "forsslund_sie-parser__test_sie4.se": {("posting_date_left_out", 53)},
    "idstam_jsisie__Sie_1+2.se": {("opening_from_closing", 0)},
    "byrokrat_accounting__MAMUT_SIE3_EXPORT.SE": {("object_balance_repeated", 246)},
    "premisit-group_parse-sie__testdata.sie": {("date_unreadable", 4)},
}


@pytest.mark.parametrize("path", samples("broken"))
def test_broken_file_gets_what_it_deserves(path):
    file, _, _ = read(path)
    found = {
        (item.code, item.line)
        for item in file.diagnostics.items
        if item.level is not Level.INFO and item.code not in {"stray_quote", "fiscal_year_long"}
    }
    deserved = next((notes for name, notes in DESERVED.items() if path.name.endswith(name)), set())

    assert deserved == found


@pytest.mark.parametrize("path", samples("broken"))
def test_every_broken_file_has_a_verdict(path):
    """SoftOne's export is known by its 62 marks inside names; the others are listed."""
    _, _, notes = read(path)

    marks = sum(code == "stray_quote" for code, _ in notes)
    assert any(path.name.endswith(name) for name in DESERVED) or marks == 62


@pytest.mark.parametrize("path", samples("good", "broken"))
def test_what_other_readers_found_is_noted_on_its_line(path):
    _, _, notes = read(path)

    known = [lines for name, lines in NOTED.items() if path.name.endswith(name)]
    assert all(lines <= notes for lines in known)


@pytest.mark.skipif(not SAMPLES, reason="the names are those of the samples")
@pytest.mark.parametrize("name", sorted({*DESERVED, *NOTED}))
def test_every_verdict_has_its_file(name):
    assert any(path.name.endswith(name) for path in paths("good", "broken"))
