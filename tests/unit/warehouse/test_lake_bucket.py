"""A lake in a bucket over a line that fails: nothing is lost, doubled or stuck."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.hub import Hub
from blocks.hub.errors import LeaseLost, LeaseTaken
from blocks.hub.kept_lease import KeptLease
from blocks.lake import ExtractPart, lake_of
from blocks.lake.places.bucket import place as place_module
from blocks.lake.places.bucket.address import BucketAddress
from blocks.lake.places.bucket.ahead import Ahead
from blocks.lake.places.bucket.errors import (
    LakeAddressMalformed,
    LakeBucketGone,
    LakeRefused,
    LakeServiceAway,
    LakeWithoutDriver,
    LandingPruned,
    PutUnproven,
)
from blocks.lake.removing import LakeBusy
from blocks.settings import Settings
from ledger.errors import TransientError
from ledger.source import Part
from tests.lakes import BucketHands
from tests.plugins.buckets import SECRET
from tests.s3_line import line_to

CONTENT = b"#FLAGGA 0\r\n#KONTO 1930\r\n"
NAMES = [f"receipt:{number:03}" for number in range(300)]
CALLS_OF_A_LANDING = 5
"""Look, note, look, put, look."""

OLD_S = 40 * 86_400
DAY = dt.timedelta(days=1)
WAIT_LIMIT_S = 20


@pytest.fixture
def line(s3, monkeypatch):
    with line_to(s3.address) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.here)
        yield line


@pytest.fixture
def hub(tmp_path):
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        yield hub.migrate()


@pytest.fixture
def lake(line, s3, tmp_path, hub):
    chosen = Settings(home=tmp_path, lake_url=s3.bucket())
    return lake_of(chosen, prunes=lambda: hub.lake_prunes)


@pytest.fixture
def hands(lake, s3):
    return BucketHands.of(lake, s3.client)


def land(lake, content=CONTENT, *, file_name="bok.se"):
    return lake.land("acme", "sie", content, file_name=file_name)


def land_parts(lake, names=NAMES):
    parts = [Part(name, name.encode) for name in names]
    return lake.land_extract("acme", "books", parts, file_name="year", format_name="receipts")


def contents(lake, landed):
    return {part.name: part.read().decode() for part in lake.open_parts(landed)}


@pytest.mark.share(6)
@pytest.mark.parametrize("number", range(CALLS_OF_A_LANDING))
@pytest.mark.parametrize("fault", ["503", "500", "cut", "lost", "half", "forgotten"])
def test_whatever_goes_wrong_with_whichever_call_the_next_attempt_lands_it_once(
    lake, hands, line, fault, number
):
    line.nth(fault, number)
    try:
        landed = land(lake)
    except TransientError:
        line.mend()
        landed = land(lake)

    ending = landed.sha256
    assert [f"landing/acme/sie/{ending}.json", f"landing/acme/sie/{ending}.zst"] == hands.names()
    assert CONTENT == lake.read(landed)
    assert landed == lake.find("acme", "sie", ending)
    assert [] == [*lake.temporary.iterdir()]


def test_a_service_that_is_away_in_the_middle_of_an_extract_loses_and_doubles_no_part(
    lake, hands, line
):
    calls = count()
    line.fault = lambda method, _path: "503" if method == "PUT" and next(calls) > 100 else ""
    with pytest.raises(LakeServiceAway, match="503 SlowDown"):
        land_parts(lake)
    torn = hands.names("acme/books/")
    line.mend()

    landed = land_parts(lake)

    assert all(name.endswith(".zst") and ".manifest" not in name for name in torn)
    assert {name: name for name in NAMES} == contents(lake, landed)
    assert len(NAMES) + 2 == len(hands.names("acme/books/"))


def test_a_call_whose_answer_is_lost_is_made_again_by_itself_and_counts_once(
    lake, hands, line, monkeypatch
):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    line.only("lost", "PUT", times=1, part=".json")

    landed = land(lake)

    assert 2 == len([path for method, path in line.calls if method == "PUT" and ".json" in path])
    assert CONTENT == lake.read(landed)


def test_an_answer_that_breaks_off_is_asked_for_again_a_few_times(lake, line):
    landed = land(lake, CONTENT * 500)

    line.only("half", "GET", times=2)
    assert CONTENT * 500 == lake.read(landed)
    line.only("half", "GET")
    with pytest.raises(LakeServiceAway):
        lake.read(landed)


def test_what_the_service_says_to_have_taken_and_has_not_is_noticed(lake, line):
    line.only("forgotten", "PUT", part=".zst")

    with pytest.raises(PutUnproven, match="nothing has the name"):
        land(lake)
    line.only("forgotten", "PUT", part=".json")
    with pytest.raises(PutUnproven, match="nothing has the name"):
        land(lake, b"other")
    for names in (NAMES, NAMES[:5]):
        line.only("forgotten", "PUT", times=1, part=".zst")
        with pytest.raises(PutUnproven, match="nothing has the name"):
            land_parts(lake, [f"{len(names)} {name}" for name in names])


def test_parts_that_came_before_are_listed_and_neither_sent_nor_looked_at(lake, line):
    known = lake.parts_of(land_parts(lake))
    line.calls.clear()

    parts = [*known, Part("receipt:new", b"new".strip)]
    lake.land_extract("acme", "books", parts, file_name="year", format_name="receipts")

    asked = [method for method, _ in line.calls]
    assert 3 == asked.count("PUT"), "the part, the list of parts, and what is noted of that"
    assert asked.count("HEAD") <= 4
    assert asked.count("GET") <= 2


def test_the_first_word_on_a_landing_stays(lake, hands):
    landed = land(lake, file_name="first.se")
    hands.remove(landed.address)

    assert "first.se" == land(lake, file_name="second.se").file_name
    assert "first.se" == lake.find("acme", "sie", landed.sha256).file_name


@pytest.mark.parametrize("note", [b"torn", b"{}"])
def test_a_damaged_note_is_written_anew_when_the_bytes_come_again(lake, hands, note):
    landed = land(lake)
    hands.overwrite(landed.address.replace(".zst", ".json"), note)
    assert lake.find("acme", "sie", landed.sha256) is None

    land(lake)

    assert landed == lake.find("acme", "sie", landed.sha256)


def test_a_large_file_lies_on_the_local_disk_while_it_is_read_and_not_after(lake, monkeypatch):
    monkeypatch.setattr(place_module, "IN_MEMORY_BYTES", 4)
    landed = land(lake, CONTENT * 500)

    assert CONTENT * 500 == b"".join(lake.stream(landed.address))
    assert [] == [*lake.temporary.iterdir()]


def test_what_a_prune_takes_at_the_moment_in_which_it_comes_again_is_noticed(
    lake, hands, hub, monkeypatch
):
    """The prune looked at its age, then it came, then the prune took it away."""
    landed = land(lake)
    hands.age(landed.address, OLD_S)
    place = lake._place
    put = place.put

    def put_and_lose(key, packed):
        put(key, packed)
        with hub.lake_prunes.alone("a prune"):
            place.remove(key)

    monkeypatch.setattr(place, "put", put_and_lose)
    with pytest.raises(LandingPruned):
        land(lake)
    monkeypatch.setattr(place, "put", put)

    assert CONTENT == lake.read(land(lake))


def test_who_lands_while_a_prune_goes_on_waits_for_its_end(lake, hub, monkeypatch):
    began, waits, sleep = threading.Event(), threading.Event(), time.sleep
    monkeypatch.setattr(time, "sleep", lambda _: (waits.set(), sleep(0.05)))

    def prune():
        with hub.lake_prunes.alone("a prune"):
            began.set()
            waits.wait(WAIT_LIMIT_S)

    thread = threading.Thread(target=prune)
    thread.start()
    began.wait()
    landed = land(lake)
    has_waited = waits.is_set()
    waits.set()
    thread.join()

    assert has_waited
    assert CONTENT == lake.read(landed)


def test_a_prune_that_does_not_end_is_told_to_whoever_lands(lake, hub, monkeypatch):
    monkeypatch.setattr(place_module, "PRUNE_WAITS", 2)
    monkeypatch.setattr(place_module, "PRUNE_POLL_S", 0.01)

    with hub.lake_prunes.alone("a prune"), pytest.raises(LakeBusy, match="a prune of the lake"):
        land(lake)


def test_a_prune_that_lost_its_lease_takes_nothing_any_more(lake, hands, hub, monkeypatch):
    landed = land(lake)
    hands.age(landed.address, OLD_S)
    monkeypatch.setattr(KeptLease, "is_lost", property(lambda _: True))

    with pytest.raises(LeaseLost):
        lake.prune(keep_landed=(), keep_staged=(), older_than=DAY, dry_run=False)

    assert CONTENT == lake.read(landed)


def test_of_two_prunes_one_goes_on(lake, hands, hub):
    landed = land(lake)
    hands.age(landed.address, OLD_S)

    with hub.lake_prunes.alone("a prune of another host"), pytest.raises(LeaseTaken):
        lake.prune(keep_landed=(), keep_staged=(), older_than=DAY, dry_run=False)

    assert CONTENT == lake.read(landed)


@pytest.mark.parametrize(
    "url",
    [
        f"s3://key:{SECRET}@bucket/prefix",
        f"s3://bucket/prefix?secret={SECRET}",
        f"https://{SECRET}/bucket",
        "s3://",
        "s3://b",
        "s3://bucket//twice",
        "s3://bucket/../other",
        "/srv/lake",
    ],
)
def test_an_address_of_something_else_is_refused_and_not_repeated(url, tmp_path):
    with pytest.raises(LakeAddressMalformed, match="TASMA_LAKE_URL") as refused:
        lake_of(Settings(home=tmp_path, lake_url=url))

    assert SECRET not in str(refused.value)


@given(
    bucket=st.from_regex(r"[a-z0-9][a-z0-9-]{1,30}[a-z0-9]", fullmatch=True),
    prefix=st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_=-]{0,8}", fullmatch=True), max_size=3),
)
def test_an_address_is_read_back_from_how_it_is_shown(bucket, prefix):
    address = BucketAddress.parse("/".join([f"s3://{bucket}", *prefix]))

    assert address == BucketAddress.parse(str(address)) == BucketAddress.parse(f"{address}/")


def test_a_bucket_that_was_never_made_is_named(line, tmp_path):
    lake = lake_of(Settings(home=tmp_path, lake_url="s3://never-made/x"))

    with pytest.raises(LakeBucketGone, match="s3://never-made/x"):
        land(lake)


def test_an_answer_that_never_comes_is_tried_again_and_holds_no_secret(lake, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(LakeServiceAway, match="EndpointConnectionError") as refused:
        land(lake)

    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (("AWS_SECRET_ACCESS_KEY",), "half of the key was given"),
        (("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"), "no key was given: set AWS_ACCESS_KEY_ID"),
    ],
)
def test_a_key_that_was_not_given_is_asked_for(lake, monkeypatch, gone, said):
    for name in gone:
        monkeypatch.delenv(name)

    with pytest.raises(LakeRefused, match=said):
        land(lake)


def test_without_the_library_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(LakeWithoutDriver, match=r"tasma\[s3\]"):
        lake_of(Settings(home=tmp_path, lake_url="s3://bucket"))


def parts_of_sizes(sizes):
    return [
        ExtractPart(name=f"{number}", sha256="0" * 64, size_bytes=size)
        for number, size in enumerate(sizes)
    ]


@given(
    sizes=st.lists(st.integers(0, 1 << 25), min_size=1, max_size=20),
    at_once=st.integers(1, 5),
    data=st.data(),
)
def test_whoever_reads_ahead_reads_the_same_in_whatever_order(sizes, at_once, data):
    parts = parts_of_sizes(sizes)
    order = data.draw(st.lists(st.sampled_from(parts), max_size=40))
    ahead = Ahead(lambda part: part.name.encode(), parts, at_once=at_once)

    assert [part.name.encode() for part in order] == [ahead.read(part) for part in order]


@given(sizes=st.lists(st.integers(0, 1 << 25), min_size=1, max_size=20))
def test_in_order_each_part_is_asked_for_once(sizes):
    parts, asked = parts_of_sizes(sizes), []
    ahead = Ahead(lambda part: asked.append(part.name) or b"", parts, at_once=3)

    for part in parts:
        ahead.read(part)

    assert sorted(part.name for part in parts) == sorted(asked)


def test_what_goes_wrong_ahead_is_told_to_whoever_asks_for_it():
    parts = parts_of_sizes([1, 1, 1])

    def read(part):
        if part.name == "1":
            raise LakeServiceAway(address="s3://b", answer="503")
        return part.name.encode()

    ahead = Ahead(read, parts, at_once=3)

    assert b"0" == ahead.read(parts[0])
    with pytest.raises(LakeServiceAway):
        ahead.read(parts[1])
    assert b"2" == ahead.read(parts[2])
