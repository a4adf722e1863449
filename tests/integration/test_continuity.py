"""Whether years open with what the years before them closed with, whichever is loaded last."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.hub import UnitState, models
from blocks.warehouse import FileWarehouse
from flows.cli.local import import_here
from ledger.controls import Answer, Severity
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import accept_breaks
from tasks.pages.unit import later_page
from tests.command_line import invoke

Y2024, Y2025 = FiscalYear.parse("2024"), FiscalYear.parse("2025")


def books(year, *, opening="", bought="100.00"):
    """A year in which paid-in capital is banked; ``opening`` of the bank and the capital."""
    opened = Decimal(opening or "0.00")
    closed = opened + Decimal(bought)
    lines = [
        '#FLAGGA 0\n#PROGRAM "Exempel" 1\n#SIETYP 4\n#ORGNR 556000-0001\n#FNAMN "Exempel AB"',
        f"#RAR 0 {year}0101 {year}1231",
        "#KONTO 1930 Bank\n#KONTO 2081 Aktiekapital",
        f"#IB 0 1930 {opened}\n#IB 0 2081 {-opened}" if opening else "",
        f"#UB 0 1930 {closed}\n#UB 0 2081 {-closed}",
        f'#VER A 1 {year}0301 "In"\n{{\n#TRANS 1930 {{}} {bought}\n#TRANS 2081 {{}} -{bought}\n}}',
    ]
    return "\n".join(line for line in lines if line) + "\n"


LAST = books(2024)
NEXT = books(2025, opening="100.00")
NEXT_OTHERWISE = books(2025, opening="90.00")


class Interrupted(FileWarehouse):
    """A warehouse in which something else happens once, at a moment of its use."""

    after_asking = None
    """While a published year is asked about: after the answer, before it is kept."""
    before_publishing = None
    """After a load was judged."""

    @contextmanager
    def published_unit(self, record):
        """Give the same; then let the other happen."""
        with super().published_unit(record) as connection:
            yield connection
        self._let("after_asking")

    def publish_together(self, *args, **options):
        """Let the other happen; then do the same."""
        self._let("before_publishing")
        return super().publish_together(*args, **options)

    def _let(self, moment):
        act = getattr(self, moment)
        setattr(self, moment, None)
        if act:
            act()


def continuity(imported):
    return next(item for item in imported.judgement.results if item.control == "opening_continuity")


def continuity_of_published(stores):
    results = stores.hub.loads.results(stores.hub.loads.published("acme", Y2025).load_id)
    return next(item for item in results if item.control == "opening_continuity")


def found(stores, year=Y2025):
    return stores.hub.later.open_findings("acme", year)


def test_year_before_that_is_published_last_is_compared_and_the_finding_is_the_later_years(
    stores, take
):
    later = take(NEXT_OTHERWISE)
    earlier = take(LAST)

    assert continuity(later).outcome is Answer.NOT_APPLICABLE
    (finding,) = found(stores)
    assert found(stores, Y2024) == []
    assert (finding.fiscal_year, finding.asked_by_year) == (Y2025.key, Y2024.key)
    assert (finding.load_id, finding.asked_by_load_id) == (
        later.load.load_id,
        earlier.load.load_id,
    )
    assert (finding.result.severity, finding.result.break_count) == (Severity.WARNS, 2)
    assert {
        item.account_number: (item.expected, item.actual, item.difference)
        for item in finding.result.breaks
    } == {
        "1930": (Decimal("100.00"), Decimal("90.00"), Decimal("-10.00")),
        "2000": (Decimal("-100.00"), Decimal("-90.00"), Decimal("10.00")),
    }
    assert earlier.outcome == "published"
    assert "2025: opening_continuity (2 breaks, first: account 1930" in earlier.message


def test_both_orders_find_the_same(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)
    (late,) = found(stores)

    # Other rows, so that it is judged again, beside the year before this time.
    again = take(NEXT_OTHERWISE.replace("#KONTO 1930 Bank", "#KONTO 1930 Banken"))

    assert late.result.breaks == continuity(again).breaks


def test_what_the_load_was_told_stays_as_it_was(stores, take):
    later = take(NEXT_OTHERWISE)
    before = stores.hub.loads.results(later.load.load_id)

    take(LAST)

    assert before == stores.hub.loads.results(later.load.load_id)


def test_years_that_agree_leave_no_finding(stores, take):
    take(NEXT)

    earlier = take(LAST)

    assert found(stores) == []
    assert (
        earlier.message
        == "First load of the year: 1 voucher, 2 accounts with a balance or movement."
    )


@pytest.mark.requirement("R-SEN-P4")
def test_an_import_lists_its_new_vouchers_and_its_warning_stays_until_the_source_is_put_right(
    stores, take
):
    take(LAST)
    take(NEXT_OTHERWISE)
    more = NEXT_OTHERWISE.replace("#UB 0 1930 190.00\n#UB 0 2081 -190.00", BOTH_UB)
    take(more + VOUCHER_2)

    record = stores.warehouse.load_record("acme", Y2025)
    listed = stores.warehouse.published("acme", "voucher_change", year=Y2025).to_pylist()
    new = [item["voucher_key"] for item in listed if item["load_id"] == record.load_id]
    still = continuity_of_published(stores)
    right = more.replace("#IB 0 1930 90.00\n#IB 0 2081 -90.00", BOTH_IB)
    take(right.replace("195.00", "205.00") + VOUCHER_2)

    assert ["A:2"] == new
    assert (Answer.BROKEN, 2) == (still.outcome, still.break_count)
    assert Answer.PASSED is continuity_of_published(stores).outcome


BOTH_UB = "#UB 0 1930 195.00\n#UB 0 2081 -195.00"
BOTH_IB = "#IB 0 1930 100.00\n#IB 0 2081 -100.00"
VOUCHER_2 = '#VER A 2 20250302 "In"\n{\n#TRANS 1930 {} 5.00\n#TRANS 2081 {} -5.00\n}\n'


def test_finding_stands_in_status_and_keeps_the_light(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)

    rows = {row.fiscal_year: row for row in stores.hub.overview(tenant="acme")}

    assert (rows[Y2025.key].light, rows[Y2025.key].status) == ("green", "published")
    assert "opening_continuity (2 breaks" in rows[Y2025.key].reason
    assert "when 2024 was loaded" in rows[Y2025.key].reason
    assert rows[Y2024.key].reason == ""


def test_finding_is_closed_when_a_corrected_year_before_agrees(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)

    take(books(2024, bought="90.00"))

    (standing,) = found(stores)
    assert (standing.is_break, standing.result.outcome) == (False, Answer.PASSED)
    rows = {row.fiscal_year: row for row in stores.hub.overview(tenant="acme")}
    assert rows[Y2025.key].reason == ""


def test_finding_is_closed_when_the_later_year_is_loaded_anew(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)

    later = take(NEXT)

    assert continuity(later).outcome is Answer.PASSED
    assert found(stores) == []


def test_break_of_a_load_that_agrees_since_is_said_to(stores, take):
    """Loaded in order, and the year before corrected afterwards."""
    take(LAST)
    later = take(NEXT_OTHERWISE)
    assert continuity(later).outcome is Answer.BROKEN

    take(books(2024, bought="90.00"))

    (standing,) = found(stores)
    assert str(standing).startswith("opening_continuity agrees since ")


def test_same_question_with_the_same_answer_is_no_new_finding(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)
    before = found(stores)

    assert take(LAST).outcome == "unchanged"
    take(LAST.replace("#KONTO 1930 Bank", "#KONTO 1930 Banken"))

    assert before == found(stores)


def test_other_difference_takes_the_place_of_the_one_that_was_found(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)

    take(books(2024, bought="95.00"))

    (standing,) = found(stores)
    assert standing.result.breaks[0].difference == Decimal("-5.00")


def test_unchanged_later_year_keeps_what_was_found_of_it(stores, take):
    take(NEXT_OTHERWISE)
    take(LAST)
    before = found(stores)

    assert take(NEXT_OTHERWISE).outcome == "unchanged"
    assert [before] == [found(stores)] != [[]]


def test_year_that_does_not_adjoin_is_not_asked(stores, take):
    take(books(2026, opening="90.00"))

    take(LAST)

    assert found(stores, FiscalYear.parse("2026")) == []


def test_page_of_the_later_year_names_amounts_and_what_gave_rise_to_the_question(stores, take):
    take(NEXT_OTHERWISE)
    earlier = take(LAST)

    text = later_page(Unit("acme", Y2025), found(stores)[0])

    assert earlier.load.load_id in text
    assert "-10.00" in text
    assert "1930" in text


def test_breaks_tell_of_it_with_its_date_also_after_a_failed_run(
    stores, take, tmp_path, monkeypatch
):
    take(NEXT_OTHERWISE)
    take(LAST)
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{tmp_path / 'hub.sqlite'}")

    def breaks(*options):
        return invoke("ledger", "breaks", "acme", "2025", *options).output

    (finding,) = found(stores)
    assert f"Later: found on {finding.found_at:%Y-%m-%d}, when 2024 was loaded" in breaks()
    (later,) = json.loads(breaks("--json"))["later"]
    assert later["result"]["breaks"][0]["difference"] == "-10.00"

    for state in (UnitState.FETCHING, UnitState.FAILED):
        stores.hub.units.set_status("acme", Y2025, state, reason="the source is down")
    assert "2025: failed: the source is down" in breaks()
    assert f"Still published, load {finding.load_id}:" in breaks()
    assert "Later: found on" in breaks()


def test_breaks_of_the_load_that_are_gone_or_stand_again_are_shown_once(
    stores, take, tmp_path, monkeypatch
):
    take(LAST)
    take(NEXT_OTHERWISE)
    monkeypatch.setenv("TASMA_HUB_URL", f"sqlite:///{tmp_path / 'hub.sqlite'}")

    def breaks():
        return invoke("ledger", "breaks", "acme", "2025").output

    heading = "opening_continuity: 2 found, warns"
    at_load = breaks()
    take(books(2024, bought="90.00"))
    (answer,) = found(stores)
    gone = breaks()
    take(LAST)
    again = breaks()

    since = f"{heading}, no longer so since {answer.found_at:%Y-%m-%d}"
    assert [(1, 0), (1, 1)] == [
        (text.count(heading), text.count(since)) for text in (at_load, gone)
    ]
    assert (1, 0, 1) == tuple(
        again.count(words) for words in (heading, since, "opening_continuity: the same as above")
    )


def test_finding_that_blocks_for_a_tenant_is_accepted_with_the_next_load(stores, take):
    """Red that nobody could put out would be no better than a state that hides."""
    stores.hub.tightened.tighten(
        "acme", "opening_continuity", severity=Severity.BLOCKS, who="A. Person"
    )
    take(NEXT_OTHERWISE)
    take(LAST)
    lights = [row.light for row in stores.hub.overview(tenant="acme")]

    held = take(NEXT_OTHERWISE)
    accept_breaks(
        stores,
        Unit("acme", Y2025),
        controls=(),
        reason="known",
        accepted_by="A. Person",
        expires_on=None,
    )
    published = take(NEXT_OTHERWISE)

    assert lights == ["green", "red"]
    assert (held.outcome, published.outcome) == ("held", "published")
    assert [row.light for row in stores.hub.overview(tenant="acme")] == ["green", "green"]
    assert take(NEXT_OTHERWISE).outcome == "unchanged"


@pytest.fixture
def take_interrupted(stores, tmp_path):
    """Load a file; let something else happen at a moment: ``after_asking=...``."""

    def take_interrupted(content, **meanwhile):
        warehouse = Interrupted(stores.warehouse.root)
        vars(warehouse).update(meanwhile)
        path = tmp_path / "interrupted.se"
        path.write_bytes(content.encode("cp437"))
        interrupted = replace(stores, warehouse=warehouse)
        return import_here(interrupted, "acme", path, watch=lambda _step: None)

    return take_interrupted


def test_year_beside_which_the_one_before_is_published_meanwhile_is_asked_itself(
    stores, take, take_interrupted
):
    """Neither the judgement before nor the other's question knew of both."""
    later = take_interrupted(NEXT_OTHERWISE, before_publishing=lambda: take(LAST))

    (finding,) = found(stores)
    assert continuity(later).outcome is Answer.NOT_APPLICABLE
    assert finding.asked_by_load_id == later.load.load_id
    assert finding.result.breaks[0].difference == Decimal("-10.00")


def test_answer_about_a_load_that_was_replaced_meanwhile_does_not_stand(
    stores, take, take_interrupted
):
    take(NEXT_OTHERWISE)

    earlier = take_interrupted(LAST, after_asking=lambda: take(NEXT))

    assert earlier.outcome == "published"
    assert continuity_of_published(stores).outcome is Answer.PASSED
    assert found(stores) == []


def test_year_that_is_published_while_it_is_asked_about_is_asked_again(
    stores, take, take_interrupted
):
    """Whoever published it may have died before it asked."""
    take(NEXT_OTHERWISE)

    def publish_and_die():
        take(books(2025, opening="95.00"))
        with stores.hub.database.writing() as connection:
            connection.execute(models.control_result.delete())

    take_interrupted(LAST, after_asking=publish_and_die)

    (finding,) = found(stores)
    assert finding.load_id == stores.hub.loads.published("acme", Y2025).load_id
    assert finding.result.breaks[0].difference == Decimal("-5.00")
