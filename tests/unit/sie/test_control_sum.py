"""#KSUMMA: what the sum covers, and what becomes of one that is wrong or missing."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.sie.text.checksum import add_line, control_sum
from ledger.sie.text.tokenizer import read_record
from tests.examples import examples

LINES = (
    "#FLAGGA 0",
    "#KSUMMA",
    '#FNAMN "Övningsbolaget \\"AB\\""',
    "#RAR 0 20240101 20241231",
    '#VER A 1 20240115 "Försäljning {1}"',
    "{",
    '   #TRANS\t1930  {1 "P 1"}  -5.00 "" "" 0',
    "}",
    "",
)
COVERED = (
    '#FNAMNÖvningsbolaget "AB"#RAR02024010120241231'
    "#VERA120240115Försäljning {1}#TRANS19301P 1-5.000"
)


def test_sum_covers_labels_and_contents_in_code_page_437(join):
    """SIE 4B §10: neither blanks nor marks, braces or line ends between fields count."""
    assert zlib.crc32(COVERED.encode("cp437")) == control_sum(join(*LINES))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r\n\r\n"])
@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8"])
def test_sum_survives_other_line_ends_and_encodings(join, line_end, encoding):
    content = join(*LINES, line_end=line_end, encoding=encoding)

    assert control_sum(join(*LINES)) == control_sum(content, encoding=encoding)


def test_records_outside_the_two_are_not_covered(join):
    content = join("#PROSA före", *LINES[1:], "#KSUMMA 1", "#PROSA efter")

    assert control_sum(join(*LINES)) == control_sum(content)


@pytest.mark.parametrize("form", ["{}", '"{}"', "-{}"])
def test_right_sum_is_not_noted(join, read_sie, form):
    total = control_sum(join(*LINES))
    total = 2**32 - total if form == "-{}" else total

    file, _ = read_sie(join(*LINES, "#KSUMMA " + form.format(total)))

    assert 0 == file.diagnostics.count("control_sum_wrong")


@pytest.mark.parametrize("value", ["0", "x", "", "99999999999999999999"])
def test_wrong_sum_is_noted(join, read_sie, value):
    file, _ = read_sie(join(*LINES, f"#KSUMMA {value}"))

    assert 1 == file.diagnostics.count("control_sum_wrong")


def sums(file):
    return [
        (item.code, item.level.value, item.message)
        for item in file.diagnostics.items
        if item.code.startswith("control_sum")
    ]


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8"])
def test_wrong_sum_is_a_warning_in_every_encoding(join, read_sie, encoding):
    file, _ = read_sie(join(*LINES, "#KSUMMA 1", encoding=encoding))

    message = "The #KSUMMA of the file differs from the one computed."
    assert [("control_sum_wrong", "warning", message)] == sums(file)


RIGHT = "The #KSUMMA of the file is the one computed."


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8"])
def test_sum_over_code_page_437_is_right_in_every_encoding(join, read_sie, encoding):
    total = control_sum(join(*LINES))

    file, _ = read_sie(join(*LINES, f"#KSUMMA {total}", encoding=encoding))

    assert [("control_sum_right", "info", RIGHT)] == sums(file)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_sum_over_the_bytes_as_they_stand_is_right(join, read_sie, encoding):
    total = zlib.crc32(COVERED.encode(encoding))

    file, _ = read_sie(join(*LINES, f"#KSUMMA {total}", encoding=encoding))

    message = f"{RIGHT} It is over the bytes as they stand."
    assert total != control_sum(join(*LINES))
    assert [("control_sum_right", "info", message)] == sums(file)


@pytest.mark.parametrize("encoding", ["cp437", "cp1252"])
def test_sum_over_the_bytes_of_another_encoding_is_wrong(join, read_sie, encoding):
    total = zlib.crc32(COVERED.encode("utf-8"))

    file, _ = read_sie(join(*LINES, f"#KSUMMA {total}", encoding=encoding))

    assert 1 == file.diagnostics.count("control_sum_wrong")


@given(st.integers(min_value=0), st.integers(1, 255))
def test_one_changed_byte_is_found(place, change):
    """A CRC finds every change within one byte, unless the byte does not count."""
    content = "".join(f"{line}\r\n" for line in LINES).encode("cp437")
    damaged = bytearray(content)
    place = 25 + place % (len(content) - 25)
    damaged[place] ^= change
    if set(' \t\r\n"{}\\#') & {chr(damaged[place]), chr(content[place])}:
        return

    assert control_sum(content) != control_sum(bytes(damaged))


BLANKS = st.sampled_from([" ", "  ", "\t"])
FIELDS = st.sampled_from(["1930", "-5.00", "ä", '"Kök {1} å"', '""', '"{}"', '"a\tb"'])
ODD = st.sampled_from(['"', '\\"', "\\", "{", "}", "{1 x}", '"x"y', "\r", "\x01", ' " ', "{}"])
LABELS = st.sampled_from(["#TRANS", "#PSALDO", "#KONTO", "#rubrik", "#SRU", "#"])
ENDS = st.sampled_from(["", " ", "\r"])


@st.composite
def record_lines(draw):
    """Write a record: mostly plain, now and then with an empty object list or something odd."""
    fields = draw(st.lists(FIELDS, max_size=4))
    for extra in draw(st.sampled_from([(), (), ("{}",), ("odd",)])):
        at = draw(st.integers(0, len(fields)))
        fields.insert(at, draw(ODD) if extra == "odd" else extra)
    parts = [draw(LABELS), *fields]
    return "".join(part + draw(BLANKS) for part in parts[:-1]) + parts[-1] + draw(ENDS)


@settings(max_examples=examples(300))
@given(record_lines(), st.sampled_from(["cp437", "cp1252", "utf-8"]))
@example("#KONTO {} 1930", "cp437")
@example("#PSALDO {} 1930", "cp437")
@example("#PSALDO {} 1930 {}", "cp437")
def test_sum_of_a_line_covers_what_the_tokenizer_finds_on_it(line, encoding):
    """Most lines are summed from their bytes, without being read as a record."""
    contents = read_record(line.strip(" \t\r")).contents
    expected = zlib.crc32("".join(contents).encode("cp437", "replace"))

    assert expected == add_line(0, line.encode(encoding), encoding)


@pytest.mark.parametrize("line", ["", " \t", "{", " }\r"])
def test_lines_that_hold_no_record_do_not_count(line):
    assert 7 == add_line(7, line.encode(), "cp437")
