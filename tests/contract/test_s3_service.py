"""What the lake relies on, held against a service that checks signatures and conditions."""

from __future__ import annotations

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from blocks.lake import lake_of
from blocks.lake.places.bucket.address import BucketAddress
from blocks.lake.places.bucket.connection import Bucket, NameTaken, sha256_of
from blocks.lake.places.bucket.errors import LakeBucketGone, LakeRefused, LakeServiceAway
from blocks.settings import Settings
from ledger.source import Part
from tests.plugins.buckets import KEYS
from tests.plugins.seaweed import BUCKET

NUMBERS = itertools.count()
RACERS = 16
CONTENT = "#KONTO 1930 Företagskonto åäö\r\n".encode("cp437")


@pytest.fixture
def service(seaweed, s3, monkeypatch):
    """The environment names SeaweedFS in the place of the tests' own service."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", seaweed.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweed.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweed.secret)
    return seaweed


@pytest.fixture
def url(service):
    return f"s3://{BUCKET}/test/{next(NUMBERS)}"


@pytest.fixture
def lake(url, tmp_path):
    return lake_of(Settings(home=tmp_path, lake_url=url))


@pytest.fixture
def bucket(url):
    return Bucket(BucketAddress.parse(url))


def land(lake, content=CONTENT):
    return lake.land("acme", "sie", content, file_name="bok å.se", format_name="sie")


def test_what_is_landed_is_found_read_listed_and_erased(lake):
    landed = land(lake)
    parts = [Part(f"receipt:{number}", f"{number}".encode) for number in range(300)]
    extract = lake.land_extract("acme", "sie", parts, file_name="year", format_name="receipts")
    read = {part.name: part.read().decode() for part in lake.open_parts(extract)}

    assert landed == land(lake) == lake.find("acme", "sie", landed.sha256)
    assert CONTENT == lake.read(landed)
    assert {f"receipt:{number}": f"{number}" for number in range(300)} == read
    assert 302 == len(lake.landed_of("acme", "sie"))
    assert [] == [*lake.damaged("acme", [("sie", landed.sha256)])]
    lake.erase("acme")
    assert ({}, None) == (lake.held_of("acme"), lake.find("acme", "sie", landed.sha256))


def test_prune_takes_what_is_old_and_nothing_else(lake):
    old, kept = land(lake), land(lake, CONTENT * 2)
    rule = {"keep_landed": {kept.sha256}, "keep_staged": (), "older_than": -dt.timedelta(hours=1)}

    assert [old.address] == [item.address for item in lake.prune(**rule, dry_run=False)]
    assert (None, kept) == tuple(lake.find("acme", "sie", one.sha256) for one in (old, kept))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch"),
        ("AWS_ACCESS_KEY_ID", "InvalidAccessKeyId"),
    ],
)
def test_a_wrong_key_is_refused_and_neither_half_of_it_is_repeated(lake, monkeypatch, name, code):
    wrong = f"{KEYS['AWS_SECRET_ACCESS_KEY']}-wrong"
    monkeypatch.setenv(name, wrong)

    with pytest.raises(LakeRefused, match=f"{code}.*{name}") as refused:
        lake.require_answer()
    with pytest.raises(LakeRefused):
        land(lake)

    assert wrong not in str(refused.value) + repr(refused.value.__cause__)


def test_a_key_that_may_only_read_reads_and_lands_nothing(
    lake, service, url, tmp_path, monkeypatch
):
    landed = land(lake)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", service.reader)
    reading = lake_of(Settings(home=tmp_path, lake_url=url))

    assert CONTENT == reading.read(landed)
    with pytest.raises(LakeRefused, match=r"refuses to put \(AccessDenied\): the key lacks"):
        land(reading, b"other")


def test_a_bucket_that_is_not_there_is_named(service, tmp_path):
    lake = lake_of(Settings(home=tmp_path, lake_url="s3://never-made"))

    with pytest.raises(LakeBucketGone, match="no bucket for the lake at s3://never-made"):
        lake.require_answer()


def test_of_many_that_give_a_name_at_the_same_moment_one_does(bucket):
    def give(number):
        content = f"{number}".encode()
        try:
            bucket.put("name", content, sha256=sha256_of(content), is_new=True)
        except NameTaken:
            return None
        return content

    with ThreadPoolExecutor(RACERS) as pool:
        given = [content for content in pool.map(give, range(RACERS)) if content]

    with bucket.get("name") as (_, pieces):
        assert given == [b"".join(pieces)]


def test_bytes_that_changed_on_the_way_are_not_taken(bucket):
    with pytest.raises(LakeServiceAway, match="BadDigest"):
        bucket.put("name", b"other", sha256=sha256_of(b"sent"))

    assert bucket.head("name") is None


def test_the_service_says_the_checksum_that_was_sent(bucket):
    bucket.put("name", b"sent", sha256=sha256_of(b"sent"))

    assert sha256_of(b"sent") == bucket.head("name").sha256
