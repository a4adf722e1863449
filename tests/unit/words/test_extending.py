"""The pages that say how to extend show code that is in use."""

from __future__ import annotations

import re

import pytest

from blocks.home import PROJECT

PAGE = "\n".join(
    (PROJECT / "docs" / name).read_text(encoding="utf-8")
    for name in ("extending.md", "own-controls.md")
)
SHOWN = re.findall(r"```\w+\n(?:#|--) (\S+)\n(.*?)\n```", PAGE, flags=re.DOTALL)


def test_every_example_names_the_file_that_it_comes_from():
    assert PAGE.count("\n```\n") == len(SHOWN) > 5


@pytest.mark.parametrize(("path", "code"), SHOWN, ids=[path for path, _ in SHOWN])
def test_example_is_what_the_file_has(path, code):
    assert code in (PROJECT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "named", re.findall(r"`((?:blocks|ledger|flows|tests|tasks)/[\w/.]+)`", PAGE)
)
def test_place_that_is_named_is_there(named):
    assert (PROJECT / named).exists()
