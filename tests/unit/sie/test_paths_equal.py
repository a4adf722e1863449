"""What is read in columns is what the exact tokenizer reads, whatever the lines look like."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import SieLimits
from ledger.sie.reader import open_sie
from ledger.sie.records.objects_used import ObjectsUsed
from ledger.sie.records.scan import Scanner
from ledger.sie.text import control_sum as control_sums
from ledger.sie.text.checksum import AS_IT_STANDS, control_sum
from tests.examples import examples

SMALL = SieLimits(block_bytes=512, piece_bytes=512, line_bytes=400, diagnostics_kept=10**6)
"""Blocks so small that even a few vouchers come in several."""


def read(content, *, exact_only, limits=SMALL):
    file = open_sie(content, suffix=".se", limits=limits, exact_only=exact_only)
    parts = list(file.batches())
    tables = {
        name: pa.Table.from_batches([part[name] for part in parts], CANONICAL[name])
        for name in VOUCHER_TABLES
    }
    for table in tables.values():
        table.validate(full=True)
    notes = [(item.line, item.code, item.field, item.level) for item in file.diagnostics.items]
    return file, tables, sorted(notes)


def assert_equal(content, limits=SMALL):
    fast, fast_tables, fast_notes = read(content, exact_only=False, limits=limits)
    exact, exact_tables, exact_notes = read(content, exact_only=True, limits=limits)

    assert exact_notes == fast_notes
    for name, table in exact_tables.items():
        assert table.to_pylist() == fast_tables[name].to_pylist(), name
    assert exact.header == fast.header
    return fast


def mostly(good, odd, weight=9):
    """Draw odd values now and then: a line with one is read exactly, and most should not be."""
    return st.integers(0, weight).flatmap(lambda roll: good if roll else odd)


words = st.text(st.sampled_from("abcåäöÅÄÖ é÷{}#.-10"), max_size=14)
texts = mostly(
    words,
    st.text(st.sampled_from('ab å"\\{}\t') | st.characters(max_codepoint=0x2500), max_size=9).map(
        lambda text: "".join(letter for letter in text if letter not in "\0\n\r\x1a")
    ),
)
blanks = st.sampled_from([" ", " ", " ", "  ", "\t", " \t  "])
digits = st.integers(0, 10**9).map(str)
amounts = mostly(
    st.one_of(
        st.decimals(-(10**7), 10**7, places=2).map(lambda value: f"{value:f}"),
        st.decimals(-(10**13), 10**13, places=1).map(lambda value: f"{value:f}"),
        st.integers(-(10**16), 10**16).map(str),
        st.sampled_from(["0", "-0.00", "12345.67", "-99999.99", "100000.00"]),
    ),
    st.sampled_from(
        [
            "1 000",
            "12 345 678.00",
            "1. 5",
            "7 -",
            "-1 .5",
            "",
            "1,5",
            "+1",
            "1.",
            ".5",
            "1.000",
            "1.001",
            "x",
            "1 000.00",
            "-",
            "--1",
        ]
    ),
)
quantities = mostly(st.sampled_from(["", "0", "1", "-2.5", "0.000001", "123456.789"]), amounts)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
dates = mostly(
    days.map(lambda day: day.strftime("%Y%m%d")),
    st.sampled_from(["20240230", "240115", "2024-01-15", " ", "20249915", "2024011", "18991231"]),
)
maybe_dates = st.one_of(st.just(""), dates)
accounts = mostly(
    st.sampled_from(["1930", "3001", "23", "143010", "FEL", "Åå12"]),
    st.sampled_from(["", " 1930", "1930 ", "12345678901", '19"30']),
)
codes = mostly(
    st.one_of(st.sampled_from(["A", "1", "17", "#", "a:b", "KS 1", "B\\"]), digits),
    st.one_of(st.just(""), st.just(" x"), st.just("x" * 70), texts),
)


@st.composite
def fields(draw, value):
    """Write a value as a field: bare or quoted, seldom in a way that no program should."""
    text = draw(value)
    style = draw(st.integers(0, 30))
    if style == 0:
        return f'"{text}'
    if style == 1:
        return f'"{text}"'
    if style == 3 and not set(text) & set('"{}'):
        return text
    if style == 2 or (style > 10 and text and not set(text) & set(' \t"{}')):
        return text
    return '"' + text.replace('"', '\\"') + '"'


@st.composite
def records(draw, label, *values, least):
    """Write a record with some of its fields, parted by blanks."""
    count = draw(st.integers(least, len(values)))
    line = label
    for value in values[:count]:
        line += draw(blanks) + draw(value)
    return (
        draw(st.sampled_from(["", "", "", "\t", "   "]))
        + line
        + draw(mostly(st.sampled_from(["", " "]), st.sampled_from(["\t ", "\r", " x"])))
    )


pairs = st.lists(st.tuples(fields(codes), fields(codes)).map(" ".join), max_size=3).map(" ".join)
object_lists = mostly(
    st.one_of(st.just("{}"), pairs.map(lambda text: f"{{{text}}}")),
    st.sampled_from(["{ }", "{1}", "{1 2", "}", "{{}}", "", '{"1" "2"}3', "{1 2}{}"]),
)
labels = mostly(
    st.sampled_from(["#TRANS", "#TRANS", "#TRANS", "#RTRANS", "#BTRANS"]),
    st.sampled_from(["#trans", "#TRANSX", "#Rtrans"]),
    weight=20,
)
rows = labels.flatmap(
    lambda label: records(
        label,
        fields(accounts),
        object_lists,
        fields(amounts),
        fields(maybe_dates),
        fields(texts),
        fields(quantities),
        fields(texts),
        fields(texts),
        least=3,
    )
)
heads = records(
    "#VER",
    fields(codes),
    fields(codes),
    fields(dates),
    fields(texts),
    fields(maybe_dates),
    fields(texts),
    st.sampled_from(["{", "x"]),
    least=3,
)
junk = st.one_of(
    st.just(""),
    st.sampled_from(["#KONTO 1 x", "{", "}", "{ }", "#TRANS", "#VER", "#TRANS 1930 {}"]),
    texts,
)


@st.composite
def vouchers(draw):
    """Write a voucher, mostly with its braces."""
    opening = mostly(st.just(["{"]), st.sampled_from([[], ["{ "], ["{ x"], ["{", "{"]]))
    closing = mostly(st.just(["}"]), st.sampled_from([[], ["} "], ["}}"], ["", "}"]]))
    body = st.lists(mostly(rows, junk, weight=15), max_size=8)
    return [draw(heads), *draw(opening), *draw(body), *draw(closing)]


@st.composite
def files(draw):
    """Write a file: a short head with a #KSUMMA, some vouchers."""
    body = [line for voucher in draw(st.lists(vouchers(), max_size=6)) for line in voucher]
    start = ["#FLAGGA 0", "#KSUMMA", "#SIETYP 4", "#RAR 0 20240101 20241231", "#DIM 1 KS"]
    encoding = draw(st.sampled_from(["cp437", "utf-8", "utf-8-sig", "cp1252"]))
    end = draw(st.sampled_from(["\r\n", "\n"]))
    return "".join(line + end for line in (*start, *body)).encode(encoding, "replace")


