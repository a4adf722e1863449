"""What becomes of small composed SIE files, each made for a fault that was found.

The files are not part of the project: ``SIE_SAMPLES`` names the folder that holds ``cases/``.
A case is the files that one tenant gets, in that order; what is asked is how the last one ends.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from blocks.hub import Tenant
from flows.cli.local import import_here
from flows.cli.result import LoadResult
from ledger.controls import Answer
from ledger.sie.reader import open_sie
from tasks.stores import Stores
from tests.homes import add_sharing, opened_new

SAMPLES = os.environ.get("SIE_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="SIE_SAMPLES does not name a folder of SIE files"
)


class End(NamedTuple):
    """How a case ends.

    `reason`: what is read in the outcome's message. `findings`: what is read in the breaks of the
    controls, those that hold nothing too. `unit`: the light and the status of the year after it,
    empty where nobody asks. `passed`: controls that passed.
    """

    outcome: str
    reason: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    unit: str = ""
    passed: tuple[str, ...] = ()


WRONG_SUM = "control_sum warns: line {}: The #KSUMMA of the file differs from the one computed."

CUT = ("closing_reported (2 breaks", "no vouchers, and its opening balances do not sum to zero")

CASES: dict[tuple[str, ...], End] = {
    ("A1-cut-in-ib.se",): End("held", CUT),
    ("B00-good.se",): End("published"),
    ("B00-good.se", "B27-evidence.se"): End(
        "evidence", ("nothing to publish",), unit="green published"
    ),
    ("B00-good.se", "B27-year-unbalanced.se"): End(
        "held", ("voucher_balance (1 break",), unit="red held"
    ),
    ("B00-good.se", "B27-year-unbalanced.se", "B27-few.si"): End("partial", unit="red held"),
    ("B00-good.se", "B27-year-unbalanced.se", "B27-few.si", "B27-evidence.se"): End(
        "evidence", unit="red held"
    ),
    ("B00-good.se", "B27-year-unbalanced.se", "B27-few.si", "B00-good.se"): End(
        "unchanged", unit="green published"
    ),
    ("B10-no-vouchers.se", "B16-other-company.se"): End(
        "held", ("tenant_identity (1 break",), unit="red held"
    ),
    ("B00-good.se", "B32-evidence-differs.se"): End(
        "evidence",
        ("published_balances (2 breaks, first: account 1930 in 2025-12",),
        (
            "published_balances warns: account 1930 in 2025-12: expected 1,600.00, actual 1,500.00",
            "published_balances warns: account 3001 in 2025-12: expected -1,100.00, actual -1,000",
        ),
    ),
    ("B01-btrans-only-last-year.se",): End("published"),
    ("B08c-ksumma-utf8-over-utf8-bytes.se",): End("published", passed=("control_sum",)),
    ("B08d-ksumma-utf8-wrong.se",): End("published", findings=(WRONG_SUM.format(35),)),
    ("B08e-tampered-old-ksumma.se",): End("published", findings=(WRONG_SUM.format(37),)),
    ("B10-no-vouchers.se",): End("published"),
    # Another company's books of the same figures, and so of the same digest.
    ("B10-no-vouchers.se", "B28-dormant-other.se"): End(
        "held",
        ("tenant_identity (1 break", "of organisation 5599000998", "(line 6, #ORGNR)"),
        unit="red held",
    ),
    ("B10-no-vouchers.se", "B28-dormant-other.se", "B10-no-vouchers.se"): End(
        "unchanged", unit="green published"
    ),
    ("B20-2024.se", "B20-2025.se"): End(
        "published",
        findings=("opening_continuity warns: account 1930: expected 1,500.00, actual 1,400.00,",),
    ),
    ("B20-2025.se", "B20-2024.se"): End(
        "published",
        ("2025: opening_continuity (2 breaks, first: account 1930: expected 1,500.00, actual 1,4",),
        unit="green published",
    ),
    ("B12-sie5.sie",): End("failed", ("It is SIE 5 (XML), which is not read.", "as SIE type 4")),
    ("B13b-si-two-years.si",): End(
        "failed",
        ("2 vouchers of B13b-si-two-years.si lie in no fiscal year", "line 18 of 2024-12-30"),
    ),
    ("B15c-utf16.se",): End("failed", ("It is text in UTF-16", "save it as UTF-8")),
    ("B10-no-vouchers.se", "B31-dormant-cut.se"): End("held", CUT),
    ("B17c2-bare-space-no-balances.se",): End("held", ("line 21 fields_shifted in #TRANS amount",)),
    ("B17c3-bare-space.si",): End("held", ("line 21 fields_shifted in #TRANS amount",)),
    ("B35-header-only.se",): End(
        "held", ("closing_reported (1 break", "no closing balances (#UB)")
    ),
}
"""Files in the order in which one tenant gets them -> how the last of them ends."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory, empty_hub):
    with opened_new(tmp_path_factory.mktemp("cases"), empty_hub) as stores:
        yield stores


def load(stores: Stores, names: tuple[str, ...]) -> LoadResult:
    """Give a new tenant, who is whom the first file names, all files; return the last's end."""
    tenant = f"case-{list(CASES).index(names)}"
    paths = [Path(SAMPLES, "cases", name) for name in names]
    header = open_sie(paths[0].read_bytes(), suffix=paths[0].suffix).header
    add_sharing(
        stores.hub,
        Tenant(
            tenant,
            name=header.company_name or names[0],
            organisation_number=header.organisation_number,
            currency=header.currency,
        ),
    )
    *_, last = [import_here(stores, tenant, path, watch=lambda _step: None) for path in paths]
    return last


def findings(imported: LoadResult) -> str:
    results = imported.judgement.results if imported.judgement else []
    return "\n".join(
        f"{result.control} {result.severity}: {found}"
        for result in results
        if result.outcome is Answer.BROKEN
        for found in result.breaks
    )


def passed(imported: LoadResult) -> set[str]:
    results = imported.judgement.results if imported.judgement else []
    return {result.control for result in results if result.outcome is Answer.PASSED}


@pytest.mark.share(3)
@pytest.mark.parametrize("names", CASES, ids=", then ".join)
def test_case_ends_as_the_table_says(stores, names):
    expected = CASES[names]
    imported = load(stores, names)
    found = findings(imported)

    assert expected.outcome == imported.outcome, imported.message
    assert [] == [words for words in expected.reason if words not in imported.message]
    assert [] == [words for words in expected.findings if words not in found], found
    assert set() == set(expected.passed) - passed(imported)
    if expected.unit:
        row = stores.hub.overview(tenant=imported.tenant)[-1]
        assert expected.unit == f"{row.light} {row.status}"
