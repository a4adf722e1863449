"""Every deviation has a code, a level and its line, and the file is read all the same.

The table is the catalogue turned round: each code has at least one small file that deserves it.
"""

from __future__ import annotations

import pytest

from ledger.diagnostics import Level
from ledger.sie.diagnostics import CATALOGUE
from ledger.sie.limits import SieLimits
from ledger.sie.reader import open_sie
from ledger.sie.text.checksum import control_sum


def with_sum(content):
    return content + b"#KSUMMA %d\r\n" % control_sum(content)


E, W, I = Level.ERROR, Level.WARNING, Level.INFO  # noqa: E741

BENT = [
    # code, level, line, how the sound file is bent
    ("control_character", W, 14, lambda f: f.change(14, '#VER A 1 20240115 "F\x07rsta"')),
    ("dos_end_of_file", I, 19, lambda f: f.add("\x1a").content.removesuffix(b"\r\n")),
    ("nul_byte", E, 14, lambda f: f.change(14, '#VER A 1 20240115 "F\0rsta"')),
    (
        "stray_byte",
        W,
        14,
        lambda f: f.content.replace(b'"F\x94rs\x84ljning" ', b'"F\xf6rs\x84ljning" '),
    ),
    (
        "damaged_text",
        W,
        14,
        lambda f: f.content.replace(b'"F\x94rs\x84ljning" ', b'"F\xef\xbf\xbdrs\x84ljning" '),
    ),
    ("control_sum_missing", E, 2, lambda f: f.insert(2, "#KSUMMA")),
    ("control_sum_unopened", W, 19, lambda f: f.add("#KSUMMA 123")),
    ("control_sum_wrong", W, 20, lambda f: f.insert(2, "#KSUMMA").add("#KSUMMA 123")),
    ("control_sum_right", I, 20, lambda f: with_sum(f.insert(2, "#KSUMMA").content)),
    ("fields_shifted", E, 16, lambda f: f.change(16, "#TRANS 1930 {} 1 000.00")),
    ("value_missing", W, 6, lambda f: f.change(6, '#FNAMN ""')),
    ("value_missing", I, 2, lambda f: f.change(2, '#PROGRAM "Bokföraren"')),
    ("flagga_not_first", I, 2, lambda f: f.change(1, "#FORMAT PC8", "#FLAGGA 0").change(3)),
    ("already_read", W, 1, lambda f: f.change(1, "#FLAGGA 1")),
    ("line_without_label", E, 9, lambda f: f.insert(9, "KONTO 1910 Kassa")),
    ("label_damaged", E, 17, lambda f: f.insert(17, "#TRANSX 1910 {} 0.00")),
    ("unknown_label", I, 9, lambda f: f.insert(9, "#MOMSKOD 10 25")),
    ("label_case", I, 16, lambda f: f.change(16, "#trans 1930 {} 100.00")),
    ("label_case", I, 9, lambda f: f.change(9, '#konto 1930 "Bank"')),
    ("unclosed_quote", W, 14, lambda f: f.change(14, '#VER A 1 20240115 "Försäljning')),
    ("stray_quote", W, 9, lambda f: f.change(9, '#KONTO 1930 "Visma "2000" med ..."')),
    ("object_list_missing", I, 16, lambda f: f.change(16, "#TRANS 1930 100.00")),
    ("object_list_unclosed", E, 16, lambda f: f.change(16, "#TRANS 1930 {1 2 100.00")),
    ("object_list_odd", E, 16, lambda f: f.change(16, "#TRANS 1930 {1} 100.00")),
    ("object_empty", I, 16, lambda f: f.change(16, '#TRANS 1930 {1 ""} 100.00')),
    ("field_missing", W, 10, lambda f: f.insert(10, "#SRU 1930")),
    ("field_missing", W, 10, lambda f: f.insert(10, "#KTYP 1930")),
    ("field_missing", W, 9, lambda f: f.insert(9, "#DIM")),
    ("field_missing", W, 9, lambda f: f.insert(9, "#OBJEKT 1")),
    ("row_outside_voucher", E, 14, lambda f: f.insert(14, "#TRANS 1930 {} 1.00")),
    ("row_outside_voucher", E, 19, lambda f: f.add("#TRANS 1930 {} 1.00")),
    ("brace_on_voucher_line", I, 14, lambda f: f.change(14, "#VER A 1 20240115 {").change(15)),
    ("open_brace_missing", W, 14, lambda f: f.change(15, "")),
    ("orphan_block", E, 14, lambda f: f.insert(14, "{", "}")),
    ("block_unclosed", E, 14, lambda f: f.change(18)),
    ("block_unclosed", E, 14, lambda f: f.change(18, "#VER A 2 20240116", "{", "}")),
    ("block_missing", E, 19, lambda f: f.add("#VER A 2 20240116")),
    ("open_brace_stray", W, 16, lambda f: f.insert(16, "{")),
    ("close_brace_stray", W, 19, lambda f: f.add("}")),
    ("brace_line", E, 18, lambda f: f.change(18, "} #TRANS 1910 {} 1.00")),
    ("brace_line", E, 15, lambda f: f.change(15, "{ #TRANS 1910 {} 1.00")),
    ("record_in_voucher", W, 17, lambda f: f.insert(17, '#KONTO 1910 "Kassa"')),
    ("compulsory_missing", W, 0, lambda f: f.change(6)),
    ("record_forbidden", W, 9, lambda f: f.change(5, "#SIETYP 2").insert(9, "#DIM 20 Bil")),
    ("record_repeated", W, 7, lambda f: f.insert(7, '#FNAMN "Övningsbolaget AB"')),
    ("sie_type_unknown", W, 5, lambda f: f.change(5, "#SIETYP 9")),
    ("sie_type_label", I, 5, lambda f: f.change(5, "#SIETYP 4e")),
    ("sie_type_suffix", W, 5, lambda f: f.change(5, "#SIETYP 4I")),
    ("organisation_number_form", I, 7, lambda f: f.change(7, "#ORGNR 165566778899")),
    ("organisation_number_form", I, 7, lambda f: f.change(7, "#ORGNR 16556677-8899")),
    ("organisation_number_unreadable", W, 7, lambda f: f.change(7, "#ORGNR 5566")),
    ("currency_unreadable", W, 9, lambda f: f.insert(9, "#VALUTA kronor")),
    ("chart_type_unknown", I, 9, lambda f: f.insert(9, "#KPTYP EGEN")),
    ("tax_year_unreadable", I, 9, lambda f: f.insert(9, "#TAXAR MMXXIV")),
    ("fiscal_year_missing", E, 0, lambda f: f.change(8)),
    ("fiscal_year_unreadable", W, 9, lambda f: f.insert(9, "#RAR -1")),
    ("fiscal_year_unreadable", W, 9, lambda f: f.insert(9, "#RAR -1 20231231 20230101")),
    ("fiscal_year_long", W, 9, lambda f: f.insert(9, "#RAR -1 20220101 20231231")),
    ("fiscal_years_not_consecutive", W, 0, lambda f: f.insert(9, "#RAR -1 20230101 20231230")),
    ("date_form", W, 14, lambda f: f.change(14, '#VER A 1 "2024-01-15"')),
    ("date_form", W, 14, lambda f: f.change(14, "#VER A 1 240115")),
    ("date_form", W, 16, lambda f: f.change(16, "#TRANS 1930 {} 100.00 2024-01-15")),
    ("date_unreadable", W, 4, lambda f: f.change(4, "#GEN 2024011")),
    ("date_unreadable", W, 14, lambda f: f.change(14, '#VER A 1 20240115 "" 20240230')),
    ("period_unreadable", E, 13, lambda f: f.insert(13, "#PSALDO 0 202413 1930 {} 1.00")),
    ("amount_form", W, 16, lambda f: f.change(16, "#TRANS 1930 {} 100,00")),
    ("amount_form", W, 16, lambda f: f.change(16, "#TRANS 1930 {} +100.00")),
    ("amount_form", W, 16, lambda f: f.change(16, "#TRANS 1930 {} 100.000")),
    ("amount_missing", E, 16, lambda f: f.change(16, "#TRANS 1930 {}")),
    ("amount_missing", E, 16, lambda f: f.change(16, '#TRANS 1930 {} ""')),
    ("amount_unreadable", E, 16, lambda f: f.change(16, "#TRANS 1930 {} 1.000,00")),
    ("amount_unreadable", E, 11, lambda f: f.change(11, "#IB 0 1930 hundra")),
    ("amount_too_large", E, 16, lambda f: f.change(16, "#TRANS 1930 {} 12345678901234567")),
    ("amount_too_fine", E, 16, lambda f: f.change(16, "#TRANS 1930 {} 100.005")),
    ("quantity_unreadable", W, 16, lambda f: f.change(16, '#TRANS 1930 {} 100.00 "" "" x')),
    ("year_number_unreadable", E, 11, lambda f: f.change(11, "#IB x 1930 100.00")),
    ("account_missing", E, 16, lambda f: f.change(16, '#TRANS "" {} 100.00')),
    ("account_missing", E, 9, lambda f: f.insert(9, '#KONTO "" "Bank"')),
    ("account_missing", E, 11, lambda f: f.change(11, '#IB 0 "" 100.00')),
    ("account_not_numeric", W, 9, lambda f: f.insert(9, '#KONTO FEL "Fel"')),
    ("account_length", I, 9, lambda f: f.insert(9, '#KONTO 23 "Kort"')),
    ("account_too_long", W, 9, lambda f: f.insert(9, '#KONTO 19300001 "Lång"')),
    ("account_name_missing", I, 9, lambda f: f.insert(9, '#KONTO 1910 ""')),
    ("account_repeated", W, 11, lambda f: f.insert(11, '#KONTO 1930 "Banken"')),
    ("account_type_unknown", W, 10, lambda f: f.insert(10, "#KTYP 1930 DIFF")),
    ("account_undeclared", I, 10, lambda f: f.insert(10, "#SRU 1910 7281")),
    ("object_undeclared", I, 16, lambda f: f.change(16, "#TRANS 1930 {6 P1} 100.00")),
    ("dimension_undeclared", I, 16, lambda f: f.change(16, "#TRANS 1930 {20 P1} 100.00")),
    ("object_repeated", I, 10, lambda f: f.insert(9, "#OBJEKT 6 P1 Ett", "#OBJEKT 6 P1 Etta")),
    ("dimension_repeated", I, 10, lambda f: f.insert(9, "#DIM 20 Bil", "#DIM 20 Bilar")),
    ("balance_repeated", W, 12, lambda f: f.insert(12, "#IB 0 1930 100.00")),
    ("balance_contradicts", E, 12, lambda f: f.insert(12, "#IB 0 1930 101.00")),
    (
        "object_balance_repeated",
        W,
        14,
        lambda f: f.insert(13, "#OUB 0 1930 {6 P1} 1.00", "#OUB 0 1930 {6 P1} 2.00"),
    ),
    ("opening_from_closing", W, 0, lambda f: f.change(11, "#UB -1 1930 100.00")),
    ("voucher_field_missing", W, 14, lambda f: f.change(14, '#VER 1 20240115 "Försäljning"')),
    ("voucher_date_unreadable", E, 14, lambda f: f.change(14, "#VER A 1")),
    ("voucher_date_unreadable", E, 14, lambda f: f.change(14, "#VER A 1 rappakalja")),
    ("voucher_number_empty", W, 14, lambda f: f.change(14, '#VER A "" 20240115')),
    ("voucher_repeated", W, 19, lambda f: f.add("#VER A 1 20240116", "{", "}")),
    ("voucher_without_rows", I, 19, lambda f: f.add("#VER A 2 20240116", "{", "}")),
    ("posting_date_unreadable", W, 16, lambda f: f.change(16, "#TRANS 1930 {} 100.00 20240230")),
    ("posting_date_left_out", W, 16, lambda f: f.change(16, '#TRANS 1930 {} 100.00 "Kontant"')),
    (
        "added_row_without_twin",
        W,
        16,
        lambda f: f.insert(16, "#RTRANS 1930 {} 7.00", "#TRANS 1930 {} 8.00", "#TRANS 1930 {} -8"),
    ),
]

