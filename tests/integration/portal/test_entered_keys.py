"""A customer enters a key on the page of a link: simulated Procountor and Fennoa."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from prefect.blocks.core import Block
from pydantic import SecretStr

from blocks.hub import Connection, Method
from blocks.hub.portal_roles import Role
from blocks.systems.fennoa.block import FennoaApiUser
from blocks.systems.procountor import tokens
from blocks.systems.procountor.block import ProcountorApiKey, ProcountorClient
from simulators.fennoa import Company as FennoaCompany
from simulators.fennoa import FennoaSimulator, Ledger
from simulators.procountor import CLIENT_ID, CLIENT_SECRET, ProcountorSimulator
from simulators.procountor import Company as ProcountorCompany
from simulators.procountor.rights import changed
from tasks.erasing import erase
from tests.harnesses.fennoa import COMPANY
from tests.held_blocks import held_blocks
from tests.portal_companies import OURS
from tests.portal_world import ADDRESS

NUMBER = "1234567-1"
OWN, OTHER = 1001, 1002
KEY, OTHERS_KEY = f"key-{OWN}", f"key-{OTHER}"
USER, FENNOA_KEY = "api-user", "plainly-fake-key"
BLOCKS = {
    "procountor": "procountor-api-key/acme-entered",
    "fennoa": "fennoa-api-user/acme-entered",
}
OURS_THERE = {
    "procountor": {"key": KEY},
    "fennoa": {"user": USER, "key": FENNOA_KEY, "own": "yes"},
}
WRONG = {name: {**form, "key": "plainly-wrong"} for name, form in OURS_THERE.items()}
in_each = pytest.mark.parametrize("system", OURS_THERE)


@pytest.fixture(scope="module")
def procountor():
    companies = [ProcountorCompany(OWN), ProcountorCompany(OTHER, business_id="7654321-2")]
    with ProcountorSimulator(companies, rate_limit=100_000) as running:
        yield running


@pytest.fixture(scope="module")
def fennoa():
    with FennoaSimulator([FennoaCompany(USER, FENNOA_KEY, ledger=Ledger(COMPANY))]) as running:
        yield running


@pytest.fixture
def blocks(monkeypatch, procountor, fennoa):
    """The blocks that there are; of keys none."""
    client = ProcountorClient(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET))
    for name, running in (("PROCOUNTOR", procountor), ("FENNOA", fennoa)):
        monkeypatch.setenv(f"TASMA_{name}_URL", running.url)
        monkeypatch.setenv(f"TASMA_{name}_RATE", "10000")
    monkeypatch.setattr(tokens, "_HELD", {})
    with held_blocks(monkeypatch, {"procountor-client/default": client}) as held:
        yield held


@pytest.fixture
def acme(world, blocks):
    """A Finnish company, which is the one in both systems."""
    world.stores.hub.tenants.update(OURS, organisation_number=NUMBER.replace("-", ""), country="FI")
    return world


def activate(world, system):
    """Have a link made, and return its path."""
    shown = world.client(Role.CUSTOMER).post("/companies/acme/links", system=system)
    assert 200 == shown.status_code, text_of(shown)
    return re.search(rf'value="{ADDRESS}(/consent/[^"]+)"', shown.text)[1]


def enter(browser, path, form):
    """Send the page's fields; return the page that the browser is led to."""
    answer = browser.post(f"{path}/keys", **form)
    assert (303, path) == (answer.status_code, answer.headers["location"]), answer.text
    return browser.get(path)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


def key_in(block):
    return (block.api_key if isinstance(block, ProcountorApiKey) else block.key).get_secret_value()


@in_each
@pytest.mark.requirement("R-SEN-P3a", "R-SEN-P3b")
def test_key_that_is_entered_without_an_account_connects_and_uses_the_link_up(acme, blocks, system):
    path, browser = activate(acme, system), acme.client()
    page = browser.get(path, **{"accept-language": "fi"})
    form = dict(OURS_THERE[system])

    after = enter(
        browser,
        path,
        {name: f" {value}\n" if name == "key" else value for name, value in form.items()},
    )

    assert "licence" not in text_of(after).lower()
    assert "Acme AB" in text_of(page)
    assert "the company is connected" in text_of(after)
    connection = acme.stores.hub.connections.get(OURS, system)
    assert (BLOCKS[system], "connected") == (connection.credential_block, str(connection.status))
    assert form["key"] == key_in(blocks[BLOCKS[system]])
    assert '<input id="key"' in page.text
    assert '<input id="key"' not in after.text
    assert 404 == browser.post(f"{path}/keys", **form).status_code