@settings(max_examples=examples(40))
@given(files())
@example(b'#VER A 1 20240115\n{\n#TRANS 1930 {} 1 "" "\\"" \r\r\n}\n')
@example(b'#VER A 1 20240115\n{\n#TRANS  {1} "0.00"\n}\n')
@example(b'#VER A 1 20240115 "x" "" {\n#TRANS 1930 {1 2 3 4} -5.5 20240115 "" 0\n}\n')
def test_both_paths_read_the_same(content):
    assert_equal(content)


plain_texts = st.text(st.sampled_from("ab ÅÄö-.'"), max_size=12)
plain_rows = st.builds(
    '#TRANS 1930 {{{}}} {} "" "{}" 0'.format,
    st.sampled_from(["", '1 "30"', "6 P"]),
    st.sampled_from(["5.00", "-1234.56"]),
    mostly(plain_texts, st.sampled_from(['en \\"så bra\\" dag', "a\tb", "a{b", "a\rb"]), weight=30),
)
bare_returns = st.sampled_from(["#TRANS 1930 {} 5.00 20240115 a\rb", "#TRANS 19\r30 {} 5.00"])
plain_vouchers = st.builds(
    lambda text, rows: [f'#VER A 1 20240115 "{text}"', "{", *rows, "}"],
    plain_texts,
    st.lists(mostly(plain_rows, st.one_of(bare_returns, rows, junk), weight=30), max_size=12),
)


