"""Tables on terminals of every width: no figure is cut, and no column goes without a word."""

from __future__ import annotations

import ast
import datetime as dt
import re
import sys
from collections import Counter
from contextlib import nullcontext, suppress
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import flows.cli
from blocks.hub import Connection, Hub, Method
from blocks.hub.hosts import Host
from blocks.hub.outbox import NewDocument
from blocks.hub.pickups import Pickup, PickupFile
from blocks.hub.portal_roles import Role
from blocks.hub.states import PickupState
from blocks.lake import Prunable
from blocks.settings import settings
from blocks.systems.fennoa.system import FENNOA
from blocks.systems.fortnox.system import FORTNOX
from flows.cli import (
    accounts,
    ecom_accounts,
    hosts,
    output,
    pulled,
    push_work,
    readers,
    serving,
    spotilla_work,
    tables,
)
from flows.cli.result import LoadResult
from flows.doors.demo import DemoResult, Seen
from flows.server import readiness
from ledger.account_map import Coverage, Suggestion
from ledger.controls import Break, BreakKind
from ledger.fiscal_year import FiscalYear
from ledger.invoice.mappings.ecom_procountor.accounts import VatStatus
from ledger.outcome import Outcome
from ledger.push.advance import Rules
from ledger.push.events import After, Begun, NoEffect
from ledger.push.items import Clock, Step
from ledger.push.kinds import PushKind
from ledger.spotilla.sentences import reason
from tasks import pruning
from tasks.push_deviations import Deviation, Deviations
from tasks.spotilla.cycle import Cycle
from tasks.spotilla.switching import Plan
from tests import ecom_home, spotilla_home
from tests.hostile_text import OURS
from tests.small_sie import small_sie
from tests.terminal import on_terminal, terminal

WIDTHS = (60, 80, 120)

HUGE = Decimal("9999999999999999.99")
"""The largest amount that the tables hold: 25 signs as it is written."""

LONG = "Enskild firma Övningsverkstaden med ett långt namn AB"


def whole(figure, text):
    """Return whether a figure is in a text with nothing of a figure before or behind it."""
    return re.search(rf"(?<![\d.,-]){re.escape(figure)}(?![\d,]|\.\d)", text) is not None


def not_shown(printed):
    found = re.search(
        r"Not shown: (.*); use --json or a wider terminal\.", " ".join(printed.split())
    )
    return found[1].split(", ") if found else []


def lost(columns, printed):
    """Return the cells with a figure that are neither whole in what was printed nor said to go."""
    gone = not_shown(printed)
    return [
        (column.heading, text)
        for column in columns
        if column.heading not in gone
        for text in column.cells
        if re.search(r"\d", text) and cell_len(text) <= tables.UNBROKEN_CHARS
        if not whole(text, printed)
    ]


def cut(columns, printed):
    """Return the words with a figure of long texts that are not whole in what was printed."""
    gone = not_shown(printed)
    return [
        (column.heading, word)
        for column in columns
        if column.heading not in gone
        for text in column.cells
        for word in text.split()
        if re.search(r"\d", word) and cell_len(word) <= tables.UNBROKEN_WORD_CHARS
        if word not in printed
    ]


FIGURES = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(-HUGE, HUGE, places=2),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.none(),
)
WORDS = st.text("abcåäö 1234567890,.", max_size=60)


@st.composite
def drawn_tables(draw):
    kinds = draw(st.lists(st.sampled_from([FIGURES, WORDS]), min_size=1, max_size=9))
    rows = draw(st.lists(st.tuples(*kinds), min_size=1, max_size=4))
    headings = [f"heading {place}" for place in range(len(kinds))]
    return headings, rows, draw(st.lists(st.sampled_from(headings), unique=True))


@given(drawn_tables(), st.integers(40, 130))
def test_every_figure_is_whole_or_its_column_is_named_as_not_shown(drawn, width):
    headings, rows, spare = drawn
    with terminal(width) as shown:
        output.show_table(headings, rows, spare=spare)
    printed = OURS.sub("", shown.getvalue())
    columns = [
        tables.Column(heading, [output.cell(row[place]) for row in rows])
        for place, heading in enumerate(headings)
    ]

    assert [] == lost(columns, printed)
    assert [] == cut(columns, printed)
    assert set(not_shown(printed)) <= set(spare)
    lines = [line for line in printed.splitlines() if not line.startswith("Not shown: ")]
    assert max(map(cell_len, lines)) <= max(width, len("heading 0  ") + tables.UNBROKEN_CHARS)


