"""Reasons in Finnish and Swedish, and that the table has those that are written."""

from __future__ import annotations

import csv
import datetime as dt
import re
import time
from pathlib import Path
from string import Formatter

import pytest

from blocks.hub.kept_years import KeptYear
from blocks.translated import (
    CUT,
    FOLDER,
    as_pages_write,
    control_title,
    translated,
    with_titles,
    without_commands,
)
from blocks.warehouse.records import ChangePlan
from blocks.warehouse.staged_rows import SMALL_TABLES
from flows.runs.outcomes import Ending, combined
from ledger.diagnostics import Level
from ledger.ecom.sentences import MEANINGS
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from ledger.sie.diagnostics import CATALOGUE
from ledger.sie.text.foreign import describe
from ledger.statement.refusals import REASONS as REFUSED
from ledger.unit import Unit
from ledger.written import MINUS, NARROW
from tasks.pages.unit import changes_in_words

PROJECT = FOLDER.parents[2]
SOURCES = [
    *(PROJECT / "data" / "sql").rglob("*.sql"),
    *(PROJECT / "data" / "reference").glob("*.csv"),
    *(
        path
        for part in ("ledger", "blocks", "tasks", "flows")
        for path in (PROJECT / part).rglob("*.py")
    ),
]
OTHERS = ("fi", "sv")
YEAR_2024 = Unit("a", FiscalYear.parse("2024"))
APPROVED = "approved it already, on 2026-12-01 at 19:32 UTC"
ORDERS = (
    "the company has no Integration licence. The customer orders the Integration licence in "
    "Fortnox; the connection then works again by itself."
)
BESTALLER = (
    "företaget har ingen integrationslicens. Företaget beställer integrationslicensen i Fortnox; "
    "kopplingen fungerar sedan igen av sig själv."
)


def rows(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names_of(text):
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name})


def filled(texts):
    """Return texts with a number for each of their values."""
    return [
        "".join(literal + ("7" if name else "") for literal, name, *_ in Formatter().parse(text))
        for text in texts
    ]


def plain(text):
    """Return what a source says without what joins its parts: quotes, operators, line ends."""
    joined = re.sub(r"'\s*\|\|\s*'|\"\s*\n\s*f?\"", "", text.replace("''", "\0"))
    return " ".join(joined.replace("\0", "'").split())


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_names_only_values_that_the_english_has(language):
    assert [] == [
        row["en"]
        for row in rows("reasons")
        if set(names_of(row[language])) - set(names_of(row["en"]))
    ]
    assert [] == [row["en"] for row in rows("reasons") if not row[language].strip()]


def test_no_reason_stands_twice():
    written = [row["en"] for row in rows("reasons")]

    assert sorted(set(written)) == sorted(written)


def test_every_control_has_a_title_in_every_language():
    assert sorted(
        path.stem for path in (PROJECT / "data" / "sql" / "reconcile").glob("*.sql")
    ) == sorted(row["control"] for row in rows("controls"))
    assert "Verifikat som inte balanserar" == control_title("voucher_balance", "sv")
    assert "own_control" == control_title("own_control", "sv")


