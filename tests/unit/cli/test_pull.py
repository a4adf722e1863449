"""Pulling and backfilling at the prompt, against a simulated Fortnox over real HTTP."""

from __future__ import annotations

import base64
import json
import re

import pyarrow.parquet as pq
import pytest

from blocks.hub import Hub, unit_resource
from blocks.settings import settings
from blocks.warehouse import FileWarehouse
from flows.cli import pull
from flows.demo.outcome import published_balances
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.fortnox import ALL_SCOPES

NUMBER, BROKEN = 503072, 503073
STATEMENTS = ("trial-balance", "income-statement", "balance-sheet")
Y2024, Y2025 = (FiscalYear.parse(text) for text in ("2024", "2025"))


def balances(tenant, year=Y2025):
    return published_balances(FileWarehouse(settings().warehouse), tenant, year.key)


def listed(tasma, tenant):
    """Source and next action of each year."""
    found = json.loads(tasma("tenant", "year", "list", tenant, "--json").stdout)
    return {item["fiscal_year"][:4]: (item["source"], item["action"]) for item in found}


@pytest.fixture
def company(fortnox) -> Company:
    return fortnox.tenant(NUMBER).edition.company


@pytest.fixture
def uploaded(tasma, connected, company, tmp_path):
    """A connected tenant whose last year was uploaded, with a voucher less than Fortnox has."""
    tenant = connected("acme")
    path = tmp_path / "uploaded.se"
    path.write_bytes(company.next_night(removed=[("B", 1)]).sie())
    done = tasma("import", path, "--tenant", tenant)
    assert done.exit_code == 0, done.output
    return tenant


@pytest.mark.requirement("R-SEN-26b")
def test_named_year_is_fetched_and_no_other(tasma, connected, company):
    tenant = connected("acme")

    done = tasma("ledger", "pull", tenant, "--year", "2025")

    assert done.exit_code == 0, done.output
    assert "acme 2025: published" in done.stdout
    assert "calls and" in done.stdout
    assert (company.trial_balance(), {}) == (balances(tenant), balances(tenant, Y2024))


@pytest.mark.requirement("R-SEN-26a")
def test_two_latest_years_are_those_that_exist_here_and_again_changes_nothing(
    tasma, connected, company
):
    tenant = connected("acme", years="2024,2025")
    found = [
        json.loads(tasma("ledger", "pull", tenant, "--two-latest", *more, "--json").stdout)
        for more in (["--dry-run"], [], [])
    ]
    outcomes = [[item["outcome"] for item in years] for years in found]

    assert [["planned"] * 2, ["published"] * 2, ["unchanged"] * 2] == outcomes
    assert all(item["calls"] > 0 and item["rows"] > 0 for years in found for item in years)
    assert company.trial_balance(0) == balances(tenant, Y2024)


@pytest.mark.requirement("R-SEN-31a", "R-SEN-31b")
def test_year_without_a_ledger_is_fetched_with_it_unless_documents_alone_are_wanted(
    tasma, connected, company
):
    tenant = connected("acme", years="2025")

    left = tasma("ledger", "pull", tenant, "--documents-only")
    without = balances(tenant)
    fetched = tasma("ledger", "pull", tenant)

    assert (0, 0) == (left.exit_code, fetched.exit_code)
    assert "the ledger was left as it is" in left.stdout
    assert {} == without
    assert company.trial_balance() == balances(tenant)


@pytest.mark.requirement("R-SEN-29a", "R-SEN-29b")
def test_action_turns_from_fetch_to_sync_by_the_first_good_fetch_and_not_by_a_failed_one(
    tasma, fortnox, connected
):
    tenant = connected("acme", years="2025")
    fresh = listed(tasma, tenant)
    fortnox.tenant(NUMBER).switch("licence_missing")
    failed = tasma("ledger", "pull", tenant)
    after_failure = listed(tasma, tenant)
    fortnox.tenant(NUMBER).switch("licence_missing", on=False)
    good = tasma("ledger", "pull", tenant)

    assert (1, 0) == (failed.exit_code, good.exit_code)
    assert "licence" in failed.stderr
    assert "tasma connect check acme" in failed.stdout
    assert {"2025": ("none", "fetch")} == fresh == after_failure
    assert {"2025": ("fortnox", "sync")} == listed(tasma, tenant)