@given(drawn_tables())
def test_pipe_gets_all_of_every_text_a_line_for_each_row(drawn):
    headings, rows, _ = drawn
    columns = [
        tables.Column(heading, [output.cell(row[place]) for row in rows])
        for place, heading in enumerate(headings)
    ]
    lines = list(tables.plain_lines(columns))

    assert 1 + len(rows) == len(lines)
    for place, line in enumerate(lines[1:]):
        for column in columns:
            assert column.cells[place].strip() in line


def columns_of(**cells):
    return [
        tables.Column(name, [text], is_figure=text[-1:].isdigit()) for name, text in cells.items()
    ]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (31, ["tenant", "vouchers", "amount"]),
        (27, ["tenant", "vouchers", "amount"]),
        (26, ["tenant", "amount"]),
        (17, ["tenant", "amount"]),
        (16, []),
    ],
)
def test_spare_columns_go_one_after_the_other_and_then_rows_become_blocks(width, expected):
    found = tables.fitting(
        columns_of(tenant="acme", vouchers="1,201", empty="", amount="12,345.00"),
        width,
        spare=("vouchers",),
    )

    assert expected == [column.heading for column in found][: len(expected) or 1]


def test_id_that_is_longer_than_most_is_not_broken():
    """One letter of it on the next line cannot be typed or searched for."""
    long = "ovningsakeriet-nordost-alvo"
    column = tables.Column("tenant", ["acme", long, f"{long} and {long}"])

    assert (len(long), column.least) == (27, 27)


# Every table of the command line.


@pytest.fixture
def busy(home, tmp_path):
    """A home with large figures and long texts in every list; where its files lie."""

    def import_(*vouchers, year=2024, **said):
        path = tmp_path / "files" / f"{LONG}-{year}.se"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(small_sie(*vouchers, name=LONG, year=year, **said))
        on_terminal("import", str(path), "--tenant", "acme")
        return path

    on_terminal("tenant", "add", "new", "--name", LONG)
    on_terminal("tenant", "add", "acme", "--trial", "--name", LONG, "--org-number", "559990-0007")
    import_((123456, Decimal("9999999999.99"), Decimal("9999999999.99")))
    import_((123456, Decimal("9999999999.99"), Decimal("9999999999.99")), (7, 1201, 1201))
    import_((123456, Decimal("8888888888.88"), Decimal("7777777777.77")), year=2025)
    with Hub(settings().hub_url) as hub:
        hub.pickups.agree(Pickup("acme", "sftp-account/acme", f"/{LONG}"), who="me")
        hub.pickups.ended("acme", problem=LONG, took_file=True)
        hub.pickups.remember(
            PickupFile("acme", "books.se", 12_345_678_901, 1, "ab", PickupState.TAKEN)
        )
        hub.connections.save(
            Connection("acme", FORTNOX, method=Method.CLIENT_CREDENTIALS, source_tenant_id="503072")
        )
        hub.connections.save(Connection("acme", FENNOA, Method.API_KEY, credential_block="a/b"))
        hub.consents.make(
            "acme", FORTNOX, wants={}, made_by=LONG, life=dt.timedelta(days=1), needs_number=False
        )
        mail = "a.long.name@a-long-name.example"
        hub.portal_users.add(mail, Role.CUSTOMER, tenants=["acme"], by=LONG)
        hub.portal_audit.begin("company", who=LONG, tenant="acme")
        ecom_home.fill(hub, "acme", LONG)
        spotilla_home.fill(hub, "acme", LONG)
        new = NewDocument(LONG, PushKind.SALES_INVOICE, "k", "c", "{}", "d", (Step.CREATE,))
        hub.outbox.add("acme", FENNOA, [new])
        queued = hub.outbox.find("acme", FENNOA, LONG)
        for event in (Begun(1, "0123456789abcdef" * 4), NoEffect(1, LONG, After.REJECT)):
            hub.outbox.apply(queued, event, rules=Rules(), now=Clock(0.0, "here"))
    return tmp_path / "files"


def show_lake(monkeypatch):
    items = [Prunable(f"landing/acme/sie/{'0123456789abcdef' * 4}", 12_345_678_901)]
    monkeypatch.setattr(pruning, "prune", lambda *_, **__: items)
    return on_terminal("lake", "prune")


