"""Tenants and their years at the prompt."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from blocks.hub import Connection, Hub, Method, UnitState
from blocks.settings import settings
from blocks.systems.registry import SYSTEMS
from ledger.fiscal_year import FiscalYear
from tests.earlier_hub import give_number, move

YEAR = FiscalYear.parse("2024")


def test_first_listing_says_how_to_begin(tasma):
    listed = tasma("tenant", "list")

    assert listed.exit_code == 0
    assert "no tenant yet" in listed.output
    assert "tasma tenant add" in listed.output


def test_added_tenant_is_listed_with_its_number_as_digits(tasma, acme):
    (found,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert (
        found["id"],
        found["name"],
        found["organisation_number"],
        found["currency"],
    ) == ("acme", "Åcme AB", "5599900007", "SEK")
    assert found["years_from_source"] is True


def test_tenant_that_exists_keeps_what_it_has_and_its_number_is_corrected_by_another_command(tasma):
    for name in ("A", "B"):
        refused = tasma("tenant", "add", "acme", "--name", name, "--org-number", "559990-0008")

    assert 1 == refused.exit_code
    assert "Kept" not in refused.stderr
    assert "`tasma tenant correct acme`" in refused.stderr
    assert ["A"] == [one["name"] for one in json.loads(tasma("tenant", "list", "--json").stdout)]


@pytest.mark.parametrize(
    ("typed", "kept", "remark"),
    [
        ("16559990-0008", "5599900008", "559990-0008 is wrong"),
        ("SE202100548901", "2021005489", ""),
        ("2077474-0", "20774740", ""),
        ("123456789", "123456789", ""),
    ],
    ids=["wrong check digit", "VAT number", "Finnish", "of another country"],
)
def test_number_is_kept_as_its_digits_and_a_wrong_check_digit_is_remarked(
    tasma, typed, kept, remark
):
    added = tasma("tenant", "add", "acme", "--name", "A", "--org-number", typed)
    (tenant,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert (added.exit_code, tenant["organisation_number"]) == (0, kept)
    assert ("check digit" in added.stderr) is bool(remark)
    assert remark in added.stderr


def test_years_of_a_new_tenant_are_named_as_one_says_them(tasma):
    given = "2025,2026-01-01_2026-06-30"
    added = tasma("tenant", "add", "acme", "--trial", "--name", "A", "--years", given)

    assert "Fiscal years: 2025, 2026-01-01_2026-06-30." in added.output


@pytest.mark.parametrize("typed", ["acme", "12-345/6", "5599-90-0"])
def test_number_that_is_none_adds_no_tenant_by_command_or_by_file(tasma, tmp_path, typed):
    refused = tasma("tenant", "add", "acme", "--name", "A", "--org-number", typed)
    path = tmp_path / "tenants.yaml"
    path.write_text(f'tenants: [{{id: acme, name: A, organisation_number: "{typed}"}}]')
    applied = tasma("apply", path)

    wanted = f"expected an organisation number such as 556000-1234 or 1234567-1, .* got '{typed}'"
    for done in (refused, applied):
        assert done.exit_code == 1
        assert re.search(wanted, " ".join(done.output.split()))
    assert json.loads(tasma("tenant", "list", "--json").stdout) == []


def test_number_of_another_tenant_adds_none_and_the_message_says_whose_it_is(tasma, acme):
    twin = ("tenant", "add", "twin", "--trial", "--name", "T", "--org-number", "5599900007")
    refused = tasma(*twin)
    before = json.loads(tasma("tenant", "list", "--json").stdout)
    shared = tasma(*twin, "--same-number-as", acme)

    assert (1, 0) == (refused.exit_code, shared.exit_code)
    assert "5599900007 is the organisation number of tenant acme" in refused.stderr
    assert "--same-number-as acme" in refused.stderr
    assert ["acme"] == [tenant["id"] for tenant in before]


def test_doctor_is_red_for_two_tenants_of_one_number_and_says_how_to_settle_it(tasma, acme):
    tasma("tenant", "add", "twin", "--trial", "--name", "T")
    with Hub(settings().hub_url) as hub:
        give_number(hub, "twin", "5599900007")
    seen = tasma("doctor", "--json")
    settled = tasma("tenant", "correct", "twin", "--same-number-as", acme)
    after = tasma("doctor", "--json")

    found = {item["what"]: item for item in json.loads(seen.stdout)}["one company twice"]
    assert "red" == found["light"]
    assert found["seen"].startswith("twin (organisation number 5599900007, as acme): erase one, or")
    assert "tasma tenant correct TENANT --same-number-as OTHER" in found["seen"]
    assert 0 == settled.exit_code, settled.output
    assert "one company twice" not in after.stdout


def test_years_given_by_hand_are_the_only_ones(tasma):
    added = tasma("tenant", "add", "acme", "--name", "A", "--years", "2023, 2024-01-01_2024-06-30")
    years = json.loads(tasma("tenant", "year", "list", "acme", "--json").stdout)
    (tenant,) = json.loads(tasma("tenant", "list", "--json").stdout)

    assert added.exit_code == 0
    assert [(year["start_date"], year["end_date"]) for year in years] == [
        ("2023-01-01", "2023-12-31"),
        ("2024-01-01", "2024-06-30"),
    ]
    assert tenant["years_from_source"] is False


@pytest.mark.parametrize(
    ("years", "said"),
    [("2024,2024-07-01_2025-06-30", "share days"), ("last year", "is not a fiscal year")],
    ids=["overlap", "words"],
)
def test_bad_years_add_no_tenant(tasma, years, said):
    refused = tasma("tenant", "add", "acme", "--name", "A", "--years", years)

    assert refused.exit_code == 2
    assert said in " ".join(refused.output.split())
    assert json.loads(tasma("tenant", "list", "--json").stdout) == []


def test_same_tenant_twice_is_refused_in_words(tasma, acme):
    again = tasma("tenant", "add", acme, "--name", "A")

    assert again.exit_code == 1
    assert "exists already" in again.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("tenant", "status", "nobody"),
        ("tenant", "year", "add", "nobody", "2024"),
        ("tenant", "year", "list", "nobody"),
        ("events", "nobody"),
    ],
    ids=" ".join,
)
def test_unknown_tenant_is_wrong_usage_and_says_how_to_find_those_there_are(tasma, arguments):
    refused = tasma(*arguments)

    assert refused.exit_code == 2
    assert "there is no tenant 'nobody'" in " ".join(refused.output.split())
    assert "tasma tenant list" in " ".join(refused.output.split())


def test_year_is_defined_locked_opened_and_retired(tasma, acme):
    def listed() -> list[tuple[str, str | None]]:
        found = json.loads(tasma("tenant", "year", "list", acme, "--json").stdout)
        return [(year["end_date"], year["locked_until"]) for year in found]

    assert tasma("tenant", "year", "add", acme, "2024-07-01_2025-06-30").exit_code == 0
    assert tasma("tenant", "year", "lock", acme, "2025", "--until", "2024-12-31").exit_code == 0
    assert listed() == [("2025-06-30", "2024-12-31")]
    assert tasma("tenant", "year", "lock", acme, "2025").exit_code == 0
    assert listed() == [("2025-06-30", "2025-06-30")]
    assert tasma("tenant", "year", "lock", acme, "2025", "--open").exit_code == 0
    assert listed() == [("2025-06-30", None)]
    assert tasma("tenant", "year", "retire", acme, "2025").exit_code == 0
    assert listed() == []


def test_year_that_is_defined_leads_to_where_its_books_come_from(tasma, acme):
    by_file = tasma("tenant", "year", "add", acme, "2024").stdout
    with Hub(settings().hub_url) as hub:
        hub.connections.save(Connection(acme, "fortnox", Method.CLIENT_CREDENTIALS))
    fetched = tasma("tenant", "year", "add", acme, "2025").stdout
    retired = tasma("tenant", "year", "retire", acme, "2025").stdout

    assert "Next: tasma import FILE --tenant acme" in by_file
    assert "Next: tasma ledger pull acme --year 2025" in fetched
    assert "tasma tenant year add acme 2025   (takes it into use again)" in retired


def test_lock_outside_the_year_is_refused(tasma, acme):
    tasma("tenant", "year", "add", acme, "2024")

    refused = tasma("tenant", "year", "lock", acme, "2024", "--until", "2025-01-31")

    assert refused.exit_code == 1
    assert "lies outside" in refused.output


@pytest.mark.requirement("R-X-12a", "R-X-12b", "R-X-12c")
def test_status_shows_light_reason_last_success_and_what_next(tasma, acme):
    with Hub(settings().hub_url) as hub:
        for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
            hub.units.set_status(acme, YEAR, state, voucher_count=7, posting_count=21)
        for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.HELD):
            hub.units.set_status(acme, YEAR, state, reason="1930 differs by 100.00")
    file = settings().warehouse / f"{acme}.duckdb"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(8) + b"DUCK")  # whole at first sight
    file.with_suffix(".fence.json").write_bytes(b"{}")

    shown = tasma("tenant", "status").stdout
    (row,) = json.loads(tasma("tenant", "status", acme, "--json").stdout)

    assert "red" in shown
    assert "1930 differs by 100.00" in shown
    assert "tasma ledger breaks acme 2024" in shown
    assert (
        row["light"],
        row["status"],
        row["voucher_count"],
        row["posting_count"],
    ) == ("red", "held", 7, 21)
    assert row["last_published_at"]


@pytest.mark.parametrize(
    ("offers", "command"),
    [({"ledger", "target"}, "ledger pull kauppa"), ({"target"}, "import FILE")],
)
def test_a_system_that_only_takes_invoices_is_not_named_as_where_books_come_from(
    tasma, monkeypatch, offers, command
):
    system = replace(SYSTEMS["fennoa"], offers=frozenset(offers))
    monkeypatch.setitem(SYSTEMS, "fennoa", system)
    tasma("tenant", "add", "kauppa", "--name", "Kauppa Oy", "--trial")
    with Hub(settings().hub_url) as hub:
        hub.connections.save(Connection("kauppa", "fennoa", Method.API_KEY, "1"))

    assert f"tasma {command}" in tasma("tenant", "status", "kauppa").stdout


def test_events_tell_newest_first_what_was_done(tasma, acme):
    tasma("tenant", "year", "add", acme, "2024")

    found = json.loads(tasma("events", acme, "--json").stdout)
    limited = json.loads(tasma("events", acme, "--limit", "1", "--json").stdout)

    assert [event["kind"] for event in found] == ["year", "onboarding", "tenant"]
    assert found[:1] == limited
    assert "defined by hand" in tasma("events", acme, "--kind", "year").stdout


def test_tenant_of_another_time_zone_is_refused_and_moved_by_a_command(tasma, acme):
    refused = tasma("tenant", "add", "oslo", "--name", "Oslo AS", "--time-zone", "Europe/Oslo")
    moved = tasma("tenant", "correct", acme, "--time-zone", "Europe/Helsinki")
    nothing = tasma("tenant", "correct", acme)

    assert (1, 0, 2) == (refused.exit_code, moved.exit_code, nothing.exit_code)
    assert "Expected Europe/Stockholm or Europe/Helsinki" in refused.stderr
    assert "time zone of acme is Europe/Helsinki; it was Europe/Stockholm." in moved.stdout
    with Hub(settings().hub_url) as hub:
        assert ["acme"] == [tenant.id for tenant in hub.tenants]


@pytest.mark.parametrize(("has_schedule", "light", "code"), [(True, "red", 1), (False, "grey", 0)])
def test_doctor_and_status_name_a_tenant_that_no_night_comes_to(
    tasma, acme, has_schedule, light, code
):
    with Hub(settings().hub_url) as hub:
        hub.tenants.update(acme, has_schedule=has_schedule)
        move(hub, acme, "Europe/Oslo")

    seen = tasma("doctor", "--json")
    found = {item["what"]: item for item in json.loads(seen.stdout)}
    (row,) = json.loads(tasma("tenant", "status", "--json").stdout)

    assert code == seen.exit_code
    assert light == found["nights"]["light"]
    assert "acme (Europe/Oslo)" in found["nights"]["seen"]
    assert light == row["light"]
    assert "no nightly run is scheduled in its time zone, Europe/Oslo" in row["reason"]


def test_row_of_a_whole_tenant_names_no_year_and_says_that_it_is_of_the_tenant(tasma, acme):
    (row,) = json.loads(tasma("tenant", "status", acme, "--json").stdout)

    assert ("tenant", None) == (row["scope"], row["fiscal_year"])
