"""Every command, fed with text that acts on a terminal wherever text comes from outside."""

from __future__ import annotations

import json
import os
from typing import Final

import pytest

from blocks.hub import Connection, Hub, Method
from blocks.hub.connection_states import ConnectionState
from blocks.hub.outbox import NewDocument
from blocks.hub.pickups import Pickup, PickupFile
from blocks.hub.states import PickupState
from blocks.settings import settings
from blocks.systems.fennoa.system import FENNOA
from blocks.systems.fortnox.preflight import LICENCE
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.ports import Requirement
from flows.cli import failure, output
from flows.cli.connect import show_requirements
from flows.cli.lazy import LazyGroup, every_command
from ledger.fiscal_year import FiscalYear
from ledger.push.advance import Rules
from ledger.push.events import After, Begun, NoEffect
from ledger.push.items import Step
from ledger.push.kinds import PushKind
from tasks.push import now
from tests import ecom_home, spotilla_home
from tests.command_line import invoke
from tests.hostile_text import CLIPBOARD, FORGED, HOSTILE, acting, forged
from tests.small_sie import small_sie
from tests.terminal import on_terminal

FILE_NAME: Final = f"{CLIPBOARD}\u202eb\n[red]oks.se"


@pytest.fixture
def hostile(tmp_path, home):
    """A home in which hostile files are published, changed, held and refused; where files lie."""

    def import_(*vouchers, year=2024, name=FILE_NAME, **said):
        path = tmp_path / str(year) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(small_sie(*vouchers, name=HOSTILE, year=year, **said))
        return path, invoke("import", path, "--new-tenant")

    import_((HOSTILE, 100, 100))
    import_((HOSTILE, 100, 100), ("2", 7, 7))
    import_((HOSTILE, 5, 4), year=2025)
    (tmp_path / f"{FILE_NAME} statement").write_text(statement(FORGED), "utf-8")
    (tmp_path / f"{FILE_NAME} tenants").write_text(
        json.dumps({"tenants": [{"id": "named", "name": HOSTILE}, {"id": FORGED, "name": "x"}]})
    )
    with Hub(settings().hub_url) as hub:
        (tenant,) = (tenant.id for tenant in hub.tenants)
        hub.events.add(HOSTILE, FORGED, tenant=tenant)
        hub.connections.save(
            Connection(
                tenant,
                FORTNOX,
                method=Method.CLIENT_CREDENTIALS,
                source_tenant_id="503072",
                status=ConnectionState.RECONNECT_REQUIRED,
                reason=FORGED,
            )
        )
        hub.documents.missed(tenant, FiscalYear.parse("2024"), reason=FORGED)
        hub.connections.save(Connection(tenant, FENNOA, Method.API_KEY, credential_block="a/b"))
        rejected(hub, tenant)
        ecom_home.fill(hub, tenant, FORGED)
        spotilla_home.fill(hub, tenant, FORGED)
        hub.pickups.agree(Pickup(tenant, "sftp-account/x", "[red]/out"), who=FORGED)
        hub.pickups.ended(tenant, problem=FORGED)
        hub.pickups.remember(
            PickupFile(tenant, FORGED[:255], 1, 1, "ab", PickupState.KEPT, reason=FORGED)
        )
    return tenant, tmp_path


def rejected(hub, tenant):
    """Queue a document, and let its target refuse it."""
    new = NewDocument(HOSTILE, PushKind.SALES_INVOICE, "k", FORGED, "{}", "d", (Step.CREATE,))
    hub.outbox.add(tenant, FENNOA, [new])
    queued = hub.outbox.find(tenant, FENNOA, HOSTILE)
    for event in (Begun(1, "digest"), NoEffect(1, FORGED, After.REJECT)):
        hub.outbox.apply(queued, event, rules=Rules(), now=now())


def statement(text):
    """Return a balance sheet that holds a text wherever one can stand."""
    title, heading, label, group = (f'"{text} {place}"' for place in ("Oy", "2026", "x", "y"))
    return (
        f"{title};;\nTase 31.12.2026;;\nRivi;{heading};2025\n{group};;\n{label};5,00;4,00\n"
        f"Pankki;2,00;1,00\nYhteensä;8,00;5,00\n"
    )


