"""An answer stands as long as what it was made of, and is made once."""

from __future__ import annotations

import threading

import pytest

from flows.portal.remembered import Remembered


def test_answer_is_made_anew_only_for_another_basis_or_another_key():
    made = iter("abcd")
    remembered = Remembered()

    def ask(key, basis):
        return remembered.of(key, basis, lambda: next(made))

    assert ["a", "a", "b", "b", "c", "b"] == [
        *(ask("books of acme", 1), ask("books of acme", 1)),
        *(ask("books of acme", 2), ask("books of acme", 2)),
        *(ask("books of bolaget", 2), ask("books of acme", 2)),
    ]


def test_many_who_ask_at_once_have_it_made_once():
    made, remembered = [], Remembered()
    together = threading.Barrier(8)

    def ask():
        together.wait()
        remembered.of("key", "basis", lambda: made.append("once"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["once"] == made


def test_what_fails_is_tried_by_the_next_who_asks():
    remembered = Remembered()

    def fail():
        raise LookupError

    with pytest.raises(LookupError):
        remembered.of("key", "basis", fail)

    assert "made" == remembered.of("key", "basis", lambda: "made")


def test_the_answer_asked_for_longest_ago_goes_first():
    made, remembered = [], Remembered(max_answers=2)

    def ask(key):
        return remembered.of(key, 1, lambda: made.append(key))

    for key in ("one", "two", "one", "three", "one", "two"):
        ask(key)

    assert ["one", "two", "three", "two"] == made