def show_deviations(monkeypatch):
    found = (Deviation(LONG, "12345678", LONG),)
    counts = Counter(received=1, done=1)
    monkeypatch.setattr(push_work, "deviating", lambda *_: Deviations(1, 0, found, counts))
    return on_terminal("push", "deviations", "acme", "--to", "fennoa")


def show_pulled(_):
    years = [
        LoadResult(
            "acme",
            year=FiscalYear.parse(year),
            outcome=Outcome.HELD,
            message=f"account 1930: {HUGE}",
            calls=12_345,
            took_s=1_234.5,
        )
        for year in ("2024", "2024-07-01_2025-06-30")
    ]
    with terminal() as shown:
        pulled.show_many(years)
    return shown.getvalue()


def show_accounts(_):
    unmapped = {"9001": HUGE, "9002": -HUGE}
    found = Coverage(accounts=1_234, by_default=("1930",), unmapped=unmapped, percent=HUGE)
    with terminal() as shown:
        accounts._show("acme", found, (Suggestion("9001", "balance_sheet", LONG, LONG),))
    return shown.getvalue()


def show_suggestions(monkeypatch):
    there = ecom_accounts.accounts.There({"7230": LONG}, (VatStatus("12", LONG),))
    monkeypatch.setattr(ecom_accounts, "_asked", lambda _route: there)
    with terminal() as shown:
        ecom_accounts.suggest("acme")
    return shown.getvalue()


def show_readers(monkeypatch):
    class InServer:
        def readers(self):
            return [("analyst", "acme"), ("r" * 63, "t" * 64)]

    monkeypatch.setattr(readers, "warehouse", InServer)
    with terminal() as shown:
        readers.list_readers()
    return shown.getvalue()


def show_hosts(monkeypatch):
    now = dt.datetime.now(dt.UTC)
    one = Host(
        LONG, "folder " + "f" * 32, "database " + LONG, "", "0.1.0", "", -123_456.7, now, now
    )
    listed = SimpleNamespace(every=lambda: [one])
    hub = SimpleNamespace(hosts=listed, database=SimpleNamespace(now=lambda: now))
    monkeypatch.setattr(hosts, "open_hub", lambda: nullcontext(hub))
    with terminal() as shown:
        hosts.hosts()
    return shown.getvalue()


def show_ready(monkeypatch):
    async def look():
        return [readiness.Seen("the clock of " + "h" * 64, "red", LONG)]

    monkeypatch.setattr(hosts.readiness, "look", look)
    with terminal() as shown, suppress(typer.Exit):
        hosts.ready()
    return shown.getvalue()


def show_demo(_):
    found = Break("x", BreakKind.AMOUNT, "1930", expected=HUGE, actual=HUGE, difference=HUGE)
    held = Seen("glasbruket", "2024-01-01_2024-12-31", "held", {}, 123_456, 9_876_543, (found,), 1)
    good = Seen("vaveriet", "2024-07-01_2025-06-30", "published", {}, 123_456, 9_876_543, (), 0)
    with terminal() as shown:
        serving._show(DemoResult(Path(), [held, good], [], 1.0))
    return shown.getvalue()


COMMANDS = [
    ("tenant", "list"),
    ("apply", "{files}/tenants.yaml"),
    ("tenant", "status"),
    ("tenant", "year", "list", "acme"),
    ("tenant", "files", "acme"),
    ("tenant", "open", "new"),
    ("tenant", "erase", "acme", "--dry-run"),
    ("connect", "list"),
    ("connect", "links", "acme"),
    ("ledger", "rebuild", "acme"),
    ("portal", "users"),
    ("portal", "log"),
    ("ledger", "breaks", "acme", "2025", "--all"),
    ("statements", "read", "{files}/statement.csv", "--dry-run"),
    ("statements", "add", "acme", "{files}/statement.csv"),
    ("statements", "list", "acme"),
    ("statements", "compare", "acme", "2024"),
    ("accept", "acme", "2025", "--reason", LONG, "--by", LONG, "--no-publish"),
    ("ledger", "acceptances", "acme"),
    ("tenant", "controls", "acme"),
    ("tenant", "owner", "acme", "fortnox", "--from", "2026", "--reason", LONG, "--by", LONG),
    ("ledger", "changes", "acme", "2024"),
    ("ledger", "changes", "acme", "2024", "--rows"),
    ("ledger", "diff", "acme", "2024", "1", "2"),
    ("ledger", "recheck", "acme"),
    ("ledger", "report", "acme", "2024"),
    ("ledger", "report", "acme", "2024", "--statement", "income-statement"),
    ("ledger", "report", "acme", "2024", "--statement", "balance-sheet"),
    ("ledger", "plan", "{files}/second.se", "--tenant", "acme"),
    ("import", "{files}", "--tenant", "acme"),
    ("sftp", "status", "acme"),
    ("tenant", "sync", "acme", "--list"),
    ("route", "list"),
    ("route", "set", "acme", "ecom", "vouchers", "language=fi", "--who", LONG),
    ("ecom", "list", "acme", "--all"),
    ("ecom", "log", "acme", "p-1"),
    ("ecom", "check", "acme"),
    ("ecom", "accounts", "check", "acme"),
    ("spotilla", "skipped", "acme"),
    ("spotilla", "log", "acme", spotilla_home.TASK),
    ("push", "status", "acme", "--to", "fennoa"),
    ("push", "events", "acme", LONG, "--to", "fennoa"),
    ("events",),
    ("doctor",),
]