def commands(tenant, folder):
    """Return every command with what makes it show text from outside."""
    file = folder / "2024" / FILE_NAME
    said = ("--reason", FORGED, "--by", FORGED)
    yield from (
        ("import", folder / "2024", folder / "2025", "--new-tenant"),
        ("import", file, "--tenant", tenant),
        ("import", file, "--new-tenant", "--dry-run"),
        ("ledger", "plan", folder / "2025" / FILE_NAME, "--tenant", tenant),
        ("ledger", "breaks", tenant, "2025", "--all"),
        ("accept", tenant, "2025", *said, "--no-publish"),
        ("ledger", "acceptances", tenant),
        ("ledger", "withdraw", tenant, "1", *said),
        ("tenant", "controls", tenant),
        ("tenant", "tighten", tenant, "control_sum", *said),
        ("tenant", "tighten", tenant, FORGED, *said),
        ("tenant", "owner", tenant, "fortnox", "--from", "2025", *said),
        ("tenant", "owner", tenant, FORGED, "--from", FORGED, *said),
        ("publish", tenant, "2025"),
        ("ledger", "reject", tenant, "2025", *said),
        ("tenant", "correct", tenant, "--org-number", FORGED),
        ("ledger", "changes", tenant, "2024"),
        ("ledger", "diff", tenant, "2024", "1", "2"),
        ("ledger", "verify", tenant),
        ("ledger", "rebuild", tenant),
        ("ledger", "recheck", tenant),
        ("ledger", "export", tenant, folder / f"{FILE_NAME} export"),
        *(
            ("ledger", "report", tenant, "2024", "--statement", statement)
            for statement in ("trial-balance", "income-statement", "balance-sheet")
        ),
        ("ledger", "pull", tenant),
        ("ledger", "backfill", tenant, "--years", "2024"),
        ("connect", "fortnox", tenant, "--link-only"),
        ("connect", "fennoa", tenant, "--block", FORGED),
        ("connect", "procountor", tenant, "--block", FORGED, "--client", FORGED),
        ("connect", "check", tenant),
        ("connect", "list"),
        ("connect", "links", tenant),
        ("connect", "revoke", tenant, FORGED, "--by", FORGED),
        ("connect", "confirm", tenant, FORGED),
        ("tenant", "add", "beta", "--name", FORGED[:255]),
        ("tenant", "add", FORGED, "--name", "Beta"),
        ("tenant", "form", "beta"),
        ("tenant", "open", "beta", file),
        ("tenant", "open", "beta"),
        ("accounts", "import", tenant, file),
        ("accounts", "set", tenant, file),
        ("accounts", "set", tenant, "--scheme", FORGED),
        ("accounts", "export", tenant),
        ("accounts", "check", tenant),
        ("tenant", "list"),
        ("apply", folder / f"{FILE_NAME} tenants"),
        ("tenant", "sync", tenant, "--list"),
        ("warehouse", "attach", tenant),
        ("warehouse", "allow", FORGED, tenant),
        ("warehouse", "deny", FORGED, FORGED),
        ("warehouse", "readers"),
        ("tenant", "status"),
        ("tenant", "status", FORGED),
        ("tenant", "approve", tenant, "--note", FORGED, "--by", FORGED),
        ("tenant", "schedule", tenant, "off"),
        ("tenant", "year", "add", tenant, "2030"),
        ("tenant", "year", "list", tenant),
        ("tenant", "year", "lock", tenant, "2024", "--until", FORGED),
        ("tenant", "year", "retire", tenant, FORGED),
        ("lake", "prune"),
        ("lake", "move", "--to", FORGED),
        *(
            ("push", *words, "--to", "fennoa")
            for words in (
                ("status", tenant),
                ("status", FORGED),
                ("events", tenant, HOSTILE),
                ("events", tenant, FORGED),
                ("retry", tenant, HOSTILE),
                ("resolve", tenant, HOSTILE, "--not-there"),
                ("resolve", tenant, HOSTILE, "--id", FORGED),
                ("add", tenant, file),
                ("deviations", tenant),
                ("run", tenant),
                ("pause", tenant, "--reason", FORGED),
                ("run", tenant),
                ("status", tenant),
                ("resume", tenant),
            )
        ),
        ("connect", "ecom", tenant, "--block", FORGED),
        ("route", "list"),
        ("route", "add", tenant, "ecom", "vouchers", "--to", FORGED, "--who", FORGED),
        ("route", "add", tenant, FORGED, FORGED, "--who", FORGED),
        ("route", "set", tenant, "ecom", "vouchers", f"{FORGED}=1", "--who", FORGED),
        ("route", "set", tenant, "ecom", "vouchers", "language=fi", "--who", FORGED),
        ("ecom", "status", tenant),
        ("ecom", "list", tenant, "--all"),
        ("ecom", "log", tenant, ecom_home.DOCUMENT),
        ("ecom", "log", tenant, FORGED),
        ("ecom", "check", tenant),
        ("ecom", "mode", tenant, "voucher", "--who", FORGED),
        ("ecom", "activate", tenant, "--who", FORGED),
        ("ecom", "accounts", "check", tenant),
        ("ecom", "accounts", "suggest", tenant),
        ("ecom", "accounts", "import", tenant, file, "--who", FORGED),
        ("ecom", "run", tenant),
        ("ecom", "retry", tenant, FORGED, "--who", FORGED),
        ("ecom", "retry", tenant, ecom_home.DOCUMENT, "--who", FORGED),
        ("route", "detach", tenant, "ecom", "vouchers", "--who", FORGED),
        ("connect", "spotilla", tenant, "--block", FORGED),
        ("spotilla", "status", tenant),
        ("spotilla", "skipped", tenant, "--all"),
        ("spotilla", "log", tenant, spotilla_home.TASK),
        ("spotilla", "log", tenant, FORGED),
        ("spotilla", "plan", tenant),
        ("spotilla", "on", tenant, "--confirm"),
        ("spotilla", "run", tenant),
        ("spotilla", "retry", tenant, FORGED),
        ("spotilla", "retry", tenant, spotilla_home.TASK),
        ("spotilla", "join", tenant, FORGED[:40], "--customer", FORGED[:40], "--who", FORGED),
        ("spotilla", "off", tenant, "--who", FORGED),
        ("portal", "invite", "eve@example.com", "--tenant", tenant, "--name", FORGED),
        ("portal", "invite", FORGED, "--role", "operator"),
        ("portal", "users"),
        ("portal", "change", "eve@example.com", "--tenant", FORGED),
        ("portal", "reset", FORGED),
        ("portal", "log"),
        ("portal", "log", "--tenant", FORGED),
        ("portal", "remove", FORGED),
        ("sftp", "set", tenant, "--folder", FORGED),
        ("sftp", "set", tenant, "--block", FORGED),
        ("sftp", "set", tenant, "--pattern", "[red]*.se"),
        ("sftp", "status"),
        ("sftp", "status", tenant),
        ("sftp", "test", tenant),
        ("sftp", "poll", tenant),
        ("guide", FORGED),
        ("guide", "fortnox"),
        ("schema", FORGED),
        ("template",),
        ("statements", "read", folder / f"{FILE_NAME} statement", "--dry-run"),
        ("statements", "read", file, "--dry-run"),
        ("statements", "add", tenant, folder / f"{FILE_NAME} statement"),
        ("statements", "compare", tenant, "2024"),
        ("statements", "list", tenant),
        ("ledger", "rollback", tenant, "2024", "--to", "1", "--reason", FORGED, "--by", FORGED),
        ("tenant", "status", tenant),
        ("ledger", "release", tenant, "2024", "--reason", FORGED, "--by", FORGED),
        ("events",),
        ("doctor",),
        ("hosts", "--forget", FORGED),
        ("notify", FORGED),
        ("tenant", "erase", tenant, "--dry-run"),
        ("lake", "verify", tenant),
        ("lake", "move", "--to", FORGED),
        ("hub", "move", "--to", FORGED),
        ("hub", "restored"),
        ("warehouse", "move", tenant),
        ("backup", folder / f"{FILE_NAME} backup"),
        ("restore", folder / f"{FILE_NAME} backup"),
        ("restore", FORGED),
        ("tenant", "files", tenant),
        ("backup", folder / f"{FILE_NAME} backup"),
        ("restore", folder / f"{FILE_NAME} backup", "--into", folder / f"{FILE_NAME} home"),
        ("restore", folder / f"{FILE_NAME} backup"),
        ("drop-in", tenant, folder / "2024" / FILE_NAME),
        ("import", folder / f"{FILE_NAME} is not there", "--tenant", tenant),
        ("import", folder / "2024" / FILE_NAME, "--tenant", FORGED),
    )


