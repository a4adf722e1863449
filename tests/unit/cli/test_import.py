"""Files into the books from the prompt, without a server: the very pipeline of the runs."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal

import pytest

from blocks.hub import Hub
from blocks.settings import settings
from blocks.warehouse import FileWarehouse
from flows.demo.outcome import published_balances
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.faults import Fault
from simulators.books.years import LONG_FIRST_YEAR
from tests.small_sie import small_sie

YEAR = FiscalYear.parse("2024")

SIE_TEXT = "#FLAGGA 0\r\n#SIETYP 4\r\n#RAR 0 20240101 20241231\r\n"


def words(result):
    """What was said, without the line ends of the terminal."""
    return " ".join(result.stderr.split())


def test_good_file_is_published_with_the_generators_own_balances(tasma, owner, sie, company):
    done = tasma("import", sie(), "--tenant", owner)

    assert done.exit_code == 0
    assert "small 2024: published" in done.stdout
    assert "tasma ledger report small 2024" in done.stdout
    warehouse = FileWarehouse(settings().warehouse)
    assert published_balances(warehouse, owner, YEAR.key) == company.trial_balance()


def test_what_is_piped_in_is_a_file_of_the_name_that_was_given(tasma, owner, sie):
    file = sie()

    piped = tasma(
        *("import", "-", "--tenant", owner, "--name", "piped.se", "--json"),
        answer=file.read_bytes(),
    )
    again = tasma("import", file, "--tenant", owner, "--json")

    (load,) = json.loads(piped.stdout)
    assert (load["outcome"], load["file"].rpartition("/")[2]) == ("published", "piped.se")
    assert "unchanged" == json.loads(again.stdout)[0]["outcome"]


@pytest.mark.parametrize("more", [("--name", "a/b.se"), ("--on-server",)])
def test_what_is_piped_in_has_no_path_and_no_server_reads_it(tasma, owner, more):
    assert 2 == tasma("import", "-", "--tenant", owner, *more, answer="#FLAGGA 0").exit_code


@pytest.mark.requirement("R-FIN-33a")
def test_same_file_again_changes_nothing_and_says_so(tasma, owner, sie, company):
    file = sie()
    loads, totals = [], []
    for _ in range(3):
        loads += json.loads(tasma("import", file, "--tenant", owner, "--json").stdout)
        totals.append(published_balances(FileWarehouse(settings().warehouse), owner, YEAR.key))
    record = FileWarehouse(settings().warehouse).load_record(owner, YEAR)

    assert [item["outcome"] for item in loads] == ["published", "unchanged", "unchanged"]
    assert record.load_number == 1
    assert {record.digest} == {item["digest"] for item in loads}
    assert totals == [company.trial_balance()] * 3


def test_file_that_was_cut_is_called_so_and_what_all_accounts_share_is_said_once(tasma, owner, sie):
    whole = sie()
    content = whole.read_bytes()
    whole.write_bytes(content[: content.index(b"\n", content.rindex(b"#VER")) + 1])

    imported = tasma("import", whole, "--tenant", owner)
    shown = tasma("ledger", "breaks", owner, "2024")

    assert 3 == imported.exit_code
    for said in (imported.stdout, shown.stdout):
        assert "The file breaks off in a voucher or in a line" in said
        assert 1 == said.count("so whole vouchers are missing")


def test_books_that_lost_their_tail_are_let_pass_once_and_held_when_they_come_again(
    tasma, owner, sie
):
    whole = sie()
    short = whole.with_name("short.se")
    content = whole.read_bytes()
    cut_at = [found.start() for found in re.finditer(rb"#VER", content)][-12]
    short.write_bytes(content[:cut_at])
    tasma("import", whole, "--tenant", owner)
    tasma("import", short, "--tenant", owner)
    refused = tasma("accept", owner, "2024", "--reason", "...")
    accepted = tasma("accept", owner, "2024", "--reason", "the series was moved", "--by", "eve")
    shown = tasma("ledger", "breaks", owner, "2024").stdout
    whole.write_bytes(made_a_year_later(content))
    tasma("import", whole, "--tenant", owner)
    short.write_bytes(made_a_year_later(content[:cut_at]))

    later = tasma("import", short, "--tenant", owner)

    assert 0 != refused.exit_code
    assert "give a reason" in refused.stderr
    assert 0 == accepted.exit_code, accepted.output
    assert "Accepted by eve" in shown.partition("mass_removal")[2]
    assert 3 == later.exit_code
    assert "Held by mass_removal" in later.stdout
    assert "Passes " in later.stdout
    assert "(accepted by eve on " in later.stdout


def made_a_year_later(content):
    return re.sub(rb"#GEN (\d{4})", lambda year: b"#GEN %d" % (int(year[1]) + 1), content)


def test_older_file_is_to_be_put_away_before_anything_else(tasma, owner, sie):
    newer = sie()
    older = newer.with_name("older.se")
    content = newer.read_bytes()
    generated = re.search(rb"#GEN (\d{4})", content)
    assert generated
    text = content.replace(generated[0], b"#GEN %d" % (int(generated[1]) - 1))
    at = text.rindex(b"#VER")
    older.write_bytes(text[:at] + text[at:].replace(b'"', b'"X', 1))
    tasma("import", newer, "--tenant", owner)

    held = tasma("import", older, "--tenant", owner)
    ways_out = tasma("ledger", "breaks", owner, "2024").stdout.partition("Next:")[2]

    assert "Held by older_than_published" in held.stdout
    assert ways_out.lstrip().startswith("a file that came back or came late: tasma ledger reject")


STATEMENT = "Esimerkki Oy\nTuloslaskelma\nRivi;Maaliskuu 2026\nHenkilöstökulut;-60,00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_statement_that_is_given_as_a_ledger_is_called_one_with_the_command_for_it(
    tasma, owner, tmp_path, encoding
):
    path = tmp_path / "tulos.csv"
    path.write_text(STATEMENT, encoding)

    refused = tasma("import", path, "--tenant", owner)

    assert 1 == refused.exit_code
    assert "tulos.csv looks like an income statement, which is no ledger" in words(refused)
    assert f"tasma statements add {owner} FILE" in words(refused)
    assert "corrected" not in words(refused)


def test_folder_of_statements_leads_to_the_command_that_takes_each(tasma, owner, tmp_path):
    names = ("tulos.csv", "toinen.csv")
    for name in names:
        (tmp_path / "given" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "given" / name).write_text(STATEMENT)

    of_tenant = tasma("import", tmp_path / "given", "--tenant", owner).stdout
    of_nobody = tasma("import", tmp_path / "given", "--new-tenant").stdout

    for name in names:
        assert f"tasma statements add {owner} {tmp_path / 'given' / name}\n" in of_tenant
        assert f"tasma statements add TENANT {tmp_path / 'given' / name}\n" in of_nobody
    assert "run the command again" not in of_tenant


def test_many_files_lead_to_a_few_steps_the_worst_first_and_the_number_of_the_others(
    tasma, owner, sie, tmp_path
):
    (tmp_path / "given").mkdir()
    for number in range(7):
        file = small_sie(("1", 100, 100), number=f"55{number}000-0001")
        (tmp_path / "given" / f"{number}.se").write_bytes(file)
    held = sie(faults=[Fault.WRONG_CLOSING_BALANCE])
    held.rename(tmp_path / "given" / "last.se")
    (tmp_path / "given" / "9.csv").write_text(STATEMENT)

    shown = tasma("import", tmp_path / "given", "--tenant", owner, "--dry-run").stdout
    steps = shown.partition("Next: ")[2].splitlines()

    assert steps[0].startswith(f"tasma statements add {owner} ")
    assert "last.se" in steps[1]
    assert all("another company's" in step for step in steps[2:5])
    assert ["... and 4 more: each file alone says its own"] == [it.strip() for it in steps[5:]]


def test_journal_file_that_lacks_a_section_is_corrected_as_one_and_called_no_statement(
    tasma, owner, tmp_path
):
    path = tmp_path / "books.csv"
    path.write_text(f"[accounts]\n{STATEMENT}", "utf-8")

    missing = "[journal]: the section is missing, and with it opening, vouchers;"
    assert missing in words(tasma("import", path, "--tenant", owner))


@pytest.mark.requirement("R-FIN-26c")
def test_year_of_eighteen_months_loads(tasma, sie):
    company = Company(12, LONG_FIRST_YEAR, 40)
    tasma(
        "tenant", "add", "long", "--trial", "--name", "Lång AB", "--years", "2022-07-01_2023-12-31"
    )

    done = tasma("import", sie(company, year=0), "--tenant", "long")

    assert done.exit_code == 0, done.output
    key = "2022-07-01_2023-12-31"
    published = published_balances(FileWarehouse(settings().warehouse), "long", key)
    assert published == company.trial_balance(0)


WIDE = "9007199254740993.01"
"""One more than 2**53, and a hundredth: no float is that number."""


@pytest.mark.requirement("R-X-6a", "R-X-6c")
def test_amount_comes_from_the_text_to_the_last_table_and_sum_to_the_cent(tasma, tmp_path):
    path = tmp_path / "wide.se"
    vouchers = "".join(
        f'#VER A {number} 20240{1 + number % 9}01 ""\n{{\n'
        f"#TRANS 1930 {{}} {amount}\n#TRANS 3001 {{}} -{amount}\n}}\n"
        for number, amount in enumerate([WIDE, "0.01", "0.02"] + ["0.10"] * 30, start=1)
    )
    total = Decimal(WIDE) + Decimal("0.03") + Decimal("3.00")
    path.write_text(
        "#FLAGGA 0\n#SIETYP 4\n#ORGNR 559990-0007\n#FNAMN Bred\n#RAR 0 20240101 20241231\n"
        "#KONTO 1930 Bank\n#KONTO 3001 Sales\n#IB 0 1930 0.00\n"
        f"#UB 0 1930 {total}\n#RES 0 3001 -{total}\n{vouchers}"
    )

    done = tasma("import", path, "--new-tenant", "--json")

    (loaded,) = json.loads(done.stdout)
    assert loaded["outcome"] == "published", done.output
    with FileWarehouse(settings().warehouse).read(loaded["tenant"]) as db:
        rows = db.execute("select max(amount), min(amount), typeof(any_value(amount)) from posting")
        assert rows.fetchone() == (Decimal(WIDE), -Decimal(WIDE), "DECIMAL(18,2)")
        sums = db.execute(
            "select account_number, arg_max(closing, period) from trial_balance group by all"
        )
        assert dict(sums.fetchall()) == {"1930": total, "3001": -total}
        (income,) = db.execute(
            "select arg_max(accumulated, period) from income_statement where line = 'net_result'"
        ).fetchone()
        assert income == total


def test_zeros_in_place_of_a_number_prove_nobody_and_two_companies_are_two_tenants(tasma, tmp_path):
    made = []
    for name in ("Ett AB", "Annat AB"):
        file = tmp_path / f"{name}.se"
        file.write_bytes(small_sie((1, 100, 100), name=name, number="000000-0000"))
        made.append(tasma("import", file, "--new-tenant"))
    other = tasma("import", tmp_path / "Annat AB.se", "--tenant", "ett")
    tenants = json.loads(tasma("tenant", "list", "--json").stdout)

    assert {("annat", ""), ("ett", "")} == {(t["id"], t["organisation_number"]) for t in tenants}
    assert all("no number" in one.stderr for one in made)
    shown = " ".join(other.stdout.split())
    assert "Nothing proves whose books these are" in shown
    assert "`tasma tenant correct ett --org-number NUMBER`" in shown


def test_held_file_ends_with_3_names_the_break_and_leaves_the_books_alone(tasma, owner, sie):
    held = tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", owner)

    assert held.exit_code == 3
    assert "Held by balance_roll_forward (1)" in held.stdout
    assert "account 1930" in held.stdout
    assert "difference -100.00" in held.stdout
    assert "Next: tasma ledger breaks small 2024" in held.stdout
    assert "tasma accept" not in held.stdout
    assert FileWarehouse(settings().warehouse).load_record(owner, YEAR) is None


def test_breaks_say_who_accepted_them_when_and_why(tasma, owner, sie):
    tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", owner)
    before = tasma("ledger", "breaks", owner, "2024").stdout
    decision = ("--by", "A. Person", "--reason", "the bank agrees")
    tasma("accept", owner, "2024", *decision)
    shown = tasma("ledger", "breaks", owner, "2024").stdout
    (given,) = json.loads(tasma("ledger", "breaks", owner, "2024", "--json").stdout)["accepted"]
    (row,) = json.loads(tasma("tenant", "status", "--json").stdout)

    assert ("green", "1 break let pass") == (row["light"], row["reason"])
    assert "Accepted by" not in before
    assert "balance_roll_forward: 1 found, blocks, accepted" in shown
    assert re.search(r"Accepted by A\. Person on \d{4}-\d\d-\d\d: the bank agrees", shown)
    assert ("balance_roll_forward", "A. Person") == (given["control"], given["accepted_by"])


def with_closing_of_1930(file, name, ore):
    """Write the file once more, its closing balance of 1930 so many öre higher."""
    stated = re.search(r"^#UB 0 1930 (\S+)", text := file.read_text("cp437"), re.MULTILINE)
    assert stated
    line = f"#UB 0 1930 {Decimal(stated[1]) + Decimal(ore) / 100}"
    other = file.with_name(name)
    other.write_text(text.replace(stated[0], line), "cp437", newline="")
    return other


def test_acceptance_is_told_of_the_break_that_it_was_given_for_and_of_no_other_of_its_control(
    tasma, owner, sie
):
    whole = sie()
    tasma("import", with_closing_of_1930(whole, "hundred.se", 10_000), "--tenant", owner)
    tasma("accept", owner, "2024", "--by", "root", "--reason", "a hundred")
    held = tasma("import", with_closing_of_1930(whole, "one.se", 1), "--tenant", owner)
    passed = tasma("accept", owner, "2024", "--by", "anna", "--reason", "one")
    shown = tasma("ledger", "breaks", owner, "2024").stdout
    numbers = json.loads(tasma("ledger", "acceptances", owner, "--json").stdout)
    (of_anna,) = (item["id"] for item in numbers if item["accepted_by"] == "anna")
    tasma("ledger", "withdraw", owner, str(of_anna), "--reason", "it was not")
    ended = tasma("ledger", "breaks", owner, "2024").stdout

    assert 3 == held.exit_code
    assert 0 == passed.exit_code, passed.output
    assert "accepted by anna" in passed.stdout
    assert "Accepted by anna" in shown
    assert "balance_roll_forward: 1 found, blocks, by an acceptance that has ended" in ended
    assert not any("by root" in text for text in (passed.stdout, shown, ended))


def test_breaks_of_what_was_rejected_are_nobodys_to_have_accepted(tasma, owner, sie):
    tasma("import", sie(faults=[Fault.WRONG_CLOSING_BALANCE]), "--tenant", owner)
    tasma("accept", owner, "2024", "--reason", "the bank agrees", "--no-publish")
    tasma("ledger", "reject", owner, "2024", "--reason", "a wrong file")
    shown = tasma("ledger", "breaks", owner, "2024").stdout

    assert "balance_roll_forward: 1 found, blocks, rejected" in shown
    assert "Accepted by" not in shown


@pytest.mark.parametrize(
    ("sie_type", "outcome"), [("4I", "partial"), ("3", "evidence"), ("1", "evidence")]
)
def test_file_that_is_no_whole_year_ends_with_4(tasma, owner, sie, sie_type, outcome):
    done = tasma("import", sie(sie_type=sie_type), "--tenant", owner)

    assert (done.exit_code, done.stdout.split("\n")[0].split(". ")[0]) == (
        4,
        f"small 2024: {outcome}",
    )


@pytest.mark.parametrize("planning", [(), ("--dry-run",)], ids=["for good", "dry run"])
def test_report_that_differs_from_the_published_year_says_where(tasma, books, sie, planning):
    wrong = sie(sie_type="3", faults=[Fault.WRONG_CLOSING_BALANCE])

    done = tasma("import", wrong, "--tenant", books, *planning)

    assert done.exit_code == 4
    assert "Beside the published year, published_balances (1):" in done.stdout
    assert "account 1930 in 2024-12: expected" in done.stdout
    assert "difference -100.00; the published vouchers up to 2024-12-31" in done.stdout


def test_true_report_beside_the_published_year_finds_nothing(tasma, books, sie):
    done = tasma("import", sie(sie_type="3"), "--tenant", books)

    assert done.exit_code == 4
    assert "published year" not in done.stdout


def test_vouchers_of_a_pre_system_that_are_published_already_are_named(tasma, books, sie, company):
    done = tasma("import", sie(sie_type="4I"), "--tenant", books, "--json")
    told = tasma("import", sie(sie_type="4I"), "--tenant", books)

    (found,) = json.loads(done.stdout)
    assert found["outcome"] == "partial"
    assert found["vouchers"] > 5
    assert f"published_vouchers ({found['vouchers']} breaks, first: voucher" in found["message"]
    assert f"Beside the published year, published_vouchers ({found['vouchers']}):" in told.stdout


@pytest.fixture
def till(tmp_path, company):
    """Vouchers of a till over the turn of the year; the file names no fiscal year."""
    lines = ["#FLAGGA 0", "#PROGRAM Kassa 1", "#FORMAT PC8", "#GEN 20250110", "#SIETYP 4"]
    lines += [
        f"#ORGNR {company.organisation_number}",
        "#FNAMN Kassan",
        "#KONTO 1930 Bank",
        "#KONTO 3001 Intäkt",
    ]
    for day in ("20241230", "20250105", "20241231"):
        lines += [f'#VER "" "" {day}', "{", "#TRANS 1930 {} 100.00", "#TRANS 3001 {} -100.00", "}"]
    path = tmp_path / "till.si"
    path.write_bytes("\r\n".join([*lines, ""]).encode("cp437"))
    return path


def loads(result):
    return [(item["fiscal_year"][:4], item["outcome"], item["vouchers"]) for item in result]


def test_file_of_no_named_year_is_one_load_for_each_defined_year(tasma, owner, till):
    for year in ("2024", "2025"):
        tasma("tenant", "year", "add", owner, year)

    done = tasma("import", till, "--tenant", owner, "--json")
    told = tasma("import", till, "--tenant", owner)

    assert [("2024", "partial", 2), ("2025", "partial", 1)] == loads(json.loads(done.stdout))
    assert (done.exit_code, told.exit_code) == (4, 4)
    assert "small 2024: partial" in told.stdout
    assert "small 2025: partial" in told.stdout
    with Hub(settings().hub_url) as hub:
        found = {load.fiscal_year[:4]: load for load in hub.loads.of_unit(owner, YEAR)}
        assert ["2024"] == list(found)
        assert [] == [
            item.control for item in hub.loads.results(found["2024"].load_id) if item.holds
        ]


def test_vouchers_of_no_defined_year_are_refused_by_line_and_the_others_go_on(tasma, owner, till):
    tasma("tenant", "year", "add", owner, "2025")

    done = tasma("import", till, "--tenant", owner, "--json")
    told = tasma("import", till, "--tenant", owner)

    assert [("2025", "partial", 1), ("", "failed", 0)] == loads(json.loads(done.stdout))
    assert (done.exit_code, told.exit_code) == (1, 1)
    assert "small 2025: partial" in told.stdout
    assert "2 vouchers of till.si lie in no fiscal year that is defined for small" in words(told)
    assert "line 10 of 2024-12-30; line 20 of 2024-12-31." in words(told)
    assert "tasma tenant year add small 2024\n" in told.stdout
    refused = json.loads(done.stdout)[1]["refused"]
    assert [(10, "2024-12-30"), (20, "2024-12-31")] == [
        (row["source_line"], row["voucher_date"]) for row in refused
    ]


@pytest.mark.parametrize("planning", [(), ("--dry-run",)], ids=["for good", "dry run"])
def test_file_of_no_named_year_of_a_tenant_without_years_creates_nothing(
    tasma, owner, till, planning
):
    refused = tasma("import", till, "--tenant", owner, *planning)

    assert refused.exit_code == 1
    assert "3 vouchers of till.si lie in no fiscal year" in words(refused)
    assert "tasma tenant year add small 2025\n" in refused.stdout
    with Hub(settings().hub_url) as hub:
        assert ([], []) == (hub.units.of_tenant(owner), hub.years.active(owner))


def test_year_that_is_busy_does_not_stop_the_others_of_a_file(tasma, owner, till):
    for year in ("2024", "2025"):
        tasma("tenant", "year", "add", owner, year)
    with (
        Hub(settings().hub_url) as hub,
        hub.unit_lease(owner, YEAR, holder="run night-2024"),
    ):
        done = tasma("import", till, "--tenant", owner, "--json")

    assert [("2024", "busy", 0), ("2025", "partial", 1)] == loads(json.loads(done.stdout))
    assert done.exit_code == 75


def test_year_defined_later_is_loaded_from_the_same_file(tasma, owner, till):
    tasma("tenant", "year", "add", owner, "2025")
    tasma("import", till, "--tenant", owner)
    tasma("tenant", "year", "add", owner, "2024")

    done = tasma("import", till, "--tenant", owner, "--json")

    assert [("2024", "partial", 2), ("2025", "partial", 1)] == loads(json.loads(done.stdout))


def test_folder_is_imported_file_by_file_and_one_failure_stops_no_other(tasma, owner, sie):
    """R-X-1: the worst outcome is the exit code, and every file has a line."""
    folder = sie(year=0).parent
    sie(year=1, faults=[Fault.UNBALANCED_VOUCHER])
    (folder / "login.se").write_text("<!doctype html><html><body>Logga in</body></html>")

    done = tasma("import", folder, "--tenant", owner, "--json")

    found = json.loads(done.stdout)
    assert [(item["file"].rpartition("/")[2], item["outcome"]) for item in found] == [
        ("books-2023.se", "published"),
        ("books-2024.se", "held"),
        ("login.se", "failed"),
    ]
    assert done.exit_code == 1
    assert ["", "", "not_a_ledger"] == [item["code"] for item in found]
    assert found[2]["values"]["file_name"] == "login.se"
    assert found[1]["held_by"][0]["breaks"][0]["difference"] == "0.50"


def test_page_of_html_is_refused_in_words(tasma, owner, tmp_path):
    page = tmp_path / "export.se"
    page.write_text("<!doctype html><html><body>Logga in</body></html>")

    refused = tasma("import", page, "--tenant", owner)

    assert refused.exit_code == 1
    assert "export.se is no SIE file of type 1 to 4. It is a web page (HTML)" in words(refused)
    assert "Download the export again while logged in" in words(refused)
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<Sie xmlns="http://www.sie.se/sie5">', "It is SIE 5 (XML), which is not read. Export"),
        (SIE_TEXT.encode("utf-16"), "It is text in UTF-16, which no SIE file may be."),
        (b"%PDF-1.7 and more", "It is a PDF document"),
        (b"", "It is empty"),
    ],
    ids=["SIE 5", "UTF-16", "PDF", "empty"],
)
def test_file_of_another_kind_is_named_as_what_it_is(tasma, owner, tmp_path, content, said):
    file = tmp_path / "books.se"
    file.write_bytes(content)

    for whose in (("--tenant", owner), ("--new-tenant",)):
        refused = tasma("import", file, *whose)

        assert refused.exit_code == 1
        assert f"books.se is no SIE file of type 1 to 4. {said}" in words(refused)
    with Hub(settings().hub_url) as hub:
        assert [owner] == [tenant.id for tenant in hub.tenants]
        assert hub.units.of_tenant(owner) == []


def test_new_tenant_is_made_of_the_files_own_number_and_name(tasma, sie, company):
    done = tasma("import", sie(), "--new-tenant")
    again = tasma("import", sie(year=0), "--new-tenant")
    (tenant,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert (tenant["organisation_number"], tenant["name"]) == (
        company.organisation_number,
        company.name,
    )


def test_new_tenant_of_finnish_books_is_a_finnish_company(tasma, tmp_path):
    file = tmp_path / "books.csv"
    template = tasma("template").stdout.replace("SAMPLE,", "A,")
    file.write_text(template)
    planned = tasma("import", file, "--new-tenant", "--dry-run")
    made = tasma("import", file, "--new-tenant")
    (tenant,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert "Sample Company, 76543212, FI" in planned.stderr
    assert 0 == made.exit_code, made.output
    assert ("FI", "EUR", "Europe/Helsinki") == tuple(
        tenant[name] for name in ("country", "currency", "time_zone")
    )


def test_dry_run_of_a_new_tenants_file_writes_nothing_at_all(tasma, sie, home):
    file = sie()
    before = sorted(home.rglob("*"))

    planned = tasma("import", file, "--new-tenant", "--dry-run")

    assert planned.exit_code == 0
    assert "It would be a new tenant" in planned.stderr
    assert planned.stdout.count("would be") == 1
    assert planned.stdout.count("nothing was published") == 1
    assert "2024: would be published" in planned.stdout
    written = [path for path in home.rglob("*") if path not in before]
    assert [path for path in written if not path.name.startswith("hub.sqlite")] == []
    assert json.loads(tasma("tenant", "list", "--json").stdout) == []


def test_dry_run_of_a_tenants_file_is_no_file_that_the_tenant_has_sent(tasma, owner, sie):
    tasma("import", sie(), "--tenant", owner, "--dry-run")
    tried = json.loads(tasma("tenant", "files", owner, "--json").stdout)
    tasma("import", sie(), "--tenant", owner)
    sent = json.loads(tasma("tenant", "files", owner, "--json").stdout)

    assert ([], ["published", "received"]) == (tried, [row["outcome"] for row in sent])


def test_file_of_nobody_makes_no_tenant(tasma, tmp_path):
    path = tmp_path / "empty.se"
    path.write_text("#FLAGGA 0\n#SIETYP 4\n")

    refused = tasma("import", path, "--new-tenant")

    assert refused.exit_code == 1
    assert "names no company" in refused.stderr
    assert json.loads(tasma("tenant", "list", "--json").stdout) == []


@pytest.mark.requirement("R-SEN-15a")
def test_file_in_code_page_437_loads_with_its_letters(tasma, owner, sie, company):
    file = sie()
    content = file.read_bytes()
    assert b"#FORMAT PC8" in content
    assert company.name.encode("cp437") in content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")

    done = tasma("import", file, "--tenant", owner)

    assert done.exit_code == 0, done.output
    with FileWarehouse(settings().warehouse).read(owner) as db:
        query = "select name from ledger_account where account_number = '1930'"
        name = db.execute(query).fetchone()[0]
        texts = {text for (text,) in db.execute("select voucher_text from voucher").fetchall()}
    assert f'#KONTO 1930 "{name}"'.encode("cp437") in content
    assert any(letter in text for text in texts for letter in "åäöÅÄÖ")
    assert all(text.encode("cp437") in content for text in texts)


@pytest.mark.requirement("R-SEN-15b")
def test_unbalanced_voucher_is_held_with_the_line_that_it_begins_on(tasma, owner, sie, company):
    file = sie(faults=[Fault.UNBALANCED_VOUCHER])
    planted = company.planted(Fault.UNBALANCED_VOUCHER)
    label = f"#VER {planted.series} {planted.number} ".encode()
    (line,) = [
        number
        for number, text in enumerate(file.read_bytes().splitlines(), start=1)
        if text.replace(b'"', b"").startswith(label)
    ]

    held = tasma("import", file, "--tenant", owner)

    assert held.exit_code == 3
    assert f"voucher {planted.series}:{planted.number}" in held.stdout
    assert f"(line {line})" in held.stdout


@pytest.mark.requirement("R-FIN-25a", "R-FIN-25b")
def test_account_that_no_chart_knows_holds_the_whole_file_and_is_named(tasma, owner, sie):
    held = tasma("import", sie(faults=[Fault.MISSING_ACCOUNT]), "--tenant", owner)

    assert held.exit_code == 3
    assert "Held by account_in_chart" in held.stdout
    assert "account 3041" in held.stdout
    assert FileWarehouse(settings().warehouse).load_record(owner, YEAR) is None


def test_other_companys_file_is_held_and_both_numbers_are_shown(tasma, owner, sie, company):
    held = tasma("import", sie(faults=[Fault.OTHER_COMPANY]), "--tenant", owner)

    assert held.exit_code == 3
    assert "Held by tenant_identity" in held.stdout
    assert company.organisation_number in held.stdout


def test_every_step_after_the_dry_run_of_a_new_tenants_pre_system_file_ends_well(tasma, till):
    planned = tasma("import", till, "--new-tenant", "--dry-run")

    _, _, steps = planned.stdout.partition("Next:")
    commands = [shlex.split(line)[1:] for line in steps.strip().splitlines()]
    assert ["tenant", "add"] == commands[0][:2]
    assert [0] * (len(commands) - 1) == [tasma(*one).exit_code for one in commands[:-1]]
    assert 4 == tasma(*commands[-1]).exit_code


def test_busy_unit_ends_with_75_and_says_since_when_by_whom(tasma, owner, sie):
    path = sie()
    with (
        Hub(settings().hub_url) as hub,
        hub.unit_lease(owner, YEAR, holder="run night-2024"),
    ):
        busy = tasma("import", path, "--tenant", owner)

    assert busy.exit_code == 75
    assert "already held by run night-2024 since" in busy.stderr
    assert "Next: wait as the message says, then run the command again" in busy.stdout
    assert tasma("import", path, "--tenant", owner).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["FILE"], "--tenant ID, or --new-tenant"),
        (["FILE", "--tenant", "small", "--new-tenant"], "--tenant ID, or --new-tenant"),
        (["FILE", "--tenant", "nobody"], "there is no tenant 'nobody'"),
        (["missing.se", "--tenant", "small"], "there is no file missing.se"),
        (["FOLDER", "--tenant", "small"], "holds no file that ends in"),
    ],
    ids=["nobody's", "both", "unknown tenant", "missing file", "empty folder"],
)
def test_wrong_usage_of_import_is_said_before_anything_is_done(tasma, owner, sie, arguments, said):
    file = sie()
    (file.parent / "empty").mkdir()
    places = {"FILE": file, "FOLDER": file.parent / "empty"}

    refused = tasma("import", *(places.get(word, word) for word in arguments))

    assert refused.exit_code == 2
    assert said in " ".join(refused.output.split())


def test_plan_shows_accounts_and_vouchers_and_changes_nothing(tasma, owner, sie, company):
    tasma("import", sie(), "--tenant", owner)
    chunk = next(iter(company.book().chunks()))
    gone = (chunk.series, int(chunk.number[0]))
    file = sie(company.next_night(removed=[gone]))

    planned = tasma("ledger", "plan", file, "--tenant", owner)
    found = json.loads(tasma("ledger", "plan", file, "--tenant", owner, "--json").stdout)
    record = FileWarehouse(settings().warehouse).load_record(owner, YEAR)

    assert planned.exit_code == 0
    assert "Vouchers that would change" in planned.stdout
    assert "small 2024: would be published" in planned.stdout
    assert (found["plan"]["removed"], found["plan"]["added"]) == (1, 0)
    assert sum(Decimal(item["movement_after"]) for item in found["plan"]["accounts"]) == sum(
        Decimal(item["movement_before"]) for item in found["plan"]["accounts"]
    )
    assert record.load_number == 1


def test_dry_run_of_few_vouchers_that_would_be_held_says_by_what(tasma, owner, sie):
    few = sie(sie_type="4I")
    few.write_bytes(
        few.read_bytes() + b'#VER Z 1 20240301 "Rad"\r\n{\r\n#TRANS 1930 {} 1.00\r\n}\r\n'
    )

    planned = tasma("import", few, "--tenant", owner, "--dry-run")

    assert 3 == planned.exit_code, planned.output
    assert "would be held" in planned.stdout
    assert "Held by voucher_balance" in planned.stdout


def test_dry_run_of_what_is_published_already_says_that_nothing_would_change(tasma, owner, sie):
    file = sie()
    tasma("import", file, "--tenant", owner)

    planned = tasma("import", file, "--tenant", owner, "--dry-run")

    assert 0 == planned.exit_code
    assert "2024: would be unchanged" in planned.stdout


def test_dry_run_of_a_file_that_would_be_held_ends_with_3(tasma, owner, sie):
    file = sie(faults=[Fault.MISSING_ACCOUNT])

    planned = tasma("import", file, "--tenant", owner, "--dry-run")

    assert planned.exit_code == 3
    assert "would be held" in planned.stdout
    with Hub(settings().hub_url) as hub:
        assert hub.units.of_tenant(owner) == []


def test_import_on_a_server_that_is_not_there_says_how_to_start_one(tasma, owner, sie, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")

    refused = tasma("import", sie(), "--tenant", owner, "--on-server")

    assert refused.exit_code == 75
    assert "Nothing was done" in refused.stderr
    assert "http://127.0.0.1:9/api does not answer" in refused.stderr
    assert "tasma up" in refused.stderr


@pytest.mark.requirement("R-SEN-15c", "R-SEN-15d")
@pytest.mark.parametrize(
    ("control", "said", "line"),
    [
        ("tenant_identity", {"number": "556000-0001"}, "(line 7, #ORGNR)"),
        ("year_defined", {"year": 2023}, "(line 8, #RAR)"),
        ("currency", {"currency": "EUR"}, "(line 9, #VALUTA)"),
    ],
)
def test_file_of_another_company_year_or_currency_is_held_with_its_line(
    tasma, tmp_path, control, said, line
):
    tasma(
        "tenant",
        "add",
        "acme",
        "--trial",
        "--name",
        "A",
        "--org-number",
        "559990-0007",
        "--years",
        "2024",
    )
    path = tmp_path / "books.se"
    path.write_bytes(small_sie((1, 100, 100), **said))

    done = tasma("import", path, "--tenant", "acme")

    assert 3 == done.exit_code
    assert f"Held by {control}" in done.stdout
    assert line in done.stdout


def test_dry_run_of_several_files_says_which_would_be_held_and_why(tasma, owner, sie):
    good, wrong = sie(year=0), sie(faults=[Fault.WRONG_CLOSING_BALANCE])

    planned = tasma("import", good, wrong, "--tenant", owner, "--dry-run")

    assert planned.exit_code == 3
    held = next(line for line in planned.stdout.splitlines() if line.startswith(wrong.name))
    assert "  2024  " in held
    assert "would be held" in held
    assert "balance_roll_forward (1 break" in held
    assert "2 files: 1 would be published, 1 would be held." in planned.stdout
    assert f"--tenant {owner} --dry-run   (once what holds it was mended" in planned.stdout


def test_dry_run_of_another_companys_file_leads_to_no_import_of_it_here(tasma, owner, sie):
    foreign = sie(faults=[Fault.OTHER_COMPANY])

    planned = tasma("import", foreign, "--tenant", owner, "--dry-run")

    assert planned.exit_code == 3
    assert "--new-tenant --dry-run   (it is another company's)" in planned.stdout
    assert f"--tenant {owner}" not in planned.stdout