@pytest.mark.parametrize("language", OTHERS)
def test_what_to_do_about_each_control_is_said_in_every_language(language):
    with (PROJECT / "data" / "reference" / "control_texts.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        advice = [row["what_to_do"] for row in csv.DictReader(file)]

    assert [] == [text for text in advice if translated(text, language) is None]


@pytest.mark.parametrize(
    ("reason", "swedish"),
    [
        (
            "series A lacks number 7, after voucher A:6",
            "serie A saknar nummer 7, efter verifikat A:6",
        ),
        (
            (
                "voucher_balance (1 break, first: A:4: x; y); mass_removal (1 break, first: 9 of "
                "10 published vouchers would be removed, dated a to b; the load brings 1)"
            ),
            "Verifikat som inte balanserar (1); Mycket skulle tas bort (1)",
        ),
        (
            f"Fortnox answered GET /3/company with 403, code 2001103: {ORDERS}",
            f"Fortnox svarade (403, kod 2001103): {BESTALLER}",
        ),
        (
            f"The first transfer of acme cannot be approved: bo {APPROVED}.",
            "bo har redan godkänt den 2026-12-01 kl. 19:32 UTC.",
        ),
        (
            "the source is of organisation 1, the tenant is 2 (line 3, #ORGNR)",
            "källan gäller organisationsnummer 1, företagets är 2 (rad 3, #ORGNR)",
        ),
    ],
)
def test_values_stay_and_reasons_within_a_reason_are_translated_too(reason, swedish):
    assert swedish == translated(reason, "sv")


def test_pages_in_english_call_broken_controls_by_their_titles():
    reason = (
        "row_counts (1,201 breaks, first: x); own_control (1 break, first: y); "
        "currency (2 breaks); voucher A:1 (1 row) in month_vat"
    )

    assert with_titles(reason) == (
        "Rows read back (1,201 breaks, first: x); own_control (1 break, first: y); "
        "Another currency (2 breaks); voucher A:1 (1 row) in month_vat"
    )


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (
            "source_damage (1 break, first: file_cut: The file breaks off.)",
            "Damage in the source (1 break, first: The file breaks off.)",
        ),
        ("line 1,212 block_unclosed: It is open.", "line 1_212: It is open."),
        ("bad_amount in #TRANS amount: No number.", "#TRANS amount: No number."),
        ("line 7 bad_amount in #IB: No number.", "line 7, #IB: No number."),
        ("account_type_unknown in #KTYP: 5 times", "account_type_unknown in #KTYP: 5 times"),
        (
            "expected 1,000.00, actual 7.00, difference -1,000.00; 1,201 rows, 0.00 and -7.50.",
            "expected 1_000.00, actual 7.00, difference ~1_000.00; 1_201 rows, 0.00 and ~7.50.",
        ),
        ("of 2024-01-31 to A-7.00, v1.2,300", "of 2024-01-31 to A-7.00, v1.2,300"),
    ],
)
def test_pages_in_english_write_no_codes_and_numbers_as_their_tables_do(reason, shown):
    written = as_pages_write(reason)

    assert shown == written.replace(NARROW, "_").replace(MINUS, "~")


@pytest.mark.parametrize("language", OTHERS)
def test_rates_have_the_decimal_sign_of_the_tables(language):
    accounts = MEANINGS["account_not_joined"].text.format(accounts="8370 (25.5 %), 3000 (14 %)")
    differs = MEANINGS["posting_differs"].text.format(rate="25.5", posted="1", invoiced="2")

    assert "8370 (25,5 %), 3000 (14 %)" in translated(accounts, language)
    assert "25,5 %" in translated(differs, language)


def test_each_year_of_a_file_is_told_in_ones_language():
    """As `flows.runs.taking` writes it: a line for each, its outcome before why."""
    why = (
        "voucher_balance (1 break, first: account 1930: expected 1.00, actual 2.00, difference "
        "1.00; row 7, as of 2025-12-31)"
    )
    first = "First load of the year: 1,201 vouchers, 30 accounts with a balance or movement."
    endings = [
        Ending(Outcome.HELD, why, Unit("a", FiscalYear.parse("2024-07-01_2025-06-30"))),
        Ending(Outcome.UNCHANGED, "Everything in the source is published already.", YEAR_2024),
    ]
    published = Ending(Outcome.PUBLISHED, first, Unit("a", FiscalYear.parse("2023")))

    assert translated("\n".join(map(str, [published, *endings])), "fi") == (
        f"2023, luettu: Tilikauden ensimmäinen luku: 1{NARROW}201 tositetta, "
        "30 tiliä, joilla on saldo tai tapahtumia.\n"
        "2024-07-01 \N{EN DASH} 2025-06-30, pysäytetty: Tositteet, jotka eivät täsmää (1)\n"
        "2024, ei muuttunut: Kaikki lähteessä oleva on jo luettu."
    )
    assert translated(combined(endings).message, "sv") == (
        "1 av 2 år stoppades. 2024-07-01 \N{EN DASH} 2025-06-30, stoppat: "
        "Verifikat som inte balanserar (1); 2024, oförändrat: Allt i källan är redan inläst."
    )


@pytest.mark.parametrize(
    ("english", "written"),
    [
        (
            "-1417421.30",
            f"{MINUS}1{NARROW}417{NARROW}421,30",
        ),
        ("-1,417,421.30", f"{MINUS}1{NARROW}417{NARROW}421,30"),
        ("0.50", "0,50"),
        ("1930", "1930"),
    ],
)
def test_an_amount_within_a_reason_is_written_as_its_readers_write_amounts(english, written):
    reason = f"account 1930, row 7, as of 2025-12-31: {english} there, 1.00 here"

    assert f"enligt rapporten {written}, enligt bokföringen 1,00" in translated(reason, "sv")


