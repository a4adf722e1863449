"""What becomes of real-world SIE files, each the first file of a tenant of its own.

The files belong to others and are not part of the project: ``SIE_SAMPLES`` names the folder that
holds ``good/`` and ``EXPECTED.tsv``, in which another program wrote down what they contain.
"""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from blocks.hub import Tenant
from flows.cli.local import import_here
from flows.cli.result import LoadResult
from ledger.fiscal_year import FiscalYear
from ledger.sie.reader import open_sie
from tasks.stores import Stores
from tests.examples import CAMPAIGN
from tests.homes import add_sharing, opened_new

SAMPLES = os.environ.get("SIE_SAMPLES", "")
pytestmark = [
    pytest.mark.skipif(not SAMPLES, reason="SIE_SAMPLES does not name a folder of SIE files"),
    pytest.mark.timeout(600),
]

EACH = 1 if os.environ.get(CAMPAIGN) else 3
"""Each so many-th file is tried every day, besides those with an end of their own."""

OUTCOME = {"1": "evidence", "2": "evidence", "3": "evidence", "4I": "partial", "4E": "published"}

BALANCES = {"balance_roll_forward", "result_roll_forward"}

NOTHING_REPORTED = ("closing_reported", "the source reports no closing balances (#UB) for the year")

OTHER_ENDS: dict[str, tuple[str, tuple[str, ...]]] = {
    # Besides its balances: a voucher of the year before, on accounts without #KONTO.
    "premisit-group_parse-sie__testdata.sie": (
        "held",
        ("posting_dates (1 break", "1994-06-30", "account_in_chart (2 breaks", "(line 31)"),
    ),
    # Files of vouchers for import, named as if they were exports: no balance says how they end.
    "byrokrat_accounting__magenta_bokföring_SIE4I.se": ("held", NOTHING_REPORTED),
    "idstam_jsisie__magenta_bokföring_SIE4I.se": ("held", NOTHING_REPORTED),
    "forsslund_sie-parser__test_sie4.se": ("held", NOTHING_REPORTED),
    # A header alone: no chart, no balance, no voucher.
    "mfatgg_GnuCash-SIE4-export__company_header.se": ("held", NOTHING_REPORTED),
    # Exports of a whole year that do not say which.
    "DennisDyallo_Skattata__Transaktioner_per_Z-rapport.se": (
        "held",
        ("source_damage (1 break", "fiscal_year_missing in #RAR"),
    ),
    "blinfo_Sie4j__Transaktioner_per_Z-rapport.se": (
        "held",
        ("source_damage (1 break", "fiscal_year_missing in #RAR"),
    ),
}
"""Ended otherwise, for a true reason: file -> (outcome, what is to be read in the reason)."""


class Outcome(NamedTuple):
    """How a file ends; `later`: how it ends once its years are defined, if it names none."""

    expected: dict[str, str]
    imported: LoadResult
    counts: str
    later: LoadResult | None

    @property
    def end(self) -> str:
        """How it should end: few vouchers of no named year are refused, as no year is defined."""
        if self.later is not None:
            return "failed"
        if "NO" in self.expected["ib_plus_trans_eq_ub"] and self.expected["sie_type"] == "4E":
            return "held"
        return OUTCOME[self.expected["sie_type"]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, empty_hub: Path) -> dict[str, Outcome]:
    with opened_new(tmp_path_factory.mktemp("samples"), empty_hub) as stores:
        return {
            row["file"]: _import(stores, f"sample-{position}", row)
            for position, row in enumerate(_expected())
        }


