"""A hold is looked at, accepted or rejected by who may, by name; a first transfer is approved."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from blocks.hub import Connection, Load, Method, UnitState
from blocks.hub.customer_statements import CustomerStatement
from blocks.hub.portal_roles import Role
from flows.portal.formats import title_of
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.onboarding import Comparison, StatementKind, Transfer
from ledger.onboarding_form import OnboardingForm
from ledger.unit import Unit
from ledger.written import NARROW
from tasks.accept import accept_breaks
from tasks.onboarding import file_form
from tests.portal_companies import OUR_OTHER_YEAR, OUR_YEAR, OURS, hold

PAGE = "/companies/acme/holds"
HELD = Unit(OURS, OUR_OTHER_YEAR)


def fulfil(world):
    """Have all of acme's opening done but the approval: its books agree with both statements."""
    hub = world.stores.hub
    hub.connections.save(Connection(OURS, "fortnox", Method.CLIENT_CREDENTIALS))
    hub.connections.proved(OURS, "fortnox")
    hub.account_maps.set(OURS, "BAS", (), who="test")
    for kind in StatementKind:
        statement = CustomerStatement(OURS, OUR_YEAR, kind, "0" * 64, "a.csv", OUR_YEAR.end_date)
        hub.customer_statements.add(statement)
        assert hub.customer_statements.compared(statement, Comparison.AGREES)


@pytest.fixture
def accountant(world):
    return world.client(Role.ACCOUNTANT)


def load_of(world):
    return world.ids["load"][0]


def test_what_holds_a_load_is_shown_with_its_figures(world, accountant):
    page = accountant.get(f"{PAGE}/one?load={load_of(world)}").text

    assert ["Vouchers that do not balance", "A:4", "7.00"] == [
        word for word in ("Vouchers that do not balance", "A:4", "7.00") if word in page
    ]


def test_of_what_holds_a_load_only_columns_with_something_in_them_are_shown(world, accountant):
    amounts = {"expected": Decimal(0), "actual": Decimal(7), "difference": Decimal(7)}
    breaks = {
        "tenant_identity": Break("tenant_identity", BreakKind.ATTRIBUTE, detail="another"),
        "voucher_balance": Break("voucher_balance", BreakKind.AMOUNT, voucher_key="A:4", **amounts),
    }
    results = [
        ControlResult(name, Severity.BLOCKS, Answer.BROKEN, breaks=(one,), break_count=1)
        for name, one in breaks.items()
    ]
    world.stores.hub.loads.save_results(load_of(world), results)

    page = accountant.get(f"{PAGE}/one?load={load_of(world)}").text

    heads = [re.findall(r"<th [^>]*>([^<]*)</th>", head) for head in page.split("<thead>")[1:]]
    cells = [re.findall(r'data-heading="([^"]*)"', body) for body in page.split("<tbody>")[1:]]
    assert [["What differs"], ["Voucher", "Expected", "Found", "Difference"]] == heads == cells


def test_accepting_is_by_the_proven_name_and_publishes_what_nothing_else_holds(world, accountant):
    sent = {"load": load_of(world), "reason": "known rounding", "accepted_by": "Somebody Else"}

    answer = accountant.post(f"{PAGE}/accept", **sent)

    (given,) = world.stores.hub.acceptances.of_unit(OURS, OUR_OTHER_YEAR)
    assert ("accountant@acme.example", "known rounding") == (given.accepted_by, given.reason)
    ((deployment, tenant, asked),) = world.runs.started
    assert ("publish-accepted/publish-accepted", OURS) == (deployment, tenant)
    assert {"fiscal_year": OUR_OTHER_YEAR.key, "load_id": load_of(world)} == asked
    assert answer.headers["location"].startswith("/companies/acme?run=")