ROW = "row 14, Beräknat resultat, as of 2025-12-31"
SUMS = "-137,872.10 there, -55,854.50 here"
DAYS = "2025-12-30, registered on 2026-01-02"
LEFT_OUT = "the books have an amount, the statement has no such row"


@pytest.mark.parametrize("verb", ["differs", "differs, as was accepted"])
@pytest.mark.parametrize(
    "row",
    [
        f"{ROW}: {SUMS}",
        f"account 2099, {ROW}: {SUMS}",
        f"account 2099, {ROW}: the books have no such account",
        f"account 2099, the account: {LEFT_OUT}: {SUMS}",
        f"line unbooked result: {LEFT_OUT}: {SUMS}",
        f"{ROW}; perhaps voucher A 7 of 2026-01-02 is in it already (a guess): {SUMS}",
        f"{ROW}; perhaps voucher A 7 of {DAYS}, is not in it (a guess): {SUMS}",
        f"{ROW}; perhaps account 2099 is in another row of the statement (a guess): {SUMS}",
        "see the page",
    ],
)
def test_no_english_is_left_of_how_a_statement_differs(verb, row):
    swedish = translated(f"balance sheet {verb}: {row}", "sv")
    finnish = translated(f"balance sheet {verb}: {row}", "fi")

    english = r"\b(account|row|as of|books|statement|there|here|differs|perhaps|page|line)\b"
    assert swedish.startswith("balansräkning avviker")
    assert finnish.startswith("tase poikkeaa")
    assert [] == re.findall(english, f"{swedish} {finnish}")
    if row.endswith(SUMS):
        amounts = f"{MINUS}137{NARROW}872,10, enligt bokföringen {MINUS}55{NARROW}854,50"
        assert swedish.endswith(f": enligt rapporten {amounts}")


@pytest.mark.parametrize(
    "text", ["Acme: bought. sold.", "own_control (1 break)", "approved; by whom?", "x" * 5_000]
)
def test_what_is_not_all_a_reason_of_ours_is_left_as_it_is(text):
    assert translated(text, "fi") is None


@pytest.mark.parametrize("part", ["; ", ", ", ": . ", "row 1, as of 2; "])
def test_a_text_made_to_cost_much_does_not(part):
    begun = time.process_time()
    translated(part * 200, "sv")

    assert time.process_time() - begun < 2


@pytest.mark.parametrize("language", OTHERS)
def test_everything_that_damages_a_sie_file_is_told(language):
    damage = [(code, one.meaning) for code, one in CATALOGUE.items() if one.level is Level.ERROR]

    for code, meaning in damage:
        for where in (f"line 7 {code} in #TRANS amount", f"line 7 {code}", code):
            detail = translated(f"{where}: {meaning}", language)
            assert detail, meaning
            assert code not in detail


@pytest.mark.parametrize("language", OTHERS)
def test_why_a_file_is_no_statement_is_told_without_commands(language):
    assert [] == [text for text in filled(REFUSED.values()) if not translated(text, language)]
    assert [] == [text for text in REFUSED.values() if "`" in without_commands(text)]


@pytest.mark.parametrize("language", OTHERS)
def test_why_a_document_of_ecom_waits_and_what_to_do_is_told_without_commands(language):
    texts = [text for one in MEANINGS.values() for text in (one.text, one.remedy) if text]
    asked_again = [
        f"tried once more by anna, and not decided yet{before}"
        for before in ("", *(f": {one}" for one in filled(m.text for m in MEANINGS.values())))
    ]

    written = [translated(text, language) for text in (*filled(texts), *asked_again)]
    assert [] == [text for text, other in zip(texts, written, strict=False) if not other]
    assert None not in written
    assert [] == [text for text in written if "`tasma " in text]
    assert [] == [text for text in texts if "`tasma " in without_commands(text)]


