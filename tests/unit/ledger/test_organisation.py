"""Organisation numbers: the same number in every way of writing it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn

from ledger.organisation import Identity, OrganisationNumber, is_same, plain_digits

DIGIT = st.sampled_from("0123456789")
SWEDISH = st.text(DIGIT, min_size=10, max_size=10).filter(lambda text: text.strip("0"))
FINNISH = st.text(DIGIT, min_size=8, max_size=8).filter(lambda text: text.strip("0"))
NUMBER = SWEDISH | FINNISH


def parsed(text):
    number = OrganisationNumber.parse(text)
    assert number is not None
    return number


@given(SWEDISH, st.sampled_from(["16", "19", "20"]))
def test_a_swedish_number_is_one_value_however_it_is_written(digits, century):
    head, tail = digits[:6], digits[6:]
    written = (
        f"{head}-{tail}",
        f" {head} {tail} ",
        f"{century}{digits}",
        f"{century}{head}-{tail}",
        f"SE{digits}01",
        f"se {head}-{tail}-01",
    )

    assert {parsed(text) for text in written} == {OrganisationNumber("SE", digits)}


@given(FINNISH)
def test_a_finnish_number_is_one_value_however_it_is_written(digits):
    written = (digits, f"{digits[:7]}-{digits[7:]}", f"FI{digits}", f"fi {digits[:7]}-{digits[7:]}")

    assert {parsed(text) for text in written} == {OrganisationNumber("FI", digits)}


@given(NUMBER)
def test_what_a_number_says_of_itself_is_read_back_as_it(digits):
    number = parsed(digits)

    assert parsed(number.canonical) == parsed(number.digits) == parsed(str(number)) == number


@given(NUMBER, NUMBER)
def test_numbers_are_the_same_only_when_their_digits_are(one, other):
    assert is_same(one, other) is (parsed(one) == parsed(other)) is (one == other)


@given(st.text())
def test_no_text_is_an_error_and_a_number_has_ten_or_eight_digits(text):
    number = OrganisationNumber.parse(text)

    assert number is None or (number.country, len(number.digits)) in {("SE", 10), ("FI", 8)}
    assert plain_digits(text) == "" or plain_digits(text).isdigit()


@pytest.mark.parametrize(
    "text",
    [
        "0000000000",
        "00000000",
        "556000123",
        "55600012345",
        "556000123x",
        "775560001234",
        "SE12345671",
        "SE556000123402",
        "FI5560001234",
        "\N{FULLWIDTH DIGIT FIVE}560001234",
    ],
)
def test_what_has_no_form_of_a_number_is_none(text):
    assert OrganisationNumber.parse(text) is None


@given(st.text(DIGIT, min_size=9, max_size=9))
def test_a_wrong_check_digit_is_a_remark_and_no_refusal(body):
    right = body + luhn.calc_check_digit(body)
    assume(right.strip("0"))
    wrong = body + str((int(right[9]) + 1) % 10)
    assume(wrong.strip("0"))

    assert parsed(right).remark == ""
    assert f"{wrong[:6]}-{wrong[6:]}" in parsed(wrong).remark


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("5555555555", True),
        ("2021005489", True),
        ("2021005488", False),
        ("2077474-0", True),
        ("2077474-1", False),
    ],
)
def test_check_digits_of_numbers_as_authorities_print_them(text, is_right):
    assert is_right is (parsed(text).remark == "")


@pytest.mark.parametrize(
    ("found", "wanted", "is_readable"),
    [
        ("16556000-1234", "5560001234", True),
        ("5569999999", "5560001234", True),
        ("55600012", "5560001234", False),
        ("0000000000", "5560001234", False),
        ("0000000000", "0000000000", False),
        ("5560001234", "0000000000", True),
        ("", "5560001234", False),
        ("559", "5560001234", False),
        ("12345679", "1234567-8", True),
        ("5560001234", "1234567-8", True),
        ("987654321", "123456789", True),
        ("5560001234", "", True),
        ("", "", False),
    ],
)
def test_a_source_names_a_company_by_a_number_of_some_form(found, wanted, is_readable):
    assert Identity.of(found, wanted).is_readable is is_readable
