"""Totals are found by arithmetic, above their parts or below them, and never counted twice."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.statement.rows import Rows, Word
from ledger.statement.totals import MAX_PARTS, find_totals

CENTS = st.integers(-(10**9), 10**9).filter(bool)


def rows(*figures, words=None, indent=None, headings=(), accounts=(), rounding=0):
    table = np.array([figure if isinstance(figure, tuple) else (figure,) for figure in figures])
    count = len(figures)
    return Rows(
        table.astype(np.int64),
        np.ones(table.shape, np.bool_),
        words or [Word.OPEN] * count,
        indent or [0] * count,
        [place in headings for place in range(count)],
        [place in accounts for place in range(count)],
        rounding,
    )


def parts_of(*figures, **said):
    return find_totals(rows(*figures, **said)).parts


@given(st.lists(st.lists(CENTS, min_size=2, max_size=5), min_size=2, max_size=4), st.booleans())
def test_the_lines_that_are_no_total_add_up_to_the_statement_wherever_totals_stand(groups, above):
    figures, words = [], []
    for group in groups:
        total = [(sum(group), Word.GROUP)]
        lines = [(line, Word.LEAF) for line in group]
        for figure, word in [*total, *lines] if above else [*lines, *total]:
            figures.append((figure, figure * 2))
            words.append(word)
    whole = sum(map(sum, groups))
    figures.append((whole, whole * 2))
    words.append(Word.TOTAL)

    found = find_totals(rows(*figures, words=words))

    leaves = [place for place in range(len(figures)) if place not in found.parts]
    assert whole == sum(figures[place][0] for place in leaves)
    assert len(groups) + 1 == len(found.parts)
    assert not found.off


@given(st.lists(CENTS, min_size=2, max_size=30, unique_by=abs))
def test_running_results_take_in_what_stands_above_them(lines):
    figures, words = [lines[0]], [Word.OPEN]
    for line in lines[1:]:
        figures += [line, sum(lines[: lines.index(line) + 1])]
        words += [Word.LEAF, Word.RESULT]

    found = find_totals(rows(*figures, words=words))

    assert list(range(2, len(figures), 2)) == sorted(found.parts)
    assert not found.off


def test_a_line_that_equals_the_one_above_it_is_no_total_without_words():
    assert {} == parts_of(500, 500, 700)


def test_a_total_with_nothing_above_it_is_a_line():
    assert {} == parts_of(5, words=[Word.TOTAL])
    assert {2: [0, 1]} == parts_of(5, 6, 11, words=[Word.RESULT, Word.LEAF, Word.TOTAL])


def test_a_line_of_zeros_is_no_total_without_words():
    assert {} == parts_of(100, 0, 0, -40)
    assert {2: [0, 1]} == parts_of(100, 0, 100, words=[Word.LEAF, Word.LEAF, Word.TOTAL])


def test_a_total_of_a_single_line_is_one_by_its_words():
    assert {1: [0]} == parts_of(20, 20, words=[Word.LEAF, Word.TOTAL])
    assert {1: [0], 4: [2, 3]} == parts_of(
        20, 20, 8, 57, 65, words=[Word.OPEN, Word.TOP_GROUP, Word.OPEN, Word.OPEN, Word.TOP_GROUP]
    )


def test_a_group_above_a_single_line_is_a_total_where_others_stand_above_theirs():
    words = [Word.TOP_GROUP, Word.OPEN, Word.TOP_GROUP, Word.OPEN, Word.OPEN]

    assert {0: [1], 2: [3, 4]} == parts_of(20, 20, 65, 8, 57, words=words)


def test_lines_that_are_moved_in_belong_to_the_line_above_even_when_all_are_zero():
    assert {0: [1, 2]} == parts_of(0, 0, 0, 5, indent=[0, 2, 2, 0])


def test_accounts_belong_to_the_line_above_that_is_none():
    assert {0: [1], 2: [3, 4]} == parts_of(7, 7, 0, 0, 0, accounts=(1, 3, 4))


def test_every_column_has_to_add_up():
    assert {} == parts_of((1, 1), (2, 2), (3, 4))
    assert {2: [0, 1]} == parts_of((1, 1), (2, 3), (3, 4))


def test_a_named_total_that_is_off_in_one_column_is_still_one_and_said():
    figures = [(10, 1), (20, 2), (33, 3)]
    found = find_totals(rows(*figures, words=[Word.LEAF, Word.LEAF, Word.TOTAL]))

    assert {2: [0, 1]} == found.parts
    assert {2} == found.off


def test_a_group_that_is_off_in_one_column_has_its_parts_by_the_other():
    rest, whole = (5, 1), (38, 4)
    words = [Word.LEAF, Word.LEAF, Word.GROUP, Word.LEAF, Word.TOTAL]
    below = find_totals(rows((10, 1), (20, 2), (33, 3), rest, whole, words=words))
    words = [Word.GROUP, Word.LEAF, Word.LEAF, Word.LEAF, Word.TOTAL]
    above = find_totals(rows((33, 3), (10, 1), (20, 2), rest, whole, words=words))

    assert {2: [0, 1], 4: [2, 3]} == below.parts
    assert {0: [1, 2], 4: [0, 3]} == above.parts
    assert ({2}, {0}) == (below.off, above.off)


def test_a_group_that_is_off_has_the_lines_that_are_moved_in_below_it():
    words = [Word.GROUP, Word.LEAF, Word.LEAF, Word.LEAF, Word.RESULT]
    found = find_totals(rows(33, 10, 20, 5, 38, words=words, indent=[0, 2, 2, 0, 0]))

    assert {0: [1, 2], 4: [0, 3]} == found.parts
    assert {0} == found.off


def test_a_named_total_that_is_off_takes_in_its_group_and_no_other():
    words = [Word.LEAF, Word.LEAF, Word.LEAF, Word.TOTAL]
    found = find_totals(rows(5, 10, 20, 31, words=words, headings=(1,)))

    assert {3: [1, 2]} == found.parts


def test_a_line_that_happens_to_be_a_sum_does_not_hide_the_total_below_it():
    words = [Word.OPEN, Word.OPEN, Word.OPEN, Word.TOP_GROUP]

    assert {3: [0, 1, 2]} == parts_of((3, 3), (21, 9), (24, 12), (48, 24), words=words)


@pytest.mark.parametrize("off", [0, 1])
def test_a_result_that_brings_a_balance_sheet_to_zero_is_a_line_of_it_whatever_is_off(off):
    """In the first column, of openings, it is zero, and so is the sum above it."""
    assets = (60, 177, 237 - off)
    figures = (
        assets, assets, (-25, 0, -25), (-35, -39, -74), (0, -138, -138), (-60, -177, -237),
    )  # fmt: skip
    words = [Word.LEAF, Word.TOTAL, Word.LEAF, Word.LEAF, Word.RESULT, Word.TOTAL]

    found = find_totals(rows(*figures, words=words))

    assert {1: [0], 5: [2, 3, 4]} == found.parts
    assert not found.off


def test_result_is_a_total_also_where_the_costs_alone_are_as_much(read, parts):
    """Half of the income is costs, so that one row is the result turned around."""
    text = """Resultaträkning;2024
        Nettoomsättning;100 000,10
        Summa rörelseintäkter;100 000,10
        Övriga externa kostnader;-20 000,00
        Personalkostnader;-30 000,00
        Summa rörelsekostnader;-50 000,00
        Rörelseresultat;50 000,00"""

    (statement,) = read(text).statements

    assert {3: [2], 6: [4, 5], 7: [3, 6]} == parts(statement)
    assert {"income": "+", "costs": "-"} == statement.sign


@pytest.mark.parametrize("fixed", ["31 250,13", "250,13"])
def test_total_that_is_off_by_a_cent_takes_no_total_above_it_for_a_part(read, parts, fixed):
    text = f"""Tase;31.12.2024
        VASTAAVAA
        Aineelliset hyödykkeet;{fixed}
        Pysyvät vastaavat yhteensä;{fixed}
        Vaihto-omaisuus;9 044,45
        Lyhytaikaiset saamiset;144 819,60
        Rahat ja pankkisaamiset;234 180,12
        Vaihtuvat vastaavat yhteensä;388 044,16
        VASTATTAVAA
        Osakepääoma;2 500,00"""

    (statement,) = read(text).statements

    assert {4: [3], 8: [5, 6, 7]} == parts(statement)


def test_rounding_is_allowed_to_named_lines_alone():
    tenths = [90, 70, 40]
    words = [Word.LEAF] * 3 + [Word.GROUP]

    assert {3: [0, 1, 2]} == parts_of(*tenths, 210, words=words, rounding=5)
    assert {} == parts_of(*tenths, 210, rounding=5)
    assert {} == parts_of(*tenths, 230, words=words, rounding=5)


def test_a_sum_of_as_many_parts_as_the_limit_is_found_and_of_more_is_not():
    for count, found in ((MAX_PARTS, True), (MAX_PARTS + 1, False)):
        figures = [*range(1, count + 1), count * (count + 1) // 2]
        words = [Word.LEAF] * count + [Word.OPEN]

        assert found == bool(parts_of(*figures, words=words))


def test_totals_of_totals_have_levels(read):
    text = "Tase 31.12.2026\nTili;Nimi;Saldo\n1100;Koneet;5,00\n;Koneet yhteensä;5,00\n"
    text += "1900;Kassa;1,00\n1910;Pankki;2,00\n;Rahat yhteensä;3,00\n;Vastaavaa yhteensä;8,00\n"

    (statement,) = read(text).statements

    assert [2, 1, 2, 2, 1, 0] == [line.level for line in statement.lines]
    assert Decimal("8.00") == sum(line.amount.ledger for line in statement.leaves)


def test_a_column_that_adds_up_nowhere_takes_no_total_away(read, parts):
    """A comparison may hold averages; what it prints is named, and counts for nothing else."""
    file = read(
        "Tuloslaskelma;1-3/2026;Vertailu\n"
        "Liikevaihto;900,10;30,00\nMateriaalit ja palvelut;-300,30;7,00\nOstot;-100,10;5,00\n"
        "Ulkopuoliset palvelut;-200,20;4,00\nLiikevoitto;599,80;11,00\n"
    )

    (statement,) = file.statements
    assert {3: [4, 5], 6: [2, 3]} == parts(statement)
    assert {3} == {remark.place.column for remark in file.remarks if remark.code == "total_differs"}