@st.composite
def plain_files(draw):
    """Write a file most of whose lines the columns can read, with a #KSUMMA before them."""
    body = [line for lines in draw(st.lists(plain_vouchers, max_size=8)) for line in lines]
    lines = ["#FLAGGA 0", "#KSUMMA", "#RAR 0 20240101 20241231", *body]
    end = draw(st.sampled_from(["\r\n", "\n"]))
    return "".join(line + end for line in lines).encode(
        draw(st.sampled_from(["cp437", "utf-8", "cp1252"])), "replace"
    )


@settings(max_examples=examples(100))
@given(st.one_of(plain_files(), files()), st.sampled_from([16, 200, control_sums.WINDOW_BYTES]))
@example(b"#KSUMMA\n#VER A 1 20240115\n{\n#TRANS 1930 {} 5.00 20240115 a\rb\n}\n", 16)
def test_sum_in_columns_is_the_sum_of_the_lines(content, window_bytes):
    """The closing #KSUMMA is computed line by line, by the letter, and found right in columns."""
    encoding = open_sie(content).encoding
    total = control_sum(content.removeprefix(b"\xef\xbb\xbf"), encoding=encoding)

    with mock.patch.object(control_sums, "WINDOW_BYTES", window_bytes):
        file, _, _ = read(content + f"#KSUMMA {total}\n".encode(), exact_only=False)

    assert 0 == file.diagnostics.count("control_sum_wrong")


@settings(max_examples=examples(60))
@given(plain_files(), st.sampled_from([16, control_sums.WINDOW_BYTES]))
def test_sum_of_the_bytes_as_they_stand_is_taken_in_columns_too(content, window_bytes):
    total = control_sum(content, encoding=AS_IT_STANDS, over=AS_IT_STANDS)

    with mock.patch.object(control_sums, "WINDOW_BYTES", window_bytes):
        file, _, _ = read(content + f"#KSUMMA {total}\n".encode(), exact_only=False)

    assert 1 == file.diagnostics.count("control_sum_right")


@pytest.mark.parametrize("text", ["två ord", 'en \\"så bra\\" dag', "", " "])
def test_sum_of_plain_rows_is_taken_in_columns(text, monkeypatch):
    def by_the_letter(*_):
        raise AssertionError("a sound block was summed line by line")

    monkeypatch.setattr(control_sums, "_over_lines", by_the_letter)
    lines = ["#KSUMMA", "#VER A 1 20240115", "{", f'#TRANS 1930 {{}} 5.00 "" "{text}" 0', "}"]
    content = "".join(f"{line}\r\n" for line in lines).encode("cp437")

    file, _, _ = read(content + b"#KSUMMA %d\r\n" % control_sum(content), exact_only=False)

    assert 0 == file.diagnostics.count("control_sum_wrong")