def test_what_was_accepted_before_is_shown_with_who_and_why_and_is_only_read_in(world, accountant):
    hub, load = world.stores.hub, load_of(world)
    accept_breaks(world.stores, HELD, controls=(), reason="one cent", accepted_by="olivia")

    listed = accountant.get(PAGE).text
    page = accountant.get(f"{PAGE}/one?load={load}").text
    answer = accountant.post(f"{PAGE}/accept", load=load)

    assert "All that held it was let pass. It is not read in yet." in listed
    assert re.search("<p>Let pass by olivia · <time [^>]*>.*</time></p>\\s.*: one cent</p>", page)
    assert ["A:4", "7.00"] == [word for word in ("A:4", "7.00") if word in page]
    assert "accept-reason" not in page
    assert answer.headers["location"].startswith("/companies/acme?run=")
    assert [("publish-accepted/publish-accepted", OURS)] == [it[:2] for it in world.runs.started]
    given = hub.acceptances.of_unit(OURS, OUR_OTHER_YEAR)
    assert ["olivia"] == [one.accepted_by for one in given]


def test_of_breaks_that_were_accepted_in_part_both_parts_are_shown(world, accountant):
    load, hub = load_of(world), world.stores.hub
    amounts = {"expected": Decimal(0), "actual": Decimal(7), "difference": Decimal(7)}
    results = [
        ControlResult(
            name,
            Severity.BLOCKS,
            Answer.BROKEN,
            breaks=(Break(name, BreakKind.AMOUNT, voucher_key=voucher, **amounts),),
            break_count=1,
        )
        for name, voucher in (("voucher_balance", "A:4"), ("month_balance", "B:9"))
    ]
    hub.loads.save_results(load, results)
    accept_breaks(
        world.stores, HELD, controls=["month_balance"], reason="one cent", accepted_by="olivia"
    )

    page = accountant.get(f"{PAGE}/one?load={load}").text
    refused = accountant.post(f"{PAGE}/accept", load=load)

    before, _, after = page.partition("Let pass by olivia")
    assert "A:4" in before
    assert "B:9" not in before
    assert "B:9" in after
    assert "A:4" not in after
    assert 'id="accept-reason"' in page
    assert 400 == refused.status_code
    assert [] == world.runs.started


def test_what_was_replaced_since_it_was_shown_is_not_accepted(world, accountant):
    shown = load_of(world)
    hold(world.stores, OURS, OUR_OTHER_YEAR)

    answer = accountant.post(f"{PAGE}/accept", load=shown, reason="known")

    assert 409 == answer.status_code
    assert "what came later for the same year took its place" in answer.text
    assert [] == list(world.stores.hub.acceptances.of_unit(OURS, OUR_OTHER_YEAR))
    assert [] == world.runs.started


def shown_and_refused(world, load):
    """Return what a colleague who comes later reads, by the address and by each act."""
    late = world.client(Role.OPERATOR)
    acts = [late.post(f"{PAGE}/{act}", load=load, reason="late") for act in ("accept", "reject")]
    page = late.get(f"{PAGE}/one?load={load}")
    assert [409, 409, 200] == [answer.status_code for answer in (*acts, page)]
    return [answer.text for answer in (*acts, page)]


def test_who_comes_after_a_rejection_is_told_whose_it_was_and_why(world, accountant):
    accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file: of 2023")

    for text in shown_and_refused(world, load_of(world)):
        assert ["It has been decided already", "rejected; it is never read in"] == [
            words
            for words in ("It has been decided already", "rejected; it is never read in")
            if words in text
        ]
        assert '<p>accountant@acme.example · <time datetime="' in text
        assert "wrong file: of 2023" in text


@pytest.mark.parametrize("states", [1, 2], ids=["on its way", "published"])
def test_who_comes_after_an_acceptance_is_told_whose_it_was(world, accountant, states):
    load, hub = load_of(world), world.stores.hub
    accountant.post(f"{PAGE}/accept", load=load, reason="known rounding")
    for state in (UnitState.RECONCILING, UnitState.PUBLISHED)[:states]:
        hub.units.set_status(OURS, OUR_OTHER_YEAR, state, load_id=load, source="sie")

    for text in shown_and_refused(world, load):
        assert "SIE: accepted." in text
        assert '<p>accountant@acme.example · <time datetime="' in text
        assert "known rounding" in text