@pytest.mark.requirement("R-SEN-29b")
def test_held_first_fetch_leaves_the_action_at_fetch(tasma, fortnox, connected):
    tenant = connected("acme", years="2025")
    fortnox.tenant(NUMBER).hide_from_sie(("L", 3), in_balances=False)

    held = tasma("ledger", "pull", tenant)

    assert held.exit_code == 3
    assert "Held by source_vouchers" in held.stdout
    assert "tasma ledger breaks acme 2025" in held.stdout
    shown = tasma("ledger", "breaks", tenant, "2025").stdout
    assert "correct it at the source, then tasma ledger pull acme --year 2025" in shown
    assert "tasma import" not in shown
    assert {"2025": ("none", "fetch")} == listed(tasma, tenant)


def test_years_show_their_documents_and_why_there_are_none(tasma, fortnox, connected):
    tenant = connected("acme")
    without = tasma("ledger", "pull", tenant, "--year", "2024")
    fortnox.authorize(NUMBER, scopes=ALL_SCOPES)
    fortnox.tenant(NUMBER).attach(("L", 2))
    fortnox.tenant(NUMBER).attach(("Z", 9))
    pulled = tasma("ledger", "pull", tenant, "--year", "2025")
    shown = " ".join(tasma("tenant", "year", "list", tenant).stdout.split())
    y2024, y2025 = json.loads(tasma("tenant", "year", "list", tenant, "--json").stdout)

    assert (0, 0) == (without.exit_code, pulled.exit_code)
    assert "Documents not fetched: the connection has no right to them" in without.stdout
    assert "Documents: 2 new, 0 known, 0 removed, 1 without voucher." in pulled.stdout
    assert "2, 1 without voucher" in shown
    assert "not fetched: the connection has no right" in shown
    assert (0, None) == (y2024["documents"], y2024["documents_fetched_at"])
    assert (2, 1, "") == tuple(
        y2025[name] for name in ("documents", "documents_without_voucher", "documents_reason")
    )


@pytest.mark.requirement("R-SEN-32a", "R-SEN-32b", "R-SEN-34d")
def test_unattended_pull_keeps_an_uploaded_year_and_both_sources_are_shown(tasma, uploaded):
    before = balances(uploaded)

    done = tasma("ledger", "pull", uploaded)

    assert done.exit_code == 0, done.output
    assert "kept" in done.stdout
    assert before == balances(uploaded)
    assert {"2024": ("fortnox", "sync"), "2025": ("uploaded SIE", "fetch")} == listed(
        tasma, uploaded
    )
    shown = tasma("tenant", "year", "list", uploaded).stdout
    assert "uploaded SIE" in shown
    assert "tasma ledger pull acme --year 2025  (fetch)" in shown


@pytest.mark.requirement("R-SEN-34a", "R-SEN-34b", "R-SEN-34c")
@pytest.mark.parametrize("source", ["uploaded SIE", "fortnox"])
def test_person_is_asked_for_each_uploaded_year_alone(
    tasma, uploaded, company, monkeypatch, source
):
    monkeypatch.setattr(pull, "is_attended", lambda: True)
    answer = "y" if source == "fortnox" else "n"
    before = balances(uploaded)

    done = tasma("ledger", "pull", uploaded, answer=f"{answer}\n")

    assert done.exit_code == 0, done.output
    assert 1 == done.output.count("came from an uploaded SIE file. Overwrite it")
    assert source == listed(tasma, uploaded)["2025"][0]
    assert (company.trial_balance() if source == "fortnox" else before) == balances(uploaded)


@pytest.mark.requirement("R-SEN-34a")
def test_flag_answers_the_question_beforehand(tasma, uploaded, company):
    kept = tasma("ledger", "pull", uploaded, "--year", "2025", "--keep-uploaded")
    done = tasma("ledger", "pull", uploaded, "--year", "2025", "--overwrite-uploaded")

    assert "tasma ledger pull acme --year 2025 --overwrite-uploaded" in kept.stdout
    assert (0, 0) == (kept.exit_code, done.exit_code)
    assert company.trial_balance() == balances(uploaded)


@pytest.mark.requirement("R-SEN-33a", "R-SEN-33b")
def test_year_that_came_from_fortnox_is_synchronised_without_a_question(
    tasma, fortnox, connected, monkeypatch
):
    """A person is there and could be asked; the input is empty, so a question would end it."""
    monkeypatch.setattr(pull, "is_attended", lambda: True)
    tenant = connected("acme", years="2025")
    tasma("ledger", "pull", tenant)
    before = balances(tenant)
    fortnox.tenant(NUMBER).edit(changed=[("L", 2)])

    done = tasma("ledger", "pull", tenant, answer="")

    assert done.exit_code == 0, done.output
    assert "?" not in done.output
    assert before != fortnox.tenant(NUMBER).edition.company.trial_balance() == balances(tenant)


