"""Extracts of many parts: known by their manifest, of which later ones reuse most parts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from blocks.lake import ExtractPart, Lake
from blocks.lake.manifest import read_manifest, write_manifest
from ledger.errors import TerminalError
from ledger.source import Part
from tests.lakes import FolderHands

NAMES = [f"receipt:{number:03}" for number in range(300)]
MONTH = dt.timedelta(days=30)
LONG_AGO_S = 40 * 86_400


@pytest.fixture
def lake(anywhere):
    return anywhere()


def part(name, text="1"):
    return Part(name, f"{name} {text}".encode)


def land(lake, parts, *, file_name="receipts"):
    return lake.land_extract("acme", "books", parts, file_name=file_name, format_name="receipts")


def files(hands):
    names = (Path(address).name for address in hands.names("acme/books/"))
    return [name for name in names if name.endswith(".zst")]


def age(hands, *landings):
    """Make landings look old, or all there is."""
    for address in [landed.address for landed in landings] or hands.names("acme/books/"):
        hands.age(address, LONG_AGO_S)


def prune(lake, *kept):
    kept = {landed.sha256 for landed in kept}
    return lake.prune(keep_landed=kept, keep_staged=(), older_than=MONTH, dry_run=False)


def contents(lake, landed):
    return {part.name: part.read().decode() for part in lake.open_parts(landed)}


def test_a_later_extract_lands_only_its_new_parts_and_prune_keeps_all_that_it_names(lake, hands):
    first = land(lake, map(part, NAMES))
    known = {item.name: item for item in lake.parts_of(first)}
    changed = {name: part(name, "2") for name in NAMES[:2]} | {"receipt:new": part("receipt:new")}
    second = land(lake, (known | changed).values())
    landed = files(hands)
    age(hands)

    gone = {Path(item.address).name for item in prune(lake, second)}

    assert 300 + 1 + 3 + 1 == len(landed)
    assert {Path(first.address).name, *(f"{known[name].sha256}.zst" for name in NAMES[:2])} == gone
    assert {name: f"{name} 1" for name in NAMES[2:]}.items() <= contents(lake, second).items()
    assert ("receipt:000 2", "receipt:new 1") == tuple(
        contents(lake, second)[name] for name in ("receipt:000", "receipt:new")
    )


def test_the_same_parts_are_the_same_extract_in_whatever_order_they_come(lake, hands):
    first = land(lake, map(part, NAMES[:3]))
    before = files(hands)

    assert first == land(lake, map(part, reversed(NAMES[:3])))
    assert first == land(lake, reversed(lake.parts_of(first)))
    assert first == lake.find("acme", "books", first.sha256)
    assert (before, "receipts") == (files(hands), first.format)
    assert first.sha256 != land(lake, [part(NAMES[0]), part(NAMES[1])]).sha256


def test_an_extract_of_one_part_is_known_by_the_hash_of_that_part(lake, hands):
    landed = land(lake, [part("books.se")])

    assert landed == lake.land("acme", "books", b"books.se 1", file_name="books.se")
    assert {"books.se": "books.se 1"} == contents(lake, landed)
    assert landed == land(lake, lake.parts_of(landed))
    assert [f"{landed.sha256}.zst"] == files(hands)


def test_parts_of_the_same_bytes_are_one_file_of_two_names(lake, hands):
    landed = land(lake, [Part(name, "same".encode) for name in "ab"])

    assert {"a": "same", "b": "same"} == contents(lake, landed)
    assert 2 == len(files(hands))
    assert [] == [*lake.temporary.iterdir()]


def test_a_manifest_that_came_a_moment_ago_keeps_parts_of_any_age(lake, hands):
    landed = land(lake, map(part, NAMES[:3]))
    age(hands)
    hands.age(landed.address, -LONG_AGO_S)

    assert [] == prune(lake)
    assert 3 == len(contents(lake, landed))


def test_parts_that_a_new_extract_reuses_are_young_again_in_a_folder(tmp_path):
    lake = Lake(tmp_path)
    hands = FolderHands(lake)
    first = land(lake, map(part, NAMES[:3]))
    *reused, left = lake.parts_of(first)
    age(hands)
    hands.remove(land(lake, [*reused, part("receipt:new")]).address)

    assert {Path(first.address).name, f"{left.sha256}.zst"} == {
        Path(item.address).name for item in prune(lake)
    }


def test_parts_that_come_again_are_young_again_wherever_they_lie(lake, hands):
    first = land(lake, map(part, NAMES[:3]))
    age(hands)
    hands.remove(land(lake, [*map(part, NAMES[:2]), part("receipt:new")]).address)

    left = {f"{item.sha256}.zst" for item in lake.parts_of(first)[2:]}
    assert {Path(first.address).name, *left} == {Path(item.address).name for item in prune(lake)}


def test_prune_takes_no_part_that_an_extract_under_way_reuses(lake, hands):
    """What it reuses is published, so that its list is kept; the new list does from then on."""
    published = land(lake, map(part, NAMES[:3]))
    reused = lake.parts_of(published)
    age(hands)

    def meanwhile():
        prune(lake, published)
        return b"new"

    landed = land(lake, [*reused, Part("receipt:new", meanwhile)])
    age(hands, published)
    prune(lake)

    assert {*NAMES[:3], "receipt:new"} == contents(lake, landed).keys()


def test_a_manifest_that_cannot_be_read_keeps_all_that_its_source_sent(lake, hands):
    landed = land(lake, map(part, NAMES[:3]))
    hands.overwrite(landed.address, b"torn")
    age(hands)

    assert [] == prune(lake, landed)
    assert 4 == len(prune(lake))


def test_a_part_that_is_not_here_is_refused_before_a_manifest_names_it(lake, hands):
    first = land(lake, map(part, NAMES[:3]))
    reused = lake.parts_of(first)
    hands.remove(f"landing/acme/books/{reused[1].sha256}.zst")
    before = files(hands)

    with pytest.raises(TerminalError, match=f"{reused[1].sha256[:16]} of acme is not in the lake"):
        land(lake, reused)
    with pytest.raises(TerminalError, match="not in the lake"):
        contents(lake, first)
    assert before == files(hands)


def test_parts_that_are_gone_or_damaged_are_not_offered_to_a_later_extract(lake, hands):
    gone, torn, good = parts = lake.parts_of(land(lake, map(part, NAMES[:3])))
    hands.remove(f"landing/acme/books/{gone.sha256}.zst")
    hands.overwrite(f"landing/acme/books/{torn.sha256}.zst", b"torn")

    assert [good] == lake.usable("acme", "books", parts)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-80],
        lambda text: text[: text.rindex(b"\n", 0, -1)],
        lambda _: b"",
        lambda text: text.replace(b":1,", b":2,", 1),
    ],
    ids=["cut", "short of a part", "empty", "of a later release"],
)
def test_a_manifest_that_is_not_whole_is_refused(damage):
    parts = [ExtractPart(name=name, sha256="0" * 64, size_bytes=1) for name in NAMES[:3]]
    content = write_manifest(parts, format_name="receipts")

    assert parts == read_manifest(content)
    with pytest.raises(TerminalError, match="cannot be read"):
        read_manifest(damage(content))


@pytest.mark.parametrize("names", [["a", "a"], []], ids=["two of one name", "none"])
def test_parts_have_names_of_their_own(names):
    parts = [ExtractPart(name=name, sha256="0" * 64, size_bytes=1) for name in names]

    with pytest.raises(TerminalError, match="each with a name of its own"):
        write_manifest(parts, format_name="receipts")
