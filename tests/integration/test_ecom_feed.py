"""Ecom's feed over HTTP and as files, against the simulator, faults included."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest

from blocks.http import CallFailed, CallRefused
from blocks.hub import Hub, Tenant
from blocks.pickup.account import SftpAccount
from blocks.pickup.connection import HostKeyChanged
from blocks.systems.ecom import session
from blocks.systems.ports import MissingFile
from blocks.systems.registry import open_feed, port
from simulators.ecom import Company, EcomSimulator, Fault
from simulators.sftp import SftpSimulator
from tests.harnesses.ecom import BLOCK, BUSINESS_ID, KEY, give_block

PAGE = 4
ON_SERVER = "plainly-fake"


@pytest.fixture
def company():
    company = Company(BUSINESS_ID, KEY)
    company.account("7230", "Vuokrat", "25.5")
    company.purchase("p-1")
    company.attach("p-1", "lasku.pdf", b"%PDF-1.4 plainly fake")
    company.approve("p-1")
    company.sale("s-1")
    company.send("s-1")
    company.close("2026-04")
    return company


@pytest.fixture
def ecom(company, monkeypatch):
    with EcomSimulator([company, Company("2222222-9", "other-key")]) as simulator:
        monkeypatch.setenv("TASMA_ECOM_PAGE_SIZE", str(PAGE))
        give_block(monkeypatch, url=simulator.url)
        yield simulator


@pytest.fixture
def hub(tmp_path, empty_hub):
    shutil.copy(empty_hub, tmp_path)
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        of = BUSINESS_ID.replace("-", "")
        hub.tenants.add(Tenant("acme", "Acme", organisation_number=of, country="FI"))
        yield hub


def connect(hub):
    return asyncio.run(port("ecom").connect.finish(hub, "acme", {}, wants={"block": BLOCK}))


def read_all(hub):
    """Read the feed to its end as a sweep does, and return what could not be read."""

    async def work():
        unreadable, has_more = [], True
        async with open_feed(hub, "acme", "ecom") as feed:
            while has_more:
                page = await feed.read(hub.feeds.cursor("acme", "ecom").cursor)
                hub.feeds.take("acme", "ecom", page.records, cursor=page.cursor)
                unreadable += page.unreadable
                has_more = page.has_more
        return unreadable

    return asyncio.run(work())


def kept(hub):
    kinds = ("account", "document", "event", "unreadable")
    return {kind: len(hub.feeds.of_kind("acme", "ecom", kind)) for kind in kinds}


WHOLE = {"account": 1, "document": 3, "event": 6, "unreadable": 0}


def test_whole_feed_is_kept_page_by_page_and_read_on_from_where_it_ended(hub, ecom, company):
    connect(hub)

    assert [] == read_all(hub)
    assert WHOLE == kept(hub)
    company.submit("p-1")
    before = len(ecom.app.calls)
    assert [] == read_all(hub)
    assert WHOLE | {"event": 7} == kept(hub)
    assert ["company", "feed"] == ecom.app.calls[before:]


@pytest.mark.parametrize("fault", [Fault.REPEATED, Fault.SHUFFLED, Fault.BUSY, Fault.ERROR])
def test_faults_that_pass_by_themselves_change_nothing_that_is_kept(hub, ecom, fault):
    connect(hub)
    ecom.faults.plant(fault)

    assert [] == read_all(hub)
    assert WHOLE == kept(hub)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.CUT])
def test_answer_that_is_lost_is_asked_again(hub, ecom, fault):
    connect(hub)
    ecom.faults.plant(fault)

    assert [] == read_all(hub)
    assert WHOLE == kept(hub)


def test_page_of_a_gateway_is_no_page_and_the_cursor_stays(hub, ecom):
    connect(hub)
    ecom.faults.plant(Fault.HTML)

    with pytest.raises(CallFailed, match="not JSON"):
        read_all(hub)

    assert "" == hub.feeds.cursor("acme", "ecom").cursor
    assert [] == read_all(hub)
    assert WHOLE == kept(hub)


def test_item_that_is_not_as_agreed_is_named_and_kept_and_the_others_go_on(hub, ecom):
    connect(hub)
    ecom.faults.plant(Fault.SPOILT)

    (only,) = read_all(hub)

    assert only.startswith(f"item {PAGE + 1} behind the beginning: ")
    assert "sequence" in only
    assert WHOLE | {"unreadable": 1} == kept(hub)
    (raw,) = hub.feeds.of_kind("acme", "ecom", "unreadable")
    assert "approved" in raw.content


def test_invalid_key_is_refused_and_turns_the_connection(hub, ecom):
    connect(hub)
    ecom.faults.plant(Fault.UNAUTHORIZED, "company")

    with pytest.raises(CallRefused) as refused:
        read_all(hub)

    assert "invalid_key" == refused.value.code
    assert "permission_missing" == hub.connections.get("acme", "ecom").status
    assert KEY not in str(refused.value)


def test_feed_of_another_company_is_refused_when_connecting_and_later(hub, ecom, monkeypatch):
    connect(hub)
    give_block(monkeypatch, url=ecom.url, key="other-key")

    for ask in (read_all, connect):
        with pytest.raises(CallRefused) as refused:
            ask(hub)
        assert "wrong_company" == refused.value.code
    assert "wrong_company" == hub.connections.get("acme", "ecom").status
    assert [] == hub.feeds.of_kind("acme", "ecom", "event")


def test_file_is_fetched_by_its_hash_and_one_that_is_gone_is_a_value(hub, ecom, company):
    connect(hub)
    (digest,) = company.files

    async def ask(sha256):
        async with open_feed(hub, "acme", "ecom") as feed:
            return await feed.file(sha256)

    assert company.files[digest] == asyncio.run(ask(digest))
    assert isinstance(asyncio.run(ask("0" * 64)), MissingFile)
    company.files[digest] = b"other bytes"
    missing = asyncio.run(ask(digest))
    assert ("other_bytes", "file") == (missing.code, missing.refusal)


def test_preflight_says_whether_the_feed_answers(hub, ecom):
    connect(hub)

    (found,) = asyncio.run(port("ecom").connect.preflight(hub, "acme"))
    ecom.faults.plant(Fault.UNAUTHORIZED, "company")
    (failed,) = asyncio.run(port("ecom").connect.preflight(hub, "acme"))

    assert (True, False) == (found.passed, failed.passed)
    assert failed.help


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "from-ecom"
    folder.mkdir()
    (folder / "company.txt").write_text(f"{BUSINESS_ID}\n")
    give_block(monkeypatch, folder=folder)
    return folder


def test_files_of_lines_are_kept_and_moved_away_once_their_records_are(hub, company, folder):
    company.write_file(folder, "2026-05-04T0900.jsonl")
    connect(hub)

    assert [] == read_all(hub)
    assert WHOLE == kept(hub)
    company.submit("p-1")
    company.write_file(folder, "2026-05-04T0905.jsonl")
    assert [] == read_all(hub)
    assert WHOLE | {"event": 7} == kept(hub)
    assert ["2026-05-04T0905.jsonl"] == [one.name for one in folder.glob("*.jsonl")]
    assert [] == read_all(hub)
    assert [] == [*folder.glob("*.jsonl")]
    assert 2 == len([*(folder / "processed").iterdir()])


def test_file_that_was_read_and_not_kept_is_read_again(hub, company, folder):
    """A worker that dies between reading and keeping leaves the file where it is."""
    company.write_file(folder, "1.jsonl")
    connect(hub)

    async def read_only():
        async with open_feed(hub, "acme", "ecom") as feed:
            return await feed.read("")

    assert 10 == len(asyncio.run(read_only()).records)
    assert [] == read_all(hub)
    assert WHOLE == kept(hub)


def test_line_that_cannot_be_read_is_named_by_file_and_line(hub, folder):
    (folder / "1.jsonl").write_bytes(b'\xef\xbb\xbf{"record": "event"}\n\n{"half\n\xff\xfe\n')
    connect(hub)

    found = read_all(hub)

    assert ["1.jsonl, line 1", "1.jsonl, line 3", "1.jsonl, line 4"] == [
        one.split(": ")[0] for one in found
    ]
    assert 3 == kept(hub)["unreadable"]


def test_later_file_under_a_name_that_was_read_is_read_as_well(hub, company, folder):
    company.write_file(folder, "feed.jsonl")
    connect(hub)
    read_all(hub)
    company.submit("p-1")
    company.write_file(folder, "feed.jsonl")

    read_all(hub)

    assert 7 == kept(hub)["event"]


def test_folder_that_cannot_be_used_is_refused_with_what_it_needs(hub, folder):
    (folder / "company.txt").unlink()

    with pytest.raises(CallRefused, match=r"company\.txt"):
        connect(hub)


def test_simulator_is_steered_over_http_as_people_steer_ecom(ecom, company):
    import httpx  # noqa: PLC0415 - as a person's curl would

    root = ecom.url.removesuffix("/api") + f"/_simulator/{BUSINESS_ID}"
    made = httpx.post(f"{root}/purchase", json={"id": "p-9"})
    pay = {"id": "p-9", "payment": "m-1", "amount": "10.00", "date": "2026-05-05"}
    paid = httpx.post(f"{root}/pay", json=pay)
    refused = httpx.post(f"{root}/send", json={"id": "p-9"})
    absent = httpx.post(f"{root}/approve", json={"id": "none"})

    assert (200, 200, 400, 404) == tuple(one.status_code for one in (made, paid, refused, absent))
    assert "payment_created" == json.loads(json.dumps(company.feed[-1]))["content"]["kind"]


@pytest.fixture
def on_server(tmp_path, monkeypatch):
    """A folder on an SFTP server, and the server."""
    with SftpSimulator(tmp_path, {"ecom": ON_SERVER}) as server:
        folder = server.folder("ecom") / "out"
        folder.mkdir(parents=True)
        (folder / "company.txt").write_text(f"{BUSINESS_ID}\n")
        account = SftpAccount(
            host="127.0.0.1",
            port=server.port,
            user="ecom",
            password=ON_SERVER,
            host_keys=server.host_key,
        )

        async def load(_name):
            return account

        monkeypatch.setattr(session, "sftp_account", load)
        give_block(monkeypatch, key="", folder="/out", account="sftp-account/ecom")
        yield folder, server


def test_files_on_an_sftp_server_are_kept_and_moved_away_as_those_of_a_folder(
    hub, company, on_server
):
    folder, _ = on_server
    company.write_file(folder, "2026-05-04T0900.jsonl")
    (folder / "half.jsonl.part").write_text("still being written")
    (digest,) = company.files
    connect(hub)

    async def ask(sha256):
        async with open_feed(hub, "acme", "ecom") as feed:
            return await feed.file(sha256)

    assert [] == read_all(hub)
    assert WHOLE == kept(hub)
    assert [] == read_all(hub)
    assert [] == [*folder.glob("*.jsonl")]
    assert 1 == len([*(folder / "processed").iterdir()])
    assert company.files[digest] == asyncio.run(ask(digest))
    assert "file_absent" == asyncio.run(ask("0" * 64)).code


def test_server_that_shows_another_host_key_is_told_nothing_and_the_feed_stays(
    hub, company, on_server
):
    folder, server = on_server
    connect(hub)
    company.write_file(folder, "1.jsonl")
    server.change_host_key()

    with pytest.raises(HostKeyChanged):
        read_all(hub)
    assert "" == hub.feeds.cursor("acme", "ecom").cursor
    assert [folder / "1.jsonl"] == [*folder.glob("*.jsonl")]