@pytest.mark.requirement("R-FIN-32b")
def test_second_start_is_told_who_works_and_may_try_again(tasma, connected):
    tenant = connected("acme", years="2024,2025")
    with Hub(settings().hub_url) as hub:
        hub.leases.acquire(unit_resource(tenant, Y2025), holder="run 42")

    found = tasma("ledger", "pull", tenant, "--json")

    assert found.exit_code == 75
    assert ["published", "busy"] == [item["outcome"] for item in json.loads(found.stdout)]
    busy = json.loads(found.stdout)[1]
    assert "already held by run 42" in busy["message"]
    assert ("lease_taken", "run 42") == (busy["code"], busy["values"]["holder"])


def test_source_that_does_not_answer_may_be_tried_again(tasma, connected, monkeypatch, closed_port):
    tenant = connected("acme", years="2025")
    monkeypatch.setenv("TASMA_FORTNOX_OAUTH_URL", f"http://127.0.0.1:{closed_port}/oauth-v1")

    away = tasma("ledger", "pull", tenant, "--json")

    assert away.exit_code == 75
    assert ["busy"] == [item["outcome"] for item in json.loads(away.stdout)]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"name": "html_instead", "path": "/3/financialyears"}, 75),
        ({"name": "html_instead", "path": "/oauth-v1/token"}, 75),
        ({"name": "status", "path": "/oauth-v1/token", "status": 401}, 1),
    ],
)
def test_failure_before_any_year_shows_in_the_status_until_it_has_passed(
    tasma, fortnox, connected, fault, code
):
    tenant = connected("acme", years="2025")
    tasma("ledger", "pull", tenant)
    green = _status(tasma)
    fortnox.faults.add(**fault, times=None)

    failed = tasma("ledger", "pull", tenant)
    red, *years = _rows(tasma)
    shown = tasma("tenant", "status").stdout
    events = json.loads(tasma("events", tenant, "--kind", "connection", "--json").stdout)
    fortnox.faults.clear()
    mended = tasma("ledger", "pull", tenant)

    state = "unreachable" if code == 75 else "operator_required"
    assert (code, 0) == (failed.exit_code, mended.exit_code)
    assert ("green", "red", state) == (green["light"], red["light"], red["connection"])
    assert [green] == [row | {"age": green["age"]} | WELL for row in years]
    assert f"now {state}: {red['connection_reason']}" in events[0]["message"]
    assert "tasma connect check acme" in shown
    assert ("green", "") == (_status(tasma)["light"], _status(tasma)["connection"])


WELL = {"connection": "", "connection_reason": ""}
"""What a row says of a connection that is well."""


def _rows(tasma):
    return json.loads(tasma("tenant", "status", "--json").stdout)


def _status(tasma):
    (row,) = _rows(tasma)
    return row


@pytest.mark.parametrize("gone", [True, False])
def test_year_that_is_gone_or_prolonged_there_shows_in_the_status_with_what_to_do(
    tasma, fortnox, connected, gone
):
    tenant = connected("acme", years="2025")
    tasma("ledger", "pull", tenant)
    before = balances(tenant)
    if gone:
        fortnox.faults.add("hide_rows", path="/3/financialyears", where={"Id": 2}, times=None)
    else:
        where = {"Id": 2}
        fortnox.faults.add(
            "odd_field", path="/3/financialyears", field="ToDate", value="2026-06-30", where=where,
            times=None,
        )  # fmt: skip

    failed = tasma("ledger", "pull", tenant)
    red, year = _rows(tasma)

    assert "green" == year["light"], "its books are as they were"
    assert (1, "red", "years_differ") == (failed.exit_code, red["light"], red["connection"])
    assert ("any more" if gone else "other dates in the source: 2025-01-01_2026-06-30") in (
        red["connection_reason"]
    )
    assert "tasma tenant year retire acme 2025-01-01_2025-12-31" in red["connection_reason"]
    assert "tasma tenant year list acme" in tasma("tenant", "status").stdout
    assert before == balances(tenant)
    fortnox.faults.clear()
    tasma("ledger", "pull", tenant)
    assert ("green", "") == (_status(tasma)["light"], _status(tasma)["connection"])


