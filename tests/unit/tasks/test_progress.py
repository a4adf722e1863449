"""A long step lets it be known how far it is."""

from __future__ import annotations

from blocks.progress import came, share, unheard
from tasks import progress
from tasks.progress import counted, listener, walked


def listening(pieces, *, of):
    heard = []
    token = listener.set(heard.append)
    try:
        assert pieces == list(counted(iter(pieces), of=of, what="Staging acme 2024"))
    finally:
        listener.reset(token)
    return heard


def test_listener_hears_per_cent_of_the_pieces_and_nothing_of_an_unknown_number():
    assert [25, 50, 75, 100] == listening([1, 2, 3, 4], of=4)
    assert [50, 100, 100] == listening([1, 2, 3], of=2)
    assert [] == listening([1, 2], of=0)


def test_without_a_listener_the_log_of_a_step_that_takes_long_has_a_line_now_and_then(monkeypatch):
    lines, clock = [], iter([0.0, 10.0, 16.0, 16.0, 20.0, 32.0, 32.0])
    monkeypatch.setattr(progress, "say", lines.append)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))

    list(counted(iter("abcd"), of=4, what="Staging acme 2024"))

    assert ["Staging acme 2024: 50 %", "Staging acme 2024: 100 %"] == lines


def test_each_page_of_a_walk_is_heard_while_somebody_walks_and_a_single_one_is_not():
    heard = []
    token = listener.set(heard.append)
    try:
        with walked("Fetching acme 2024"):
            came(1, of=1)
            for page in (1, 2, 3):
                came(page, of=3)
        came(1, of=2)
    finally:
        listener.reset(token)

    assert [33, 66, 100] == heard


def test_list_that_is_walked_twice_is_half_done_after_the_first_time():
    heard = []
    token = listener.set(heard.append)
    try:
        with walked("Fetching acme 2024"):
            for number in (0, 1):
                with share(number, of=2):
                    with unheard():
                        came(1, of=2)
                    came(1, of=2)
                    came(2, of=2)
            came(1, of=4)
        with share(0, of=2):
            came(1, of=2)
    finally:
        listener.reset(token)

    assert [25, 50, 75, 100, 25] == heard
