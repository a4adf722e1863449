from pathlib import Path

from ledger.sie.diagnostics import CATALOGUE

PAGE = Path(__file__).parents[3] / "docs" / "systems" / "sie.md"


def test_page_about_sie_lists_every_diagnostic_as_the_reader_knows_it():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]

    assert [
        f"| `{code}` | {finding.level} | {finding.meaning} | {finding.assumed} |"
        for code, finding in CATALOGUE.items()
    ] == rows