def test_status_of_a_connected_tenant_and_a_dry_run_of_its_years_advise_the_pull(tasma, connected):
    tenant = connected("acme")

    status = tasma("tenant", "status").stdout
    planned = tasma("ledger", "pull", tenant, "--dry-run").stdout
    unknown = tasma("ledger", "pull", tenant, "--year", "2019", "--define")

    assert "tasma ledger pull acme" in status
    assert "tasma import" not in status
    assert planned.endswith("2 planned.\nNext: tasma ledger pull acme\n")
    assert "Next: tasma tenant year list acme" in unknown.stdout


def test_years_of_other_dates_are_advised_once_in_an_order_that_works(tasma, connected):
    tenant = connected("acme", 503073, "2023,2024")

    failed = tasma("ledger", "pull", tenant)
    commands = [
        line.removeprefix("Next:").split()
        for line in failed.stdout.partition("2 failed.\n")[2].splitlines()
    ]
    done = [tasma(*command[1:]).exit_code for command in commands]
    one = tasma("ledger", "pull", tenant, "--year", "2025")

    assert commands == [
        f"tasma tenant year {what}".split()
        for what in (
            "retire acme 2023",
            "retire acme 2024",
            "add acme 2022-07-01_2023-06-30",
            "add acme 2023-07-01_2024-06-30",
            "add acme 2024-07-01_2025-06-30",
        )
    ]
    assert done == [0] * len(commands)
    assert "retire" not in one.output


def test_texts_that_lost_their_letters_are_warned_of_in_status_and_findings_with_their_count(
    tasma, fortnox, connected, company
):
    tenant = connected("acme", years="2025")
    for path in ("/3/sie/", "/3/vouchers", "/3/accounts"):
        fortnox.faults.add("lost_letters", path=path, times=None)

    states = [tasma("ledger", "pull", tenant).exit_code, _status(tasma)]
    states += [tasma("ledger", "pull", tenant).exit_code, _status(tasma)]
    breaks = json.loads(tasma("ledger", "breaks", tenant, "2025", "--json").stdout)

    (found,) = [item for item in breaks["controls"] if item["control"] == "damaged_text"]
    (first, shown, again, later) = states
    assert (0, 0, "green", "green") == (first, again, shown["light"], later["light"])
    assert ("warns", "broken") == (found["severity"], found["outcome"])
    assert f"warns: damaged_text ({found['break_count']:,} breaks, first: " in shown["reason"]
    assert shown["reason"] == later["reason"]
    assert company.trial_balance() == balances(tenant)
    fortnox.faults.clear()
    tasma("ledger", "pull", tenant)
    assert "" == _status(tasma)["reason"]


@pytest.mark.requirement("R-SEN-13b", "R-SEN-13c")
def test_year_that_nobody_defined_is_refused_and_creates_nothing(tasma, fortnox, connected):
    tenant = connected("acme", years="2025")
    before = sorted(path for path in settings().lake.rglob("*") if path.is_file())

    refused = tasma("ledger", "pull", tenant, "--year", "2024")
    planned = tasma("ledger", "pull", tenant, "--year", "2024", "--dry-run")

    assert (1, 1) == (refused.exit_code, planned.exit_code)
    assert "acme has no fiscal year 2024 here" in refused.stderr
    assert "Next: tasma tenant year add acme 2024" in refused.stdout
    assert ["2025"] == list(listed(tasma, tenant))
    assert {} == balances(tenant, Y2024)
    assert before == sorted(path for path in settings().lake.rglob("*") if path.is_file())
    assert 0 == fortnox.count(NUMBER, "/3/sie/")


@pytest.mark.parametrize("command", [("pull", "--year", "2024"), ("backfill", "--years", "2024")])
def test_year_is_defined_by_a_pull_that_says_so_and_not_by_its_dry_run(
    tasma, connected, company, command
):
    tenant = connected("acme", years="2025")
    verb, *named = command

    refused = tasma("ledger", verb, tenant, *named)
    planned = tasma("ledger", "pull", tenant, "--year", "2024", "--define", "--dry-run")
    after_plan = list(listed(tasma, tenant))
    done = tasma("ledger", verb, tenant, *named, "--define")

    assert (1, 0, 0) == (refused.exit_code, planned.exit_code, done.exit_code)
    assert ["2025"] == after_plan
    assert ["2024", "2025"] == list(listed(tasma, tenant))
    assert company.trial_balance(0) == balances(tenant, Y2024)


