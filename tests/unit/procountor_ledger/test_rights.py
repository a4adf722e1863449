"""Which rights are fewer than they were."""

from __future__ import annotations

import pytest

from blocks.systems.procountor.ledger_rights import less_than

BEFORE = {
    "rights": {
        "salaries": {"payroll": "ALL_RIGHTS", "personalSalariesOnly": False},
        "archive": {"archiveSearch": "VIEWING_RIGHTS"},
    }
}


@pytest.mark.parametrize(
    ("group", "name", "now", "is_less"),
    [
        ("salaries", "payroll", "VIEWING_RIGHTS", True),
        ("salaries", "payroll", "NOT_ENABLED", True),
        ("salaries", "personalSalariesOnly", True, True),
        ("archive", "archiveSearch", None, True),
        ("archive", "archiveSearch", "ALL_RIGHTS", False),
        ("sales", "salesInvoiceSearch", "VIEWING_RIGHTS", False),
        ("sales", "personalSalesInvoicesOnly", True, True),
    ],
)
def test_right_of_any_part_that_is_lower_or_limited_is_named(group, name, now, is_less):
    rights = {key: dict(value) for key, value in BEFORE["rights"].items()}
    rights.setdefault(group, {})[name] = now

    assert ([f"{group}.{name}"] if is_less else []) == less_than({"rights": rights}, BEFORE)


def test_answer_without_rights_is_less_of_everything():
    assert ["archive.archiveSearch", "salaries.payroll"] == less_than({}, BEFORE)