WHOLE = [
    # code, level, content, limits
    ("empty_file", E, b"", {}),
    ("empty_file", E, b" \r\n\t\n", {}),
    ("not_sie", E, b"<html><body>404 Not Found</body></html>", {}),
    ("not_sie", E, b"Konto;Belopp\n1930;100,00\n", {}),
    ("file_too_large", E, b"#FLAGGA 0\n#SIETYP 4\n", {"file_bytes": 19}),
    ("file_cut", E, b"#FLAGGA 0\n#VER A 1 20240101\n{\n#TRANS 1930 {} 1", {}),
    ("line_too_long", E, b"#FLAGGA 0\n#PROSA " + b"x" * 94 + b"\n", {"line_bytes": 100}),
    ("too_many_records", E, b"#FLAGGA 0\n#SIETYP 4\n#FNAMN X\n", {"records": 2}),
    ("too_many_errors", E, b"#FLAGGA 0\n" + b"#IB x\n" * 4, {"errors": 3}),
    ("bare_carriage_returns", W, b"#FLAGGA 0\r#SIETYP 4\r", {}),
    ("damaged_text", W, '#FLAGGA 0\n#FNAMN "�vningsbolaget"\n'.encode(), {}),
    ("double_encoding", W, "#FNAMN F„rg\n#PROSA M†la\n".encode(), {}),
    ("double_encoding", W, "#FNAMN FÃ¤rg\n#PROSA MÃ¥la\n".encode(), {}),
    ("format_label", I, "#FLAGGA 0\n#FORMAT PC8\n#FNAMN Färg\n".encode(), {}),
]