def test_year_that_would_share_days_is_not_defined_by_a_pull(tasma, connected):
    tenant = connected("acme", years="2024-07-01_2025-06-30")

    named = ("ledger", "pull", tenant, "--year", "2025-01-01_2025-12-31", "--define")
    refused, planned = tasma(*named), tasma(*named, "--dry-run")

    assert (1, 1) == (refused.exit_code, planned.exit_code)
    assert "overlaps 2024-07-01_2025-06-30" in refused.stderr
    assert "overlaps 2024-07-01_2025-06-30" in planned.stderr
    assert ["2024"] == list(listed(tasma, tenant))


def test_uploaded_year_that_the_source_never_had_is_kept_and_no_failure(
    tasma, fortnox, uploaded, company
):
    fortnox.faults.add("hide_rows", path="/3/financialyears", where={"Id": 2}, times=None)
    before = balances(uploaded)

    done = tasma("ledger", "pull", uploaded, "--year", "2025")

    assert done.exit_code == 0, done.output
    assert "kept. the source has no such year" in done.stdout
    assert before == balances(uploaded)
    assert "" == _status_of(tasma, "2025")["connection"]


def _status_of(tasma, year):
    rows = json.loads(tasma("tenant", "status", "--json").stdout)
    return next(row for row in rows if row["fiscal_year"].startswith(year))


def test_year_that_the_source_lacks_fails_and_creates_nothing(tasma, connected):
    tenant = connected("acme", years="2025")

    failed = tasma("ledger", "pull", tenant, "--year", "2019")

    assert failed.exit_code == 1
    assert "the source has no fiscal year 2019" in failed.stderr
    assert ["2025"] == list(listed(tasma, tenant))


def test_tenant_without_years_is_told_what_the_source_has(tasma, fortnox):
    fortnox.authorize(NUMBER)
    tasma("tenant", "add", "acme", "--name", "Acme AB")
    tasma("connect", "fortnox", "acme", "--database-number", str(NUMBER))

    refused = tasma("ledger", "pull", "acme")

    assert refused.exit_code == 1
    assert "The source has: 2024, 2025" in refused.stderr
    assert "tasma tenant year add acme" in refused.stderr


def test_tenant_that_is_not_connected_or_not_there_is_refused(tasma, acme):
    assert tasma("ledger", "pull", acme).exit_code == 1
    assert tasma("ledger", "pull", "nobody").exit_code == 2
    assert tasma("ledger", "backfill", "nobody", "--years", "2024").exit_code == 2


def test_backfill_goes_on_after_failures_and_again_redoes_nothing(tasma, fortnox, connected):
    broken, sound = connected("broken", BROKEN, "2022-07-01_2023-06-30"), connected("sound")
    asked = ("ledger", "backfill", sound, broken, "--years", "2023,2024,2025", "--json")

    first, again = (tasma(*asked) for _ in range(2))

    found = [
        {f"{item['tenant']} {item['fiscal_year'][:7]}": item["outcome"] for item in runs}
        for runs in (json.loads(first.stdout), json.loads(again.stdout))
    ]
    assert (1, 1) == (first.exit_code, again.exit_code)
    assert {
        "broken 2022-07": "published",
        "sound 2023-01": "failed",
        "broken 2024-01": "failed",
        "sound 2024-01": "published",
        "broken 2025-01": "failed",
        "sound 2025-01": "published",
    } == found[0]
    assert {"unchanged", "failed"} == set(found[1].values())
    assert "sound 2024: published" in first.stderr
    assert "calls, 3 failed)" in first.stderr
    assert re.search(r"\b0 (rows|calls|held|failed)", first.stderr) is None


def test_year_of_a_span_that_the_source_lacks_is_left_out_and_a_named_one_fails(
    tasma, fortnox, connected
):
    """What meets it in the source is named in either case."""
    tenant = connected("broken", BROKEN)
    span, named = (
        tasma("ledger", "backfill", tenant, "--years", years, "--define", "--json")
        for years in ("2024-2025", "2024")
    )

    (left, later), (failed,) = json.loads(span.stdout), json.loads(named.stdout)
    assert ((0, "skipped", "skipped"), (1, "failed")) == (
        (span.exit_code, left["outcome"], later["outcome"]),
        (named.exit_code, failed["outcome"]),
    )
    offered = "name 2023-07-01_2024-06-30 or 2024-07-01_2025-06-30"
    assert offered in left["message"]
    assert offered in failed["message"]


