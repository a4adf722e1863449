"""Years as a person asks for them."""

from __future__ import annotations

import pytest

from ledger.asked_years import AskedYear, asked_years


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2021-2024"], ["2021", "2022", "2023", "2024"]),
        (["2024", "2023", "2024-01-01_2024-12-31"], ["2024", "2023"]),
        (["2024-07-01_2025-06-30"], ["2024-07-01_2025-06-30"]),
        (["2001-2050"], [str(year) for year in range(2001, 2051)]),
    ],
)
def test_years_are_read_as_a_person_writes_them(texts, expected):
    assert expected == [item.text for item in asked_years(texts)]


@pytest.mark.parametrize("texts", [["2023", "2022-2023"], ["2022-2023", "2023"]])
def test_year_that_is_named_counts_as_named_in_a_span_too(texts):
    assert {AskedYear("2022", in_span=True), AskedYear("2023")} == set(asked_years(texts))


@pytest.mark.parametrize("text", ["2001-2051", "", "last", "2024-13-01_2025"])
def test_what_is_no_year_and_no_span_is_refused(text):
    with pytest.raises(ValueError, match=r"expected 2024|no span of 1 to 50"):
        asked_years([text])


def test_span_whose_years_are_turned_is_refused_with_the_right_one():
    with pytest.raises(ValueError, match="write the earlier year first, 2021-2024"):
        asked_years(["2024-2021"])


def test_more_years_than_a_run_takes_are_refused():
    assert 50 == len(asked_years(["1970-2019"]))
    for texts in ([], ["1970-2019", "2020"]):
        with pytest.raises(ValueError, match="expected 1 to 50"):
            asked_years(texts)