WITHOUT: Final = {
    ("up",),
    ("demo",),
    ("deploy",),
    ("ready",),
    ("portal", "serve"),
    ("ecom", "accounts", "export"),
}
"""They start servers or ask one, and show invented companies alone, by the functions that the
others use; or print a table whose cells are letters and digits alone, which reading it holds to."""


COMMANDS = {
    path: {option for item in command.params for option in item.opts}
    for path, command in every_command(LazyGroup())
}


def named(arguments):
    return next(path for path in COMMANDS if path == arguments[: len(path)])


def test_no_command_lets_text_from_outside_act(hostile, fortnox, tasma):
    """In a pipe: what a person pages through, or a log keeps, and what a script reads as JSON."""
    tenant, folder = hostile
    wrong, seen = [], set()
    for arguments in commands(tenant, folder):
        shown = tasma(*arguments)
        seen.add(named(arguments))
        wrong += [(arguments, found) for found in acting(shown.output) + forged(shown.output)]
        assert isinstance(shown.exception, SystemExit | None), arguments
        if "--json" in COMMANDS[named(arguments)]:
            written = tasma(*arguments, "--json").stdout
            wrong += [(arguments, found) for found in acting(written) + forged(written)]

    assert [] == wrong
    assert COMMANDS.keys() - WITHOUT == seen