@pytest.mark.requirement("R-X-5b")
def test_backfill_touches_only_the_years_it_was_given(tasma, fortnox, connected):
    """Both years changed in the source."""
    tenant = connected("acme")
    tasma("ledger", "pull", tenant)
    warehouse = FileWarehouse(settings().warehouse)
    before = warehouse.load_record(tenant, Y2025), balances(tenant)
    for place in (0, 1):
        fortnox.tenant(NUMBER).edit(changed=[("L", 2)], year=place)

    done = tasma("ledger", "backfill", tenant, "--years", "2024")

    assert done.exit_code == 0, done.output
    books = fortnox.tenant(NUMBER).edition.company
    assert before == (warehouse.load_record(tenant, Y2025), balances(tenant))
    assert books.trial_balance(0) == balances(tenant, Y2024)


REPORTS = (
    *(("ledger", "report", "acme", "2025", "--statement", name) for name in STATEMENTS),
    ("ledger", "breaks", "acme", "2025"),
    ("ledger", "changes", "acme", "2025"),
    ("ledger", "verify", "acme"),
    ("tenant", "status"),
    ("tenant", "year", "list", "acme"),
    ("connect", "list"),
    ("connect", "check", "acme"),
    ("events", "acme"),
    ("doctor",),
)


@pytest.mark.requirement("R-X-3d")
def test_no_secret_is_in_a_report_nor_in_what_is_exported(tasma, fortnox, connected, tmp_path):
    """After a good pull and after one that Fortnox refused."""
    tenant = connected("acme", years="2025")
    told = [tasma("ledger", "pull", tenant).output]
    fortnox.tenant(NUMBER).switch("licence_missing")
    told += [tasma("ledger", "pull", tenant).output]
    for report in REPORTS:
        told += [tasma(*report).output, tasma(*report, "--json").output]
    tasma("ledger", "export", tenant, tmp_path / "out")
    exported = list((tmp_path / "out").iterdir())
    text = "\n".join([*told, *(str(pq.read_table(path).to_pylist()) for path in exported)])

    pair = f"{fortnox.client_id}:{fortnox.client_secret}".encode()
    tokens = list(fortnox.world.tokens.access_tokens)
    assert tokens
    assert exported
    assert "licence" in text
    assert [] == [
        secret
        for secret in (fortnox.client_secret, base64.b64encode(pair).decode(), *tokens)
        if secret in text
    ]


def test_backfill_ends_with_a_table_of_all_years(tasma, connected):
    tenant = connected("acme")

    done = tasma("ledger", "backfill", tenant, "--years", "2025")

    assert done.exit_code == 0, done.output
    assert "1 year: 1 published." in done.stdout
    assert "Next: tasma tenant status" in done.stdout


@pytest.mark.parametrize("text", ["2001-2051", "2024-2021", "", "last", ",", "2024-13-01_2025"])
def test_other_years_are_refused(tasma, acme, text):
    assert 2 == tasma("ledger", "backfill", acme, "--years", text).exit_code


def test_nights_begin_with_the_approval_and_can_be_switched(tasma, connected):
    tenant = connected("acme", years="2025")
    approve = ("tenant", "approve", tenant, "--note", "agrees with the statements")

    def schedule(switch):
        return tasma("tenant", "schedule", tenant, switch).exit_code

    early = (tasma(*approve).exit_code, schedule("on"))
    tasma("ledger", "pull", tenant)
    approved = tasma(*approve)
    switched = (schedule("off"), _has_schedule(tenant), schedule("on"), _has_schedule(tenant))

    assert ((1, 1), 0) == (early, approved.exit_code)
    assert "The nights begin for acme: 2025." in approved.stdout
    assert (0, False, 0, True) == switched
    events = json.loads(tasma("events", tenant, "--kind", "approval", "--json").stdout)
    assert "agrees with the statements" in events[0]["message"]


def _has_schedule(tenant):
    with Hub(settings().hub_url) as hub:
        return hub.tenants.get(tenant).has_schedule


def test_long_reason_is_whole_in_a_pipe_and_in_json(tasma, acme):
    reason = "1930 differs " * 40
    with Hub(settings().hub_url) as hub:
        hub.units.set_status(acme, Y2025, "failed", reason=reason)

    shown = tasma("tenant", "status").stdout
    (row,) = json.loads(tasma("tenant", "status", "--json").stdout)

    assert reason.strip() in shown
    assert reason.strip() == row["reason"].strip()
