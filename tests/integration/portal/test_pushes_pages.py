"""Documents on their way: why each stands and what to do, in three languages; retry, resolve."""

from __future__ import annotations

import pytest

from blocks.hub.portal_roles import Role
from ledger.push.events import After, Begun, Changed, Lost, NoEffect, Succeeded, Walked
from ledger.push.items import HoldCode, Phase
from tasks.push_words import why
from tests.portal_companies import OURS, push

PAGE = "/companies/acme/pushes"
REFUSED = (Begun(1, "digest"), NoEffect(1, "Field is mandatory: due date", After.REJECT))
IN_DOUBT = (Begun(1, "digest"), Lost(1))
ALIKE = (*IN_DOUBT, Walked(True, frozenset(), frozenset({"77"}), 2.0))


@pytest.fixture
def accountant(world):
    return world.client(Role.ACCOUNTANT)


def given(name, **more):
    return {"to": "fennoa", "item": name, "kind": "sales_invoice", **more}


def item(world, name):
    return world.stores.hub.outbox.find(OURS, "fennoa", name).item


def last_of(world, name):
    outbox = world.stores.hub.outbox
    return outbox.log(outbox.find(OURS, "fennoa", name))[-1]


@pytest.mark.parametrize(
    ("language", "cause", "remedy", "held"),
    [
        ("en", "A field is missing", "add it in the system that", "is locked there"),
        ("sv", "Ett fält som Fennoa kräver", "komplettera uppgiften", "är låst där"),
        ("fi", "Fennoan vaatima kenttä", "täydennä tieto", "on lukittu siellä"),
    ],
)
def test_what_waits_for_somebody_is_listed_with_cause_and_remedy_in_the_readers_language(  # noqa: PLR0917 - all of them are what is tried
    world, accountant, language, cause, remedy, held
):
    push(world.stores, OURS, "webshop/2", *REFUSED)

    page = accountant.get(PAGE, **{"accept-language": language}).text

    acting = page.partition('id="newest"')[0]
    assert [cause, remedy, held] == [word for word in (cause, remedy, held) if word in acting]
    assert "Field is mandatory: due date" in acting
    assert 2 == page.count("webshop%2F2"), "where it waits and among the newest"


def test_event_log_tells_what_happened_in_words_and_when(world, accountant):
    push(world.stores, OURS, "webshop/2", *REFUSED)

    page = accountant.get(f"{PAGE}/one?to=fennoa&item=webshop/2").text

    log = page.partition('id="log"')[2]
    assert ["Began", "Refused"] == [word for word in ("Began", "Refused") if word in log]
    assert "rejected" in log


@pytest.mark.parametrize("happened", [(Begun(1, "digest"), Succeeded(1, "77")), ALIKE])
def test_alarm_of_a_content_that_came_too_late_is_shown(world, accountant, happened):
    push(world.stores, OURS, "webshop/2", *happened, Changed("other", ("due_date",)))

    page = accountant.get(f"{PAGE}/one?to=fennoa&item=webshop/2").text

    assert 1 == page.count("Another content of it came after it was sent.")
    assert "what differs: due date" in page
    assert "content" in why(world.stores.hub.outbox.find(OURS, "fennoa", "webshop/2"))


@pytest.mark.parametrize(
    ("language", "said"), [("fi", "mikä eroaa: eräpäivä"), ("sv", "vad som skiljer: förfallodag")]
)
def test_log_names_the_fields_that_differ_in_the_readers_language(
    world, accountant, language, said
):
    happened = (Begun(1, "digest"), Succeeded(1, "77"), Changed("other", ("due_date",)))
    push(world.stores, OURS, "webshop/2", *happened)

    page = accountant.get(
        f"{PAGE}/one?to=fennoa&item=webshop/2", **{"accept-language": language}
    ).text

    log = page.partition('id="log"')[2]
    assert said in log
    assert 'lang="en"' not in log
    assert "due_date" not in log


def test_log_of_a_document_says_the_id_there_and_nothing_that_is_for_us_alone(world, accountant):
    push(world.stores, OURS, "webshop/2", Begun(1, "digest"), Succeeded(1, "77", "1042"))

    page = accountant.get(f"{PAGE}/one?to=fennoa&item=webshop/2").text

    assert "<dd>1042 (id there 77)</dd>" in page
    assert "id there 77; number there 1042" in page
    assert [] == [inner for inner in ("token=", "request=", "target_id") if inner in page]


def test_retry_is_made_by_the_proven_name_and_the_document_is_on_its_way_again(world, accountant):
    push(world.stores, OURS, "webshop/2", *REFUSED)

    answer = accountant.post(f"{PAGE}/retry", **given("webshop/2", who="somebody else"))

    assert 303 == answer.status_code
    assert Phase.READY is item(world, "webshop/2").phase
    assert "who=accountant@acme.example" in last_of(world, "webshop/2").detail


def test_what_may_have_been_made_there_is_not_tried_again_and_the_page_says_so(world, accountant):
    push(world.stores, OURS, "webshop/2", *ALIKE)

    answer = accountant.post(f"{PAGE}/retry", **given("webshop/2"))

    assert 409 == answer.status_code
    assert "may have been made there" in answer.text
    assert HoldCode.LOOKALIKE is item(world, "webshop/2").hold.code


@pytest.mark.parametrize(
    ("said", "phase", "target_id"),
    [
        ({"seen": "there", "target_id": "77"}, Phase.DONE, "77"),
        ({"seen": "not_there"}, Phase.READY, ""),
    ],
)
def test_what_became_of_a_lost_answer_is_said_by_the_proven_name(
    world, accountant, said, phase, target_id
):
    push(world.stores, OURS, "webshop/2", *ALIKE)

    answer = accountant.post(f"{PAGE}/resolve", **given("webshop/2", **said))

    assert 303 == answer.status_code
    assert (phase, target_id) == (
        item(world, "webshop/2").phase,
        item(world, "webshop/2").target_id,
    )
    assert "who=accountant@acme.example" in last_of(world, "webshop/2").detail


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (ALIKE, {"seen": "there"}),
        (ALIKE, {"seen": "not_there", "target_id": "77"}),
        (REFUSED, {"seen": "there", "target_id": "77"}),
    ],
)
def test_what_cannot_be_said_of_a_document_changes_nothing(world, accountant, happened, said):
    push(world.stores, OURS, "webshop/2", *happened)
    before = item(world, "webshop/2")

    answer = accountant.post(f"{PAGE}/resolve", **given("webshop/2", **said))

    assert 409 == answer.status_code
    assert 'role="alert"' in answer.text
    assert before == item(world, "webshop/2")


def test_a_customer_sees_documents_and_decides_nothing(world):
    client = world.client(Role.CUSTOMER)

    page = client.get(f"{PAGE}/one?to=fennoa&item=acme/1")

    assert 200 == page.status_code
    assert "/pushes/retry" not in page.text
    assert 403 == client.post(f"{PAGE}/retry", **given("acme/1")).status_code


def test_a_system_to_which_nothing_was_sent_is_not_there(world, accountant):
    assert 404 == accountant.get(f"{PAGE}?to=procountor").status_code
    assert 404 == accountant.get(f"{PAGE}/one?to=procountor&item=acme/1").status_code
