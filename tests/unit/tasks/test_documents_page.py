from __future__ import annotations

from dataclasses import replace

import pytest

from blocks.warehouse.side_tables import DocumentCounts
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.pages.documents import FAILURES_SHOWN, DocumentsFound, FileFailure, documents_page

UNIT = Unit("acme", FiscalYear.parse("2024"))
QUIET = DocumentsFound(
    counts=DocumentCounts(1_234, 2, 30),
    new=0,
    known=1_234,
    removed=0,
    failed=(),
    waiting=0,
    unplaced=5,
    refused="",
    kinds=("voucher", "supplier_invoice"),
)


def failures(count):
    return tuple(FileFailure(f"f{number}", "A 1", "http_404") for number in range(count))


def test_quiet_year_says_its_counts_and_nothing_missing():
    assert "" == QUIET.reason
    assert not QUIET.has_changes
    assert "Documents: 0 new, 1,234 known, 0 removed, 2 without voucher." == QUIET.in_words


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"failed": failures(2)}, "2 files failed and are tried again"),
        ({"waiting": 1_000}, "1,000 files wait for the next run"),
        (
            {"refused": "no right", "kinds": (), "refused_kinds": ("voucher",)},
            "not fetched: no right",
        ),
        ({"refused": "no right"}, "not fetched: no right"),
        (
            {"refused": "no right", "kinds": ("voucher",), "refused_kinds": ("supplier_invoice",)},
            "of supplier invoices not fetched: no right",
        ),
    ],
    ids=["failed", "waiting", "nothing", "files", "supplier invoices"],
)
def test_what_is_missing_is_said_with_its_reason(change, reason):
    found = replace(QUIET, **change)

    assert reason == found.reason
    assert found.in_words.endswith(f"{reason}.")


def test_page_counts_everything_and_names_every_file_that_failed():
    page = documents_page(UNIT, replace(QUIET, failed=failures(1)))

    assert "# acme 2024: documents" in page
    assert "| Vouchers without a document | 30 |" in page
    assert "| Files of supplier invoices that are not booked yet, all years | 5 |" in page
    assert "| A 1 | f0 | http\\_404 |" in page


def test_page_says_how_many_failed_files_it_does_not_name():
    page = documents_page(UNIT, replace(QUIET, failed=failures(FAILURES_SHOWN + 3)))

    assert "… and 3 more files." in page
    assert f"f{FAILURES_SHOWN}" not in page