def _expected() -> list[dict[str, str]]:
    with Path(SAMPLES, "EXPECTED.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        found = [row for row in rows if row["kind"] == "sample"]
    return [row for at, row in enumerate(found) if at % EACH == 0 or row["file"] in OTHER_ENDS]


def _import(stores: Stores, tenant: str, row: dict[str, str]) -> Outcome:
    path = Path(SAMPLES, "good", row["file"])
    header = open_sie(path.read_bytes(), suffix=path.suffix).header
    add_sharing(
        stores.hub,
        Tenant(
            tenant,
            name=header.company_name or path.name,
            organisation_number=header.organisation_number,
            currency=header.currency,
        ),
    )
    imported = import_here(stores, tenant, path, watch=lambda _step: None)
    counts = _counts(stores, tenant, imported)
    if row["sie_type"] != "4I" or 0 in header.fiscal_years:
        return Outcome(row, imported, counts, None)
    for command in imported.refused.commands if imported.refused else ():
        stores.hub.years.define(tenant, FiscalYear.parse(command.split()[-1]))
    later = import_here(stores, tenant, path, watch=lambda _step: None)
    return Outcome(row, imported, counts, later)


def _counts(stores: Stores, tenant: str, imported: LoadResult) -> str:
    """Count what lies in the warehouse, in the notation of EXPECTED.tsv."""
    if imported.outcome != "published":
        return ""
    query = """
        select
            (select count(*) from voucher),
            (select count(*) from posting),
            (select count(*) from posting_correction where correction_kind = 'added'),
            (select count(*) from posting_correction where correction_kind = 'struck')
    """
    with stores.warehouse.read(tenant) as db:
        row = db.execute(query).fetchone()
    return "/".join(str(count) for count in row or ())


def _breaks(imported: LoadResult, control: str) -> dict[str, Decimal]:
    assert imported.judgement is not None
    return {
        item.account_number: item.difference
        for result in imported.judgement.results
        if result.control == control
        for item in result.breaks
    }


def _differing(expected: dict[str, str], column: str) -> int:
    """``NO 22/42``: 22 of 42 accounts agree."""
    found = re.fullmatch(r"NO (\d+)/(\d+)", expected[column])
    return int(found[2]) - int(found[1]) if found else 0


def _recount(path: Path) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Add up a file by a few rough rules of our own: #UB and #RES less what the rows come to."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in path.read_bytes().decode("cp437").splitlines():
        fields = re.findall(r'"[^"]*"|\{[^}]*\}|[^\s"{}]+', line.strip())
        match [field.strip('"') for field in fields]:
            case [("#IB" | "#UB" | "#RES") as label, "0", account, amount, *_]:
                sums[label][account] += Decimal(amount)
            case ["#TRANS", account, objects, amount, *_] if objects.startswith("{"):
                sums["#TRANS"][account] += Decimal(amount)
    on_balance_sheet = {*sums["#UB"], *sums["#IB"]} | {
        account for account in sums["#TRANS"] if account[0] in "12"
    }
    closing = {
        account: difference
        for account in on_balance_sheet
        if (difference := sums["#IB"][account] + sums["#TRANS"][account] - sums["#UB"][account])
    }
    result = {
        account: difference
        for account, reported in sums["#RES"].items()
        if (difference := sums["#TRANS"][account] - reported)
    }
    return closing, result


def test_every_file_ends_as_its_type_and_its_balances_say(outcomes):
    ends = {name: outcome.imported.outcome for name, outcome in outcomes.items()}

    expected = {
        name: OTHER_ENDS[name][0] if name in OTHER_ENDS else outcome.end
        for name, outcome in outcomes.items()
    }

    assert expected == ends


def test_few_vouchers_of_no_named_year_are_refused_until_their_years_are_defined(outcomes):
    unnamed = {name: outcome for name, outcome in outcomes.items() if outcome.later}

    assert len(unnamed) >= 10 // EACH
    for name, (expected, refused, _, later) in unnamed.items():
        count = int(expected["ver_trans_rtrans_btrans"].partition("/")[0])
        taken_in = [load.load.staged.tables["voucher"].row_count for load in later.loads]

        assert "in no fiscal year that is defined" in refused.message, name
        assert "tasma tenant year add" in refused.message, name
        assert count == refused.refused.vouchers.num_rows == sum(taken_in), name
        assert {"partial"} == {load.outcome for load in later.loads}, name


def test_every_other_end_gives_its_reason(outcomes):
    for name, (_, words) in OTHER_ENDS.items():
        message = outcomes[name].imported.message

        assert set() == {word for word in words if word not in message}, f"{name}: {message}"


@pytest.mark.requirement("R-SEN-15a")
def test_published_files_hold_every_voucher_and_row(outcomes):
    published = {name: outcome for name, outcome in outcomes.items() if outcome.counts}

    assert len(published) >= 20 // EACH
    assert {
        name: outcome.expected["ver_trans_rtrans_btrans"] for name, outcome in published.items()
    } == {name: outcome.counts for name, outcome in published.items()}


@pytest.mark.requirement("R-FIN-15a")
def test_held_files_name_the_accounts_that_differ_and_by_how_much(outcomes):
    for name, (expected, imported, *_) in outcomes.items():
        if imported.outcome != "held" or "NO" not in expected["ib_plus_trans_eq_ub"]:
            continue
        found = {control: _breaks(imported, control) for control in BALANCES}
        closing, result = _recount(Path(SAMPLES, "good", name))

        assert closing == found["balance_roll_forward"], name
        assert result == found["result_roll_forward"], name
        assert _differing(expected, "ib_plus_trans_eq_ub") == len(closing), name
        assert _differing(expected, "trans_eq_res") == len(result), name


def test_nothing_of_a_held_file_is_readable_as_published(outcomes):
    for name, (_, imported, counts, _) in outcomes.items():
        assert bool(counts) == (imported.outcome == "published"), name