def test_a_file_that_has_no_sheets_is_called_a_file_in_ones_language():
    refused = REFUSED["adjacent_tables"].format(sheet="The file")

    assert translated(refused, "sv").startswith("Filen har två tabeller bredvid varandra.")


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"PK\x03\x04xl/workbook",
        b"PK\x03\x04word/document",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"BZh",
        b"\x89PNG\r\n",
        b"<html>",
        b"<a/>",
        b"<Sie xmlns='http://www.sie.se/sie5'>",
        "\ufeff#FLAGGA 0".encode("utf-16-le"),
        "#FLAGGA 0".encode("utf-32"),
        b'{"a": 1}',
        b"\x00\x01\x02\x03",
        b"Dear friend",
    ],
)
def test_a_file_that_is_no_sie_is_told_what_it_is(content, language):
    description = describe(content)
    refusal = translated(f"a.se is no SIE file of type 1 to 4. {description}", language)

    assert refusal
    assert "a.se" in refusal
    assert translated(f"not_sie: The file does not look like SIE 1-4. {description}", language)


@pytest.mark.parametrize(
    ("cut", "swedish"),
    [
        (
            "2025 Held: source_damage (1 break, first: line 212 block_unclosed …",
            "2025, stoppat: Skador i källan (1) …",
        ),
        (
            "source_damage (1 break, first: line 2 file_cut: x; y); row_counts (2 breaks, fi…",
            "Skador i källan (1); Återlästa rader (2) …",
        ),
        ("source_damage (1 break, first: x); row_cou…", "Skador i källan (1) …"),
        (f"row_counts (2 breaks, first: {'x' * 5_000})", "Återlästa rader (2) …"),
    ],
)
def test_of_a_reason_that_was_cut_off_all_that_is_whole_is_told(cut, swedish):
    assert swedish.replace(" (2) …", "") in translated(cut, "sv")
    assert translated(cut, "sv").endswith(CUT)


@pytest.mark.parametrize("language", OTHERS)
def test_what_a_load_changes_is_told(language):
    some = {"vouchers": (), "accounts": ()}
    plans = [
        ChangePlan(False, 0, 0, 0, (), account_count=0, **some),
        ChangePlan(False, 1_200, 1, 0, SMALL_TABLES, account_count=1_300, **some),
        ChangePlan(False, 1, 1, 0, (), account_count=None, **some),
    ]

    for plan in plans:
        english = changes_in_words(plan)
        assert translated(english, language), english


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("prompt", ["tasma", "tasma --demo"])
def test_how_a_year_is_kept_is_told_without_the_command_that_ends_it(language, prompt):
    moment = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    about = {"who": "anna", "reason": "wrong export"}
    kept = KeptYear("acme", YEAR_2024.year.key, "load-1", load_number=3, kept_at=moment, **about)

    plain = without_commands(str(kept).replace("tasma", prompt))

    assert "kept as of load 3 since 2026-12-01 00:00 UTC by anna (wrong export)" == plain
    assert "anna (wrong export)" in translated(plain, language)


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (
            "balance sheet (operator: x: 1.5 there). `tasma tenant open acme` shows all.",
            "balance sheet (operator: x: 1.5 there).",
        ),
        ("Nothing came. Load its years: `tasma load acme a.se`.", "Nothing came."),
        ("Say so: `tasma route set acme ecom`; it stays.", "it stays."),
        ("Send it: `tasma statements add acme a.csv`, or by the page.", "Send it: by the page."),
        ("Nothing came.", "Nothing came."),
        ("It is SIE: `tasma import FILE --tenant TENANT` loads it.", "It is SIE."),
        ("Say which it is: `--kind`, such as `--kind balance-sheet`.", "Say which it is."),
        (
            "Correct it (`tasma ecom accounts export TENANT`), then retry.",
            "Correct it, then retry.",
        ),
        ("Compare the row; `tasma statements read FILE` shows the file", "Compare the row"),
        ("It is kept; to end it: `tasma ledger release a 2025`. It is.", "It is kept. It is."),
    ],
)
def test_pages_say_no_command_of_the_terminal(reason, shown):
    assert shown == without_commands(reason)


def test_every_reason_is_written_somewhere_as_it_stands_in_the_table():
    """Each stretch between values is looked for, so that a reason that changes is noticed."""
    written = plain(" ".join(Path(path).read_text(encoding="utf-8") for path in SOURCES))
    stretches = {
        stretch.strip(" .:,()'“”")
        for row in rows("reasons")
        for literal, *_ in Formatter().parse(row["en"])
        for stretch in re.split(r"; |: ", literal)
    }

    def is_written(stretch):
        """Return whether it stands there, perhaps counted or joined of two parts."""
        words = stretch.removeprefix("1 ").split()
        parted = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words)))
        return any(one in written and other in written for one, other in parted)

    assert [] == sorted(one for one in stretches if one and not is_written(one))