def test_who_accepted_what_lets_one_load_pass_is_told_once_that_is_published(world, accountant):
    load, hub = load_of(world), world.stores.hub
    removed = Break("mass_removal", BreakKind.MISSING, expected=None, actual=None, difference=None)
    result = ControlResult(
        "mass_removal", Severity.BLOCKS, Answer.BROKEN, breaks=(removed,), break_count=1
    )
    hub.loads.save_results(load, [result])
    accountant.post(f"{PAGE}/accept", load=load, reason="the series was moved")
    for state in (UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status(OURS, OUR_OTHER_YEAR, state, load_id=load, source="sie")

    assert [] == hub.acceptances.of_unit(OURS, OUR_OTHER_YEAR), "it has had its effect"
    for text in shown_and_refused(world, load):
        assert "SIE: accepted." in text
        assert "the series was moved" in text


def test_who_comes_after_a_hold_that_settled_itself_is_told_that_it_is_read_in(world):
    load, hub = load_of(world), world.stores.hub
    for state in (UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status(OURS, OUR_OTHER_YEAR, state, load_id=load, source="sie")

    for text in shown_and_refused(world, load):
        assert "SIE: nothing differs any more; it is read in." in text


def test_a_load_that_was_never_held_has_no_page_of_a_hold(world):
    hub = world.stores.hub
    load = hub.loads.save(Load(OURS, OUR_OTHER_YEAR.key, "sie", digest="e")).load_id
    for state in (UnitState.STAGED, UnitState.RECONCILING, UnitState.PUBLISHED):
        hub.units.set_status(OURS, OUR_OTHER_YEAR, state, load_id=load, source="sie")

    assert 404 == world.client(Role.OPERATOR).get(f"{PAGE}/one?load={load}").status_code


def test_what_was_decided_is_told_to_nobody_to_whom_the_company_is_not_open(world):
    theirs = world.ids["load"][1]
    world.stores.hub.holds.reject(theirs, reason="wrong", rejected_by="kim")

    answer = world.client(Role.ACCOUNTANT).get(f"{PAGE}/one?load={theirs}")

    assert (404, False) == (answer.status_code, "kim" in answer.text)


def test_books_of_another_company_are_offered_to_be_rejected_alone(world, accountant):
    amounts = {"expected": None, "actual": None, "difference": None}
    found = Break("tenant_identity", BreakKind.ATTRIBUTE, detail="another", **amounts)
    result = ControlResult(
        "tenant_identity", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    world.stores.hub.loads.save_results(load_of(world), [result])

    page = accountant.get(f"{PAGE}/one?load={load_of(world)}").text

    assert "These are the books of another company than Acme AB" in page
    assert [False, True] == [f'action="{PAGE}/{act}"' in page for act in ("accept", "reject")]


def test_rejected_books_of_another_company_have_their_page_though_their_year_is_gone(
    world, accountant
):
    load = load_of(world)
    result = ControlResult("tenant_identity", Severity.BLOCKS, Answer.BROKEN, break_count=1)
    world.stores.hub.loads.save_results(load, [result])
    year = world.stores.hub.loads.get(load).year
    accountant.post(f"{PAGE}/reject", load=load, reason="not ours")
    pages = [f"{PAGE}/one?load={load}", PAGE, "/companies/acme", "/companies/acme/files"]

    assert world.stores.hub.units.find(OURS, year) is None
    assert [200] * len(pages) == [accountant.get(page).status_code for page in pages]


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("en", "What to do:</strong> Look the voucher up in the source;"),
        ("sv", "Det här kan du göra:</strong> Slå upp verifikatet i källan;"),
        ("fi", "Mitä tehdä:</strong> Etsi tosite lähteestä;"),
    ],
)
def test_of_each_control_it_is_said_what_to_do(world, accountant, language, advice):
    page = accountant.get(f"{PAGE}/one?load={load_of(world)}", **{"accept-language": language})

    assert advice in page.text


@pytest.mark.parametrize(
    ("language", "advice", "page_called"),
    [
        ("en", "general ledger in the source.", "Comparison"),
        ("sv", "sidan Jämförelse visar rapporten bredvid bokföringen.", "Jämförelse"),
        ("fi", "Vertailu-sivu näyttää raportin kirjanpidon rinnalla.", "Vertailu"),
    ],
)
def test_advice_on_a_statement_is_whole_and_leads_to_the_comparison_of_the_year(
    world, accountant, language, advice, page_called
):
    found = Break("customer_balance_sheet", BreakKind.AMOUNT, "1930", detail="row 3 of the file")
    result = ControlResult(
        "customer_balance_sheet", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    world.stores.hub.loads.save_results(load_of(world), [result])

    page = accountant.get(f"{PAGE}/one?load={load_of(world)}", **{"accept-language": language})

    link = f"/companies/acme/comparison?year={OUR_OTHER_YEAR.key}"
    assert f'{advice} <a href="{link}">{page_called}</a>' in page.text


def test_words_of_a_break_are_written_as_the_figures_beside_them(world, accountant):
    found = Break(
        "source_damage", BreakKind.AMOUNT, detail="line 7 file_cut: 1,000.00", actual=Decimal(1000)
    )
    result = ControlResult(
        "source_damage", Severity.BLOCKS, Answer.BROKEN, breaks=(found,), break_count=1
    )
    world.stores.hub.loads.save_results(load_of(world), [result])

    page = accountant.get(f"{PAGE}/one?load={load_of(world)}").text

    assert (2, False) == (page.count(f"1{NARROW}000.00"), "1,000.00" in page)


def test_checklist_leads_to_the_comparison_that_is_to_be_looked_at(world, accountant):
    form = OnboardingForm(
        source_system="fortnox", transfer=Transfer.API, fiscal_years=(OUR_YEAR.key,)
    )
    world.stores.hub.openings.begin(OURS)
    file_form(world.stores.hub, OURS, form, who="test")

    pages = [accountant.get(path).text for path in (PAGE, "/companies/acme/opening")]

    for page in pages:
        (step,) = re.findall("<li>[^\n]*look at the comparison and approve[^\n]*</li>", page)
        assert '<a href="/companies/acme/comparison">Comparison</a>' in step


@pytest.mark.parametrize(
    ("language", "customer", "office"),
    [
        ("en", "(the company)", "(the accounting firm)"),
        ("sv", "(företaget)", "(redovisningsbyrån)"),
        ("fi", "(yritys)", "(tilitoimisto)"),
    ],
)
def test_of_each_step_that_is_left_a_customer_reads_who_acts(world, language, customer, office):
    form = OnboardingForm(
        source_system="fortnox", transfer=Transfer.API, fiscal_years=(OUR_YEAR.key,)
    )
    world.stores.hub.openings.begin(OURS)
    file_form(world.stores.hub, OURS, form, who="test")
    client = world.client(Role.CUSTOMER)

    for path in (PAGE, "/companies/acme/opening"):
        page = client.get(path, **{"accept-language": language}).text
        steps = page.partition('class="checklist"')[2].partition("</ol>")[0]
        found = re.findall(r'<span class="hint">([^<]*)</span>', steps)
        assert {customer, office} == set(found)


def test_a_rejection_is_confirmed_where_what_is_left_to_decide_stands(world, accountant):
    answer = accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file")

    pages = [accountant.get(path).text for path in (answer.headers["location"], PAGE)]

    words = '<p class="good" role="status">Rejected: what came is never read in.</p>'
    assert [True, False] == [words in page for page in pages]


def test_an_approval_is_offered_once_it_is_the_one_step_left(world, accountant):
    hub, offer = world.stores.hub, 'action="/companies/acme/approve"'
    form = OnboardingForm(
        source_system="fortnox", transfer=Transfer.API, fiscal_years=(OUR_YEAR.key,)
    )
    hub.openings.begin(OURS)
    file_form(hub, OURS, form, who="test")
    before = accountant.get(PAGE).text
    fulfil(world)
    beside_a_hold = accountant.get(PAGE).text
    accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file")

    page, customers = (
        client.get(PAGE).text for client in (accountant, world.client(Role.CUSTOMER))
    )
    approved = accountant.post("/companies/acme/approve", reason="looked at")
    after = accountant.get(PAGE).text
    refused = accountant.post("/companies/acme/approve", reason="looked at")

    assert [False, False, True, False, False] == [
        offer in one for one in (before, beside_a_hold, page, customers, after)
    ]
    assert [303, 409] == [approved.status_code, refused.status_code]
    assert "approved it already" in refused.text
    assert "cannot be approved yet" not in refused.text


def test_rejected_load_is_held_no_more_and_the_name_is_kept(world, accountant):
    accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file")

    assert world.stores.hub.holds.find(OURS, OUR_OTHER_YEAR) is None
    unit = world.stores.hub.units.find(OURS, OUR_OTHER_YEAR)
    assert "rejected by accountant@acme.example: wrong file" in unit.reason


@pytest.mark.parametrize("act", ["accept", "reject"])
def test_nothing_is_decided_without_a_reason(world, accountant, act):
    answer = accountant.post(f"{PAGE}/{act}", load=load_of(world), reason="  ")

    assert 400 == answer.status_code
    assert world.stores.hub.holds.find(OURS, OUR_OTHER_YEAR) is not None


@pytest.mark.parametrize("act", ["accept", "reject"])
def test_a_customer_sees_a_hold_and_decides_nothing(world, act):
    client = world.client(Role.CUSTOMER)

    page = client.get(f"{PAGE}/one?load={load_of(world)}")
    answer = client.post(f"{PAGE}/{act}", load=load_of(world), reason="because")

    assert (200, 403) == (page.status_code, answer.status_code)
    assert "<textarea" not in page.text
    assert world.stores.hub.holds.find(OURS, OUR_OTHER_YEAR) is not None


def test_a_held_year_is_in_the_way_of_the_approval_and_the_page_says_so(world, accountant):
    answer = accountant.post("/companies/acme/approve", reason="looked at all")

    assert 409 == answer.status_code
    assert "held" in answer.text
    assert [] == list(world.stores.hub.approvals.of_tenant(OURS))


def test_of_a_transfer_with_a_checklist_it_is_said_that_the_list_names_what_is_left(
    world, accountant
):
    form = OnboardingForm(
        source_system="fortnox", transfer=Transfer.API, fiscal_years=(OUR_YEAR.key,)
    )
    world.stores.hub.openings.begin(OURS)
    file_form(world.stores.hub, OURS, form, who="test")

    answer = accountant.post("/companies/acme/approve", reason="looked at")

    alert, _, below = answer.text.partition('role="alert"')[2].partition("</div>")
    assert 409 == answer.status_code
    assert "cannot be approved yet.</p><p>The list below says what is left to do.</p>" in alert
    assert "operator:" not in alert
    assert "Left" in below


def test_first_transfer_is_approved_by_the_proven_name(world, accountant):
    accountant.post(f"{PAGE}/reject", load=load_of(world), reason="wrong file")

    answer = accountant.post("/companies/acme/approve", reason="agrees with the statements")

    assert 303 == answer.status_code
    (event,) = [e for e in world.stores.hub.events.recent(tenant=OURS) if e.kind == "approval"]
    assert "approved by accountant@acme.example: agrees with the statements" in event.message


def test_file_is_called_by_the_title_of_its_format():
    assert ("SIE", "Fortnox", "other") == tuple(map(title_of, ("sie", "fortnox", "other")))