def show_spotilla(_):
    """Print a plan and a cycle, which are read from two systems otherwise."""
    against = (reason("several_partners", ids=LONG),)
    plan = Plan((), ("1",), (), 1, (), (("17", against),), 9_999, 9_999)
    cycle = Cycle(against={"17": against}, problems=[LONG])
    with terminal(80):
        spotilla_work._show(plan)
        spotilla_work._tell("acme", cycle)


def call_sites():
    """Return the functions of the command line that show a table."""
    for path in Path(flows.cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and "show_table" in called(node):
                yield path.stem, node.name


def called(function):
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {name.id for name in calls if isinstance(name, ast.Name)}


def test_every_table_of_the_command_line_has_its_figures_whole(busy, monkeypatch):
    seen, wrong = set(), []
    printing = tables.print_fitting

    def noting(out, columns, *, spare):
        caller = sys._getframe(2).f_code
        seen.add((Path(caller.co_filename).stem, caller.co_name))
        for width in WIDTHS:
            with terminal(width) as shown:
                printing(output.console(), columns, spare=spare)
            printed = OURS.sub("", shown.getvalue())
            found = lost(columns, printed) + cut(columns, printed)
            wrong.extend((width, *cell) for cell in found)
        printing(out, columns, spare=spare)

    monkeypatch.setattr(tables, "print_fitting", noting)
    (busy / "second.se").write_bytes(small_sie((5, 1201, 1201), name=LONG))
    (busy / "statement.csv").write_text(
        "Balansrapport 2024-12-31\nKonto;Benämning;2024-12-31;2023-12-31\n"
        f"1930;{LONG};9 999 999 999,99;0,00\nSumma;;9 999 999 999,99;0,00\n"
    )
    (busy / "tenants.yaml").write_text(f"tenants: [{{id: by-file, name: {LONG}}}]\n")
    for arguments in COMMANDS:
        on_terminal(*(part.format(files=busy) for part in arguments), columns=80)
    for show in (
        show_lake,
        show_deviations,
        show_pulled,
        show_accounts,
        show_demo,
        show_hosts,
        show_ready,
        show_suggestions,
        show_readers,
        show_spotilla,
    ):
        show(monkeypatch)

    assert [] == wrong
    # It needs books in a server: tests/integration/test_moving_books.py.
    assert set(call_sites()) - {("moving_books", "move")} == seen


def test_nothing_else_of_the_command_line_makes_tables():
    """Another maker would have rules of its own."""
    sources = Path(flows.cli.__file__).parent.glob("*.py")
    makers = {path.stem for path in sources if "rich.table" in path.read_text(encoding="utf-8")}

    assert {"tables"} == makers


def test_status_of_a_narrow_terminal_names_what_it_left_out(busy):
    shown = OURS.sub("", on_terminal("tenant", "status", columns=60))

    assert not_shown(shown) == ["stage", "age", "postings"]


def test_system_tells_rows_of_a_tenant_apart_so_no_table_leaves_it_out():
    sources = Path(flows.cli.__file__).parent.glob("*.py")
    spare = [
        (path.stem, name.value)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "spare"
        for name in ast.walk(node.value)
        if isinstance(name, ast.Constant)
    ]

    assert ("connections", "company") in spare
    assert [] == [path for path, name in spare if name == "system"]