def codes(content, **limits):
    file = open_sie(content, suffix=".se", limits=SieLimits(**limits))
    for _ in file.batches():
        pass
    return file.diagnostics


def test_a_sound_file_has_nothing_to_note(bend):
    assert [] == codes(bend().content).items


@pytest.mark.parametrize(
    ("code", "level", "line", "how"),
    BENT,
    ids=[f"{code}-{at}" for at, (code, *_) in enumerate(BENT)],
)
def test_deviation_is_noted_with_its_code_level_and_line(code, level, line, how, bend):
    bent = how(bend())

    found = codes(bent if isinstance(bent, bytes) else bent.content)

    assert (code, level, line) in [(item.code, item.level, item.line) for item in found.items]
    assert (found.errors > 0) == any(item.level is E for item in found.items)


@pytest.mark.parametrize(("code", "level", "content", "limits"), WHOLE)
def test_deviation_of_the_whole_file_is_noted(code, level, content, limits):
    found = codes(content, **limits)

    assert (code, level) in [(item.code, item.level) for item in found.items]


def test_every_code_of_the_catalogue_has_a_file_that_deserves_it():
    shown = {code for code, *_ in BENT} | {code for code, *_ in WHOLE}

    assert CATALOGUE.keys() - shown == set()


def test_no_diagnostic_quotes_the_file(bend):
    """Diagnostics end in logs and tables that more people read than the books."""
    name = "Hemligt-Namn"
    bent = (
        bend()
        .change(14, f'#VER {name} 1 {name} "{name}')
        .change(16, f"#TRANS {name} {{{name}}} {name} {name} {name} {name}")
        .add(name, f"#IB 0 {name} {name}", f"#KTYP {name} {name}", f"#{name.upper()}")
    )

    found = codes(bent.content)

    assert found.total > 5
    assert [] == [item for item in found.items if name.lower() in repr(item).lower()]
