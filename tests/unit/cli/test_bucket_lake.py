"""The same commands over a lake in a bucket: nobody above it knows where the bytes lie."""

from __future__ import annotations

import json

import pytest

from blocks.hub import Hub
from blocks.places import places_of
from blocks.settings import settings
from flows.cli.exits import ExitCode
from tests.lakes import BucketHands
from tests.plugins.buckets import SECRET


@pytest.fixture
def url(s3):
    return s3.bucket()


@pytest.fixture
def in_bucket(home, url, monkeypatch):
    """A home whose lake is in a bucket."""
    monkeypatch.setenv("TASMA_LAKE_URL", url)
    return url


@pytest.fixture
def loaded(in_bucket, tasma, owner, sie, company):
    done = tasma("import", sie(company), "--tenant", owner)
    assert done.exit_code == 0, done.output
    return owner


@pytest.fixture
def hands(s3, url):
    """Whoever may do anything in the bucket."""
    bucket, prefix = url.removeprefix("s3://").split("/")
    return BucketHands(None, s3.client, bucket, f"{prefix}/")


@pytest.fixture
def names(hands):
    """Give the addresses of all that lies there."""
    return hands.names


@pytest.fixture
def import_again(loaded, tasma, sie, company):
    return lambda: tasma("import", sie(company), "--tenant", loaded)


def test_a_tenant_is_loaded_checked_backed_up_and_erased(loaded, tasma, names, tmp_path, url):
    landed = names(f"{loaded}/sie/")
    verified = tasma("lake", "verify")
    prune = tasma("lake", "prune")
    backup = tasma("backup", tmp_path / "backup")
    doctor = tasma("doctor")
    erased = tasma("tenant", "erase", loaded, "--yes", answer=loaded)

    assert 2 == len(landed)
    assert (0, 0, 0, 0) == (
        verified.exit_code,
        prune.exit_code,
        backup.exit_code,
        doctor.exit_code,
    ), verified.output + prune.output + backup.output + doctor.output
    assert f"what was received lies at {url}/landing" in " ".join(backup.stdout.split())
    assert f"{url}/landing answers" in " ".join(doctor.stdout.split())
    assert 0 == erased.exit_code, erased.output
    assert [] == names()
    assert not (settings().lake / "landing").exists()


def test_what_somebody_damaged_in_the_bucket_is_named_and_mended_by_the_file(
    loaded, tasma, hands, import_again
):
    (packed,) = [name for name in hands.names() if name.endswith(".zst")]
    hands.overwrite(packed, b"torn")

    damaged = tasma("lake", "verify")
    again = import_again()
    after = tasma("lake", "verify")

    assert 1 == damaged.exit_code
    assert f"{packed} no longer has the bytes" in " ".join(damaged.stderr.split())
    assert (0, 0) == (again.exit_code, after.exit_code), again.output + after.output


def test_a_folder_moves_into_the_bucket_and_a_second_time_copies_nothing(
    books, tasma, names, url, monkeypatch
):
    lake = settings().lake
    here = sorted(
        path.relative_to(lake).as_posix() for path in lake.glob("landing/*/*/*") if path.is_file()
    )
    moved = json.loads(tasma("lake", "move", "--to", url, "--json").stdout)
    again = json.loads(tasma("lake", "move", "--to", url, "--json").stdout)
    monkeypatch.setenv("TASMA_LAKE_URL", url)
    left = tasma("doctor")
    (lake / "landing").rename(lake / "landing.moved")

    assert here == names()
    assert (len(here), len(here)) == (moved["files"], moved["copied"])
    assert (len(here), 0) == (again["files"], again["copied"])
    assert "is not looked at any more: tasma lake move" in " ".join(left.output.split())
    assert 0 == tasma("lake", "verify").exit_code
    assert 0 == tasma("doctor").exit_code
    assert 0 == tasma("ledger", "recheck", books).exit_code


def test_what_is_damaged_in_the_folder_is_named_and_does_not_move(books, tasma, names, url):
    (packed,) = settings().lake.glob("landing/*/*/*.zst")
    packed.write_bytes(b"torn")

    moved = tasma("lake", "move", "--to", url)

    assert 1 == moved.exit_code
    assert packed.name in moved.stderr
    assert [] == [name for name in names() if name.endswith(".zst")]


def test_a_bucket_that_does_not_answer_is_a_finding_of_the_doctor(
    in_bucket, tasma, owner, monkeypatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    away = tasma("doctor")
    monkeypatch.setenv("TASMA_LAKE_URL", f"s3://key:{SECRET}@bucket")
    malformed = tasma("doctor")

    assert (1, 1) == (away.exit_code, malformed.exit_code)
    assert "EndpointConnectionError" in away.output
    assert "TASMA_LAKE_URL" in malformed.output
    assert SECRET not in away.output + malformed.output


def test_a_move_without_a_bucket_says_what_to_give(books, tasma):
    refused = tasma("lake", "move")

    assert 2 == refused.exit_code
    assert "TASMA_LAKE_URL" in refused.stderr


def test_nothing_moves_while_something_is_loaded(books, tasma, names, url):
    with Hub(settings().hub_url) as hub:
        lease = hub.leases.acquire(f"{books}/2024-01-01_2024-12-31", holder="a run")
        refused = tasma("lake", "move", "--to", url)
        hub.leases.release(lease)

    assert ExitCode.BUSY == refused.exit_code
    assert [] == names()


def test_hosts_with_one_bucket_are_together_whatever_their_disks_and_others_apart(
    in_bucket, s3, tmp_path, monkeypatch
):
    here = places_of(settings()).lake
    monkeypatch.setenv("TASMA_LAKE", str(tmp_path / "elsewhere"))
    there = places_of(settings()).lake
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://user:none@other.example:8333")
    other_service = places_of(settings()).lake
    monkeypatch.setenv("TASMA_LAKE_URL", s3.bucket())

    assert here == there
    assert 3 == len({here, other_service, places_of(settings()).lake})
    assert "none" not in other_service
