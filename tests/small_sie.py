"""A SIE 4E file of a voucher or two, with every text in it chosen by the test."""

from __future__ import annotations


def small_sie(*vouchers, name="Testbolaget AB", year=2024, currency="SEK", number="559990-0007"):
    """Return a file in which everything that can be named is called ``name``.

    Args:
        vouchers: Number, debit and credit of each, as text or number.
        name: Of the company, its program, accounts, series and vouchers.
        year: A calendar year.
        currency: As #VALUTA has it.
        number: As #ORGNR has it.
    """
    lines = [
        "#FLAGGA 0",
        f'#PROGRAM "{name}" "{name}"',
        "#FORMAT PC8",
        "#GEN 20250101",
        "#SIETYP 4",
        f'#FNAMN "{name}"',
        f"#ORGNR {number}",
        f"#RAR 0 {year}0101 {year}1231",
        f'#VALUTA "{currency}"',
        f'#KONTO 1930 "{name}"',
        f'#KONTO 3001 "{name}"',
        f"#UB 0 1930 {sum(debit for _, debit, _ in vouchers)}",
        f"#RES 0 3001 {-sum(credit for _, _, credit in vouchers)}",
    ]
    for code, debit, credit in vouchers:
        lines += [
            f'#VER "{name}" "{code}" {year}0115 "{name}"',
            "{",
            f'#TRANS 1930 {{}} {debit} "" "{name}"',
            f'#TRANS 3001 {{}} -{credit} "" "{name}"',
            "}",
        ]
    return "\n".join(lines).encode()
