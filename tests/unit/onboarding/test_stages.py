"""The stage of a tenant is what the facts say, and the checklist says who acts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.fiscal_year import FiscalYear
from ledger.onboarding import (
    Access,
    Actor,
    Comparison,
    Facts,
    Stage,
    StatementKind,
    Transfer,
    TransferredYear,
    onboarding,
)

INCOME, BALANCE = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET
AGREES = dict.fromkeys(StatementKind, Comparison.AGREES)
Y2024, Y2025 = FiscalYear.parse("2024"), FiscalYear.parse("2025")

FORM_OUT = Facts(form_delivered=True)
FILED = Facts(
    transfer=Transfer.API,
    form_delivered=True,
    form_filed=True,
    access=Access.READY,
    years=(TransferredYear(Y2024), TransferredYear(Y2025)),
)


def staged(**changes):
    """Both years staged; what is given applies to the second."""
    first = TransferredYear(Y2024, is_staged=True, is_published=True, statements=AGREES)
    return replace(FILED, years=(first, replace(first, year=Y2025, **changes)))


@pytest.mark.parametrize(
    ("facts", "stage", "who"),
    [
        (Facts(is_trial=True), Stage.TRIAL, Actor.NOBODY),
        (Facts(), Stage.FORM_MISSING, Actor.OPERATOR),
        (FORM_OUT, Stage.FORM_MISSING, Actor.CUSTOMER),
        (
            replace(FILED, form_problems=("transfer: is missing",)),
            Stage.FORM_MISSING,
            Actor.CUSTOMER,
        ),
        (replace(FILED, access=Access.NOT_ALLOWED), Stage.WAITING_CUSTOMER, Actor.CUSTOMER),
        (
            replace(FILED, missing_prerequisites=("account map",)),
            Stage.WAITING_CUSTOMER,
            Actor.OPERATOR,
        ),
        (FILED, Stage.READY, Actor.OPERATOR),
        (
            replace(FILED, years=(TransferredYear(Y2024, is_staged=True), TransferredYear(Y2025))),
            Stage.STAGED,
            Actor.OPERATOR,
        ),
        (
            staged(statements={INCOME: Comparison.AGREES}),
            Stage.WAITING_STATEMENTS,
            Actor.CUSTOMER,
        ),
        (
            staged(statements=AGREES | {BALANCE: Comparison.DIFFERS}),
            Stage.MISMATCH,
            Actor.OPERATOR,
        ),
        (staged(), Stage.RECONCILED, Actor.OPERATOR),
        (replace(staged(), approved=frozenset({Y2024, Y2025})), Stage.LIVE, Actor.NOBODY),
        (Facts(was_live=True), Stage.LIVE, Actor.NOBODY),
    ],
)
def test_stage_and_who_acts_follow_from_the_facts(facts, stage, who):
    found = onboarding(facts)

    assert (found.stage, found.who_acts) == (stage, who)


def test_with_one_of_two_statements_it_waits_for_the_other_by_name():
    found = onboarding(staged(statements={INCOME: Comparison.AGREES}))

    assert ["balance sheet 2025"] == [
        step.name for step in found.missing if step.owner is Actor.CUSTOMER
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2025, 1, 31), "up to 2025-01-31, and nothing behind it was compared"),
        (dt.date(2025, 12, 31), "with the balance sheet"),
    ],
)
def test_statement_that_ends_before_its_year_says_up_to_when_the_books_agree(day, words):
    found = onboarding(staged(as_of={BALANCE: day}))

    (step,) = [step for step in found.checklist if step.name == "balance sheet 2025"]
    assert step.is_done
    assert step.what.endswith(words)


@pytest.mark.requirement("R-FIN-6a", "R-FIN-6b", "R-FIN-6c")
@pytest.mark.parametrize(
    ("access", "left"),
    [
        (Access.UNTESTED, ["allow the API", "make credentials", "deliver credentials"]),
        (Access.NOT_ALLOWED, ["allow the API", "make credentials", "deliver credentials"]),
        (Access.BAD_CREDENTIALS, ["make credentials", "deliver credentials"]),
        (Access.READY, []),
    ],
)
def test_answer_of_the_connection_test_stops_the_checklist_where_the_customer_acts(access, left):
    found = onboarding(replace(FILED, access=access))

    steps = [step for step in found.missing if step.owner is Actor.CUSTOMER]
    assert left == [step.name for step in steps if "20" not in step.name]


@pytest.mark.requirement("R-FIN-7a", "R-FIN-7b")
def test_steps_in_the_source_are_the_customers_and_the_first_transfer_is_the_operators():
    owners = {step.name: step.owner for step in onboarding(FILED).checklist}

    in_source = {"allow the API", "make credentials", "deliver credentials"}
    assert {Actor.CUSTOMER} == {owners[name] for name in in_source}
    assert {Actor.OPERATOR} == {o for name, o in owners.items() if name.startswith("first tran")}
    assert Actor.OPERATOR is owners["approval"]


def test_years_added_later_ask_for_an_approval_and_leave_the_tenant_live():
    facts = replace(staged(is_published=False), approved=frozenset({Y2024}))

    found = onboarding(facts)

    assert found.stage is Stage.LIVE
    assert found.unapproved == (Y2025,)


@pytest.mark.parametrize(("approved", "is_done"), [((), False), ((Y2024,), True)])
def test_what_is_held_after_the_approval_undoes_no_first_transfer(approved, is_done):
    held = TransferredYear(Y2024, is_published=True, holding=("voucher_balance",))

    found = onboarding(replace(FILED, years=(held,), approved=frozenset(approved)))

    (step,) = [step for step in found.checklist if step.name == "first transfer 2024"]
    assert (is_done, "the year came" if is_done else "held by voucher_balance") == (
        step.is_done,
        step.what,
    )


@pytest.mark.parametrize(
    ("facts", "is_done", "what"),
    [
        (FORM_OUT, False, "approve the first transfer once it has come"),
        (
            staged(),
            False,
            "look at the comparison and approve the first transfer of 2024, 2025",
        ),
        (replace(staged(), approved=frozenset({Y2024, Y2025})), True, "approved"),
    ],
)
def test_an_approval_that_is_left_is_not_called_approved(facts, is_done, what):
    (step,) = [step for step in onboarding(facts).checklist if step.name == "approval"]

    assert (is_done, what) == (step.is_done, step.what)


STATEMENTS = st.dictionaries(st.sampled_from(StatementKind), st.sampled_from(Comparison))
YEARS = st.builds(
    TransferredYear,
    st.sampled_from((Y2024, Y2025)),
    is_staged=st.booleans(),
    is_published=st.booleans(),
    holding=st.sampled_from(((), ("voucher_balance",))),
    statements=STATEMENTS,
)
FACTS = st.builds(
    Facts,
    transfer=st.sampled_from((None, *Transfer)),
    is_trial=st.booleans(),
    was_live=st.booleans(),
    form_delivered=st.booleans(),
    form_filed=st.booleans(),
    form_problems=st.sampled_from(((), ("transfer: is missing",))),
    access=st.sampled_from(Access),
    missing_prerequisites=st.sampled_from(((), ("account map",))),
    years=st.lists(YEARS, max_size=2, unique_by=lambda item: item.year).map(tuple),
    approved=st.frozensets(st.sampled_from((Y2024, Y2025))),
)


@given(FACTS)
def test_nothing_runs_by_itself_before_a_person_has_approved(facts):
    found = onboarding(facts)

    assert found.may_run_by_itself == (facts.was_live or bool(facts.approved))


@given(FACTS)
def test_reconciled_means_that_every_year_agrees_with_both_statements(facts):
    if onboarding(facts).stage is Stage.RECONCILED:
        assert facts.years
        assert all(item.statements == AGREES and item.is_published for item in facts.years)


@given(FACTS)
def test_whoever_is_not_live_has_something_to_do_or_is_a_trial(facts):
    found = onboarding(facts)

    if found.stage not in {Stage.LIVE, Stage.TRIAL}:
        assert found.missing
        assert found.who_acts is not Actor.NOBODY


@pytest.mark.parametrize("outcome", list(Comparison))
def test_a_statement_without_books_is_called_neither_agreeing_nor_differing(outcome):
    rejected = TransferredYear(Y2024, statements=dict.fromkeys(StatementKind, outcome))

    found = onboarding(replace(FILED, years=(rejected,)))

    assert found.stage is Stage.READY
    steps = [step for step in found.checklist if "statement" in step.name or "sheet" in step.name]
    assert [True, True] == [step.is_done for step in steps]
    assert all("came; it is compared when the year is read in" in step.what for step in steps)
