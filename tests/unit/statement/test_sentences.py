"""Every question and remark has a sentence for a person, and the page of statements lists them."""

from __future__ import annotations

import ast
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.statement.periods import Period
from ledger.statement.sentences import QUESTIONS, REMARKS, say, where
from ledger.statement.values import Place, Question, Remark

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "systems" / "statements.md"
QUARTER = Period(dt.date(2026, 1, 1), dt.date(2026, 3, 31))


def codes_in_source(method):
    """Return the texts that stand first where a module says or asks something."""
    found = set()
    for file in (ROOT / "ledger" / "statement").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == method:
                texts = [n for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)]
                found |= {text.value for text in texts if isinstance(text.value, str)}
    return found


def test_every_code_has_a_sentence_and_every_sentence_a_code():
    variable = {"account_cells_mixed", "amount_cells_mixed", "total_differs", "total_rounded"}

    assert set(QUESTIONS) == codes_in_source("ask")
    assert set(REMARKS) == codes_in_source("say") | variable


def test_the_page_of_statements_lists_every_code_with_its_sentence():
    listed = dict(re.findall(r"^\| `([a-z_]+)` \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE))

    assert {**QUESTIONS, **REMARKS} == listed


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(), ""),
        (Place("Tase"), "Tase"),
        (Place("Tase", 12, 2), "Tase!B12"),
        (Place("", 12), "row 12"),
        (Place("Tase", 0, 28), "Tase!column AB"),
    ],
)
def test_places_are_written_as_people_do(place, said):
    assert said == where(place)


def test_values_are_written_as_people_do():
    question = Question(
        "movement_or_cumulative", values={"movement": QUARTER, "cumulative": QUARTER}
    )
    remark = Remark(
        "total_differs",
        values={
            "printed": Decimal("1.00"), "parts": Decimal("5.50"), "rows": [3, 4],
            "difference": Decimal("4.50"), "digits_may_be_swapped": True,
        },
    )  # fmt: skip

    assert "2026-01-01 to 2026-03-31" in say(question)
    assert "its rows 3, 4 come to 5.50: 4.50 off." in say(remark)
    assert "two digits" in say(remark)