def test_hostile_text_is_there_to_be_seen(hostile, tasma):
    """Were it lost on the way, the test above would prove nothing."""
    tenant, _ = hostile
    shown = {
        "name": tasma("tenant", "list").output,
        "account": tasma("ledger", "report", tenant, "2024").output,
        "voucher": tasma("ledger", "changes", tenant, "2024").output,
        "break": tasma("ledger", "breaks", tenant, "2025").output,
        "event": tasma("events").output,
        "connection": tasma("tenant", "status").output,
    }

    assert dict.fromkeys(shown, True) == {
        name: r"\x1b]52;c;cm0gLXJm\x07" in text for name, text in shown.items()
    }
    assert "[red]R[/red] :skull:" in shown["name"]


ASKING: Final = {
    ("ledger", "pull"),
    ("ledger", "backfill"),
    ("connect", "fortnox"),
    ("connect", "check"),
    ("ecom", "run"),
    ("ecom", "retry"),
    ("ecom", "accounts", "suggest"),
    ("spotilla", "plan"),
    ("spotilla", "on"),
    ("spotilla", "run"),
    ("spotilla", "retry"),
    ("push", "add"),
    ("push", "run"),
    ("push", "deviations"),
}
"""They reach for a server; in the test above they have one."""


def test_no_command_lets_text_from_outside_act_on_a_terminal(hostile):
    """There our own colours are the only escapes."""
    tenant, folder = hostile
    wrong = []
    for arguments in commands(tenant, folder):
        if named(arguments) not in ASKING:
            shown = on_terminal(*map(str, arguments))
            wrong += [(arguments, found) for found in acting(shown) + forged(shown)]

    assert [] == wrong


def test_what_a_vendor_said_of_a_requirement_stays_text(capsys):
    show_requirements([Requirement(LICENCE, passed=False, reason=FORGED)])

    assert not acting(capsys.readouterr().out)


def test_message_of_a_fault_and_its_traceback_stay_text(capsys):
    problem = RuntimeError(FORGED)

    failure.explain(problem)
    explained = capsys.readouterr().err
    failure.show_traceback(problem)
    traced = capsys.readouterr().err

    assert not acting(explained + traced)
    assert 1 == len(explained.splitlines())
    assert "RuntimeError" in traced


def test_title_and_headings_stay_text(capsys):
    output.show_table((HOSTILE,), [(FORGED,)], title=FORGED)

    assert not acting(capsys.readouterr().out)


def test_file_whose_name_is_no_utf8_is_imported_and_the_json_about_it_is_valid(tasma, sie):
    """Old systems name files in Latin-1; Python reads such a byte as half of a pair."""
    file = sie()
    odd = file.rename(file.with_name(os.fsdecode("räkenskap.se".encode("latin-1"))))

    done = tasma("import", str(odd), "--new-tenant", "--json")

    (load,) = json.loads(done.stdout)
    assert (done.exit_code, load["outcome"]) == (0, "published")
    assert done.output.encode().decode() == done.output


def test_folder_to_write_to_whose_name_is_no_utf8_is_refused_in_words(tasma, acme, tmp_path):
    folder = str(tmp_path / os.fsdecode("böcker".encode("latin-1")))

    for words in (
        ("ledger", "export", acme, folder),
        ("ledger", "export", "--all", folder),
        ("backup", folder),
        ("restore", folder),
        ("restore", str(tmp_path), "--into", folder),
    ):
        refused = tasma(*words)
        assert (refused.exit_code, "is no UTF-8" in refused.output) == (2, True)


def test_erasing_that_was_not_confirmed_says_in_valid_json_that_nothing_went(tasma, acme):
    refused = tasma("tenant", "erase", acme, "--json", answer="n\n")

    assert refused.exit_code == 1
    # The runner of the tests writes the answer that was typed before it.
    assert json.loads(refused.stdout.partition("\n")[2])["erased"] is False