@in_each
@pytest.mark.requirement("R-SEN-P3c", "R-SEN-P3d")
def test_key_that_is_refused_is_kept_nowhere_and_told_why_and_the_link_works_again(
    acme, blocks, system
):
    path, browser = activate(acme, system), acme.client()
    before = set(blocks)

    refused = enter(browser, path, WRONG[system])
    kept = set(blocks) - before, acme.stores.hub.connections.find(OURS, system)
    again = enter(browser, path, OURS_THERE[system])

    assert "was not accepted, and nothing of it was kept" in text_of(refused)
    assert {"procountor": "made for another client", "fennoa": "401"}[system] in text_of(refused)
    assert (set(), None) == kept
    assert "the company is connected" in text_of(again)


@pytest.mark.requirement("R-SEN-P3c")
def test_key_of_another_companys_environment_is_refused_with_both_numbers(acme, blocks):
    path, browser = activate(acme, "procountor"), acme.client()

    refused = enter(browser, path, {"key": OTHERS_KEY})

    assert "It is another company than the one here" in text_of(refused)
    assert all(number in text_of(refused) for number in (NUMBER, "7654321-2"))
    assert BLOCKS["procountor"] not in blocks
    assert acme.stores.hub.connections.find(OURS, "procountor") is None


@pytest.mark.requirement("R-SEN-P3c")
def test_fennoa_which_names_no_company_is_entered_by_whoever_says_whose_it_is(acme, blocks):
    path, browser = activate(acme, "fennoa"), acme.client()
    form = {"user": USER, "key": FENNOA_KEY}

    assert "in the company Acme AB: Fennoa does not tell" in text_of(browser.get(path))
    assert 400 == browser.post(f"{path}/keys", **form).status_code
    assert 400 == browser.post(f"{path}/keys", key=FENNOA_KEY, own="yes").status_code
    assert acme.stores.hub.connections.find(OURS, "fennoa") is None


@pytest.mark.requirement("R-SEN-P3d")
def test_key_whose_user_lacks_a_right_leaves_the_link_good_until_it_is_given(
    acme, procountor, monkeypatch
):
    path, browser = activate(acme, "procountor"), acme.client()
    user = procountor.world.companies[OWN].users[1]
    with monkeypatch.context() as lacking:
        fewer = changed(user.rights, {"salaries.payroll": "NO_ACCESS"})
        lacking.setattr(user, "rights", fewer)
        lacks = enter(browser, path, {"key": KEY})
    has = enter(browser, path, {"key": KEY})

    assert "its user lacks rights that are needed" in text_of(lacks)
    assert "salaries.payroll is NO_ACCESS" in text_of(lacks)
    assert "the company is connected" in text_of(has)


@in_each
@pytest.mark.requirement("R-SEN-P3e")
def test_what_was_entered_is_shown_and_written_nowhere_but_in_its_block(acme, system, caplog):
    path, browser = activate(acme, system), acme.client()
    pages = [enter(browser, path, WRONG[system]), enter(browser, path, OURS_THERE[system])]
    pages += [acme.client(Role.OPERATOR).get(f"/companies/acme{part}") for part in ("", "/links")]
    hub = acme.stores.hub
    home = Path(os.environ["TASMA_HOME"])

    said = "".join(page.text for page in pages) + caplog.text
    said += f"{hub.portal_audit.recent()} {hub.events.recent()} {hub.connections.all_of(OURS)}"
    said += "".join(path.read_bytes().decode("latin-1") for path in home.glob("hub.sqlite*"))
    assert "acme: " in said
    for secret in (OURS_THERE[system]["key"], WRONG[system]["key"]):
        assert secret not in said


