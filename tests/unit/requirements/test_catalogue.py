"""docs/requirements.csv itself."""

from __future__ import annotations

import csv
import re
from itertools import groupby
from pathlib import Path
from string import ascii_lowercase

import pytest

from tests.plugins.requirement_results import CATALOGUE, read_catalogue


@pytest.fixture(scope="module")
def rows(pytestconfig):
    with (pytestconfig.rootpath / CATALOGUE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ids_are_unique(rows):
    ids = [row["id"] for row in rows]

    assert sorted(set(ids)) == sorted(ids)


def test_every_row_is_an_id_a_yes_or_no_and_one_sentence(rows):
    bad = [
        row
        for row in rows
        if not re.fullmatch(r"R-(FIN|ECO|SEN|FEN|SPO|X)-P?\d+[a-z]?", row["id"])
        or row["optional"] not in {"yes", "no"}
        or not re.fullmatch(r"\S.{20,}\S\.", row["acceptance"])
        or re.search(r"\. [A-Z]", row["acceptance"])
    ]

    assert not bad


def test_only_and_all_public_ids_are_optional(rows):
    bad = [row for row in rows if ("-P" in row["id"]) != (row["optional"] == "yes")]

    assert not bad


def test_numbering_of_each_family_has_no_gap(rows):
    """A promise that fell out of the file would otherwise be missed by nobody."""
    families: dict[str, list[int]] = {}
    for whole, _ in groupby(row["id"].rstrip(ascii_lowercase) for row in rows):
        family, number = re.fullmatch(r"(.*-P?)(\d+)", whole).groups()
        families.setdefault(family, []).append(int(number))

    assert {family: list(range(1, len(ns) + 1)) for family, ns in families.items()} == families


def test_clauses_of_a_requirement_stand_together_from_a_on_and_are_at_least_two(rows):
    letters = {
        whole: "".join(row["id"].removeprefix(whole) for row in clauses)
        for whole, clauses in groupby(rows, key=lambda row: row["id"].rstrip(ascii_lowercase))
    }

    assert {} == {
        whole: found
        for whole, found in letters.items()
        if found not in {"", *(ascii_lowercase[:count] for count in range(2, 27))}
    }


def test_catalogue_keeps_the_order_of_the_file(rows, pytestconfig):
    assert [row["id"] for row in rows] == list(read_catalogue(Path(pytestconfig.rootpath)))