@settings(max_examples=examples(40))
@given(files(), st.binary(max_size=6), st.integers(0, 4000))
def test_both_paths_read_the_same_after_damage(content, damage, place):
    place %= len(content) + 1

    assert_equal(content[:place] + damage + content[place + len(damage) // 2 :])


gaps = st.sampled_from([" ", "\t", "  "])
names = st.sampled_from(["1", "6", "P04", "KS 1", "Åby", "12345678", "a long name of an object"])
row_pairs = st.lists(st.tuples(st.sampled_from("167"), names), max_size=3)


@st.composite
def listed_rows(draw):
    """Write a row as some program does; return it with the pairs of its object list."""
    pairs = draw(row_pairs)
    quoted = draw(st.booleans())
    words = [f'"{name}"' if quoted or " " in name else name for pair in pairs for name in pair]
    inner = draw(st.sampled_from(["", " "]))
    listed = f"{{{inner}{draw(gaps).join(words)}{inner}}}" if words or draw(st.booleans()) else ""
    label = draw(st.sampled_from(["#TRANS", "#RTRANS", "#BTRANS"]))
    account = draw(st.sampled_from(["1930", '"3001"', "23", "143010"]))
    margin = draw(st.sampled_from(["", "   "]))
    parts = [margin + label, account, *([listed] if listed else []), "5.00", '"" "" 0']
    return draw(gaps).join(parts), pairs


def objects_used(content, encoding="cp437", limits=SMALL):
    used = ObjectsUsed(content, encoding, limits=limits)
    Scanner(content, objects=used, limits=limits, log=DiagnosticLog(kept=0)).scan()
    return used.pairs


@settings(max_examples=examples(100))
@given(st.lists(listed_rows(), max_size=25), st.sampled_from(["cp437", "utf-8"]))
@example([("#TRANS\t1930 {1 6} 5", [("1", "6")]), ("#TRANS 1930 {1 6} 5", [])], "cp437")
@example([("#TRANS  1930 {\t6 P} 5", [("6", "P")])], "cp437")
@example([('#TRANS 1 5.00 "" "a {7 Q}"', []), ("#TRANS 1 {7 Q} 5", [("7", "Q")])], "cp437")
def test_first_pass_finds_each_object_that_rows_use_and_its_first_line(rows, encoding):
    lines = ["#VER A 1 20240115", "{", *(line for line, _ in rows), "}"]
    content = "".join(f"{line}\r\n" for line in lines).encode(encoding)

    expected = {}
    for line, (_, pairs) in enumerate(rows, start=3):
        for pair in pairs:
            expected.setdefault(pair, line)
    assert expected == objects_used(content, encoding)


def test_row_label_inside_a_text_is_no_row():
    assert {} == objects_used(b'#KONTO 1930 "text #TRANS 1930 {7 Q} 5"\n')


def test_long_object_lists_at_the_same_place_of_two_pieces_are_both_found():
    first, second = (b'#TRANS 1930 {1 "a long object %b"} 5\n' % name for name in (b"AA", b"BB"))
    filler = b"x" * (SMALL.piece_bytes - len(first) - 1) + b"\n"
    limits = replace(SMALL, piece_bytes=len(first + filler), line_bytes=SMALL.piece_bytes)

    assert {("1", "a long object AA"): 1, ("1", "a long object BB"): 3} == objects_used(
        first + filler + second, limits=limits
    )


SHAPES = {
    "Fortnox": '#TRANS 1930 {{}} {amount} "" "" 0',
    "Fortnox with text": '#TRANS 1930 {{}} {amount} "" "Första raten" 0',
    "Visma": "   #TRANS  1930 {{}} {amount}",
    "Visma Compact": '#TRANS\t1930\t{{}}\t{amount}\t20240115\t"Årsavgift"\t0.00',
    "BL Administration": '#TRANS 1930  {{1 "10"}} {amount} 20240115 "1820\\A012 Cykel" ',
    "Mamut": '#TRANS\t1930\t{{8 "30083"\t1 "2"}}\t{amount}\t20240115\t"Å"\t""',
    "Edison": '#TRANS     1930 {{ "1" "1"}}    {amount} 20240115',
    "Norstedts": "\t#TRANS\t1930 {{}}      {amount}    20240115 Återföring",
    "all quoted": '#TRANS "1930" {{"6" "P 1"}} "{amount}" "20240115" "x" "1.5" "Bo"',
    "escaped": '#TRANS 1930 {{}} {amount} "" "en \\"bra\\" dag" 0',
    "no list": '#TRANS 1930 {amount} "" "" 0',
    "no list, brace in text": '#TRANS 1930 {amount} 20240115 "{{1 2}}"',
    "text": '#TRANS 1930 {{}} {amount} "" "Årsavgift" 12.50',
}
"""Rows as programs write them: these must never need the exact path."""


@pytest.mark.parametrize("shape", SHAPES)
def test_row_of_a_known_program_is_read_in_columns(bend, shape):
    amounts = ["100.00", "-0.5", "7", "-1234567.89", "123456789012.34"]
    content = bend().insert(17, *(SHAPES[shape].format(amount=amount) for amount in amounts))

    file = assert_equal(content.content)

    assert (8, 0) == (file.path_counts.fast_rows, file.path_counts.exact_rows)


@pytest.mark.parametrize("tail", ["{1 2}", "20240115 {1 2}", '"" "" 0 {1 2}', '"" "" 0 Bo x {6 P}'])
def test_list_behind_the_amount_is_found_as_the_exact_path_finds_it(bend, tail):
    """Only the exact path takes a list from anywhere; rows that have none stay in columns."""
    file = assert_equal(bend().change(16, f"#TRANS 1930 100.00 {tail}").content)

    assert 1 == file.path_counts.exact_rows


HEADS = [
    '#VER "A" "1" 20240115 "Reseutlägg"',
    "#VER\tA\t1\t20240115\tÅterföring",
    '#VER # 1 20240115 "Avskrivning" 20240116 "2 Vera Ek" ',
    '#VER A     1 20240115 "Försäljning" 20240116 SNI',
    '#VER "" 0 20240115 "en \\"bra\\" dag"',
    "   #VER A 1 20240115",
    '#VER A 1 20240115 "{VV} i text" 20240116',
]


@pytest.mark.parametrize("head", HEADS)
def test_voucher_line_of_a_known_program_is_read_in_columns(bend, head):
    file = assert_equal(bend().change(14, head).content)

    assert (3, 0) == (file.path_counts.fast_rows, file.path_counts.exact_rows)


def test_bent_rows_take_the_exact_path_and_no_others(bend):
    content = bend().change(16, "#TRANS 1930 {} 100,00").content

    file = assert_equal(content)

    assert (2, 1) == (file.path_counts.fast_rows, file.path_counts.exact_rows)


def test_rows_of_both_paths_stand_in_the_order_of_the_file(bend, read_sie):
    amounts = ["1.00", "2,00", "3.00", "4,00", "-5.00", "-5,00"]
    lines = [f'#TRANS 1930 {{6 P{at}}} {amount} "" "t{at}"' for at, amount in enumerate(amounts)]

    file, tables = read_sie(bend().insert(17, *lines).content)

    assert (6, 3) == (file.path_counts.fast_rows, file.path_counts.exact_rows)
    assert [None, *(f"t{at}" for at in range(6)), None] == (
        tables["posting"]["posting_text"].to_pylist()
    )
    assert [(at + 2, f"P{at}") for at in range(6)] == [
        (row["row_number"], row["object_number"]) for row in tables["posting_dimension"].to_pylist()
    ]


def test_voucher_longer_than_a_block_is_whole_in_several_batches(bend):
    """The rows of one voucher may come in several batches; their numbers go on."""
    limits = SieLimits(block_bytes=600, piece_bytes=600, voucher_bytes=2000, line_bytes=400)
    rows = [f"#TRANS 1930 {{}} {number}.00" for number in range(1, 500)]
    content = bend().insert(17, *rows, *(f"#BTRANS 1 {{}} {n}" for n in range(50))).content

    batches = list(open_sie(content, limits=limits).batches())

    numbers = [n for batch in batches for n in batch["posting"]["row_number"].to_pylist()]
    history = [
        n for batch in batches for n in batch["posting_correction"]["row_number"].to_pylist()
    ]
    keys = {key for batch in batches for key in batch["posting"]["voucher_key"].to_pylist()}
    assert sum(batch["posting"].num_rows > 0 for batch in batches) > 3
    assert list(range(1, 502)) == numbers
    assert list(range(1, 51)) == history
    assert {"A:1"} == keys
    assert_equal(content, limits)