def test_block_of_a_person_is_not_written_over_and_lends_its_terms(acme, blocks):
    name = "fennoa-api-user/made-by-hand"
    blocks[name] = FennoaApiUser(user=USER, key=SecretStr("old"), terms={"process": "draft"})
    old = Connection(OURS, "fennoa", Method.API_KEY, source_tenant_id=USER, credential_block=name)
    acme.stores.hub.connections.save(old)

    enter(acme.client(), activate(acme, "fennoa"), OURS_THERE["fennoa"])

    assert "old" == key_in(blocks[name])
    assert ("draft", FENNOA_KEY) == (
        blocks[BLOCKS["fennoa"]].terms["process"],
        key_in(blocks[BLOCKS["fennoa"]]),
    )


def test_another_user_is_refused_once_one_is_connected_and_not_called_a_company(acme, blocks):
    old = Connection(OURS, "fennoa", Method.API_KEY, source_tenant_id="another-user")
    acme.stores.hub.connections.save(old)

    refused = enter(acme.client(), activate(acme, "fennoa"), OURS_THERE["fennoa"])

    told = text_of(refused)
    assert "It is another API user than the one that the company is connected by" in told
    assert "The company here" not in told
    assert BLOCKS["fennoa"] not in blocks


def test_company_of_another_tenant_is_refused_without_naming_it_and_takes_its_key_back(
    acme, blocks
):
    hub = acme.stores.hub
    theirs = Connection("bolaget", "procountor", Method.API_KEY, source_tenant_id=str(OWN))
    hub.connections.save(theirs)
    path = activate(acme, "procountor")

    refused = enter(acme.client(), path, {"key": KEY})

    assert "whoever runs Täsmä has to do something" in text_of(refused)
    assert "bolaget" not in refused.text
    assert "is connected to tenant bolaget" in str(hub.events.recent())
    assert BLOCKS["procountor"] not in blocks


def test_what_cannot_be_stored_connects_nobody(acme, blocks, monkeypatch):
    async def fail(_self, _name, *, overwrite):
        raise RuntimeError

    monkeypatch.setattr(Block, "asave", fail)
    refused = enter(acme.client(), activate(acme, "procountor"), {"key": KEY})

    assert "Try again by the same link" in text_of(refused)
    assert "acme-entered" not in refused.text
    assert "acme-entered" in str(acme.stores.hub.events.recent())
    assert acme.stores.hub.connections.find(OURS, "procountor") is None


@in_each
def test_erasing_a_company_deletes_the_block_of_what_was_entered(acme, blocks, system):
    enter(acme.client(), activate(acme, system), OURS_THERE[system])
    assert BLOCKS[system] in blocks

    erase(acme.stores, OURS)

    assert BLOCKS[system] not in blocks


def test_erasing_a_company_leaves_what_another_entered(acme, blocks):
    enter(acme.client(), activate(acme, "fennoa"), OURS_THERE["fennoa"])
    theirs = Connection("bolaget", "fennoa", Method.API_KEY, credential_block=BLOCKS["fennoa"])
    acme.stores.hub.connections.save(theirs)

    erase(acme.stores, "bolaget")

    assert FENNOA_KEY == key_in(blocks[BLOCKS["fennoa"]])


def test_keys_are_asked_for_where_the_country_of_the_company_uses_the_system(acme):
    finnish = text_of(acme.client(Role.CUSTOMER).get("/companies/acme/links"))
    acme.stores.hub.tenants.update(OURS, country="SE")
    swedish = text_of(acme.client(Role.CUSTOMER).get("/companies/acme/links"))

    def offered(text):
        return set(re.findall(r"Activate (\w+)", text))

    assert ({"Procountor", "Fennoa"}, {"Fortnox"}) == (offered(finnish), offered(swedish))


def test_link_of_a_vendors_own_page_takes_no_key(acme):
    acme.stores.hub.tenants.update(OURS, country="SE")
    path = activate(acme, "fortnox")

    assert 400 == acme.client().post(f"{path}/keys", key="anything").status_code


def test_two_windows_at_once_are_told_apart_by_the_hub(acme):
    """The second is turned away while the first is tried, and the link is neither's any longer."""
    path = activate(acme, "procountor")
    hub, secret = acme.stores.hub, SecretStr(path.rpartition("/")[2])
    link = hub.consents.take_by_secret(secret)

    busy = acme.client().post(f"{path}/keys", key=KEY)
    hub.consents.release(link)

    assert 503 == busy.status_code
    assert "the company is connected" in text_of(enter(acme.client(), path, {"key": KEY}))
